"""Reports in memory."""

from collections.abc import Sequence

from attrs import evolve

from adapters.memory.access import Access
from adapters.memory.pages import newest_first
from adapters.memory.tables import Tables, insert
from errand_domain.content.report import Report
from errand_domain.errors import Stale
from errand_domain.ids import ContentCaseId, MemberId, ReportId
from errand_domain.ports.reports import Reports

WHAT = "report"


class MemoryReports(Reports):
    """Reports in memory; a member reports a case once."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def of_cases(self, case_ids: Sequence[ContentCaseId]) -> tuple[Report, ...]:
        """The reports of those cases, oldest first."""
        tables = await self._access.look()
        return tuple(sorted((r for r in tables.reports if r.case_id in case_ids), key=lambda report: report.id))

    async def of_reporter(self, member_id: MemberId, *, before: ReportId | None, limit: int) -> tuple[Report, ...]:
        """What the member reported, newest first."""
        tables = await self._access.look()
        mine = (report for report in tables.reports if report.reporter_id == member_id)
        return newest_first(mine, lambda report: report.id, before=before, limit=limit)

    def add(self, report: Report) -> None:
        """A new report; `Stale` where that member has reported that case."""

        def write(tables: Tables) -> None:
            said = (report.case_id, report.reporter_id)
            if report.reporter_id and any((other.case_id, other.reporter_id) == said for other in tables.reports):
                raise Stale(WHAT)
            insert(tables.reports, report.id, report, WHAT)

        self._access.gather(write)

    def forget_case(self, case_id: ContentCaseId) -> None:
        """Drop the reports of that case."""

        def write(tables: Tables) -> None:
            for report in [report for report in tables.reports if report.case_id == case_id]:
                tables.reports.remove(report.id)

        self._access.gather(write)

    def forget_reporter(self, member_id: MemberId) -> None:
        """Take the member and their words out."""

        def write(tables: Tables) -> None:
            for report in [report for report in tables.reports if report.reporter_id == member_id]:
                tables.reports.put(report.id, evolve(report, reporter_id=None, text=""))

        self._access.gather(write)
