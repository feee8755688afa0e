"""Whoever seals files anew and is killed while one of them is erased leaves nothing of it behind."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import make_url

from adapters.crypto.key_ring import KeyRingFile, new_ring
from adapters.crypto.vault import Vault
from adapters.memory.files import MemoryFileStore
from adapters.sql.database import SqlDatabase, open_driver
from adapters.sql.reindexing import Reindexing
from adapters.sql.resealing import Resealing
from adapters.storage.sealed import SealedFileStore
from entrypoints.container.keys import Sealed
from errand_domain.ids import FileId
from errand_domain.ports.files import StoredFile
from errand_domain.retention import UNFINISHED_FILES_KEPT_FOR
from errand_domain.testing import examples
from tests.databases import emptied

pytestmark = pytest.mark.anyio


class Killed(BaseException):
    """The process is gone."""


class Dying(MemoryFileStore):
    """While a file is sealed anew, others erase it, row and bytes; then it is put, and the process is killed."""

    def __init__(self, database: SqlDatabase) -> None:
        super().__init__()
        self.database = database
        self.fatal: FileId | None = None

    async def put(self, file_id: FileId, content: bytes, *, media_type: str) -> None:
        if file_id != self.fatal:
            await super().put(file_id, content, media_type=media_type)
            return
        async with self.database.begin() as tx:
            tx.files.remove(file_id)
            await tx.commit()
        await self.delete(file_id)
        await super().put(file_id, content, media_type=media_type)
        raise Killed


async def test_what_was_sealed_anew_as_it_was_erased_is_looked_at_a_day_later(address: str, tmp_path: Path) -> None:
    await emptied(address)
    rings = KeyRingFile(tmp_path / "ring.json")
    rings.replace(new_ring())
    vault = Vault(rings)
    database, driver = await SqlDatabase.connect(address, vault), await open_driver(make_url(address))
    bytes_of = Dying(database)
    store = SealedFileStore(bytes_of, vault)
    sealed = Sealed(
        rows=Resealing(driver, vault), indices=Reindexing(driver, vault), store=store, current=lambda: vault.current
    )
    files = [evolve(examples.stored_file(), ticket_id=None) for _ in range(3)]
    try:
        for file in files:
            await _keep(database, file)
            await store.put(file.id, b"a card", media_type=file.media_type)
        bytes_of.fatal = files[1].id
        rings.replace(rings.current().with_new_key())
        before = datetime.now(UTC)
        with pytest.raises(Killed):
            await sealed.reseal(lambda _table, _done: None)
        assert files[1].id in bytes_of._contents, "nothing else would ever find it"
        later = before + UNFINISHED_FILES_KEPT_FOR + timedelta(hours=1)
        due = await database.timers.take("expected_file", now=later, leased_until=later, limit=9)
        assert {*due} == {str(file.id) for file in files}
        bytes_of.fatal = None
        await sealed.reseal(lambda _table, _done: None)
        due = await database.timers.take("expected_file", now=later, leased_until=later, limit=9)
        assert due == (str(files[1].id),), "whoever begins again finds less to do"
    finally:
        await driver.close()
        await database.close()


async def _keep(database: SqlDatabase, file: StoredFile) -> None:
    async with database.begin() as tx:
        tx.files.add(file)
        await tx.commit()
