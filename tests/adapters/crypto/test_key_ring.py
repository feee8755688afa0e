"""A ring is whole or none; while the key of its indices is replaced it has two, and the audit's marks keep theirs."""

from pathlib import Path

import pytest
from attrs import evolve

from adapters.crypto.key_ring import KEY_BYTES, KeyRing, KeyRingFile, KeyRingInvalid, new_ring

RING = new_ring()


@pytest.mark.parametrize("bytes_in_it", [0, 16, KEY_BYTES - 1, KEY_BYTES + 1])
@pytest.mark.parametrize("which", ["keys", "index_key", "index_key_next", "mark_key"])
def test_one_key_of_another_length_spoils_the_ring(which: str, bytes_in_it: int) -> None:
    key = bytes(bytes_in_it)
    with pytest.raises(KeyRingInvalid):
        evolve(RING, **{which: {**RING.keys, "another": key} if which == "keys" else key})


def test_the_marks_keep_the_first_key_of_the_indices_however_often_that_is_replaced() -> None:
    between = RING.with_next_index()
    assert (between.index_key, between.mark_key) == (RING.index_key, RING.index_key)
    assert between.index_key_next not in {None, RING.index_key}
    settled = between.with_index_settled()
    assert (settled.index_key, settled.index_key_next) == (between.index_key_next, None)
    again = settled.with_next_index().with_index_settled()
    assert again.index_key not in {RING.index_key, settled.index_key}
    assert again.mark_key == RING.index_key
    assert again.keys == RING.keys


def test_settling_what_was_not_begun_changes_nothing() -> None:
    assert RING.with_index_settled() == RING


@pytest.mark.parametrize(
    "ring", [RING, RING.with_new_key(), RING.with_next_index()], ids=["new", "two keys", "between"]
)
def test_a_ring_is_read_as_it_was_written_also_where_there_was_no_folder(tmp_path: Path, ring: KeyRing) -> None:
    path = tmp_path / "not" / "there" / "keys.json"
    KeyRingFile(path).replace(ring)
    assert KeyRingFile(path).current() == ring


def test_a_ring_that_is_not_there_is_none_and_one_that_went_is_served_on(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with pytest.raises(KeyRingInvalid, match="No such file"):
        KeyRingFile(path).current()
    rings = KeyRingFile(path)
    rings.replace(RING)
    path.unlink()
    assert rings.current() == RING


def test_a_listener_hears_of_another_ring_and_not_of_the_same_once_more(tmp_path: Path) -> None:
    rings, heard = KeyRingFile(tmp_path / "keys.json"), list[KeyRing]()
    rings.replace(RING)
    rings.listen(heard.append)
    rings.again()
    KeyRingFile(tmp_path / "keys.json").replace(RING)
    rings.current()
    assert heard == [RING]
    rings.replace(RING.with_new_key())
    assert heard == [RING, rings.current()]
