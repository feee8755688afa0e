"""The database that the settings name, open, and the history of its schema."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import adapters
from adapters.crypto.key_ring import GivenRing, KeyRingFile, KeyRings, ring_from
from adapters.crypto.vault import Vault
from adapters.memory.database import MemoryDatabase
from adapters.sql.faults import AddressInvalid
from entrypoints.settings import Settings, SettingsInvalid

if TYPE_CHECKING:
    from adapters.sql.database import SqlDatabase

MEMORY: Final = "memory:"


def find_key_rings(settings: Settings) -> KeyRings:
    """Where the keys of personal data come from."""
    return KeyRingFile(settings.key_ring_file) if settings.key_ring_file else GivenRing(ring_from(settings.secret_key))


def find_vault(settings: Settings) -> Vault:
    """What seals personal data."""
    return Vault(find_key_rings(settings))


@contextmanager
def named_address() -> Generator[None]:
    """Around what opens the database: an address that cannot be right is `SettingsInvalid`, by its variable."""
    try:
        yield
    except AddressInvalid as fault:
        raise SettingsInvalid(f"ERRAND_DATABASE_URL: {fault}") from None


async def open_database(settings: Settings, vault: Vault) -> "MemoryDatabase | SqlDatabase":
    """The database of the URL; SQLAlchemy is loaded only when it is needed, for `errand --help` has no time for it."""
    if settings.database_url == MEMORY:
        return MemoryDatabase()
    from adapters.sql.database import SqlDatabase  # noqa: PLC0415 - see above

    with named_address():
        return await SqlDatabase.connect(settings.database_url, vault)


async def upgrade_database(settings: Settings, revision: str = "head") -> None:
    """Bring the schema to that revision."""
    from adapters.sql import migrations  # noqa: PLC0415 - Alembic is loaded only where a schema is walked

    with named_address():
        await migrations.upgrade(settings.database_url, revision, vault=find_vault(settings))


async def downgrade_database(settings: Settings, revision: str) -> None:
    """Take the schema back to that revision."""
    from adapters.sql import migrations  # noqa: PLC0415 - Alembic is loaded only where a schema is walked

    with named_address():
        await migrations.downgrade(settings.database_url, revision, vault=find_vault(settings))


async def database_revision(settings: Settings) -> str | None:
    """The revision of the schema; `None` where there is none."""
    from adapters.sql import migrations  # noqa: PLC0415 - Alembic is loaded only where a schema is walked

    with named_address():
        return await migrations.current(settings.database_url)


def schema_revisions() -> tuple[str, ...]:
    """The revisions that this program brings, by file name: found without loading what would walk them."""
    return tuple(sorted(file.name for file in (Path(adapters.__path__[0]) / "sql/migrations/versions").glob("*.py")))


def newest_revision() -> str:
    """The revision that no other builds on, in whatever order they were numbered: read without loading them, too."""
    folder = Path(adapters.__path__[0]) / "sql/migrations/versions"
    written = "\n".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    made = set(re.findall(r'^revision = "(\w+)"$', written, re.MULTILINE))
    built_on = set(re.findall(r'^down_revision = "(\w+)"$', written, re.MULTILINE))
    (newest,) = made - built_on
    return str(newest)


def memory_database(settings: Settings) -> MemoryDatabase:
    """The database of a container that was made without one; raises `SettingsInvalid` where it would be another."""
    if settings.database_url != MEMORY:
        raise SettingsInvalid("a container on a stored database is opened with `running`")
    return MemoryDatabase()
