"""Keys and names that the partners hand out: made once, kept as files that only this user reads."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, cast

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

PRIVATE: Final = 0o600
FOLDER_MODE: Final = 0o700
KEY_BITS: Final = 2048
EXPONENT: Final = 65537
VALID_FOR: Final = timedelta(days=3650)
ORGANIZATION: Final = "Errand Sandbox"
"""Who issues every certificate here. Production refuses what is of the sandbox."""
UNIT: Final = "Certification Authority"
"""As Alipay's own have one: some clients cannot name a certificate whose issuer has none."""


@frozen
class Keys:
    """A folder of keys. What is asked for the first time is made; afterwards it is the same."""

    folder: Path

    def path(self, name: str) -> Path:
        """Where it lies."""
        return self.folder / name

    def text(self, name: str, make: Callable[[], str]) -> str:
        """The content of that file, made if need be: by whoever comes first, where two come at once."""
        path = self.path(name)
        if not path.exists():
            self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            new = path.with_name(f"{name}.{secrets.token_hex(4)}")
            new.touch(mode=PRIVATE)
            new.write_text(make(), "utf-8")
            with suppress(FileExistsError):
                path.hardlink_to(new)
            new.unlink()
        return path.read_text("utf-8")

    def private_key(self, name: str) -> RSAPrivateKey:
        """The RSA key in `name`.pem."""
        pem = self.text(f"{name}.pem", _new_key)
        return cast("RSAPrivateKey", load_pem_private_key(pem.encode(), password=None))

    def public_key_file(self, name: str) -> Path:
        """The public half of the key of that name, in a file of its own."""
        file = f"{name}.public.pem"
        self.text(file, lambda: public_pem(self.private_key(name)))
        return self.path(file)

    def certificate(self, name: str, *, issuer: str | None = None) -> x509.Certificate:
        """A certificate for the key of that name in `name`.crt, issued by the key of another name, or by itself."""
        pem = self.text(f"{name}.crt", lambda: self._issued(name, issuer or name))
        return x509.load_pem_x509_certificate(pem.encode())

    def _issued(self, name: str, issuer: str) -> str:
        now = datetime.now(UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(issuer))
            .public_key(self.private_key(name).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + VALID_FOR)
            .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        )
        signed = built.sign(self.private_key(issuer), SHA256())
        return signed.public_bytes(Encoding.PEM).decode()


def public_pem(key: RSAPrivateKey) -> str:
    """The public half, as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def letters(count: int) -> Callable[[], str]:
    """Makes that many random hexadecimal letters and digits."""
    return lambda: secrets.token_hex((count + 1) // 2)[:count]


def _new_key() -> str:
    key = generate_private_key(public_exponent=EXPONENT, key_size=KEY_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, UNIT),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
