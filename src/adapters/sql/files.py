"""What is known of files, in SQL."""

from datetime import datetime
from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, delete, func, null, select
from sqlalchemy.sql import ClauseElement

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import NEWEST, every, only
from adapters.sql.rows.words import CHANGING_FILE, READ_FILE, changing_file_columns, file_from_row, file_row
from adapters.sql.statements import Statement, dialect_insert
from adapters.sql.tables.ordering import EXPECTED_FILES, FILES
from adapters.sql.writes import Add, Change, Write, save, save_statement
from errand_domain.errors import Stale
from errand_domain.ids import FileId, MemberId, OrderId, TicketId
from errand_domain.ports.files import FilePurpose, Files, StoredFile

_MINE: Final = FILES.c.id == bindparam("file")
_GET: Final = Statement(select(*READ_FILE).where(_MINE))
_OF_TICKET: Final = Statement(select(*READ_FILE).where(FILES.c.ticket_id == bindparam("ticket")))
_THEIRS: Final = FILES.c.owner_id == bindparam("owner")
_OF_OWNER: Final = Statement(
    select(*READ_FILE)
    .where(_THEIRS, FILES.c.id < bindparam("before"))
    .order_by(FILES.c.id.desc())
    .limit(bindparam("limit"))
)
_OF_ORDER: Final = Statement(select(*READ_FILE).where(FILES.c.order_id == bindparam("order")).order_by(FILES.c.id))
_LATELY: Final = (_THEIRS, FILES.c.at >= bindparam("since"))
_COUNT: Final = Statement(
    select(func.count()).select_from(FILES).where(*_LATELY, FILES.c.order_id == bindparam("order"))
)
_OF_NO_ORDER: Final = (FILES.c.order_id.is_(None), FILES.c.purpose == bindparam("purpose"))
_COUNT_LOOSE: Final = Statement(select(func.count()).select_from(FILES).where(*_LATELY, *_OF_NO_ORDER))
_LOOSE: Final = Statement(select(*READ_FILE).where(_THEIRS, *_OF_NO_ORDER).order_by(FILES.c.id))
_OF_TRACE: Final = Statement(select(*READ_FILE).where(FILES.c.trace == bindparam("trace")))
_EXPECTED: Final = Statement(select(EXPECTED_FILES.c.erase_at).where(EXPECTED_FILES.c.id == bindparam("file")))
SETTLE: Final = Statement(delete(EXPECTED_FILES).where(EXPECTED_FILES.c.id == bindparam("file")))
_SAVE: Final = save_statement(FILES, ("id",), CHANGING_FILE)
_REMOVE: Final = Statement(delete(FILES).where(_MINE))
_EXPIRE: Final = Statement(delete(FILES).where(_MINE, FILES.c.version == bindparam("old_version")))


def _expect(dialect_name: str) -> ClauseElement:
    """Insert the expectation, or move its moment; nobody has it in hand any more."""
    columns = {name: bindparam(f"new_{name}", type_=EXPECTED_FILES.c[name].type) for name in ("id", "erase_at")}
    inserted = dialect_insert(dialect_name, EXPECTED_FILES).values(columns)
    if dialect_name in ("mysql", "mariadb"):
        clause: ClauseElement = inserted.on_duplicate_key_update(
            erase_at=inserted.inserted.erase_at, leased_until=null()
        )
    else:
        clause = inserted.on_conflict_do_update(
            index_elements=["id"], set_={"erase_at": inserted.excluded.erase_at, "leased_until": null()}
        )
    return clause


EXPECT: Final = Statement(_expect)


@frozen
class SqlFiles(Files):
    """What is known of files, in SQL."""

    driver: Driver
    writes: list[Write]

    async def get(self, file_id: FileId) -> StoredFile:
        """The file's facts; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"file": file_id}), file_from_row, "file")

    async def of_ticket(self, ticket_id: TicketId) -> StoredFile | None:
        """The file that was sent with that ticket, if one was."""
        return next(iter(every(await self.driver.fetch(_OF_TICKET, {"ticket": ticket_id}), file_from_row)), None)

    async def of_owner(self, owner_id: MemberId, *, before: FileId | None, limit: int) -> tuple[StoredFile, ...]:
        """What the member uploaded and nobody removed, newest first."""
        parameters = {"owner": owner_id, "before": before or NEWEST, "limit": limit}
        return every(await self.driver.fetch(_OF_OWNER, parameters), file_from_row)

    async def of_no_order(self, owner_id: MemberId, purpose: FilePurpose) -> tuple[StoredFile, ...]:
        """What the member uploaded for no order, of that purpose, oldest first."""
        return every(await self.driver.fetch(_LOOSE, {"owner": owner_id, "purpose": purpose}), file_from_row)

    async def of_order(self, order_id: OrderId) -> tuple[StoredFile, ...]:
        """Every file of that order, oldest first."""
        return every(await self.driver.fetch(_OF_ORDER, {"order": order_id}), file_from_row)

    async def count(
        self, owner_id: MemberId, *, order_id: OrderId | None, since: datetime, purpose: FilePurpose = "student_card"
    ) -> int:
        """How many files the member uploaded from then on for that order; for no order, those of that purpose."""
        asked = {"owner": owner_id, "since": since}
        if order_id is None:
            return int((await self.driver.fetch(_COUNT_LOOSE, {**asked, "purpose": purpose}))[0][0])
        return int((await self.driver.fetch(_COUNT, {**asked, "order": order_id}))[0][0])

    async def of_trace(self, trace: str) -> StoredFile:
        """The file that awaits a verdict under that trace; raises `Missing`."""
        return only(await self.driver.fetch(_OF_TRACE, {"trace": trace}), file_from_row, "file")

    async def expected(self, file_id: FileId) -> datetime | None:
        """When somebody looks what has become of the bytes under that id."""
        rows = await self.driver.fetch(_EXPECTED, {"file": file_id})
        return rows[0][0] if rows else None

    def expect(self, file_id: FileId, *, until: datetime) -> None:
        """Somebody looks at them then; again, it moves the moment."""
        parameters = {"new_id": file_id, "new_erase_at": until}
        self.writes.append(Change(statement=EXPECT, parameters=parameters, table_name=EXPECTED_FILES.name, key=file_id))

    def settle(self, file_id: FileId) -> None:
        """Nobody has to look any more; `Stale` where nothing is expected."""
        self.writes.append(
            Change(
                statement=SETTLE,
                parameters={"file": file_id},
                table_name=EXPECTED_FILES.name,
                key=file_id,
                refusal=lambda: Stale("file"),
            )
        )

    def add(self, file: StoredFile) -> None:
        """A new file; a used id or ticket is `Stale`."""
        self.writes.append(Add(table=FILES, row=file_row(file), key=file.id))

    def save(self, file: StoredFile) -> None:
        """Compare-and-set on the version."""
        columns, was = changing_file_columns(file), file.version - 1
        self.writes.append(save(_SAVE, FILES, identity={"id": file.id}, was=was, columns=columns, what="file"))

    def remove(self, file_id: FileId) -> None:
        """Forget it, if it is known."""
        self.writes.append(Change(statement=_REMOVE, parameters={"file": file_id}, table_name=FILES.name, key=file_id))

    def expire(self, file: StoredFile) -> None:
        """Forget it, unless somebody has saved or forgotten it meanwhile."""
        self.writes.append(
            Change(
                statement=_EXPIRE,
                parameters={"file": file.id, "old_version": file.version},
                table_name=FILES.name,
                key=file.id,
                refusal=lambda: Stale("file"),
            )
        )
