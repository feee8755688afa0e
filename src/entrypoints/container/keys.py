"""The key ring of an installation, and what its keys seal."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from adapters.crypto.key_ring import KeyRing, KeyRingFile, KeyRingInvalid, new_ring
from adapters.crypto.vault import KeyMissing, NotSealed, Vault
from adapters.storage.sealed import SealedFileStore
from entrypoints.container.databases import find_key_rings, named_address
from entrypoints.container.storage import open_store
from entrypoints.settings import Settings, SettingsInvalid
from errand_domain.retention import UNFINISHED_FILES_KEPT_FOR

if TYPE_CHECKING:
    from adapters.sql.reindexing import Reindexing
    from adapters.sql.resealing import Resealing
    from errand_domain.ids import FileId

__all__ = ["KeyMissing", "KeyRing", "KeyRingInvalid", "NotSealed", "Sealed", "create_ring", "open_sealed", "ring_file"]

FILES: Final = "files"


def ring_file(settings: Settings) -> KeyRingFile:
    """The file that holds the ring; raises `SettingsInvalid` where none is named."""
    if settings.key_ring_file is None:
        raise SettingsInvalid("ERRAND_KEY_RING_FILE must name the file of the key ring")
    return KeyRingFile(settings.key_ring_file)


def create_ring(path: Path) -> KeyRing:
    """Write a new ring where there is none; raises `SettingsInvalid` where there is a file."""
    file = KeyRingFile(path)
    with file.alone():
        if path.exists():
            raise SettingsInvalid("ERRAND_KEY_RING_FILE names a file that is there: a ring is never written over")
        file.replace(new_ring())
    return file.current()


@frozen(kw_only=True)
class Sealed:
    """Everything that is sealed: values of the database, and files; and the blind indices of what is searched."""

    rows: "Resealing"
    indices: "Reindexing"
    store: SealedFileStore
    current: Callable[[], str]

    async def used(self) -> Mapping[str, Mapping[str, int]]:
        """For each table, and for the store of files, how many each key seals, by the key's name."""
        keys = Counter[str]()
        after: FileId | None = None
        while page := await self.rows.files(after):
            for file_id in page:
                keys[await self.store.key_of(file_id)] += 1
            after = page[-1]
        keys.pop("", None)
        return {**await self.rows.used(), FILES: keys}

    async def older(self) -> int:
        """How many values and files are sealed with another key than the current one."""
        current = self.current()
        return sum(count for keys in (await self.used()).values() for name, count in keys.items() if name != current)

    async def reseal(self, tell: Callable[[str, int], None]) -> int:
        """Seal all of it with the current key; how many values and files that were."""
        done = await self.rows.reseal(tell)
        files, after = 0, None
        while page := await self.rows.files(after):
            await self.rows.expect(page, until=datetime.now(UTC) + UNFINISHED_FILES_KEPT_FOR)
            for file_id in page:
                files += await self.store.reseal(file_id)
                if not await self.rows.knows(file_id):
                    await self.store.delete(file_id)  # it was erased while it was sealed anew
            await self.rows.settle(page)
            after = page[-1]
            tell(FILES, files)
        return done + files


@asynccontextmanager
async def open_sealed(settings: Settings) -> AsyncGenerator["Sealed"]:
    """What the keys seal in the database and the files of these settings, which is closed at the end."""
    from sqlalchemy import make_url  # noqa: PLC0415 - loaded only where a database is opened

    from adapters.sql.database import open_driver  # noqa: PLC0415 - see above
    from adapters.sql.reindexing import Reindexing  # noqa: PLC0415 - see above
    from adapters.sql.resealing import Resealing  # noqa: PLC0415 - see above

    with named_address():
        driver = await open_driver(make_url(settings.database_url))
    try:
        vault = Vault(find_key_rings(settings))
        async with open_store(settings) as stored:
            yield Sealed(
                rows=Resealing(driver, vault),
                indices=Reindexing(driver, vault),
                store=SealedFileStore(stored, vault),
                current=lambda: vault.current,
            )
    finally:
        await driver.close()
