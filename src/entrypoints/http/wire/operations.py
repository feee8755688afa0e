"""What staff see and decide."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.earnings import WithdrawalStateName, withdrawal_state
from entrypoints.http.wire.runners import VerificationName, remark_on, verification_of
from entrypoints.http.wire.shapes import Asked, Fen, Moment, Told
from errand_domain.campus import Gender
from errand_domain.errors import InvalidField
from errand_domain.money import Money
from errand_domain.order.states import Outcome
from errand_domain.payment.refund import Abnormal, Refund, RefundReason
from errand_domain.ports.outbox import Envelope
from errand_domain.runner.runner import Runner
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import Failed, Parked
from errand_domain.use_cases.runners.review_runner import Approve, Decision, Reinstate, Reject, Suspend, WantMore

DecisionName = Literal["approve", "want_more", "reject", "suspend", "reinstate"]
RefundStateName = Literal["requested", "processing", "succeeded", "closed", "abnormal"]
Reason = Annotated[str, Meta(max_length=200)]


class DecisionAsked(Asked, kw_only=True, frozen=True):
    """What is decided about a runner; the reason is told to them and needed for all but approval."""

    decision: DecisionName
    reason: Reason = ""


class CancelByStaffAsked(Asked, kw_only=True, frozen=True):
    """Why, and how the money is divided; without a division all of it goes back."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    refund_fen: Fen | None = None
    runner_fen: Fen = 0


class ResolveReturnAsked(Asked, kw_only=True, frozen=True):
    """How the money is divided."""

    refund_fen: Fen
    runner_fen: Fen = 0


class WithdrawalDecisionAsked(Asked, kw_only=True, frozen=True):
    """Whether the withdrawal may go out, and why not."""

    approve: bool
    reason: Reason = ""


class WithdrawalGivenUpAsked(Asked, kw_only=True, frozen=True):
    """Why a payout is given up: kept in the audit record."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class ApplicantTold(Told, kw_only=True, frozen=True):
    """A runner as a reviewer sees them: personal, and looked at only to review."""

    member_id: UUID
    campus_id: UUID
    verification: VerificationName
    remark: str
    real_name: str | None
    student_number: str | None
    card_photo: UUID | None
    study_until: date
    gender: Gender | None
    submitted_at: Moment


class ApplicantsTold(Told, kw_only=True, frozen=True):
    """Applications that wait, oldest first."""

    items: tuple[ApplicantTold, ...]


class RunnerDecidedTold(Told, kw_only=True, frozen=True):
    """Where the runner stands after the decision."""

    member_id: UUID
    verification: VerificationName


class CampusWithdrawalTold(Told, kw_only=True, frozen=True):
    """A withdrawal as finance sees it; `reason` is the provider's where it refused."""

    id: UUID
    runner_id: UUID
    amount_fen: Fen
    provider: str
    state: WithdrawalStateName
    reason: str
    requested_at: Moment


class CampusWithdrawalsTold(Told, kw_only=True, frozen=True):
    """Withdrawals of a campus, oldest first."""

    items: tuple[CampusWithdrawalTold, ...]


class RefundTold(Told, kw_only=True, frozen=True):
    """A refund, and what the provider advises where a person must act."""

    number: str
    order_id: UUID
    provider: str
    amount_fen: Fen
    reason: RefundReason
    state: RefundStateName
    advice: str
    requested_at: Moment


class RefundsTold(Told, kw_only=True, frozen=True):
    """Refunds of a campus, oldest first."""

    items: tuple[RefundTold, ...]


class MessageTold(Told, kw_only=True, frozen=True):
    """A message that could not be delivered."""

    id: UUID
    lane: str
    kind: str
    tries: int
    last_fault: str


class MessagesTold(Told, kw_only=True, frozen=True):
    """Parked messages, oldest first."""

    items: tuple[MessageTold, ...]


def decision_of(asked: DecisionAsked) -> Decision:
    """The decision; raises `InvalidField` where it needs a reason and has none."""
    if asked.decision in ("want_more", "reject", "suspend") and not asked.reason.strip():
        raise InvalidField("reason", "is needed for this decision")
    match asked.decision:
        case "approve":
            return Approve()
        case "want_more":
            return WantMore(wanted=asked.reason)
        case "reject":
            return Reject(reason=asked.reason)
        case "suspend":
            return Suspend(reason=asked.reason)
        case "reinstate":
            return Reinstate()


def outcome_of(refund_fen: int, runner_fen: int) -> Outcome:
    """The division of the money."""
    return Outcome(refund=Money(refund_fen), runner=Money(runner_fen))


def tell_applicants(runners: tuple[Runner, ...]) -> ApplicantsTold:
    """The queue as a reviewer sees it."""
    return ApplicantsTold(items=tuple(map(_tell_applicant, runners)))


def _tell_applicant(runner: Runner) -> ApplicantTold:
    shown = runner.application
    return ApplicantTold(
        member_id=runner.member_id,
        campus_id=runner.campus_id,
        verification=verification_of(runner),
        remark=remark_on(runner),
        real_name=shown.real_name,
        student_number=shown.student_number,
        card_photo=shown.card_photo,
        study_until=shown.study_until,
        gender=shown.gender,
        submitted_at=shown.submitted_at,
    )


def tell_campus_withdrawal(withdrawal: Withdrawal) -> CampusWithdrawalTold:
    """The withdrawal as finance sees it: nothing with which a runner confirms."""
    return CampusWithdrawalTold(
        id=withdrawal.id,
        runner_id=withdrawal.runner_id,
        amount_fen=withdrawal.amount.fen,
        provider=withdrawal.provider,
        state=withdrawal_state(withdrawal),
        reason=withdrawal.state.reason if isinstance(withdrawal.state, Failed | Parked) else "",
        requested_at=withdrawal.requested_at,
    )


def tell_refund(refund: Refund) -> RefundTold:
    """The refund as finance sees it."""
    state: RefundStateName = refund.state_name  # type: ignore[assignment]  # a name of the domain's table is one of the literal
    return RefundTold(
        number=refund.number,
        order_id=refund.order_id,
        provider=refund.provider,
        amount_fen=refund.amount.fen,
        reason=refund.reason,
        state=state,
        advice=refund.state.advice if isinstance(refund.state, Abnormal) else "",
        requested_at=refund.requested_at,
    )


def tell_message(envelope: Envelope) -> MessageTold:
    """The message by its kind; what it says to whom is nobody's business here."""
    return MessageTold(
        id=envelope.id,
        lane=envelope.lane,
        kind=type(envelope.message).__name__,
        tries=envelope.tries,
        last_fault=envelope.last_fault,
    )
