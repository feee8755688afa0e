"""Orders as they are told."""

from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from entrypoints.http.wire.places import DistanceTold, tell_distance
from entrypoints.http.wire.shapes import Fen, Moment, Told
from entrypoints.http.wire.terms import PriceTold, TermsTold, tell_price, tell_terms
from errand_domain.order.actions import Action
from errand_domain.order.events import EVENTS, Event
from errand_domain.order.order import Order
from errand_domain.order.states import (
    Accepted,
    Actor,
    AtPickup,
    Cancelled,
    Completed,
    Delivered,
    Disputed,
    Expired,
    Open,
    Outcome,
    Phase,
    PickedUp,
    Resolved,
    Returning,
)
from errand_domain.ports.orders import Recorded
from errand_domain.review.review import Review, Tag
from errand_domain.use_cases.money.pay_for_errand import PaymentStarted
from errand_domain.use_cases.orders.view_order import OrderView, RunnerSeen

NUMBER_LENGTH: Final = 8
EVENT_NAMES: Final[dict[type[Event], str]] = {
    event: "".join(f"_{c.lower()}" if c.isupper() else c for c in event.__name__).lstrip("_") for event in EVENTS
}
StateName = Literal[
    "awaiting_payment",
    "open",
    "accepted",
    "at_pickup",
    "picked_up",
    "delivered",
    "completed",
    "returning",
    "disputed",
    "resolved",
    "cancelled",
    "expired",
]


class ActionTold(Told, kw_only=True, frozen=True):
    """Something that this viewer may do now, and what it costs them. The name is the sub-resource to POST to."""

    name: str
    cost_fen: Fen


class OutcomeTold(Told, kw_only=True, frozen=True):
    """How the money of an ended order was divided."""

    refund_fen: Fen
    runner_fen: Fen


class RunnerNamed(Told, kw_only=True, frozen=True):
    """The runner, by nickname and picture, if they have one."""

    nickname: str
    avatar_url: str | None = None


class TimesTold(Told, kw_only=True, frozen=True, omit_defaults=True):
    """What has happened when, and what is promised until when, as far as the present state tells."""

    opened_at: Moment | None = None
    accepted_at: Moment | None = None
    arrive_by: Moment | None = None
    arrived_at: Moment | None = None
    picked_up_at: Moment | None = None
    delivered_at: Moment | None = None
    completes_at: Moment | None = None
    completed_at: Moment | None = None
    disputable_until: Moment | None = None
    reported_at: Moment | None = None
    disputed_at: Moment | None = None
    ended_at: Moment | None = None


class OrderMoved(Told, kw_only=True, frozen=True):
    """Where the order stands after what was done; read the order for the rest."""

    id: UUID
    state: StateName
    phase: Phase
    version: int
    due_at: Moment | None


class OrderTold(Told, kw_only=True, frozen=True):
    """An order as this viewer may see it, and what they may do now.

    From `details_removed_at` on there are neither rooms, contacts, words nor photos in it: their time was over.
    """

    id: UUID
    number: str
    campus_id: UUID
    relation: Literal["requester", "runner", "offered", "operations"]
    state: StateName
    phase: Phase
    version: int
    placed_at: Moment
    due_at: Moment | None
    times: TimesTold
    actions: tuple[ActionTold, ...]
    price: PriceTold
    distance: DistanceTold
    terms: TermsTold
    runner: RunnerNamed | None
    delivery_code: str | None
    pickup_photos: tuple[UUID, ...]
    delivery_photos: tuple[UUID, ...]
    outcome: OutcomeTold | None
    details_removed_at: Moment | None


class OrdersTold(Told, kw_only=True, frozen=True):
    """Part of a list, newest first. `next` is the `before` of the part that follows, if there may be one."""

    items: tuple[OrderTold, ...]
    next: str | None


class EventTold(Told, kw_only=True, frozen=True):
    """One line of an order's history."""

    version: int
    event: str
    by: Actor
    at: Moment


class HistoryTold(Told, kw_only=True, frozen=True):
    """All that has happened to an order, oldest first."""

    items: tuple[EventTold, ...]


class FeeTold(Told, kw_only=True, frozen=True):
    """What cancelling would cost now: send it back as `confirmedFeeFen`."""

    fee_fen: Fen


class CodeTold(Told, kw_only=True, frozen=True):
    """The secret code with which the item is handed out."""

    pickup_code: str


class PaymentTold(Told, kw_only=True, frozen=True):
    """A payment that was started, with what the payer's app needs to pay."""

    id: UUID
    number: str
    purpose: Literal["order", "tip"]
    provider: str
    amount_fen: Fen
    state: str
    client_parameters: dict[str, Any]


class ReviewTold(Told, kw_only=True, frozen=True):
    """A review as it was written."""

    id: UUID
    order_id: UUID
    stars: int
    tags: tuple[Tag, ...]
    text: str
    at: Moment


