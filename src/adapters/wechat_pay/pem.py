"""Keys in the one spelling that the SDK takes: it says no more of another than that it failed."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def written_private_key(key: RSAPrivateKey) -> str:
    """PKCS#8, unencrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def written_public_key(key: RSAPublicKey) -> str:
    """What says which algorithm it is of, and the key."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
