"""The audit record in SQL."""

from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, func, select

from adapters.crypto.audit_marks import AuditMarks
from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import every
from adapters.sql.rows.words import READ_AUDIT, audit_from_row, audit_row
from adapters.sql.statements import Statement
from adapters.sql.tables.delivery import AUDIT
from adapters.sql.writes import Add, Write
from errand_domain.ports.audit import Audit, AuditLine

_OF_SUBJECT: Final = Statement(
    select(*READ_AUDIT)
    .where(AUDIT.c.subject == bindparam("about"))
    .order_by(AUDIT.c.at.desc(), AUDIT.c.sequence.desc())
    .limit(bindparam("limit"))
)
_COUNT: Final = Statement(
    select(func.count()).where(AUDIT.c.subject == bindparam("about"), AUDIT.c.action == bindparam("deed"))
)


@frozen
class SqlAudit(Audit):
    """The audit record in SQL, append-only."""

    driver: Driver
    writes: list[Write]
    marks: AuditMarks

    def record(self, entry: AuditLine) -> None:
        """Write it down, sealed."""
        self.writes.append(Add(table=AUDIT, row={**audit_row(entry), "seal": self.marks.seal(entry)}))

    async def of_subject(self, subject: str, *, limit: int) -> tuple[AuditLine, ...]:
        """What was recorded about it, newest first."""
        rows = await self.driver.fetch(_OF_SUBJECT, {"about": subject, "limit": limit})
        return every(rows, audit_from_row)

    async def count(self, subject: str, action: str) -> int:
        """How often that was recorded about it."""
        return int((await self.driver.fetch(_COUNT, {"about": subject, "deed": action}))[0][0])