def tell_moved(order: Order) -> OrderMoved:
    """Where the order stands."""
    return OrderMoved(
        id=order.id,
        state=_state_name(order),
        phase=order.phase,
        version=order.version,
        due_at=order.due_at,
    )


def _state_name(order: Order) -> StateName:
    name: StateName = order.state_name  # type: ignore[assignment]  # a name of the domain's table is one of the literal
    return name


def tell_order(view: OrderView, *, runner_avatar_url: str | None = None) -> OrderTold:
    """The order as its viewer may see it."""
    order = view.order
    pickup, delivery = _photos(order)
    return OrderTold(
        id=order.id,
        number=str(order.id)[-NUMBER_LENGTH:],
        campus_id=order.campus_id,
        relation=view.relation,
        state=_state_name(order),
        phase=order.phase,
        version=order.version,
        placed_at=order.placed_at,
        due_at=order.due_at,
        times=_times(order),
        actions=tuple(map(_action, view.actions)),
        price=tell_price(order.price),
        distance=tell_distance(order.distance),
        terms=tell_terms(order.terms),
        runner=None if view.runner is None else _runner(view.runner, avatar_url=runner_avatar_url),
        delivery_code=view.delivery_code,
        pickup_photos=pickup,
        delivery_photos=delivery,
        outcome=_outcome(order),
        details_removed_at=order.details_removed_at,
    )


def tell_orders(views: tuple[OrderView, ...], *, limit: int) -> OrdersTold:
    """The part of the list; a full one may have more behind it."""
    return OrdersTold(
        items=tuple(map(tell_order, views)), next=str(views[-1].order.id) if len(views) >= limit else None
    )


def _runner(runner: RunnerSeen, *, avatar_url: str | None) -> RunnerNamed:
    return RunnerNamed(nickname=runner.nickname, avatar_url=avatar_url)


def _action(action: Action) -> ActionTold:
    return ActionTold(name=action.name, cost_fen=action.cost.fen)


def _times(order: Order) -> TimesTold:  # noqa: C901, PLR0911 - one line per state
    state = order.state
    match state:
        case Open():
            return TimesTold(opened_at=state.opened_at)
        case Accepted():
            return TimesTold(accepted_at=state.assignment.accepted_at, arrive_by=state.assignment.arrive_by)
        case AtPickup():
            return TimesTold(accepted_at=state.assignment.accepted_at, arrived_at=state.arrived_at)
        case PickedUp():
            return TimesTold(picked_up_at=state.carriage.picked_up_at)
        case Delivered():
            return TimesTold(
                picked_up_at=state.carriage.picked_up_at,
                delivered_at=state.delivered_at,
                completes_at=state.completes_at,
            )
        case Completed():
            return TimesTold(
                picked_up_at=state.carriage.picked_up_at,
                completed_at=state.completed_at,
                disputable_until=state.disputable_until,
            )
        case Returning():
            return TimesTold(picked_up_at=state.carriage.picked_up_at, reported_at=state.reported_at)
        case Disputed():
            return TimesTold(picked_up_at=state.carriage.picked_up_at, disputed_at=state.opened_at)
        case Resolved():
            return TimesTold(ended_at=state.resolved_at)
        case Cancelled():
            return TimesTold(ended_at=state.cancelled_at)
        case Expired():
            return TimesTold(ended_at=state.expired_at)
        case _:
            return TimesTold()


def _photos(order: Order) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """Photos of the pickup and of the delivery, as far as the present state has them."""
    state = order.state
    match state:
        case PickedUp() | Completed() | Returning() | Disputed():
            return state.carriage.proof.photos, ()
        case Delivered():
            return state.carriage.proof.photos, state.proof.photos
        case _:
            return (), ()


def _outcome(order: Order) -> OutcomeTold | None:
    state = order.state
    match state:
        case Cancelled() | Resolved():
            outcome: Outcome = state.outcome
            return OutcomeTold(refund_fen=outcome.refund.fen, runner_fen=outcome.runner.fen)
        case Expired():
            return OutcomeTold(refund_fen=state.refund.fen, runner_fen=0)
        case _:
            return None


def tell_history(lines: tuple[Recorded, ...]) -> HistoryTold:
    """The history as it is told: what happened, when, and through which side."""
    return HistoryTold(
        items=tuple(
            EventTold(version=line.version, event=EVENT_NAMES[type(line.event)], by=line.event.by, at=line.event.at)
            for line in lines
        )
    )


def tell_payment(started: PaymentStarted) -> PaymentTold:
    """The payment, and what the payer's app needs."""
    attempt = started.attempt
    return PaymentTold(
        id=attempt.id,
        number=attempt.number,
        purpose=attempt.purpose,
        provider=attempt.provider,
        amount_fen=attempt.amount.fen,
        state=attempt.state_name,
        client_parameters=msgspec.json.decode(started.client_parameters, type=dict[str, Any]),
    )


def tell_review(review: Review) -> ReviewTold:
    """The review as it is told."""
    return ReviewTold(
        id=review.id, order_id=review.order_id, stars=review.stars, tags=review.tags, text=review.text, at=review.at
    )
