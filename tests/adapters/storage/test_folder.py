"""Files in a folder: whole or not at all, for this user alone."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from adapters.storage.folder import FolderFileStore, remove_file
from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.testing import examples


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "files"


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_files_are_readable_by_this_user_alone(folder):
    await FolderFileStore(folder).put(FileId(examples.fresh()), b"a card", media_type="image/jpeg")
    (path,) = _files(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_a_file_lies_two_folders_deep_under_its_id(folder):
    file_id = FileId(examples.fresh())
    await FolderFileStore(folder).put(file_id, b"a photo", media_type="image/jpeg")
    (path,) = _files(folder)
    assert path.relative_to(folder) == Path(file_id.hex[-2:], file_id.hex[-4:-2], file_id.hex)


async def test_a_write_that_fails_leaves_the_old_content_and_no_rubbish(folder, monkeypatch):
    store, file_id = FolderFileStore(folder), FileId(examples.fresh())
    await store.put(file_id, b"old", media_type="text/plain")

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        await store.put(file_id, b"new", media_type="text/plain")
    assert await store.get(file_id) == b"old"
    assert len(_files(folder)) == 1


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from uuid import UUID
from adapters.storage.folder import FolderFileStore
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(FolderFileStore(Path(sys.argv[1])).put(UUID(sys.argv[2]), b"a card", media_type="image/jpeg"))
"""


async def test_what_a_killed_write_left_is_removed_with_the_file_that_it_was_to_be_and_nothing_else(folder):
    store, file_id, other = FolderFileStore(folder), FileId(examples.fresh()), FileId(examples.fresh())
    other = FileId(UUID(int=other.int ^ (1 << 64)))
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", KILLED, str(folder), str(file_id)], check=False
    )
    assert ended.returncode == -signal.SIGKILL
    await store.put(other, b"a photo", media_type="image/jpeg")
    assert len(_files(folder)) == 2
    with pytest.raises(Missing):
        await store.get(file_id)
    await store.delete(file_id)
    assert [path.name for path in _files(folder)] == [other.hex]


async def test_what_is_removed_while_it_is_written_is_not_there_afterwards(folder, monkeypatch):
    store, file_id, flush = FolderFileStore(folder), FileId(examples.fresh()), os.fsync

    def remove_first(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", flush)
        remove_file(store._path(file_id))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", remove_first)
    await store.put(file_id, b"a card", media_type="image/jpeg")
    assert _files(folder) == []


async def test_another_store_on_the_same_folder_sees_the_file(folder):
    file_id = FileId(examples.fresh())
    await FolderFileStore(folder).put(file_id, b"kept", media_type="text/plain")
    assert await FolderFileStore(folder).get(file_id) == b"kept"
