"""A member reports what they can see: a person looks, and the author never knows who it was."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from errand_domain.content.case import ContentCase, ContentReported, case_id_of
from errand_domain.content.report import OwnWords, Pointed, Report, ReportReason
from errand_domain.ids import ContentCaseId, MemberId, ReportId
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock, Ids, Secrets
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.content.judging import Published, new_case, open_among
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.limiting import hold_to
from errand_domain.use_cases.moderation.pointing import WHAT, seen

REPORTS_PER_DAY_MOST: Final = 20
DAY: Final = timedelta(days=1)


@frozen(kw_only=True)
class ReportContent:
    """The report joins the case that waits about the same, or opens one. What is reported can be seen meanwhile.

    What the reporter hears is the same whoever else reported it, and whatever was decided about it. Whoever reports the
    same again has reported it.
    """

    begin: Begin
    clock: Clock
    ids: Ids
    secrets: Secrets
    limits: RateLimits

    async def __call__(self, reporter_id: MemberId, pointed: Pointed, *, reason: ReportReason, text: str) -> Report:
        """The report; `Missing` for what the reporter cannot see, `OwnWords`, `TooManyRequests`."""
        now = self.clock.now()
        await hold_to(self.limits, f"report:{reporter_id}", most=REPORTS_PER_DAY_MOST, per=DAY, at=now)
        return await self._record(reporter_id, pointed, reason, text, at=now)

    @decided_anew_when_stale
    async def _record(
        self, reporter_id: MemberId, pointed: Pointed, reason: ReportReason, text: str, *, at: datetime
    ) -> Report:
        async with self.begin() as tx:
            reporter = await tx.members.get(reporter_id)
            relation, published = await seen(tx, reporter, pointed, self.secrets)
            check("report", reporter, relation=relation, of=WHAT)
            if published.author_id == reporter_id:
                raise OwnWords
            cases = await tx.content_cases.of_subject(published.kind, published.subject)
            alike = [case.id for case in cases if published.is_of(case)]
            for report in await tx.reports.of_cases(alike):
                if report.reporter_id == reporter_id:
                    return report
            case_id = _join_or_open(tx, published, cases, at=at)
            report = Report(
                id=ReportId(self.ids.new()), case_id=case_id, reporter_id=reporter_id, reason=reason, text=text, at=at
            )
            tx.reports.add(report)
            tx.members.save(reporter.touched())  # who leaves at this moment meets it, and leaves no report behind
            await tx.commit()
        return report


def _join_or_open(
    tx: Transaction, published: Published, cases: Sequence[ContentCase], *, at: datetime
) -> ContentCaseId:
    waiting = open_among(cases, published)
    if waiting is not None:
        tx.content_cases.save(waiting.apply(ContentReported(at=at)))
        return waiting.id
    case_id = case_id_of(published.kind, published.subject, len(cases))
    tx.content_cases.add(new_case(case_id, published, "reported", reports=1, at=at))
    return case_id
