"""The key ring of an installation, and what its keys seal."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.crypto.key_ring import KeyRing, KeyRingFile, KeyRingInvalid, new_ring
from adapters.crypto.vault import KeyMissing, NotSealed, Vault
from entrypoints.container.databases import find_key_rings
from entrypoints.settings import Settings, SettingsInvalid

if TYPE_CHECKING:
    from adapters.sql.resealing import Resealing

__all__ = ["KeyMissing", "KeyRing", "KeyRingInvalid", "NotSealed", "create_ring", "open_resealing", "ring_file"]


def ring_file(settings: Settings) -> KeyRingFile:
    """The file that holds the ring; raises `SettingsInvalid` where none is named."""
    if settings.key_ring_file is None:
        raise SettingsInvalid("ERRAND_KEY_RING_FILE must name the file of the key ring")
    return KeyRingFile(settings.key_ring_file)


def create_ring(path: Path) -> KeyRing:
    """Write a new ring where there is none; raises `SettingsInvalid` where there is a file."""
    if path.exists():
        raise SettingsInvalid("ERRAND_KEY_RING_FILE names a file that is there: a ring is never written over")
    file = KeyRingFile(path)
    file.replace(new_ring())
    return file.current()


@asynccontextmanager
async def open_resealing(settings: Settings) -> AsyncGenerator["Resealing"]:
    """What the keys seal in the database of these settings, which is closed at the end."""
    from sqlalchemy import make_url  # noqa: PLC0415 - loaded only where a database is opened

    from adapters.sql.database import open_driver  # noqa: PLC0415 - see above
    from adapters.sql.resealing import Resealing  # noqa: PLC0415 - see above

    driver = await open_driver(make_url(settings.database_url))
    try:
        yield Resealing(driver, Vault(find_key_rings(settings)))
    finally:
        await driver.close()
