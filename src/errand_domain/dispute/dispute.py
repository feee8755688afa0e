"""A dispute and its life as a table. Money moves only when it is decided."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict, Forbidden
from errand_domain.ids import CampusId, DisputeId, FileId, MemberId, OrderId
from errand_domain.money import Money
from errand_domain.policy import Policy
from errand_domain.text import TAKEN_AWAY, line, paragraph

DisputeReason = Literal["not_delivered", "damaged", "wrong_item", "overcharged", "unpaid_extra", "behaviour", "other"]
STATEMENTS_MOST: Final = 20


@frozen(str=False)
class IllegalDisputeTransition(Conflict):
    """The dispute is in a state in which this cannot happen."""

    code = "dispute.illegal_transition"
    sentence = "纠纷当前状态不允许此操作"

    state: str
    event: str


@frozen(str=False)
class NotHeard(Conflict):
    """The other side has not spoken, and still has time to."""

    code = "dispute.not_heard"
    sentence = "对方还未陈述，请等待陈述期结束"

    until: datetime


@frozen(str=False)
class TooManyStatements(Conflict):
    """That side has spoken as often as one may."""

    code = "dispute.too_many_statements"
    sentence = "陈述次数已达上限"

    most: int


@frozen(str=False)
class SameEyes(Forbidden):
    """A dispute is decided by neither of its sides, and above the campus's sum by two operators."""

    code = "dispute.same_eyes"
    sentence = "需要另一位管理员复核"


@frozen(kw_only=True)
class Statement:
    """What one side says, with evidence."""

    author_id: MemberId
    text: str = field(repr=False, validator=paragraph(most=1000, least=1))
    evidence: tuple[FileId, ...] = ()
    at: datetime


@frozen(kw_only=True)
class Ruling:
    """So much back to the requester, so much to the runner, and why."""

    refund: Money
    runner: Money
    runner_at_fault: bool
    reason: str = field(validator=line(most=300))


@frozen(kw_only=True)
class Hearing:
    """Open for statements."""

    heard_until: datetime


@frozen(kw_only=True)
class Proposed:
    """One operator has proposed a ruling that a second one must confirm."""

    ruling: Ruling
    proposed_by: MemberId
    heard_until: datetime


@frozen(kw_only=True)
class Decided:
    """Ruled; the money has moved accordingly."""

    ruling: Ruling
    decided_by: MemberId
    confirmed_by: MemberId | None
    decided_at: datetime


DisputeState = Hearing | Proposed | Decided
DISPUTE_STATES: Final[tuple[type[DisputeState], ...]] = get_args(DisputeState)


@frozen(kw_only=True)
class StatementMade:
    """A side spoke."""

    at: datetime
    statement: Statement


@frozen(kw_only=True)
class RulingProposed:
    """An operator proposed a ruling."""

    at: datetime
    ruling: Ruling
    operator_id: MemberId


@frozen(kw_only=True)
class RulingReturned:
    """The second operator did not agree."""

    at: datetime
    operator_id: MemberId


@frozen(kw_only=True)
class RulingMade:
    """The ruling stands."""

    at: datetime
    ruling: Ruling
    operator_id: MemberId
    confirmed_by: MemberId | None = None


DisputeEvent = StatementMade | RulingProposed | RulingReturned | RulingMade
DISPUTE_EVENTS: Final[tuple[type[DisputeEvent], ...]] = get_args(DisputeEvent)


def _hear(state: Hearing, _: StatementMade) -> Hearing:
    return state


def _propose(state: Hearing, event: RulingProposed) -> Proposed:
    return Proposed(ruling=event.ruling, proposed_by=event.operator_id, heard_until=state.heard_until)


def _return(state: Proposed, _: RulingReturned) -> Hearing:
    return Hearing(heard_until=state.heard_until)


def _decide(_: Hearing | Proposed, event: RulingMade) -> Decided:
    return Decided(
        ruling=event.ruling,
        decided_by=event.operator_id,
        confirmed_by=event.confirmed_by,
        decided_at=event.at,
    )


DisputeStep = Callable[[Any, Any], DisputeState]

