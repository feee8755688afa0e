"""What is past its time, in SQL: by the indexed column that says when it was over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, func, select, true

from adapters.sql.drivers.driver import Driver
from adapters.sql.retries import patiently
from adapters.sql.statements import Statement
from adapters.sql.tables.content import CONTENT_CASES
from adapters.sql.tables.credentials import INVITATIONS
from adapters.sql.tables.delivery import ANSWERS, OUTBOX
from adapters.sql.tables.ordering import FILES, ORDERS
from adapters.sql.tables.people import RUNNERS, SESSIONS, SIGN_IN_CODES
from errand_domain.ids import CampusId
from errand_domain.ports.retained import FORGOTTEN_KINDS, ForgottenKind, Retained, RetainedKind

NOTICE_LANES: Final = "notice:"
"""With what the lane of a notice begins that stays in order with nothing: what a message is stands sealed."""

_COLUMNS: Final[Mapping[RetainedKind, tuple[Table, str]]] = {
    "order_details": (ORDERS, "details_until"),
    "file": (FILES, "erase_at"),
    "content_case": (CONTENT_CASES, "erase_at"),
    "runner": (RUNNERS, "due_at"),
    "session": (SESSIONS, "expires_at"),
    "sign_in_code": (SIGN_IN_CODES, "sent_at"),
    "invitation": (INVITATIONS, "expires_at"),
    "notice": (OUTBOX, "due_at"),
    "answer": (ANSWERS, "reserved_at"),
}


def _over(kind: RetainedKind) -> tuple[ColumnElement[bool], ...]:
    table, column = _COLUMNS[kind]
    past = table.c[column] < bindparam("moment", type_=table.c[column].type)
    if kind != "notice":
        return (past,)
    return (OUTBOX.c.parked == true(), past, OUTBOX.c.lane.startswith(NOTICE_LANES, autoescape=True))


def _count(kind: RetainedKind) -> Select[Any]:
    return select(func.count()).select_from(_COLUMNS[kind][0]).where(*_over(kind))


_COUNTS: Final = {kind: Statement(_count(kind)) for kind in _COLUMNS}
_AT_CAMPUS: Final = {
    kind: Statement(_count(kind).where(table.c.campus_id == bindparam("campus")))
    for kind, (table, _) in _COLUMNS.items()
    if "campus_id" in table.c
}
_FORGET: Final[Mapping[ForgottenKind, Statement]] = {
    kind: Statement(delete(_COLUMNS[kind][0]).where(*_over(kind))) for kind in FORGOTTEN_KINDS
}


@frozen
class SqlRetained(Retained):
    """One statement for each question."""

    driver: Driver

    async def count(self, kind: RetainedKind, *, before: datetime, campus_id: CampusId | None = None) -> int:
        """How many there are whose moment was before then."""
        if campus_id is None:
            return int((await self.driver.fetch(_COUNTS[kind], {"moment": before}))[0][0])
        if kind not in _AT_CAMPUS:
            return 0
        rows = await self.driver.fetch(_AT_CAMPUS[kind], {"moment": before, "campus": campus_id})
        return int(rows[0][0])

    async def forget(self, kind: ForgottenKind, *, before: datetime) -> int:
        """Drop those whose moment was before then."""
        return await patiently(lambda: self.driver.change(_FORGET[kind], {"moment": before}))
