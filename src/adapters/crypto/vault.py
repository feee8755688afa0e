"""Personal data sealed with AES-256-GCM, and blind indices by which it is found without being known.

What is sealed is bound to where it lies (`about`): a value moved to another row does not open there. The format is
`key.nonce+text+tag` in base64 for text, and a marked head before the same for bytes. AES-GCM as in NIST SP 800-38D,
with a random nonce of 96 bits: a key is good for 2^32 values.
"""

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from hmac import digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.crypto.key_ring import KeyRings

NONCE_BYTES: Final = 12
MAGIC: Final = b"errand\x01"
_SEPARATOR: Final = "."


class NotSealed(Exception):
    """It was not sealed here, or somebody has changed or moved it since."""


class KeyMissing(Exception):
    """The key ring has not the key that it was sealed with; the message names the key."""


class Vault:
    """Seals with the current key of the ring and opens with any key of it."""

    def __init__(self, rings: KeyRings) -> None:
        self._rings = rings
        self._ciphers = dict[tuple[str, bytes], AESGCM]()

    @property
    def current(self) -> str:
        """The name of the key that seals now."""
        return self._rings.current().current

    def seal(self, text: str, *, about: str) -> str:
        """The text, sealed: printable, and opened only with the same `about`, such as `members:…`."""
        name, sealed = self._sealed(text.encode(), about)
        return f"{name}{_SEPARATOR}{b64encode(sealed).decode('ascii')}"

    def open(self, sealed: str, *, about: str) -> str:
        """The text that was sealed; raises `NotSealed` or `KeyMissing`."""
        name, separator, content = sealed.partition(_SEPARATOR)
        try:
            raw = b64decode(content, validate=True)
        except (NotBase64, ValueError):
            raise NotSealed(about) from None
        if not separator:
            raise NotSealed(about)
        return self._opened(name, raw, about).decode()

    def seal_bytes(self, content: bytes, *, about: str) -> bytes:
        """The bytes, sealed."""
        name, sealed = self._sealed(content, about)
        return MAGIC + name.encode("ascii") + _SEPARATOR.encode("ascii") + sealed

    def open_bytes(self, sealed: bytes, *, about: str) -> bytes:
        """The bytes that were sealed; raises `NotSealed` or `KeyMissing`."""
        name, separator, content = sealed.removeprefix(MAGIC).partition(_SEPARATOR.encode("ascii"))
        if not sealed.startswith(MAGIC) or not separator or not name.isascii():
            raise NotSealed(about)
        return self._opened(name.decode("ascii"), content, about)

    def index(self, kind: str, value: str) -> str:
        """A blind index, 64 hexadecimal digits: equal for equal values of a kind, telling nothing without the key."""
        return _keyed(self._rings.current().index_key, f"index {kind}", value.encode()).hex()

    def index_next(self, kind: str, value: str) -> str:
        """The blind index under the next key of indices; the same as `index` where that key is not being replaced."""
        ring = self._rings.current()
        return _keyed(ring.index_key_next or ring.index_key, f"index {kind}", value.encode()).hex()

    def mark(self, purpose: str, content: bytes) -> bytes:
        """What only somebody with the key ring can compute of that content: 32 bytes of HMAC-SHA256."""
        ring = self._rings.current()
        return _keyed(ring.mark_key or ring.index_key, purpose, content)

    def _sealed(self, content: bytes, about: str) -> tuple[str, bytes]:
        ring = self._rings.current()
        nonce = os.urandom(NONCE_BYTES)
        cipher = self._cipher(ring.current, ring.keys[ring.current])
        return ring.current, nonce + cipher.encrypt(nonce, content, _bound(ring.current, about))

    def _opened(self, name: str, sealed: bytes, about: str) -> bytes:
        key = self._rings.current().keys.get(name) or self._rings.again().keys.get(name)
        if key is None:
            raise KeyMissing(name)
        nonce, content = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher(name, key).decrypt(nonce, content, _bound(name, about))
        except (InvalidTag, ValueError):
            raise NotSealed(about) from None

    def _cipher(self, name: str, key: bytes) -> AESGCM:
        found = self._ciphers.get((name, key))
        if found is None:
            found = self._ciphers[name, key] = AESGCM(key)
        return found


def _keyed(key: bytes, purpose: str, content: bytes) -> bytes:
    return digest(digest(key, purpose.encode(), sha256), content, sha256)


def key_of(sealed: str) -> str:
    """The name of the key that a sealed text was sealed with."""
    return sealed.partition(_SEPARATOR)[0]


def key_of_bytes(sealed: bytes) -> str:
    """The name of the key that sealed bytes were sealed with; empty for what was not sealed."""
    if not sealed.startswith(MAGIC):
        return ""
    return sealed.removeprefix(MAGIC).partition(_SEPARATOR.encode("ascii"))[0].decode("ascii", errors="replace")


def _bound(name: str, about: str) -> bytes:
    return f"errand {name} {about}".encode()
