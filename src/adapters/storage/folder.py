"""Files in a local folder."""

import os
from asyncio import to_thread
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.ports.files import FileStore

_FOLDER_MODE = 0o700


class FolderFileStore(FileStore):
    """A file per id, two folders deep, readable by this user alone.

    The path is made of the id and of nothing that a person typed. A write appears whole or not at all: it
    goes to a temporary file beside its place, is flushed to the disk and renamed. Whoever is killed before that leaves
    the temporary file, which has the name in its own and is removed with it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:  # noqa: ARG002 - kept by `Files`
        """Store the bytes durably; the same id again replaces them."""
        await to_thread(write_file, self._path(file_id), content)

    async def get(self, file_id: FileId) -> bytes:
        """The bytes; raises `Missing`."""
        try:
            return await to_thread(self._path(file_id).read_bytes)
        except FileNotFoundError as fault:
            raise Missing("file") from fault

    async def delete(self, file_id: FileId) -> None:
        """Remove them, if they are there."""
        await to_thread(remove_file, self._path(file_id))

    def _path(self, file_id: FileId) -> Path:
        # The last digits of a UUIDv7 are random and spread evenly; the first are the time and would not.
        name = file_id.hex
        return self._folder / name[-2:] / name[-4:-2] / name


def write_file(path: Path, content: bytes) -> None:
    """Write it whole or not at all, durably, for this user alone."""
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    descriptor, temporary = mkstemp(dir=path.parent, prefix=_unfinished(path))  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):  # removed meanwhile, as if a moment later
            Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    # The two folders above may be new as well, and then their names have to be durable too.
    for folder in path.parents[:3]:
        _flush_folder(folder)


def remove_file(path: Path) -> None:
    """Remove it durably, if it is there, and what was left of writing it."""
    gone = [path, *path.parent.glob(f"{_unfinished(path)}*")]
    for each in gone:
        each.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        _flush_folder(path.parent)


def _unfinished(path: Path) -> str:
    """How the name of a file begins that is not whole yet."""
    return f".{path.name}-"


def _flush_folder(folder: Path) -> None:
    """A rename or a removal is durable once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
