"""Time-based one-time codes by pyotp, as RFC 6238 has them and every authenticator expects them."""

from datetime import datetime
from hmac import compare_digest
from typing import Final

from pyotp import random_base32
from pyotp.totp import TOTP

from errand_domain.ports.credentials import Authenticators

STEP_SECONDS: Final = 30
ISSUER: Final = "Campus errands"
AROUND: Final = (0, -1, 1)
"""Clocks differ a little, and people type slowly."""


class TotpAuthenticators(Authenticators):
    """SHA-1, six digits, thirty seconds: the one set of parameters that all authenticators understand."""

    def new_secret(self) -> str:
        """160 random bits."""
        return random_base32(32)

    def step(self, secret: str, code: str, *, at: datetime) -> int | None:
        """The step that the code belongs to, each compared in a time that does not tell where they differ."""
        now = int(at.timestamp()) // STEP_SECONDS
        codes = TOTP(secret)
        found = [now + off for off in AROUND if compare_digest(codes.generate_otp(now + off).encode(), code.encode())]
        return found[0] if found else None

    def address(self, secret: str, *, account: str) -> str:
        """What an authenticator reads from a QR code."""
        return TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)
