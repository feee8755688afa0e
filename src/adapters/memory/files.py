"""What is known of files, and their bytes, in memory."""

from adapters.memory.access import Access, Pause
from adapters.memory.pauses import give_way
from adapters.memory.tables import found, insert
from errand_domain.ids import FileId
from errand_domain.ports.files import Files, FileStore, StoredFile


class MemoryFiles(Files):
    """The facts of files in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, file_id: FileId) -> StoredFile:
        """The file's facts; raises `Missing`."""
        return found((await self._access.look()).files.get(file_id), "file")

    def add(self, file: StoredFile) -> None:
        """A new file; a used id is `Stale`."""
        self._access.gather(lambda tables: insert(tables.files, file.id, file, "file"))

    def remove(self, file_id: FileId) -> None:
        """Forget it, if it is known."""
        self._access.gather(lambda tables: tables.files.remove(file_id))


class MemoryFileStore(FileStore):
    """The bytes of files in memory: as durable as the process."""

    def __init__(self, *, pause: Pause = give_way) -> None:
        self._contents: dict[FileId, bytes] = {}
        self._pause = pause

    async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:  # noqa: ARG002 - kept by `Files`
        """Store the bytes under that id; the same id again replaces them."""
        await self._pause()
        self._contents[file_id] = bytes(content)

    async def get(self, file_id: FileId) -> bytes:
        """The bytes; raises `Missing`."""
        await self._pause()
        return found(self._contents.get(file_id), "file")

    async def delete(self, file_id: FileId) -> None:
        """Remove them, if they are there."""
        await self._pause()
        self._contents.pop(file_id, None)
