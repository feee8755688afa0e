"""What is sealed opens with the ring, in its own place, and nowhere else."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.crypto.key_ring import (
    GivenRing,
    KeyRing,
    KeyRingBusy,
    KeyRingFile,
    KeyRingInvalid,
    new_ring,
    ring_from,
)
from adapters.crypto.vault import MAGIC, KeyMissing, NotSealed, Vault, key_of, key_of_bytes


def vault(ring: KeyRing) -> Vault:
    return Vault(GivenRing(ring))


RING = new_ring()
ONE = vault(RING)


@given(text=st.text(), about=st.text(max_size=40))
def test_what_was_sealed_opens_in_its_place_and_in_no_other(text, about):
    sealed = ONE.seal(text, about=about)
    assert ONE.open(sealed, about=about) == text
    with pytest.raises(NotSealed):
        ONE.open(sealed, about=f"{about}!")


@given(content=st.binary(max_size=200))
def test_bytes_that_were_sealed_open_again(content):
    sealed = ONE.seal_bytes(content, about="files:1")
    assert ONE.open_bytes(sealed, about="files:1") == content
    assert content not in sealed or len(content) < 8


@given(at=st.integers(0, 200), flip=st.integers(1, 255))
def test_one_changed_byte_is_noticed(at, flip):
    sealed = bytearray(ONE.seal_bytes(b"13800001234" * 9, about="files:1"))
    at %= len(sealed)
    sealed[at] ^= flip
    with pytest.raises((NotSealed, KeyMissing)):
        ONE.open_bytes(bytes(sealed), about="files:1")


@pytest.mark.parametrize("written", ["", ".", "plain text", "a.b", '{"nickname":"x"}', "CURRENT."])
def test_text_that_was_never_sealed_does_not_open(written):
    with pytest.raises((NotSealed, KeyMissing)):
        ONE.open(written.replace("CURRENT", RING.current), about="members:1")


def test_the_same_text_is_never_sealed_the_same_way_twice():
    assert ONE.seal("13800001234", about="members:1") != ONE.seal("13800001234", about="members:1")


def test_an_old_key_opens_what_it_sealed_and_seals_nothing_more():
    old = ONE.seal("a", about="x")
    ring = RING.with_new_key()
    after = vault(ring)
    assert after.open(old, about="x") == "a"
    assert key_of(after.seal("b", about="x")) == ring.current != RING.current
    with pytest.raises(KeyMissing, match=RING.current):
        vault(ring.without(RING.current)).open(old, about="x")


def test_a_ring_without_its_current_key_is_none():
    with pytest.raises(KeyRingInvalid):
        RING.without(RING.current)


def test_an_index_is_equal_for_equal_values_of_a_kind_and_stays_when_keys_are_rotated():
    rotated = vault(RING.with_new_key())
    assert ONE.index("phone", "+8613800001234") == rotated.index("phone", "+8613800001234")
    assert ONE.index("phone", "x") != ONE.index("email", "x")
    assert ONE.index("phone", "x") != vault(new_ring()).index("phone", "x")


def test_while_the_key_of_indices_is_replaced_there_are_two_and_marks_stay_what_they_were():
    between = RING.with_next_index()
    settled = between.with_index_settled()
    old, new = ONE.index("phone", "x"), vault(settled).index("phone", "x")
    assert (ONE.index_next("phone", "x"), vault(settled).index_next("phone", "x")) == (old, new)
    assert (vault(between).index("phone", "x"), vault(between).index_next("phone", "x")) == (old, new)
    assert old != new
    assert {vault(ring).mark("audit", b"line") for ring in (RING, between, settled)} == {ONE.mark("audit", b"line")}


def test_bytes_say_what_sealed_them_and_those_that_were_not_sealed_do_not_open():
    sealed = ONE.seal_bytes(b"13800001234", about="files:1")
    assert key_of_bytes(sealed) == RING.current
    for plain in (sealed.removeprefix(MAGIC), b"", b"\xff\xd8 a picture", MAGIC):
        assert key_of_bytes(plain) == ""
        with pytest.raises(NotSealed):
            ONE.open_bytes(plain, about="files:1")


def test_a_sealed_text_with_anything_between_does_not_open():
    sealed = ONE.seal("13800001234", about="members:1")
    for other in (f"{sealed}\n", sealed.replace(".", ".\t"), sealed.replace(".", "")):
        with pytest.raises(NotSealed):
            ONE.open(other, about="members:1")


def test_a_process_that_runs_meets_the_key_that_another_has_added(tmp_path):
    path = tmp_path / "ring.json"
    KeyRingFile(path).replace(RING)
    running = Vault(KeyRingFile(path))
    assert running.current == RING.current
    other = KeyRingFile(path)
    other.replace(other.current().with_new_key())
    sealed = Vault(other).seal("a", about="x")
    assert running.open(sealed, about="x") == "a"
    assert running.current == other.current().current


def test_the_file_of_the_ring_is_readable_by_its_user_alone(tmp_path):
    path = tmp_path / "ring.json"
    KeyRingFile(path).replace(RING)
    assert path.stat().st_mode & 0o077 == 0
    assert KeyRingFile(path).current() == RING


@pytest.mark.parametrize("written", ["", "{}", "[]", "null", '{"keys": {}, "current": "a", "index": "00"}', "\x00"])
def test_a_file_that_is_no_ring_is_refused_without_a_word_of_it(tmp_path, written):
    path = tmp_path / "ring.json"
    path.write_text(written)
    with pytest.raises(KeyRingInvalid) as refused:
        KeyRingFile(path).current()
    assert "00" not in str(refused.value)


def test_the_ring_that_follows_from_a_secret_is_always_the_same():
    assert ring_from(b"s" * 32) == ring_from(b"s" * 32) != ring_from(b"t" * 32)


def test_a_ring_that_is_as_old_as_the_one_before_it_is_still_another(tmp_path):
    path = tmp_path / "ring.json"
    writer, reader = KeyRingFile(path), KeyRingFile(path)
    writer.replace(RING)
    assert reader.current() == RING
    was = path.stat().st_mtime_ns
    writer.replace(RING.with_new_key())
    os.utime(path, ns=(was, was))  # two within one tick of the clock, or a file that was put back
    assert reader.current() == writer.again() != RING


def test_one_at_a_time_changes_the_ring(tmp_path):
    path = tmp_path / "new folder" / "ring.json"
    with KeyRingFile(path).alone(), pytest.raises(KeyRingBusy), KeyRingFile(path).alone():
        pass
    with KeyRingFile(path).alone():
        KeyRingFile(path).replace(RING)
    assert KeyRingFile(path).current() == RING
