"""Files in a folder: whole or not at all, for this user alone."""

import os
from pathlib import Path

import pytest

from adapters.storage.folder import FolderFileStore
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


async def test_another_store_on_the_same_folder_sees_the_file(folder):
    file_id = FileId(examples.fresh())
    await FolderFileStore(folder).put(file_id, b"kept", media_type="text/plain")
    assert await FolderFileStore(folder).get(file_id) == b"kept"
