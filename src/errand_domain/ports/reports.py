"""What members reported."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from errand_domain.content.report import Report
from errand_domain.ids import ContentCaseId, MemberId, ReportId


class Reports(Protocol):
    """All reports. Of a member, each case has one."""

    @abstractmethod
    async def of_cases(self, case_ids: Sequence[ContentCaseId]) -> tuple[Report, ...]:
        """The reports of those cases, oldest first."""

    @abstractmethod
    async def of_reporter(self, member_id: MemberId, *, before: ReportId | None, limit: int) -> tuple[Report, ...]:
        """What the member reported, newest first; `before` continues after that report."""

    @abstractmethod
    def add(self, report: Report) -> None:
        """A new report; `commit()` raises `Stale` where that member has reported that case."""

    @abstractmethod
    def forget_case(self, case_id: ContentCaseId) -> None:
        """Drop the reports of that case."""

    @abstractmethod
    def forget_reporter(self, member_id: MemberId) -> None:
        """Take the member and their words out of what they reported; the reasons stay."""
