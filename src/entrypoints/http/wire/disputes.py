"""Disputes: what each side says, and how it was ruled."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.shapes import Asked, Fen, FileIds, Moment, Told
from errand_domain.dispute.dispute import Decided, Dispute, DisputeReason, Proposed, Ruling, Statement
from errand_domain.money import Money

Side = Literal["requester", "runner"]
DisputeStateName = Literal["hearing", "proposed", "decided"]
StatementText = Annotated[str, Meta(min_length=1, max_length=1_000)]


class DisputeAsked(Asked, kw_only=True, frozen=True):
    """What is wrong, in one's own words, with evidence that was uploaded before."""

    reason: DisputeReason
    text: StatementText
    evidence: FileIds = ()


class StatementAsked(Asked, kw_only=True, frozen=True):
    """What a side has to say."""

    text: StatementText
    evidence: FileIds = ()


class RulingAsked(Asked, kw_only=True, frozen=True):
    """So much back to the requester, so much to the runner, and why."""

    refund_fen: Fen
    runner_fen: Fen
    runner_at_fault: bool
    reason: Annotated[str, Meta(min_length=1, max_length=300)]


class RulingReviewAsked(Asked, kw_only=True, frozen=True):
    """Whether the second operator agrees."""

    agree: bool


class StatementTold(Told, kw_only=True, frozen=True):
    """What one side said."""

    by: Side
    text: str
    evidence: tuple[UUID, ...]
    at: Moment


class RulingTold(Told, kw_only=True, frozen=True):
    """How it was ruled."""

    refund_fen: Fen
    runner_fen: Fen
    runner_at_fault: bool
    reason: str


class DisputeTold(Told, kw_only=True, frozen=True):
    """An objection to an order. A proposal is shown to staff only; a ruling to everybody who may see the dispute."""

    id: UUID
    order_id: UUID
    campus_id: UUID
    state: DisputeStateName
    reason: DisputeReason
    opened_by: Side
    opened_at: Moment
    heard_until: Moment | None
    statements: tuple[StatementTold, ...]
    ruling: RulingTold | None
    proposal: RulingTold | None


class DisputesTold(Told, kw_only=True, frozen=True):
    """Disputes of a campus, oldest first."""

    items: tuple[DisputeTold, ...]


def ruling_of(asked: RulingAsked) -> Ruling:
    """The ruling."""
    return Ruling(
        refund=Money(asked.refund_fen),
        runner=Money(asked.runner_fen),
        runner_at_fault=asked.runner_at_fault,
        reason=asked.reason,
    )


def tell_dispute(dispute: Dispute, *, to_staff: bool) -> DisputeTold:
    """The dispute as that viewer may see it."""
    state, name = dispute.state, dispute.state_name
    state_name: DisputeStateName = name  # type: ignore[assignment]  # a name of the domain's table is one of the literal
    return DisputeTold(
        id=dispute.id,
        order_id=dispute.order_id,
        campus_id=dispute.campus_id,
        state=state_name if to_staff or not isinstance(state, Proposed) else "hearing",
        reason=dispute.reason,
        opened_by=_side(dispute, dispute.opened_by),
        opened_at=dispute.opened_at,
        heard_until=None if isinstance(state, Decided) else state.heard_until,
        statements=tuple(_tell_statement(dispute, said) for said in dispute.statements),
        ruling=_tell_ruling(state.ruling) if isinstance(state, Decided) else None,
        proposal=_tell_ruling(state.ruling) if to_staff and isinstance(state, Proposed) else None,
    )


def _side(dispute: Dispute, member_id: UUID) -> Side:
    return "requester" if member_id == dispute.requester_id else "runner"


def _tell_statement(dispute: Dispute, said: Statement) -> StatementTold:
    return StatementTold(by=_side(dispute, said.author_id), text=said.text, evidence=said.evidence, at=said.at)


def _tell_ruling(ruling: Ruling) -> RulingTold:
    return RulingTold(
        refund_fen=ruling.refund.fen,
        runner_fen=ruling.runner.fen,
        runner_at_fault=ruling.runner_at_fault,
        reason=ruling.reason,
    )
