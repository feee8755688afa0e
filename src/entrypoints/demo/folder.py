"""The demonstration's folder: its key, its databases, its files, and what is known of the last start."""

import json
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, cast

from attrs import asdict, frozen

from entrypoints.container.keys import create_ring
from entrypoints.demo.enrolling import Keys as OperatorKeys
from entrypoints.demo.notices import NAME as NOTICES
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.partners import environment
from entrypoints.settings import Settings, read_settings

KEY_BYTES: Final = 32
PRIVATE: Final = 0o600
FOLDER_MODE: Final = 0o700


@frozen
class Addresses:
    """Where the service and the sandbox answer."""

    service: str = "http://127.0.0.1:8000"
    sandbox: str = "http://127.0.0.1:8001"


@frozen
class DemoFolder:
    """Everything that a demonstration keeps lies in one folder, readable by this user alone."""

    path: Path

    @property
    def key_file(self) -> Path:
        """The secret key in hexadecimal digits."""
        return self.path / "secret.key"

    @property
    def key_ring_file(self) -> Path:
        """The keys of personal data."""
        return self.path / "key-ring.json"

    @property
    def database_url(self) -> str:
        """The SQLite database."""
        return f"sqlite:///{self.path.resolve() / 'errand.sqlite3'}"

    @property
    def partner_keys(self) -> Keys:
        """What the sandbox's partners hand out, and what they keep."""
        return Keys(self.path.resolve() / "sandbox")

    @property
    def partner_books(self) -> Path:
        """What the sandbox's partners know."""
        return self.path / "sandbox.sqlite3"

    @property
    def settings(self) -> Settings:
        """The settings of this demonstration; its keys are made on first use."""
        self._make_keys()
        return read_settings(self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """What a shell must set for `errand` to work on this demonstration."""
        return {
            "ERRAND_MODE": "development",
            "ERRAND_DATABASE_URL": self.database_url,
            "ERRAND_SECRET_KEY_FILE": str(self.key_file.resolve()),
            "ERRAND_KEY_RING_FILE": str(self.key_ring_file.resolve()),
            "ERRAND_FILES_FOLDER": str(self.path.resolve() / "files"),
            "ERRAND_RATE_LIMITS": "off",  # one person plays a whole campus
            "ERRAND_PUBLIC_URL": self.addresses.service,
            **environment(self.partner_keys, self.addresses.sandbox),
            "ERRAND_NOTICES": NOTICES,
        }

    @property
    def is_seeded(self) -> bool:
        """Whether the story was told to its end: one that was interrupted is told anew."""
        return self._seeded_file.exists()

    def begin(self) -> None:
        """Make the folder; throw away what an interrupted seeding left. The key stays."""
        self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        for name in ("errand.sqlite3", "sandbox.sqlite3"):
            for suffix in ("", "-wal", "-shm"):
                (self.path / f"{name}{suffix}").unlink(missing_ok=True)
        shutil.rmtree(self.path / "files", ignore_errors=True)
        self._seeded_file.unlink(missing_ok=True)

    def finish(self, revisions: tuple[str, ...]) -> None:
        """The story is told, or the schema brought up to date; these are its revisions."""
        self._write(self._seeded_file, {"revisions": revisions})

    def has(self, revisions: tuple[str, ...]) -> bool:
        """Whether the schema has these revisions."""
        found = self._read(self._seeded_file)
        return found is not None and found.get("revisions") == list(revisions)

    @property
    def addresses(self) -> Addresses:
        """Where the demonstration of this folder was last served."""
        found = self._read(self.path / "addresses.json") or {}
        return Addresses(**found)

    def serve_at(self, addresses: Addresses) -> None:
        """Remember where it is served."""
        self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        self._write(self.path / "addresses.json", asdict(addresses))

    @property
    def operators_file(self) -> Path:
        """How the operators sign in: e-mail address, password, and what an authenticator reads."""
        return self.path / "operators.json"

    def keep_operators(self, keys: Iterable[OperatorKeys]) -> None:
        """Write the operators' keys down, for this user alone to read."""
        self.operators_file.touch(mode=PRIVATE)
        self._write(self.operators_file, {"operators": [asdict(one) for one in keys]})

    @property
    def _seeded_file(self) -> Path:
        return self.path / "seeded.json"

    def _make_keys(self) -> None:
        if not self.key_file.exists():
            self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self.key_file.touch(mode=PRIVATE)
            self.key_file.write_text(secrets.token_hex(KEY_BYTES), "ascii")
        if not self.key_ring_file.exists():
            create_ring(self.key_ring_file)

    def _read(self, file: Path) -> dict[str, Any] | None:
        try:
            return cast("dict[str, Any]", json.loads(file.read_text("utf-8")))
        except (OSError, ValueError):
            return None

    def _write(self, file: Path, content: dict[str, Any]) -> None:
        file.write_text(json.dumps(content), "utf-8")
