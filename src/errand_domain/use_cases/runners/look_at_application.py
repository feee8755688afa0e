"""A reviewer looks at who applied."""

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.member.member import Member
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.runner.verification import Application


@frozen(kw_only=True)
class LookAtApplication:
    """A reviewer of the campus reads name and student number in full; the look is recorded before it is given."""

    begin: Begin
    clock: Clock

    async def __call__(self, runner_id: MemberId, operator: Member) -> Application:
        """All that was shown; raises `OwnApplication` for one's own."""
        async with self.begin() as tx:
            check_anywhere("see_documents", operator)
            runner = await tx.runners.get(runner_id)
            check("see_documents", operator, campus_id=runner.campus_id, of="runner", concerns=(runner_id,))
            tx.audit.record(
                AuditLine(
                    at=self.clock.now(),
                    actor_id=operator.id,
                    campus_id=runner.campus_id,
                    action="runner.seen",
                    subject=f"runner:{runner_id}",
                )
            )
            await tx.commit()
        return runner.application


@frozen(kw_only=True)
class EarlierDecisions:
    """What was decided about an applicant before, for reviewers of the campus."""

    begin: Begin

    async def __call__(self, runner_id: MemberId, operator: Member, *, limit: int) -> tuple[AuditLine, ...]:
        """The decisions, newest first; looks are none."""
        async with self.begin() as tx:
            check_anywhere("review_runners", operator)
            runner = await tx.runners.get(runner_id)
            check("review_runners", operator, campus_id=runner.campus_id, of="runner", concerns=(runner_id,))
            lines = await tx.audit.of_subject(f"runner:{runner_id}", limit=limit)
        return tuple(line for line in lines if line.action != "runner.seen")
