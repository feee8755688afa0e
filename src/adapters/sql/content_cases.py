"""Content cases in SQL."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import bindparam, select

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import ByState, every, only
from adapters.sql.rows.content import (
    CHANGING_CASE,
    READ_CASE,
    case_from_row,
    changing_case_columns,
    new_case_row,
)
from adapters.sql.statements import Statement
from adapters.sql.tables.content import CONTENT_CASES
from adapters.sql.writes import Add, Write, save, save_statement
from errand_domain.content.case import ContentCase, ContentKind
from errand_domain.ids import CampusId, ContentCaseId
from errand_domain.ports.content_cases import ContentCases

WHAT: Final = "content_case"
_GET: Final = Statement(select(*READ_CASE).where(CONTENT_CASES.c.id == bindparam("case")))
_OF_CAMPUS: Final = select(*READ_CASE).where(CONTENT_CASES.c.campus_id == bindparam("campus"))
_AT_CAMPUS: Final = ByState(_OF_CAMPUS, CONTENT_CASES.c.state, "opened_at", "id", newest_first=False)
_REPORTED: Final = ByState(
    _OF_CAMPUS.where(CONTENT_CASES.c.reports > 0), CONTENT_CASES.c.state, "opened_at", "id", newest_first=False
)
_OF_SUBJECT: Final = Statement(
    select(*READ_CASE)
    .where(CONTENT_CASES.c.subject == bindparam("subject"), CONTENT_CASES.c.kind == bindparam("kind"))
    .order_by(CONTENT_CASES.c.opened_at, CONTENT_CASES.c.id)
)
_SAVE: Final = save_statement(CONTENT_CASES, ("id",), CHANGING_CASE)


@frozen
class SqlContentCases(ContentCases):
    """Content cases in SQL."""

    driver: Driver
    writes: list[Write]

    async def get(self, case_id: ContentCaseId) -> ContentCase:
        """The case as committed; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"case": case_id}), case_from_row, WHAT)

    async def at_campus(
        self, campus_id: CampusId, *, states: Sequence[str], limit: int, reported: bool = False
    ) -> tuple[ContentCase, ...]:
        """The campus's cases in the states of those names, oldest first; only those that members reported, if asked."""
        named = sorted(set(states))
        if not named:
            return ()
        cases = _REPORTED if reported else _AT_CAMPUS
        parameters = {"campus": campus_id, "limit": limit, **cases.parameters(named)}
        return every(await self.driver.fetch(cases.statement(len(named)), parameters), case_from_row)

    async def of_subject(self, kind: ContentKind, subject: UUID) -> tuple[ContentCase, ...]:
        """Every case about that thing, oldest first."""
        return every(await self.driver.fetch(_OF_SUBJECT, {"kind": kind, "subject": subject}), case_from_row)

    def add(self, case: ContentCase) -> None:
        """A new case; a used id is `Stale`."""
        self.writes.append(Add(table=CONTENT_CASES, row=new_case_row(case), key=case.id))

    def save(self, case: ContentCase) -> None:
        """Compare-and-set on the version."""
        columns, was = changing_case_columns(case), case.version - 1
        self.writes.append(save(_SAVE, CONTENT_CASES, identity={"id": case.id}, was=was, columns=columns, what=WHAT))
