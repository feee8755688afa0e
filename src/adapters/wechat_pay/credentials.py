"""What proves to WeChat Pay who we are, and to us that WeChat Pay is speaking: checked when it is built."""

import re
from functools import cached_property
from typing import Final

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from adapters.outside.pem import read_certificate, read_private_key, read_public_key
from adapters.wechat_pay.pem import written_private_key, written_public_key

API_V3_KEY_BYTES: Final = 32
PUBLIC_KEY_ID_PREFIX: Final = "PUB_KEY_ID_"
_MERCHANT: Final = re.compile(r"[0-9]{8,32}")
_APP: Final = re.compile(r"[0-9A-Za-z_-]{1,32}")
_SERIAL: Final = re.compile(r"[0-9A-Fa-f]{1,40}")
_PUBLIC_KEY_ID: Final = re.compile(rf"{PUBLIC_KEY_ID_PREFIX}[0-9A-Za-z]+")


@frozen(kw_only=True)
class WechatPayCredentials:
    """A merchant's own key, and the keys by which WeChat Pay's word is known.

    WeChat Pay signs with a key that is known by its id (`public_key`), or with a certificate: those in
    `platform_certificates`, and with `fetch_certificates` also those that it hands out. Both are given while a
    merchant moves from certificates to the public key. Raises `ValueError` in one line that names the field.
    """

    merchant: str
    app: str
    private_key: str = field(repr=False)
    certificate_serial: str
    api_v3_key: str = field(repr=False)
    certificate: str = field(default="", repr=False)
    """The merchant's own certificate, if it is at hand: the private key and the serial are compared with it."""
    public_key: str = field(default="", repr=False)
    public_key_id: str = ""
    platform_certificates: tuple[str, ...] = field(default=(), repr=False)
    fetch_certificates: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what could never work."""
        _check_format(self.merchant, _MERCHANT, "merchant", "8 to 32 digits")
        _check_format(self.app, _APP, "app", "up to 32 letters and digits")
        _check_format(self.certificate_serial, _SERIAL, "certificate_serial", "up to 40 hexadecimal digits")
        key = self._own_key
        if len(self.api_v3_key.encode()) != API_V3_KEY_BYTES or not self.api_v3_key.isascii():
            raise ValueError(f"api_v3_key is not {API_V3_KEY_BYTES} ASCII characters long")
        if self.certificate:
            self._check_own_certificate(key)
        self._check_platform_keys()

    @cached_property
    def private_key_pem(self) -> str:
        """The private key as the SDK takes it."""
        return written_private_key(self._own_key)

    @property
    def public_key_pem(self) -> str | None:
        """WeChat Pay's public key as the SDK takes it; nothing in certificate mode."""
        return written_public_key(read_public_key(self.public_key, "public_key")) if self.public_key else None

    @cached_property
    def _own_key(self) -> RSAPrivateKey:
        """Read once, for a private key is checked whenever it is read."""
        return read_private_key(self.private_key, "private_key")

    def _check_own_certificate(self, key: RSAPrivateKey) -> None:
        certificate, certified = read_certificate(self.certificate, "certificate")
        if certified != key.public_key():
            raise ValueError("private_key does not belong to certificate")
        if certificate.serial_number != int(self.certificate_serial, 16):
            raise ValueError("certificate_serial is not the serial of certificate")

    def _check_platform_keys(self) -> None:
        if bool(self.public_key) != bool(self.public_key_id):
            raise ValueError("public_key and public_key_id go together, and one of them is missing")
        if self.public_key:
            read_public_key(self.public_key, "public_key")
            wanted = f"{PUBLIC_KEY_ID_PREFIX} and letters or digits"
            _check_format(self.public_key_id, _PUBLIC_KEY_ID, "public_key_id", wanted)
        for text in self.platform_certificates:
            read_certificate(text, "platform_certificates")
        if not (self.public_key or self.platform_certificates or self.fetch_certificates):
            raise ValueError("public_key is missing, and there are no platform_certificates in its place")


def _check_format(value: str, pattern: re.Pattern[str], name: str, wanted: str) -> None:
    if not pattern.fullmatch(value):
        raise ValueError(f"{name} is not {wanted}")
