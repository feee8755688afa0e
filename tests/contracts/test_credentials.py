"""The contracts of how passwords are hashed, and of authenticators."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha1
from pathlib import Path

import pytest
from pyotp import TOTP

from adapters.crypto.authenticators import TotpAuthenticators
from adapters.crypto.breached_passwords import FileBreachedPasswords
from adapters.crypto.passwords import Argon2PasswordHashes
from adapters.memory.credentials import MemoryBreachedPasswords, MemoryPasswordHashes
from errand_domain.ports.credentials import BreachedPasswords, PasswordHashes
from errand_domain.testing import contracts
from errand_domain.testing.contracts.credentials import BREACHED


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


def corpus(folder: Path, *passwords: str) -> FileBreachedPasswords:
    """What the downloader would write of these."""
    digests = (sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in passwords)
    lines = sorted(f"{digest}:{n}\r\n" for n, digest in enumerate(digests, start=1))
    (folder / "corpus.txt").write_text("".join(lines), "ascii", newline="")
    return FileBreachedPasswords(folder / "corpus.txt")


class TestBreachedPasswords(contracts.BreachedPasswordsContract):
    @pytest.fixture(params=["file", "memory"])
    def kind(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def adapter(self, kind: str, tmp_path: Path) -> BreachedPasswords:
        return corpus(tmp_path, *BREACHED) if kind == "file" else MemoryBreachedPasswords(frozenset(BREACHED))

    @pytest.fixture
    def empty(self, kind: str, tmp_path: Path) -> BreachedPasswords:
        return corpus(tmp_path) if kind == "file" else MemoryBreachedPasswords()


class TestAuthenticators(contracts.AuthenticatorsContract):
    @pytest.fixture
    def adapter(self) -> TotpAuthenticators:
        return TotpAuthenticators()

    @pytest.fixture
    def code_at(self) -> Callable[[str, datetime], str]:
        return lambda secret, at: TOTP(secret).at(at)
