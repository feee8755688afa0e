"""Erase the words of content cases that were decided long ago."""

from attrs import frozen

from errand_domain.content.case import ContentCase
from errand_domain.ids import ContentCaseId
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class EraseContentCase:
    """The timer of a decided case fires: what was written and reported goes, and the operator's reason.

    The decision stays.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, case_id: ContentCaseId) -> ContentCase:
        """The case without words, or as it stands where the timer was stale."""
        now = self.clock.now()
        async with self.begin() as tx:
            case = await tx.content_cases.get(case_id)
            if case.erase_at is None or now < case.erase_at:
                return case
            case = case.erased()
            tx.content_cases.save(case)
            tx.reports.forget_case(case_id)
            await tx.commit()
        return case
