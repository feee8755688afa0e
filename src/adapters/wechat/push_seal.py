"""How WeChat signs and encrypts what it pushes: the scheme of its platform for messages."""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable
from hashlib import sha1
from hmac import compare_digest
from typing import Final

from attrs import field, frozen
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BYTES: Final = 32
RANDOM_BYTES: Final = 16
LENGTH_BYTES: Final = 4
_TOKEN: Final = re.compile(r"[0-9A-Za-z]{3,32}")
_KEY: Final = re.compile(r"[0-9A-Za-z]{43}")


class Unsealable(ValueError):
    """It was not encrypted with our key, or is not what was encrypted."""


@frozen(kw_only=True)
class PushSeal:
    """The two secrets that are set for pushes in the app's console: the token signs, the key encrypts.

    Raises `ValueError` in one line that names the field. Without a key nothing can be opened.
    """

    token: str = field(repr=False)
    key: str = field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what the console would refuse."""
        if not _TOKEN.fullmatch(self.token):
            raise ValueError("token is not 3 to 32 letters and digits")
        if self.key and not _KEY.fullmatch(self.key):
            raise ValueError("key is not 43 letters and digits")

    def signs(self, signature: str, *parts: str) -> bool:
        """Whether that is the signature of those parts and the token."""
        return compare_digest(_bytes(signature), _bytes(signature_of((self.token, *parts))))

    def opened(self, sealed: str) -> tuple[bytes, str]:
        """The message, and the app that it was encrypted for; raises `Unsealable`."""
        if not self.key:
            raise Unsealable("there is no key")
        plain = _without_padding(_decrypted(sealed, key_bytes(self.key)))
        begins = RANDOM_BYTES + LENGTH_BYTES
        ends = begins + int.from_bytes(plain[RANDOM_BYTES:begins], "big")
        if len(plain) < begins or ends > len(plain):
            raise Unsealable("a length that cannot be")
        return plain[begins:ends], plain[ends:].decode("ascii", errors="replace")


def signature_of(parts: Iterable[str]) -> str:
    """WeChat's signature: the parts in order of the alphabet, digested."""
    return sha1(_bytes("".join(sorted(parts)))).hexdigest()  # noqa: S324 - the scheme is WeChat's; the token is secret


def key_bytes(key: str) -> bytes:
    """The key's 32 bytes: it is Base64 that lost its padding."""
    return b64decode(f"{key}=")


def _bytes(text: str) -> bytes:
    """Any text, even with half characters that a stranger may have put into an address."""
    return text.encode(errors="replace")


def _decrypted(sealed: str, key: bytes) -> bytes:
    try:
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        return decryptor.update(b64decode(sealed, validate=True)) + decryptor.finalize()
    except (binascii.Error, ValueError):
        raise Unsealable("not what our key encrypts") from None


def _without_padding(plain: bytes) -> bytes:
    """PKCS#7 in blocks of 32 bytes, where AES itself has 16."""
    count = plain[-1] if plain else 0
    if not 1 <= count <= BLOCK_BYTES or plain[-count:] != bytes([count]) * count:
        raise Unsealable("not what our key encrypts")
    return plain[:-count]
