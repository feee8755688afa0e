"""Keys and certificates as merchants receive them: PEM in several spellings, read once and written in one.

The SDK takes a single spelling (PKCS#8, line feeds alone) and says no more than that it failed; the tools that make
merchants' keys write others too. What is refused is refused by name, and never shown.
"""

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509 import Certificate, load_pem_x509_certificate

KEY_BITS_LEAST: Final = 2048


def read_private_key(text: str, field: str) -> RSAPrivateKey:
    """The RSA key of a PEM text, PKCS#8 or PKCS#1; raises `ValueError` that names the field."""
    try:
        key = load_pem_private_key(_plain(text), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"{field} is not an unencrypted private key in PEM") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{field} is not an RSA key")  # noqa: TRY004 - the text is wrong, not its type
    if key.key_size < KEY_BITS_LEAST:
        raise ValueError(f"{field} has {key.key_size} bits, {KEY_BITS_LEAST} at least")
    return key


def read_public_key(text: str, field: str) -> RSAPublicKey:
    """The RSA key of a PEM text; raises `ValueError` that names the field."""
    try:
        key = load_pem_public_key(_plain(text))
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(f"{field} is not a public key in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{field} is not an RSA key")  # noqa: TRY004 - the text is wrong, not its type
    if key.key_size < KEY_BITS_LEAST:
        raise ValueError(f"{field} has {key.key_size} bits, {KEY_BITS_LEAST} at least")
    return key


def read_certificate(text: str, field: str) -> Certificate:
    """The certificate of a PEM text, for an RSA key; raises `ValueError` that names the field."""
    try:
        certificate = load_pem_x509_certificate(_plain(text))
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(f"{field} is not a certificate in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{field} is not a certificate of an RSA key")  # noqa: TRY004 - as above
    return certificate


def written_private_key(key: RSAPrivateKey) -> str:
    """The key as the SDK takes it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def written_public_key(key: RSAPublicKey) -> str:
    """The key as the SDK takes it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _plain(text: str) -> bytes:
    return text.strip().encode()
