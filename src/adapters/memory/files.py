"""What is known of files, and their bytes, in memory."""

from datetime import datetime

from adapters.memory.access import Access, Pause
from adapters.memory.pages import newest_first
from adapters.memory.pauses import give_way
from adapters.memory.tables import Tables, compare_and_set, found, insert
from errand_domain.errors import Stale
from errand_domain.ids import FileId, MemberId, OrderId, TicketId
from errand_domain.ports.files import FilePurpose, Files, FileStore, StoredFile


class MemoryFiles(Files):
    """The facts of files in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, file_id: FileId) -> StoredFile:
        """The file's facts; raises `Missing`."""
        return found((await self._access.look()).files.get(file_id), "file")

    async def of_ticket(self, ticket_id: TicketId) -> StoredFile | None:
        """The file that was sent with that ticket, if one was."""
        return _of_ticket(await self._access.look(), ticket_id)

    async def of_owner(self, owner_id: MemberId, *, before: FileId | None, limit: int) -> tuple[StoredFile, ...]:
        """What the member uploaded and nobody removed, newest first."""
        tables = await self._access.look()
        theirs = (file for file in tables.files if file.owner_id == owner_id)
        return newest_first(theirs, lambda file: file.id, before=before, limit=limit)

    async def of_no_order(self, owner_id: MemberId, purpose: FilePurpose) -> tuple[StoredFile, ...]:
        """What the member uploaded for no order, of that purpose, oldest first."""
        asked, tables = (owner_id, None, purpose), await self._access.look()
        theirs = (f for f in tables.files if (f.owner_id, f.order_id, f.purpose) == asked)
        return tuple(sorted(theirs, key=lambda f: f.id))

    async def of_order(self, order_id: OrderId) -> tuple[StoredFile, ...]:
        """Every file of that order, oldest first."""
        tables = await self._access.look()
        return tuple(sorted((f for f in tables.files if f.order_id == order_id), key=lambda f: f.id))

    async def count(
        self, owner_id: MemberId, *, order_id: OrderId | None, since: datetime, purpose: FilePurpose = "student_card"
    ) -> int:
        """How many files the member uploaded from then on for that order; for no order, those of that purpose."""
        tables = await self._access.look()
        theirs = (f for f in tables.files if (f.owner_id, f.order_id) == (owner_id, order_id) and f.at >= since)
        return sum(order_id is not None or file.purpose == purpose for file in theirs)

    async def of_trace(self, trace: str) -> StoredFile:
        """The file that awaits a verdict under that trace; raises `Missing`."""
        tables = await self._access.look()
        return found(next((file for file in tables.files if trace and file.trace == trace), None), "file")

    async def expected(self, file_id: FileId) -> datetime | None:
        """When somebody looks what has become of the bytes under that id."""
        return (await self._access.look()).expected_files.get(file_id)

    def expect(self, file_id: FileId, *, until: datetime) -> None:
        """Somebody looks at them then; again, it moves the moment."""
        self._access.gather(lambda tables: tables.expected_files.put(file_id, until))

    def settle(self, file_id: FileId) -> None:
        """Nobody has to look any more; `Stale` where nothing is expected."""

        def write(tables: Tables) -> None:
            if file_id not in tables.expected_files:
                raise Stale("file")
            tables.expected_files.remove(file_id)

        self._access.gather(write)

    def add(self, file: StoredFile) -> None:
        """A new file; a used id or ticket is `Stale`."""

        def write(tables: Tables) -> None:
            if file.ticket_id is not None and _of_ticket(tables, file.ticket_id) is not None:
                raise Stale("file")
            insert(tables.files, file.id, file, "file")

        self._access.gather(write)

    def save(self, file: StoredFile) -> None:
        """Compare-and-set on the version."""
        self._access.gather(lambda tables: compare_and_set(tables.files, file.id, file, "file"))

    def remove(self, file_id: FileId) -> None:
        """Forget it, if it is known."""
        self._access.gather(lambda tables: tables.files.remove(file_id))

    def expire(self, file: StoredFile) -> None:
        """Forget it, unless somebody has saved or forgotten it meanwhile."""

        def write(tables: Tables) -> None:
            stored = tables.files.get(file.id)
            if stored is None or stored.version != file.version:
                raise Stale("file")
            tables.files.remove(file.id)

        self._access.gather(write)


def _of_ticket(tables: Tables, ticket_id: TicketId) -> StoredFile | None:
    return next((file for file in tables.files if file.ticket_id == ticket_id), None)


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
