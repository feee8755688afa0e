"""What proves to Alipay who we are, and to us that Alipay is speaking: checked when it is built."""

import re
from datetime import datetime
from functools import cached_property
from typing import Final

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509 import Certificate

from adapters.alipay.certificates import certificate_serial, issues_others, root_serial
from adapters.alipay.signing import AlipayKeys
from adapters.outside.pem import certificate_texts, read_certificate, read_private_key, read_public_key

# Both are unverified against the live service, but for their being digits.
_APP: Final = re.compile(r"[0-9]{16}")
_SELLER: Final = re.compile(r"2088[0-9]{12}")


@frozen(kw_only=True)
class AlipayCredentials:
    """An app's own key, and the keys by which Alipay's word is known.

    In key mode that is `alipay_public_key`. In certificate mode, without which nothing can be paid out, it is the three
    certificate files that Alipay hands out together; `alipay_certificate` may hold the old and the new one while they
    change. Raises `ValueError` in one line that names the field.
    """

    app: str
    seller: str
    """The merchant's own account (a number that begins with 2088), which notifications name."""
    private_key: str = field(repr=False)
    alipay_public_key: str = field(default="", repr=False)
    app_certificate: str = field(default="", repr=False)
    alipay_certificate: str = field(default="", repr=False)
    root_certificates: str = field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what could never work."""
        if not _APP.fullmatch(self.app):
            raise ValueError("app is not 16 digits")
        if not _SELLER.fullmatch(self.seller):
            raise ValueError("seller is not 16 digits that begin with 2088")
        own = self.own_key
        certificates = (self.app_certificate, self.alipay_certificate, self.root_certificates)
        if self.alipay_public_key and any(certificates):
            raise ValueError("alipay_public_key is given, and certificates too: one mode excludes the other")
        if not self.alipay_public_key and not all(certificates):
            raise ValueError("alipay_public_key is missing, and there are no three certificates in its place")
        if any(key == own.public_key() for key in self.alipay_keys().by_serial.values()):
            raise ValueError("alipay_public_key or alipay_certificate is our own, not Alipay's")
        if self.app_certificate and self._own_certificate()[1] != own.public_key():
            raise ValueError("private_key does not belong to app_certificate")
        if self.root_certificates and not root_serial(self.root_certificates):
            raise ValueError("root_certificates has no certificate in PEM that RSA signed")

    @property
    def has_certificates(self) -> bool:
        """Whether this is certificate mode."""
        return bool(self.app_certificate)

    @cached_property
    def own_key(self) -> RSAPrivateKey:
        """The key that we sign with; read once, for a private key is checked whenever it is read."""
        return read_private_key(self.private_key, "private_key")

    def alipay_keys(self) -> AlipayKeys:
        """The keys that Alipay signs with."""
        if self.alipay_public_key:
            return AlipayKeys(by_serial={"": read_public_key(self.alipay_public_key, "alipay_public_key")})
        return AlipayKeys(by_serial={certificate_serial(one): key for one, key in self._alipay_certificates()})

    def named_certificates(self) -> dict[str, str]:
        """The parameters that name our certificates in a request; none in key mode."""
        if not self.has_certificates:
            return {}
        return {
            "app_cert_sn": certificate_serial(self._own_certificate()[0]),
            "alipay_root_cert_sn": root_serial(self.root_certificates),
        }

    def check_dates(self, at: datetime) -> None:
        """Raise `ValueError` for a certificate that has expired by then: of Alipay's, one at least must not have."""
        if not self.has_certificates:
            return
        if self._own_certificate()[0].not_valid_after_utc < at:
            raise ValueError("app_certificate has expired")
        if all(one.not_valid_after_utc < at for one, _ in self._alipay_certificates()):
            raise ValueError("alipay_certificate has expired")

    def _own_certificate(self) -> tuple[Certificate, RSAPublicKey]:
        return read_certificate(self.app_certificate, "app_certificate")

    def _alipay_certificates(self) -> tuple[tuple[Certificate, RSAPublicKey], ...]:
        """Those that sign: certificates of the issuers may stand behind them in the same file."""
        texts = certificate_texts(self.alipay_certificate)
        found = [read_certificate(text, "alipay_certificate") for text in texts]
        signing = tuple((one, key) for one, key in found if not issues_others(one))
        if not signing:
            raise ValueError("alipay_certificate has no certificate in PEM that signs answers")
        return signing
