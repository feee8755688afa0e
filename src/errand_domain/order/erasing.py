"""What an ended order says of people, and how it is taken out of it: state, amounts, times and ids stay.

Terms are the requester's words; proofs are where a runner was, and photos. They go together when their time is over,
and apart when one of the two leaves.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final, assert_never

from attrs import evolve

from errand_domain.ids import FileId
from errand_domain.order.events import (
    Event,
    ItemDelivered,
    ItemPickedUp,
    OrderCancelled,
    PickupImpossible,
    ReturnReported,
    RunnerArrived,
)
from errand_domain.order.order import Order
from errand_domain.order.states import (
    Accepted,
    AtPickup,
    AwaitingPayment,
    Cancelled,
    Completed,
    Delivered,
    Disputed,
    Expired,
    Open,
    PickedUp,
    Proof,
    Resolved,
    Returning,
    State,
)
from errand_domain.place import Point, Stop
from errand_domain.policy import Policy
from errand_domain.text import TAKEN_AWAY

DECIMALS_KEPT: Final = 2
"""A point keeps two decimals of a degree, about a kilometre: on which side of the campus, and at nobody's door."""


def ended_at(state: State) -> datetime | None:
    """When the order ended, if it did."""
    match state:
        case Completed():
            return state.completed_at
        case Resolved():
            return state.resolved_at
        case Cancelled():
            return state.cancelled_at
        case Expired():
            return state.expired_at
        case AwaitingPayment() | Open() | Accepted() | AtPickup() | PickedUp() | Delivered() | Returning() | Disputed():
            return None
    assert_never(state)


def details_due(order: Order, policy: Policy) -> datetime | None:
    """Until when that campus keeps what the order says of people; `None` while it goes on."""
    ended = ended_at(order.state)
    return None if ended is None else ended + policy.keep_order_details_for


def watched(order: Order, policy: Policy) -> Order:
    """The order with the moment until which its details are kept, as its state and the policy have it."""
    return evolve(order, details_until=details_due(order, policy))


def one_version_on(order: Order) -> Order:
    """The same order, after an erasure: of two at the same time, the second is decided anew."""
    return evolve(order, version=order.version + 1)


def without_words(order: Order) -> Order:
    """The order without what its requester wrote for others to read: item, note, rooms, and places of their own naming.

    Whom to call, where it was and the codes stay, for as long as the other details do.
    """
    terms = order.terms
    pickup, dropoff = _wordless(terms.pickup), _wordless(terms.dropoff)
    return evolve(order, terms=evolve(terms, pickup=pickup, dropoff=dropoff, item=TAKEN_AWAY, note=""))


def without_terms(order: Order, *, at: datetime) -> Order:
    """The order without the requester's words and places: rooms, contacts, note, codes, item, why it was called off."""
    state = order.state
    if isinstance(state, Cancelled) and state.by == "requester":
        state = evolve(state, reason=TAKEN_AWAY)
    terms = without_words(order).terms
    return evolve(
        order,
        state=state,
        terms=evolve(terms, pickup=_coarse(terms.pickup), dropoff=_coarse(terms.dropoff), pickup_code=""),
        delivery_code="",
        details_removed_at=order.details_removed_at or at,
    )


def without_proofs(order: Order, *, gone: Collection[FileId] | None = None) -> Order:
    """The order without positions, and without those photos (none named: without any)."""
    state = order.state
    if isinstance(state, Completed):
        carriage = evolve(state.carriage, proof=_bare(state.carriage.proof, gone))
        return evolve(order, state=evolve(state, carriage=carriage))
    return order


def without_details(order: Order, *, at: datetime) -> Order:
    """The order without anything that it says of people; nothing watches it any more."""
    bare = without_proofs(without_terms(order, at=at))
    state = bare.state
    if isinstance(state, Cancelled) and state.by != "runner":
        # A runner's reason is one of a list, everybody else's is typed.
        state = evolve(state, reason=TAKEN_AWAY)
    return evolve(bare, state=state, details_until=None)


def event_without_proofs(event: Event, *, gone: Collection[FileId] | None = None) -> Event:
    """The event without positions, and without those photos (none named: without any)."""
    match event:
        case RunnerArrived() | ItemDelivered() | PickupImpossible():
            return evolve(event, proof=_bare(event.proof, gone))
        case ItemPickedUp():
            return evolve(event, carriage=evolve(event.carriage, proof=_bare(event.carriage.proof, gone)))
        case ReturnReported():
            return evolve(event, photos=_left(event.photos, gone))
        case _:
            return event


def event_without_words(event: Event) -> Event:
    """The event without what somebody typed."""
    return evolve(event, reason=TAKEN_AWAY) if isinstance(event, OrderCancelled) else event


def _wordless(stop: Stop) -> Stop:
    """The stop without the room; a building's name is nobody's, a typed one may be."""
    return evolve(stop, name=stop.name if stop.building_id is not None else TAKEN_AWAY, detail="")


def _coarse(stop: Stop) -> Stop:
    """The stop without contact, and about where it was."""
    point = Point(
        latitude=round(stop.point.latitude, DECIMALS_KEPT), longitude=round(stop.point.longitude, DECIMALS_KEPT)
    )
    return evolve(stop, point=point, contact=None)


def _bare(proof: Proof, gone: Collection[FileId] | None) -> Proof:
    return evolve(proof, photos=_left(proof.photos, gone), position=None)


def _left(photos: tuple[FileId, ...], gone: Collection[FileId] | None) -> tuple[FileId, ...]:
    return () if gone is None else tuple(photo for photo in photos if photo not in gone)
