"""What is known of files, in SQL."""

from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, delete, select

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import only
from adapters.sql.rows.words import READ_FILE, file_from_row, file_row
from adapters.sql.statements import Statement
from adapters.sql.tables.ordering import FILES
from adapters.sql.writes import Add, Change, Write
from errand_domain.ids import FileId
from errand_domain.ports.files import Files, StoredFile

_MINE: Final = FILES.c.id == bindparam("file")
_GET: Final = Statement(select(*READ_FILE).where(_MINE))
_REMOVE: Final = Statement(delete(FILES).where(_MINE))


@frozen
class SqlFiles(Files):
    """What is known of files, in SQL."""

    driver: Driver
    writes: list[Write]

    async def get(self, file_id: FileId) -> StoredFile:
        """The file's facts; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"file": file_id}), file_from_row, "file")

    def add(self, file: StoredFile) -> None:
        """A new file; a used id is `Stale`."""
        self.writes.append(Add(table=FILES, row=file_row(file), key=file.id))

    def remove(self, file_id: FileId) -> None:
        """Forget it, if it is known."""
        self.writes.append(Change(statement=_REMOVE, parameters={"file": file_id}, table_name=FILES.name, key=file_id))
