"""What somebody may do with an order now, read from the transition table: the buttons of every client."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.money import NOTHING, Money
from errand_domain.order.ending import cancellation_fee
from errand_domain.order.events import (
    EVENTS,
    DisputeOpened,
    DisputeResolved,
    Event,
    HandoverOffered,
    ItemDelivered,
    ItemPickedUp,
    OrderCancelled,
    OrderCompleted,
    PaymentConfirmed,
    PickupImpossible,
    ReturnReported,
    ReturnResolved,
    RunnerArrived,
    RunnerGaveUp,
    RunnerReplaced,
    TipRaised,
)
from errand_domain.order.order import Order
from errand_domain.order.states import Accepted, Actor, AtPickup, Completed, Resolved
from errand_domain.order.transitions import TRANSITIONS
from errand_domain.policy import Policy

Party = Literal["requester", "runner", "offered"]
Relation = Party | Literal["operations"]

ACTION_NAMES: Final[Mapping[tuple[Actor, type[Event]], str]] = {
    ("provider", PaymentConfirmed): "pay",
    ("provider", TipRaised): "tip",
    ("requester", OrderCancelled): "cancel",
    ("requester", OrderCompleted): "confirm",
    ("requester", DisputeOpened): "dispute",
    ("runner", RunnerGaveUp): "give-up",
    ("runner", HandoverOffered): "offer",
    ("runner", RunnerArrived): "arrive",
    ("runner", PickupImpossible): "report-impossible",
    ("runner", ItemPickedUp): "pick-up",
    ("runner", ItemDelivered): "deliver",
    ("runner", OrderCompleted): "deliver",
    ("runner", ReturnReported): "return",
    ("runner", DisputeOpened): "dispute",
    ("operations", OrderCancelled): "cancel",
    ("operations", RunnerReplaced): "reassign",
    ("operations", ReturnResolved): "resolve-return",
    ("operations", DisputeResolved): "rule",
}
_CAUSED_BY: Final[Mapping[Relation, tuple[Actor, ...]]] = {
    "requester": ("requester", "provider"),
    "runner": ("runner",),
    "offered": (),
    "operations": ("operations",),
}
_PARTIES: Final[tuple[Party, ...]] = ("requester", "runner", "offered")
_WITHOUT_EVENT: Final[Mapping[str, frozenset[Party]]] = {
    "take-over": frozenset({"offered"}),
    "review": frozenset({"requester", "runner"}),
}
MOVES: Final[Mapping[str, frozenset[Party]]] = {
    **{
        name: frozenset(
            party
            for party in _PARTIES
            if any(ACTION_NAMES.get((actor, event)) == name for actor in _CAUSED_BY[party] for event in EVENTS)
        )
        for (by, _), name in ACTION_NAMES.items()
        if by != "operations" or name == "cancel"
    },
    **_WITHOUT_EVENT,
}
"""Every action of an order's parties, and which of them may ever cause it, whatever its state."""


@frozen(kw_only=True)
class Action:
    """Something that may be done now, and what it costs the one who does it."""

    name: str
    cost: Money = NOTHING


def relation_of(order: Order, member_id: MemberId) -> Party | None:
    """What the member is to the order; staff are no party and are not found here."""
    if member_id == order.requester_id:
        return "requester"
    if member_id == order.runner_id:
        return "runner"
    if isinstance(order.state, Accepted | AtPickup) and order.state.offered_to == member_id:
        return "offered"
    return None


def actions_for(order: Order, relation: Relation, policy: Policy, *, at: datetime) -> tuple[Action, ...]:
    """Every action that the table has for them in this state, in the order of the table; then the review."""
    found = dict[str, Action]()
    for (state, event), row in TRANSITIONS.items():
        if state is not type(order.state):
            continue
        for actor in _CAUSED_BY[relation]:
            name = ACTION_NAMES.get((actor, event)) if actor in row.by else None
            if name is not None and not _is_over(order, event, at=at):
                found[name] = Action(name=name, cost=_cost(order, actor, event, policy, at=at))
    if relation in MOVES["take-over"]:
        found["take-over"] = Action(name="take-over")
    if relation in MOVES["review"] and _may_review(order, policy, at=at):
        found["review"] = Action(name="review")
    return tuple(found.values())


def _is_over(order: Order, event: type[Event], *, at: datetime) -> bool:
    state = order.state
    return event is DisputeOpened and isinstance(state, Completed) and at > state.disputable_until


def _cost(order: Order, actor: Actor, event: type[Event], policy: Policy, *, at: datetime) -> Money:
    if actor == "requester" and event is OrderCancelled:
        return cancellation_fee(order, policy, at=at)
    return NOTHING


def _may_review(order: Order, policy: Policy, *, at: datetime) -> bool:
    match order.state:
        case Completed():
            return at <= order.state.completed_at + policy.review_within
        case Resolved():
            return at <= order.state.resolved_at + policy.review_within
        case _:
            return False
