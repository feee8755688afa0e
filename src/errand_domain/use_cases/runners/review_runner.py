"""Decide about runners."""

from datetime import datetime, time

from attrs import frozen

from errand_domain.campus import Campus
from errand_domain.errors import Stale
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member
from errand_domain.member.roles import Action
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outbox import NoticeKind, Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import (
    MoreWanted,
    RunnerApproved,
    RunnerReinstated,
    RunnerRejected,
    RunnerSuspended,
    VerificationEvent,
)
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class Approve:
    """The card is good."""


@frozen(kw_only=True)
class WantMore:
    """The card cannot be read, or something is missing."""

    wanted: str


@frozen(kw_only=True)
class Reject:
    """The application is refused."""

    reason: str


@frozen(kw_only=True)
class Suspend:
    """The runner is barred for now."""

    reason: str


@frozen(kw_only=True)
class Reinstate:
    """The runner may run again."""


Decision = Approve | WantMore | Reject | Suspend | Reinstate

_NEEDS: dict[type[Decision], Action] = {
    Approve: "review_runners",
    WantMore: "review_runners",
    Reject: "review_runners",
    Suspend: "suspend_runners",
    Reinstate: "suspend_runners",
}
_NOTICES: dict[type[Decision], NoticeKind] = {
    Approve: "runner_approved",
    WantMore: "runner_more_wanted",
    Reject: "runner_rejected",
    Suspend: "runner_suspended",
    Reinstate: "runner_approved",
}


@frozen(kw_only=True)
class ReviewRunner:
    """Staff decide about a runner who is not themselves; the runner is told, and the decision is audited."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self, runner_id: MemberId, operator: Member, decision: Decision, *, shown_at: datetime | None = None
    ) -> Runner:
        """The runner after the decision; raises `OwnApplication` or `IllegalVerificationTransition`.

        `shown_at` says which application was looked at, by its time: `Stale` where another has come since.
        """
        now, needed = self.clock.now(), _NEEDS[type(decision)]
        async with self.begin() as tx:
            check_anywhere(needed, operator)
            runner = await tx.runners.get(runner_id)
            check(needed, operator, campus_id=runner.campus_id, of="runner", concerns=(runner_id,))
            if shown_at is not None and shown_at != runner.application.submitted_at:
                raise Stale("application")
            campus = await tx.campuses.get(runner.campus_id)
            event = _event(decision, runner, campus, operator.id, at=now)
            runner = runner.apply(event)
            if isinstance(event, RunnerApproved | RunnerRejected | MoreWanted):
                runner = runner.keep_card(until=now + campus.policy.keep_documents_for)
            tx.runners.save(runner)
            tell = Tell(member_id=runner_id, kind=_NOTICES[type(decision)])
            tx.outbox.add(tell, at=now)
            tx.audit.record(
                AuditLine(
                    at=now,
                    actor_id=operator.id,
                    campus_id=runner.campus_id,
                    action=f"runner.{runner.verification_name}",
                    subject=f"runner:{runner_id}",
                    detail=_reason(decision),
                )
            )
            await tx.commit()
        return runner


def _reason(decision: Decision) -> str:
    match decision:
        case Reject() | Suspend():
            return decision.reason
        case WantMore():
            return decision.wanted
        case Approve() | Reinstate():
            return ""


def _event(
    decision: Decision, runner: Runner, campus: Campus, reviewer_id: MemberId, *, at: datetime
) -> VerificationEvent:
    match decision:
        case Approve():
            until = datetime.combine(runner.application.study_until, time.max, tzinfo=campus.zone)
            return RunnerApproved(at=at, reviewer_id=reviewer_id, lapses_at=until)
        case WantMore():
            return MoreWanted(at=at, wanted=decision.wanted)
        case Reject():
            return RunnerRejected(at=at, reviewer_id=reviewer_id, reason=decision.reason)
        case Suspend():
            return RunnerSuspended(at=at, reason=decision.reason)
        case Reinstate():
            return RunnerReinstated(at=at)


@frozen(kw_only=True)
class ReviewQueue:
    """Applications that wait, oldest first, for a reviewer of that campus."""

    begin: Begin

    async def __call__(self, campus_id: CampusId, operator: Member, *, limit: int) -> tuple[Runner, ...]:
        """The queue."""
        check("review_runners", operator, campus_id=campus_id)
        async with self.begin() as tx:
            return await tx.runners.queue(campus_id, limit=limit)
