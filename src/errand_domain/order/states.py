"""The states of an order. Each is its own class and holds exactly what is true in it.

"Accepted by nobody" or "delivered at no time" cannot be built.
"""

from datetime import datetime
from typing import Final, Literal, get_args

from attrs import field, frozen

from errand_domain.ids import DisputeId, FileId, MemberId
from errand_domain.money import NOTHING, Money
from errand_domain.order.terms import aware
from errand_domain.place import Point

Actor = Literal["requester", "runner", "operations", "provider", "timer"]
Phase = Literal["awaiting_payment", "waiting", "in_progress", "completed", "closed"]
EVERY_PHASE: Final[tuple[Phase, ...]] = get_args(Phase)


@frozen(kw_only=True)
class Proof:
    """What shows that a runner was there: photos, a position, or the requester's delivery code."""

    photos: tuple[FileId, ...] = ()
    position: Point | None = None
    code_shown: bool = False


@frozen(kw_only=True)
class Assignment:
    """Who has the errand, since when somebody has, and until when they promised to be at the pickup."""

    runner_id: MemberId
    accepted_at: datetime = field(validator=aware)
    arrive_by: datetime = field(validator=aware)


@frozen(kw_only=True)
class Carriage:
    """Who carries the item, since when, and what the goods really cost."""

    runner_id: MemberId
    picked_up_at: datetime = field(validator=aware)
    proof: Proof
    goods_cost: Money = NOTHING


@frozen(kw_only=True)
class Outcome:
    """How the money of an ended order is divided by decision: so much back, so much to the runner.

    What remains of the held sum is the commission, divided between campus agent and platform.
    """

    refund: Money
    runner: Money = NOTHING


@frozen(kw_only=True)
class AwaitingPayment:
    """Placed; nobody has paid yet."""

    expires_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class Open:
    """Paid, and in the hall."""

    opened_at: datetime = field(validator=aware)
    expires_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class Accepted:
    """A runner is on the way to the pickup."""

    assignment: Assignment
    no_show_at: datetime = field(validator=aware)
    offered_to: MemberId | None = None


@frozen(kw_only=True)
class AtPickup:
    """The runner is at the pickup."""

    assignment: Assignment
    arrived_at: datetime = field(validator=aware)
    proof: Proof
    offered_to: MemberId | None = None


@frozen(kw_only=True)
class PickedUp:
    """The runner has the item."""

    carriage: Carriage


@frozen(kw_only=True)
class Delivered:
    """The item was handed over; the requester may look at it before the order completes."""

    carriage: Carriage
    delivered_at: datetime = field(validator=aware)
    completes_at: datetime = field(validator=aware)
    proof: Proof


@frozen(kw_only=True)
class Completed:
    """Confirmed and settled; either side may still dispute it until `disputable_until`."""

    carriage: Carriage
    completed_at: datetime = field(validator=aware)
    disputable_until: datetime = field(validator=aware)


@frozen(kw_only=True)
class Returning:
    """The item could not be handed over; operations decide what becomes of it and of the money."""

    carriage: Carriage
    reason: str
    reported_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class Disputed:
    """One side objects; timers and earnings are frozen. `settled` says that money had been divided before."""

    carriage: Carriage
    dispute_id: DisputeId
    opened_at: datetime = field(validator=aware)
    settled: bool


@frozen(kw_only=True)
class Resolved:
    """Ended by a decision of operations, with the outcome they stated."""

    runner_id: MemberId
    outcome: Outcome
    resolved_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class Cancelled:
    """Called off; the outcome says what each side got of what had been paid."""

    by: Actor
    reason: str
    cancelled_at: datetime = field(validator=aware)
    outcome: Outcome
    runner_id: MemberId | None = None


@frozen(kw_only=True)
class Expired:
    """Nobody paid, or nobody took it, in time."""

    expired_at: datetime = field(validator=aware)
    refund: Money


State = (
    AwaitingPayment
    | Open
    | Accepted
    | AtPickup
    | PickedUp
    | Delivered
    | Completed
    | Returning
    | Disputed
    | Resolved
    | Cancelled
    | Expired
)
STATES: Final[tuple[type[State], ...]] = get_args(State)
FINAL: Final[tuple[type[State], ...]] = (Completed, Resolved, Cancelled, Expired)
IN_PROGRESS: Final[tuple[type[State], ...]] = (Accepted, AtPickup, PickedUp, Delivered, Returning, Disputed)

NAMES: Final[dict[type[State], str]] = {
    AwaitingPayment: "awaiting_payment",
    Open: "open",
    Accepted: "accepted",
    AtPickup: "at_pickup",
    PickedUp: "picked_up",
    Delivered: "delivered",
    Completed: "completed",
    Returning: "returning",
    Disputed: "disputed",
    Resolved: "resolved",
    Cancelled: "cancelled",
    Expired: "expired",
}
PHASES: Final[dict[type[State], Phase]] = {
    AwaitingPayment: "awaiting_payment",
    Open: "waiting",
    Accepted: "in_progress",
    AtPickup: "in_progress",
    PickedUp: "in_progress",
    Delivered: "in_progress",
    Completed: "completed",
    Returning: "in_progress",
    Disputed: "in_progress",
    Resolved: "closed",
    Cancelled: "closed",
    Expired: "closed",
}


def runner_of(state: State) -> MemberId | None:
    """Who runs the errand in that state, if anybody does."""
    match state:
        case Accepted() | AtPickup():
            return state.assignment.runner_id
        case PickedUp() | Delivered() | Completed() | Returning() | Disputed():
            return state.carriage.runner_id
        case Resolved() | Cancelled():
            return state.runner_id
        case AwaitingPayment() | Open() | Expired():
            return None
