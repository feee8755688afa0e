"""Secrets from the operating system, and keyed digests of them."""

import secrets
from hashlib import sha256
from hmac import compare_digest, digest

from adapters.crypto.keys import check_key
from errand_domain.ports.outside import Secrets

TOKEN_BYTES = 32


class SystemSecrets(Secrets):
    """Randomness of the operating system; digests are HMAC-SHA256: a stolen table alone tells nothing.

    A six-digit code has few possibilities: what keeps its digest from being reversed by trying them all is
    the key, which is not in the database.
    """

    def __init__(self, key: bytes) -> None:
        self._key = check_key(key)

    def digits(self, count: int) -> str:
        """That many random decimal digits."""
        return f"{secrets.randbelow(10**count):0{count}d}" if count else ""

    def token(self) -> str:
        """256 random bits, safe in a URL."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def digest(self, secret: str) -> str:
        """The HMAC-SHA256 of the secret: 64 hexadecimal digits, fit for a comparison in constant time."""
        return digest(self._key, secret.encode(), sha256).hex()

    def same(self, one: str, other: str) -> bool:
        """Whether the two are equal; how long it takes does not tell where they differ."""
        return compare_digest(one.encode(), other.encode())
