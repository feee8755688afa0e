"""What the folder holds is noise to whoever has no key."""

from pathlib import Path

import pytest

from adapters.crypto.key_ring import GivenRing, KeyRing, KeyRings, new_ring
from adapters.crypto.vault import KeyMissing, NotSealed, Vault
from adapters.storage.folder import FolderFileStore
from adapters.storage.sealed import SealedFileStore
from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.testing import examples
from tests.pictures import JPEG


class TurnedRing(KeyRings):
    """A ring that an operator turns."""

    def __init__(self) -> None:
        self.ring: KeyRing = new_ring()

    def current(self) -> KeyRing:
        return self.ring

    def again(self) -> KeyRing:
        return self.ring


@pytest.fixture
def rings() -> TurnedRing:
    return TurnedRing()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def store(rings: TurnedRing, folder: Path) -> SealedFileStore:
    return SealedFileStore(FolderFileStore(folder), Vault(rings))


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_the_folder_holds_no_part_of_the_picture(store: SealedFileStore, folder: Path) -> None:
    await store.put(FileId(examples.fresh()), JPEG, media_type="image/jpeg")
    lies_there = on_disk(folder)
    assert lies_there
    pieces = {JPEG[at : at + 8] for at in range(len(JPEG) - 8)}
    assert not {piece for piece in pieces if piece in lies_there}


async def test_a_file_that_was_moved_in_the_place_of_another_does_not_open(
    store: SealedFileStore, folder: Path
) -> None:
    one, other, inner = FileId(examples.fresh()), FileId(examples.fresh()), FolderFileStore(folder)
    await store.put(one, JPEG, media_type="image/jpeg")
    await inner.put(other, await inner.get(one), media_type="image/jpeg")
    with pytest.raises(NotSealed):
        await store.get(other)


async def test_what_lies_there_unsealed_is_not_handed_out(store: SealedFileStore, folder: Path) -> None:
    file_id = FileId(examples.fresh())
    await FolderFileStore(folder).put(file_id, JPEG, media_type="image/jpeg")
    with pytest.raises(NotSealed):
        await store.get(file_id)


async def test_another_ring_opens_nothing(store: SealedFileStore, folder: Path) -> None:
    file_id = FileId(examples.fresh())
    await store.put(file_id, JPEG, media_type="image/jpeg")
    thief = SealedFileStore(FolderFileStore(folder), Vault(GivenRing(new_ring())))
    with pytest.raises(KeyMissing):
        await thief.get(file_id)


async def test_after_the_key_was_turned_each_file_is_sealed_anew_once(
    store: SealedFileStore, rings: TurnedRing, folder: Path
) -> None:
    file_id, old = FileId(examples.fresh()), rings.ring.current
    await store.put(file_id, JPEG, media_type="image/jpeg")
    assert not await store.reseal(file_id)
    rings.ring = rings.ring.with_new_key()
    assert await store.get(file_id) == JPEG
    assert await store.reseal(file_id)
    assert not await store.reseal(file_id)
    rings.ring = rings.ring.without(old)
    assert await store.get(file_id) == JPEG
    assert old.encode() not in on_disk(folder)


async def test_what_was_erased_is_not_sealed_anew(store: SealedFileStore) -> None:
    file_id = FileId(examples.fresh())
    assert not await store.reseal(file_id)
    with pytest.raises(Missing):
        await store.get(file_id)
