"""What is past its time, in SQL: by the indexed column that says when it was over."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, func, not_, select, true

from adapters.sql.documents import Document
from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import LISTED_SIZES, in_list, listed, padded
from adapters.sql.retries import patiently
from adapters.sql.statements import Statement
from adapters.sql.tables.content import CONTENT_CASES
from adapters.sql.tables.credentials import INVITATIONS
from adapters.sql.tables.delivery import ANSWERS, OUTBOX
from adapters.sql.tables.ordering import EXPECTED_FILES, FILES, ORDERS
from adapters.sql.tables.people import RUNNERS, SESSIONS, SIGN_IN_CODES
from errand_domain.ids import CampusId, MessageId
from errand_domain.ports.outbox import Message, Tell
from errand_domain.ports.retained import FORGOTTEN_KINDS, ForgottenKind, Retained, RetainedKind

NOTICE_LANES: Final = "notice:"
"""With what the lane of a notice begins that stays in order with nothing: what a message is stands sealed."""

_COLUMNS: Final[Mapping[RetainedKind, tuple[Table, str]]] = {
    "order_details": (ORDERS, "details_until"),
    "file": (FILES, "erase_at"),
    "expected_file": (EXPECTED_FILES, "erase_at"),
    "content_case": (CONTENT_CASES, "erase_at"),
    "runner": (RUNNERS, "due_at"),
    "session": (SESSIONS, "expires_at"),
    "sign_in_code": (SIGN_IN_CODES, "sent_at"),
    "invitation": (INVITATIONS, "expires_at"),
    "notice": (OUTBOX, "due_at"),
    "answer": (ANSWERS, "reserved_at"),
}
_PARKED: Final = (OUTBOX.c.parked == true(), OUTBOX.c.due_at < bindparam("moment", type_=OUTBOX.c.due_at.type))


def _over(kind: RetainedKind) -> tuple[ColumnElement[bool], ...]:
    if kind == "notice":
        return (*_PARKED, OUTBOX.c.lane.startswith(NOTICE_LANES, autoescape=True))
    table, column = _COLUMNS[kind]
    return (table.c[column] < bindparam("moment", type_=table.c[column].type),)


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
_MESSAGE: Final = Document[Message](Message)
_UNNAMED: Final = Statement(select(OUTBOX.c.id, OUTBOX.c.message).where(*_PARKED, not_(OUTBOX.c.lane.contains(":"))))
"""Parked messages that stay in order with nothing and were left before such lanes said what is in them."""


@cache
def _drop(count: int) -> Statement:
    """Drop those messages, unless somebody has them tried again meanwhile."""
    return Statement(delete(OUTBOX).where(in_list(OUTBOX.c.id, count), *_PARKED))


@frozen
class SqlRetained(Retained):
    """One statement for each question; notices that older programs parked are found by reading what is parked."""

    driver: Driver

    async def count(self, kind: RetainedKind, *, before: datetime, campus_id: CampusId | None = None) -> int:
        """How many there are whose moment was before then."""
        if campus_id is None:
            count = int((await self.driver.fetch(_COUNTS[kind], {"moment": before}))[0][0])
            return count + len(await self._unnamed(before)) if kind == "notice" else count
        if kind not in _AT_CAMPUS:
            return 0
        rows = await self.driver.fetch(_AT_CAMPUS[kind], {"moment": before, "campus": campus_id})
        return int(rows[0][0])

    async def forget(self, kind: ForgottenKind, *, before: datetime) -> int:
        """Drop those whose moment was before then."""
        count = await self._change(_FORGET[kind], {"moment": before})
        return count + await self._forget_unnamed(before) if kind == "notice" else count

    async def _unnamed(self, before: datetime) -> list[MessageId]:
        rows = await self.driver.fetch(_UNNAMED, {"moment": before})
        return [message_id for message_id, message in rows if isinstance(_MESSAGE.load(message), Tell)]

    async def _forget_unnamed(self, before: datetime) -> int:
        found, most, count = await self._unnamed(before), LISTED_SIZES[-1], 0
        for start in range(0, len(found), most):
            values = padded(found[start : start + most])
            count += await self._change(_drop(len(values)), {**listed(values), "moment": before})
        return count

    async def _change(self, statement: Statement, parameters: dict[str, Any]) -> int:
        return await patiently(lambda: self.driver.change(statement, parameters))