DISPUTE_TRANSITIONS: Mapping[tuple[type[DisputeState], type[DisputeEvent]], DisputeStep] = {
    (Hearing, StatementMade): _hear,
    (Hearing, RulingProposed): _propose,
    (Hearing, RulingMade): _decide,
    (Proposed, RulingReturned): _return,
    (Proposed, RulingMade): _decide,
}
DISPUTE_STATE_NAMES: Final[dict[type[DisputeState], str]] = {
    Hearing: "hearing",
    Proposed: "proposed",
    Decided: "decided",
}


@frozen(kw_only=True)
class Dispute:
    """One objection to one order."""

    id: DisputeId
    order_id: OrderId
    campus_id: CampusId
    requester_id: MemberId
    runner_id: MemberId
    opened_by: MemberId
    reason: DisputeReason
    statements: tuple[Statement, ...]
    opened_at: datetime
    state: DisputeState
    version: int = 1

    @property
    def state_name(self) -> str:
        """The state as it is written outside."""
        return DISPUTE_STATE_NAMES[type(self.state)]

    def side_of(self, member_id: MemberId) -> Literal["requester", "runner"] | None:
        """Which side that member is; `None` for everybody else."""
        if member_id == self.requester_id:
            return "requester"
        return "runner" if member_id == self.runner_id else None

    @property
    def both_heard(self) -> bool:
        """Whether both sides have spoken."""
        return {self.requester_id, self.runner_id} <= {s.author_id for s in self.statements}

    def apply(self, event: DisputeEvent) -> "Dispute":
        """The dispute after the event; raises `IllegalDisputeTransition`."""
        step = DISPUTE_TRANSITIONS.get((type(self.state), type(event)))
        if step is None:
            raise IllegalDisputeTransition(self.state_name, type(event).__name__)
        spoken = (*self.statements, event.statement) if isinstance(event, StatementMade) else self.statements
        return evolve(self, state=step(self.state, event), statements=spoken, version=self.version + 1)

    def without(self, author_id: MemberId, text: str) -> "Dispute":
        """The dispute in which that text of that side cannot be read any more; that they spoke stays."""
        statements = tuple(
            evolve(said, text=TAKEN_AWAY) if (said.author_id, said.text) == (author_id, text) else said
            for said in self.statements
        )
        return evolve(self, statements=statements, version=self.version + 1)

    def silenced(self, *authors: MemberId) -> "Dispute":
        """The dispute without what those sides said and showed; that they spoke, and when, stays."""
        statements = tuple(
            evolve(said, text=TAKEN_AWAY, evidence=()) if said.author_id in authors else said
            for said in self.statements
        )
        return self if statements == self.statements else evolve(self, statements=statements, version=self.version + 1)

    @property
    def is_decided(self) -> bool:
        """Whether nobody has to read the statements any more."""
        return isinstance(self.state, Decided)


def state_case(dispute: Dispute, statement: Statement) -> StatementMade:
    """One side speaks."""
    if sum(said.author_id == statement.author_id for said in dispute.statements) >= STATEMENTS_MOST:
        raise TooManyStatements(STATEMENTS_MOST)
    return StatementMade(at=statement.at, statement=statement)


def rule(
    dispute: Dispute, operator_id: MemberId, ruling: Ruling, policy: Policy, *, disputed: Money, at: datetime
) -> RulingMade | RulingProposed:
    """An operator rules. Where more than the campus's sum is disputed, it is only a proposal for a second operator."""
    if not isinstance(dispute.state, Hearing):
        raise IllegalDisputeTransition(dispute.state_name, RulingMade.__name__)
    if not dispute.both_heard and at < dispute.state.heard_until:
        raise NotHeard(dispute.state.heard_until)
    if disputed > policy.four_eyes_above:
        return RulingProposed(at=at, ruling=ruling, operator_id=operator_id)
    return RulingMade(at=at, ruling=ruling, operator_id=operator_id)


def review_ruling(dispute: Dispute, operator_id: MemberId, *, agree: bool, at: datetime) -> RulingMade | RulingReturned:
    """The second operator confirms the proposal or returns it; raises `SameEyes` for the one who made it."""
    state = dispute.state
    if not isinstance(state, Proposed):
        raise IllegalDisputeTransition(dispute.state_name, RulingMade.__name__)
    if operator_id == state.proposed_by:
        raise SameEyes
    if not agree:
        return RulingReturned(at=at, operator_id=operator_id)
    return RulingMade(at=at, ruling=state.ruling, operator_id=state.proposed_by, confirmed_by=operator_id)
