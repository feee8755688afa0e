"""What can happen to an order, in the past tense. An event holds every fact its step needs.

`by` is who caused it; the table in `transitions` says who may.
"""

from datetime import datetime
from typing import Final, Literal, get_args

from attrs import field, frozen

from errand_domain.ids import AttemptId, DisputeId, FileId, MemberId
from errand_domain.money import Money, at_least_one_fen
from errand_domain.order.states import Actor, Assignment, Carriage, Outcome, Proof
from errand_domain.order.terms import aware
from errand_domain.text import line

GiveUpReason = Literal["cannot_find", "too_far", "emergency", "vehicle", "other"]
PickupFault = Literal["wrong_code", "wrong_address", "item_not_ready", "closed", "item_missing", "other"]
ReturnReason = Literal["unreachable", "refused", "wrong_address", "unsafe"]
CompletedBy = Literal["requester", "runner", "timer"]


@frozen(kw_only=True)
class PaymentConfirmed:
    """The provider's verified word that the order is paid."""

    at: datetime = field(validator=aware)
    by: Actor = "provider"
    attempt_id: AttemptId
    amount: Money = field(validator=at_least_one_fen)
    paid_at: datetime | None = None
    expires_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class TipRaised:
    """The provider's verified word that a further tip is paid."""

    at: datetime = field(validator=aware)
    by: Actor = "provider"
    attempt_id: AttemptId
    amount: Money = field(validator=at_least_one_fen)
    paid_at: datetime | None = None


@frozen(kw_only=True)
class OrderCancelled:
    """A party or operations called it off, with the division of the money."""

    at: datetime = field(validator=aware)
    by: Actor
    reason: str = field(validator=line(most=200))
    outcome: Outcome


@frozen(kw_only=True)
class PickupImpossible:
    """The runner stood at the pickup and could not get the item."""

    at: datetime = field(validator=aware)
    by: Actor = "runner"
    reason: PickupFault
    proof: Proof
    outcome: Outcome


@frozen(kw_only=True)
class OrderExpired:
    """Its time ran out before anybody paid, or before anybody took it."""

    at: datetime = field(validator=aware)
    by: Actor = "timer"
    refund: Money


@frozen(kw_only=True)
class RunnerAccepted:
    """A runner took it."""

    at: datetime = field(validator=aware)
    by: Actor = "runner"
    assignment: Assignment
    no_show_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class RunnerGaveUp:
    """The runner handed it back to the hall."""

    at: datetime = field(validator=aware)
    by: Actor = "runner"
    runner_id: MemberId
    reason: GiveUpReason
    expires_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class RunnerMissing:
    """The runner did not arrive within the grace after the promised time."""

    at: datetime = field(validator=aware)
    by: Actor = "timer"
    runner_id: MemberId
    expires_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class HandoverOffered:
    """The runner asks a colleague to take over."""

    at: datetime = field(validator=aware)
    by: Actor = "runner"
    offered_to: MemberId


@frozen(kw_only=True)
class RunnerReplaced:
    """Another runner has it now: the colleague consented, or operations assigned them."""

    at: datetime = field(validator=aware)
    by: Actor
    assignment: Assignment
    no_show_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class RunnerArrived:
    """The runner is at the pickup."""

    at: datetime = field(validator=aware)
    by: Actor = "runner"
    proof: Proof


@frozen(kw_only=True)
class ItemPickedUp:
    """The runner has the item; for a purchase the carriage states what it cost."""

    at: datetime = field(validator=aware)
    by: Actor = "runner"
    carriage: Carriage
    advance_left: Money


@frozen(kw_only=True)
class ItemDelivered:
    """The item was handed over."""

    at: datetime = field(validator=aware)
    by: Actor = "runner"
    proof: Proof
    completes_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class OrderCompleted:
    """Confirmed by the requester, by the delivery code in the runner's hands, or by time."""

    at: datetime = field(validator=aware)
    by: Actor
    disputable_until: datetime = field(validator=aware)


@frozen(kw_only=True)
class ReturnReported:
    """The runner cannot hand the item over."""

    at: datetime = field(validator=aware)
    by: Actor = "runner"
    reason: ReturnReason
    photos: tuple[FileId, ...] = ()


@frozen(kw_only=True)
class ReturnResolved:
    """Operations agreed to the return and stated who gets what."""

    at: datetime = field(validator=aware)
    by: Actor = "operations"
    outcome: Outcome


@frozen(kw_only=True)
class DisputeOpened:
    """One side objects."""

    at: datetime = field(validator=aware)
    by: Actor
    dispute_id: DisputeId


@frozen(kw_only=True)
class DisputeResolved:
    """Operations heard both sides and stated who gets what."""

    at: datetime = field(validator=aware)
    by: Actor = "operations"
    outcome: Outcome


Event = (
    PaymentConfirmed
    | TipRaised
    | OrderCancelled
    | PickupImpossible
    | OrderExpired
    | RunnerAccepted
    | RunnerGaveUp
    | RunnerMissing
    | HandoverOffered
    | RunnerReplaced
    | RunnerArrived
    | ItemPickedUp
    | ItemDelivered
    | OrderCompleted
    | ReturnReported
    | ReturnResolved
    | DisputeOpened
    | DisputeResolved
)
EVENTS: Final[tuple[type[Event], ...]] = get_args(Event)
