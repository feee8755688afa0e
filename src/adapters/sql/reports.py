"""Reports in SQL."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, delete, literal_column, null, select, update

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import NEWEST, every, in_list, listed, padded
from adapters.sql.rows.content import READ_REPORT, report_from_row, report_row
from adapters.sql.statements import Statement
from adapters.sql.tables.content import REPORTS
from adapters.sql.writes import Add, Change, Write
from errand_domain.content.report import Report
from errand_domain.ids import ContentCaseId, MemberId, ReportId
from errand_domain.ports.reports import Reports

_OF_REPORTER: Final = Statement(
    select(*READ_REPORT)
    .where(REPORTS.c.reporter_id == bindparam("reporter"), REPORTS.c.id < bindparam("before"))
    .order_by(REPORTS.c.id.desc())
    .limit(bindparam("limit"))
)
_FORGET_CASE: Final = Statement(delete(REPORTS).where(REPORTS.c.case_id == bindparam("case")))
_FORGET_REPORTER: Final = Statement(
    update(REPORTS)
    .where(REPORTS.c.reporter_id == bindparam("reporter"))
    .values(reporter_id=null(), text=literal_column("''"))  # the empty text says nothing, and is sealed nowhere
)


@cache
def _of_cases(count: int) -> Statement:
    return Statement(select(*READ_REPORT).where(in_list(REPORTS.c.case_id, count)).order_by(REPORTS.c.id))


@frozen
class SqlReports(Reports):
    """Reports in SQL; a unique key lets a member report a case once."""

    driver: Driver
    writes: list[Write]

    async def of_cases(self, case_ids: Sequence[ContentCaseId]) -> tuple[Report, ...]:
        """The reports of those cases, oldest first."""
        if not case_ids:
            return ()
        cases = padded(case_ids)
        return every(await self.driver.fetch(_of_cases(len(cases)), listed(cases)), report_from_row)

    async def of_reporter(self, member_id: MemberId, *, before: ReportId | None, limit: int) -> tuple[Report, ...]:
        """What the member reported, newest first."""
        parameters = {"reporter": member_id, "before": before or NEWEST, "limit": limit}
        return every(await self.driver.fetch(_OF_REPORTER, parameters), report_from_row)

    def add(self, report: Report) -> None:
        """A new report; a second one of that member and case is `Stale`."""
        self.writes.append(Add(table=REPORTS, row=report_row(report), key=report.id))

    def forget_case(self, case_id: ContentCaseId) -> None:
        """Drop the reports of that case."""
        self.writes.append(Change(statement=_FORGET_CASE, parameters={"case": case_id}, table_name=REPORTS.name))

    def forget_reporter(self, member_id: MemberId) -> None:
        """Take the member and their words out."""
        parameters = {"reporter": member_id}
        self.writes.append(Change(statement=_FORGET_REPORTER, parameters=parameters, table_name=REPORTS.name))
