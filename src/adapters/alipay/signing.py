"""RSA2: SHA256 with RSA, PKCS#1 v1.5, in base64, over a text that both sides make from the same parameters."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

SIGN_TYPE: Final = "RSA2"


def request_text(parameters: Mapping[str, str]) -> str:
    """What is signed of a request: all but the signature, the kind of signature included, without empty values."""
    return _joined({name: value for name, value in parameters.items() if name != "sign" and value})


def notification_text(parameters: Mapping[str, str]) -> str:
    """What is signed of a notification: all but the signature and its kind, empty values included."""
    return _joined({name: value for name, value in parameters.items() if name not in {"sign", "sign_type"}})


def sign(text: str, key: RSAPrivateKey) -> str:
    """The signature of the text."""
    return b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


@frozen(kw_only=True)
class AlipayKeys:
    """The keys by which Alipay's word is known: one, or one for each of its certificates by their serials."""

    by_serial: Mapping[str, RSAPublicKey] = field(repr=False)

    def knows(self, serial: str) -> bool:
        """Whether Alipay signs with the certificate of that serial, as far as we know. One that is not named may be."""
        return not serial or serial in self.by_serial or "" in self.by_serial

    def is_signed(self, content: bytes, signature: str, serial: str = "") -> bool:
        """Whether Alipay signed it, with the certificate of that serial where one is named."""
        try:
            given = b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        named = self.by_serial.get(serial)
        keys = (named,) if named else tuple(self.by_serial.values())
        return self.knows(serial) and any(_verifies(key, content, given) for key in keys)


def _verifies(key: RSAPublicKey, content: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, content, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _joined(parameters: Mapping[str, str]) -> str:
    """Sorted by name, with values as they are: nothing is escaped."""
    return "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
