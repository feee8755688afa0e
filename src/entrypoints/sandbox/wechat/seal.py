"""How WeChat signs and encrypts what it pushes, from its own side."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha1
from secrets import token_bytes, token_hex
from typing import Final
from urllib.parse import urlencode

from attrs import field, frozen
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BYTES: Final = 32
RANDOM_BYTES: Final = 16


@frozen(kw_only=True)
class SealedPush:
    """What is posted: a body, and what stands behind the question mark of the address."""

    query: str
    body: bytes


@frozen(kw_only=True)
class PushSealing:
    """The app, and what was set for it in the console: a token, and a key of 43 characters."""

    app: str
    token: str = field(repr=False)
    key: str = field(repr=False)

    def sealed(self, event: Mapping[str, object], *, timestamp: int, forged: bool = False) -> SealedPush:
        """The event, encrypted and signed, as it is posted at that time; signed by somebody else, if that is wanted."""
        nonce, encrypted = token_hex(5), self._encrypted(json.dumps(event, ensure_ascii=False).encode())
        signed = ("forged" if forged else self.token, str(timestamp), nonce)
        query = {
            "signature": _signature(*signed),
            "timestamp": str(timestamp),
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": _signature(*signed, encrypted),
        }
        return SealedPush(
            query=urlencode(query),
            body=json.dumps({"ToUserName": str(event.get("ToUserName", "")), "Encrypt": encrypted}).encode(),
        )

    def _encrypted(self, message: bytes) -> str:
        key = b64decode(f"{self.key}=")
        plain = token_bytes(RANDOM_BYTES) + len(message).to_bytes(4, "big") + message + self.app.encode()
        padding = BLOCK_BYTES - len(plain) % BLOCK_BYTES
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        return b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def _signature(*parts: str) -> str:
    return sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the scheme is WeChat's
