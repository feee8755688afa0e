"""Bytes that travel through clients as text, behind a signature."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Final

from adapters.crypto.keys import check_key

_SIGNATURE_BYTES: Final = 32


class SignedText:
    """A payload behind its HMAC-SHA256, in URL-safe base64 without padding.

    `purpose` names what is signed and in which layout: what was written for one purpose is nothing for another.
    """

    def __init__(self, key: bytes, *, purpose: bytes, length_most: int) -> None:
        self._key = check_key(key)
        self._purpose = purpose
        self._length_most = length_most

    def write(self, payload: bytes) -> str:
        """The payload, signed."""
        return _text(self._signature(payload) + payload)

    def read(self, token: str) -> bytes | None:
        """The payload; `None` for anything that `write` did not write, letter by letter."""
        if len(token) > self._length_most:
            return None
        try:
            content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:  # no base64, or no ASCII
            return None
        signature, payload = content[:_SIGNATURE_BYTES], content[_SIGNATURE_BYTES:]
        # Base64 has several spellings of the same bytes; only the one that was written is ours.
        if not compare_digest(signature, self._signature(payload)) or _text(content) != token:
            return None
        return payload

    def _signature(self, payload: bytes) -> bytes:
        return digest(self._key, self._purpose + payload, sha256)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
