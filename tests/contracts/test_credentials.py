"""The contracts of how passwords are hashed, and of authenticators."""

from collections.abc import Callable
from datetime import datetime

import pytest
from pyotp import TOTP

from adapters.crypto.authenticators import TotpAuthenticators
from adapters.crypto.passwords import Argon2PasswordHashes
from adapters.memory.credentials import MemoryPasswordHashes
from errand_domain.ports.credentials import PasswordHashes
from errand_domain.testing import contracts


class TestPasswordHashes(contracts.PasswordHashesContract):
    @pytest.fixture(params=["argon2", "memory"])
    def kind(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def adapter(self, kind: str) -> PasswordHashes:
        return Argon2PasswordHashes(memory_kib=1024) if kind == "argon2" else MemoryPasswordHashes()

    @pytest.fixture
    def older(self, kind: str) -> PasswordHashes:
        return Argon2PasswordHashes(memory_kib=512) if kind == "argon2" else MemoryPasswordHashes(parameters="0")


class TestAuthenticators(contracts.AuthenticatorsContract):
    @pytest.fixture
    def adapter(self) -> TotpAuthenticators:
        return TotpAuthenticators()

    @pytest.fixture
    def code_at(self) -> Callable[[str, datetime], str]:
        return lambda secret, at: TOTP(secret).at(at)
