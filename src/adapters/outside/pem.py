"""Keys and certificates as providers and their tools hand them out: PEM in several spellings, or its base64 alone.

What is refused is refused by the name of its field, and never shown.
"""

import re
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import Certificate, load_pem_x509_certificate

KEY_BITS_LEAST: Final = 2048
_BARE: Final = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def read_private_key(text: str, field: str) -> RSAPrivateKey:
    """The RSA key, PKCS#8 or PKCS#1; raises `ValueError` that names the field."""
    for label in ("PRIVATE KEY", "RSA PRIVATE KEY"):
        try:
            key = load_pem_private_key(_armoured(text, label), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        if not isinstance(key, RSAPrivateKey):
            raise ValueError(f"{field} is not an RSA key")  # noqa: TRY004 - the text is wrong, not its type
        _check_size(key.key_size, field)
        return key
    raise ValueError(f"{field} is not an unencrypted private key in PEM")


def read_public_key(text: str, field: str) -> RSAPublicKey:
    """The RSA key; raises `ValueError` that names the field."""
    try:
        key = load_pem_public_key(_armoured(text, "PUBLIC KEY"))
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(f"{field} is not a public key in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{field} is not an RSA key")  # noqa: TRY004 - the text is wrong, not its type
    _check_size(key.key_size, field)
    return key


def read_certificate(text: str, field: str) -> tuple[Certificate, RSAPublicKey]:
    """The certificate and the RSA key that it certifies; raises `ValueError` that names the field."""
    try:
        certificate = load_pem_x509_certificate(text.strip().encode())
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(f"{field} is not a certificate in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{field} is not a certificate of an RSA key")  # noqa: TRY004 - the text is wrong, not its type
    _check_size(key.key_size, field)
    return certificate, key


def certificate_texts(text: str) -> tuple[str, ...]:
    """The certificates of a PEM file that holds several, each by itself."""
    return tuple(_CERTIFICATE.findall(text))


def readable_certificates(text: str) -> Iterator[Certificate]:
    """The certificates of a bundle that can be read at all: some are of algorithms that are foreign here."""
    for one in certificate_texts(text):
        try:
            yield load_pem_x509_certificate(one.encode())
        except (ValueError, UnsupportedAlgorithm):
            continue


def _check_size(bits: int, field: str) -> None:
    if bits < KEY_BITS_LEAST:
        raise ValueError(f"{field} has {bits} bits, {KEY_BITS_LEAST} at least")


def _armoured(text: str, label: str) -> bytes:
    """PEM as it is; base64 alone with its first and last line put around it."""
    plain = text.strip().replace("\r\n", "\n")
    if _BARE.fullmatch(plain):
        plain = f"-----BEGIN {label}-----\n{plain}\n-----END {label}-----\n"
    return plain.encode()
