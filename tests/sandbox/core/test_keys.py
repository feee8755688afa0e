"""Keys are made once, are readable by this user alone, and belong together."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from entrypoints.sandbox.keys import KEY_BITS, ORGANIZATION, Keys, letters


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_only_this_user_reads_them(folder: Path):
    keys = Keys(folder)
    keys.certificate("shop", issuer="authority")
    keys.public_key_file("shop")
    keys.text("secret", letters(32))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} == {
        "authority.pem",
        "shop.pem",
        "shop.crt",
        "shop.public.pem",
        "secret",
    }
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_they_are_the_same_after_a_restart(folder: Path):
    one = Keys(folder)
    made = one.private_key("shop").private_numbers(), one.certificate("shop"), one.text("secret", letters(32))
    other = Keys(folder)
    assert other.text("secret", letters(32)) == made[2]
    assert other.certificate("shop") == made[1]
    assert other.private_key("shop").private_numbers() == made[0]


def test_they_differ_from_folder_to_folder(tmp_path: Path):
    one, other = Keys(tmp_path / "one"), Keys(tmp_path / "other")
    assert one.private_key("shop").public_key() != other.private_key("shop").public_key()


def test_where_two_come_at_once_both_have_what_the_first_made(folder: Path):
    keys = Keys(folder)

    def make_while_another_does() -> str:
        keys.path("secret").write_text("theirs")
        return "ours"

    assert keys.text("secret", make_while_another_does) == "theirs"
    assert [path.name for path in folder.iterdir()] == ["secret"]


@pytest.mark.parametrize("count", [1, 24, 31, 32])
def test_a_secret_is_as_long_as_it_must_be_and_never_the_same(count):
    made = [letters(count)() for _ in range(2)]
    assert [len(text) for text in made] == [count, count]
    assert set("".join(made)) <= set("0123456789abcdef")
    assert count == 1 or made[0] != made[1]


def test_a_certificate_is_issued_by_whom_it_names(folder: Path):
    keys = Keys(folder)
    authority, shop = keys.certificate("authority"), keys.certificate("shop", issuer="authority")
    shop.verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(authority)
    assert shop.public_key() == keys.private_key("shop").public_key()
    stranger = Keys(folder.with_name("other")).certificate("authority")
    with pytest.raises(InvalidSignature):
        shop.verify_directly_issued_by(stranger)


def test_everybody_sees_where_they_come_from(folder: Path):
    assert ORGANIZATION in Keys(folder).certificate("shop").subject.rfc4514_string()


def test_the_public_half_lies_in_a_file_of_its_own(folder: Path):
    keys = Keys(folder)
    found = load_pem_public_key(keys.public_key_file("shop").read_bytes())
    assert found == keys.private_key("shop").public_key()
    assert keys.private_key("shop").key_size == KEY_BITS
