"""The life of an order as one literal table. Everything about transitions lives here.

How it works:

1. `TRANSITIONS` is keyed by (state type, event type). A pair that is not in it is refused.
2. A row names the pure step that makes the next state, who may cause it, and what it does to the
   money. The step never decides whether something is allowed: that was decided when the event was
   made (`publishing`, `running`, `ending`). It only says what is true afterwards.
3. `TIMERS` says which states are watched, until when (`due_at`), and what happens then.
4. The reference pages, the console, the buttons of the mini-program and the exhaustive tests are
   made from these two tables. To add a transition, add an event, a step and one row.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from attrs import evolve, frozen

from errand_domain.order.events import (
    DisputeOpened,
    DisputeResolved,
    Event,
    HandoverOffered,
    ItemDelivered,
    ItemPickedUp,
    OrderCancelled,
    OrderCompleted,
    OrderExpired,
    PaymentConfirmed,
    PickupImpossible,
    ReturnReported,
    ReturnResolved,
    RunnerAccepted,
    RunnerArrived,
    RunnerGaveUp,
    RunnerMissing,
    RunnerReplaced,
    TipRaised,
)
from errand_domain.order.states import (
    Accepted,
    Actor,
    AtPickup,
    AwaitingPayment,
    Cancelled,
    Completed,
    Delivered,
    Disputed,
    Expired,
    Open,
    PickedUp,
    Resolved,
    Returning,
    State,
)

Effect = Literal["none", "fund", "divide", "fix_advance", "settle", "freeze", "redivide"]

EFFECTS: Final[Mapping[Effect, str]] = {
    "none": "no money moves",
    "fund": "provider clearing → escrow (and goods advance)",
    "divide": "escrow → refund, runner and commission, as the outcome says",
    "fix_advance": "goods advance → refund of what the goods did not cost",
    "settle": "escrow → runner held, campus agent, platform (the odd fen to the platform); goods cost → runner held",
    "freeze": "held earnings stay held",
    "redivide": "an earlier settlement is taken back, then escrow is divided as the outcome says",
}


def _open_order(_: AwaitingPayment, event: PaymentConfirmed) -> Open:
    return Open(opened_at=event.at, expires_at=event.expires_at)


def _keep_open(state: Open, _: TipRaised) -> Open:
    return state


def _cancel_without_runner(_: AwaitingPayment | Open, event: OrderCancelled) -> Cancelled:
    return Cancelled(by=event.by, reason=event.reason, cancelled_at=event.at, outcome=event.outcome)


def _cancel_assigned(state: Accepted | AtPickup, event: OrderCancelled) -> Cancelled:
    return evolve(_cancelled(event), runner_id=state.assignment.runner_id)


def _cancel_carried(state: PickedUp | Delivered | Returning, event: OrderCancelled) -> Cancelled:
    return evolve(_cancelled(event), runner_id=state.carriage.runner_id)


def _cancelled(event: OrderCancelled) -> Cancelled:
    return Cancelled(by=event.by, reason=event.reason, cancelled_at=event.at, outcome=event.outcome)


def _expire(_: AwaitingPayment | Open, event: OrderExpired) -> Expired:
    return Expired(expired_at=event.at, refund=event.refund)


def _accept(_: Open, event: RunnerAccepted) -> Accepted:
    return Accepted(assignment=event.assignment, no_show_at=event.no_show_at)


def _reopen(_: Accepted, event: RunnerGaveUp | RunnerMissing) -> Open:
    return Open(opened_at=event.at, expires_at=event.expires_at)


def _offer(state: Accepted, event: HandoverOffered) -> Accepted:
    return evolve(state, offered_to=event.offered_to)


def _offer_at_pickup(state: AtPickup, event: HandoverOffered) -> AtPickup:
    return evolve(state, offered_to=event.offered_to)


def _replace(_: Accepted, event: RunnerReplaced) -> Accepted:
    return Accepted(assignment=event.assignment, no_show_at=event.no_show_at)


def _replace_at_pickup(state: AtPickup, event: RunnerReplaced) -> AtPickup:
    return evolve(state, assignment=event.assignment, offered_to=None)


def _arrive(state: Accepted, event: RunnerArrived) -> AtPickup:
    return AtPickup(assignment=state.assignment, arrived_at=event.at, proof=event.proof)


def _abandon(state: AtPickup, event: PickupImpossible) -> Cancelled:
    return Cancelled(
        by=event.by,
        reason=event.reason,
        cancelled_at=event.at,
        outcome=event.outcome,
        runner_id=state.assignment.runner_id,
    )


def _pick_up(_: Accepted | AtPickup, event: ItemPickedUp) -> PickedUp:
    return PickedUp(carriage=event.carriage)


def _deliver(state: PickedUp, event: ItemDelivered) -> Delivered:
    return Delivered(carriage=state.carriage, delivered_at=event.at, completes_at=event.completes_at, proof=event.proof)


def _complete(state: Delivered, event: OrderCompleted) -> Completed:
    return Completed(carriage=state.carriage, completed_at=event.at, disputable_until=event.disputable_until)


def _turn_back(state: PickedUp, event: ReturnReported) -> Returning:
    return Returning(carriage=state.carriage, reason=event.reason, reported_at=event.at)


def _settle_return(state: Returning, event: ReturnResolved) -> Resolved:
    return Resolved(runner_id=state.carriage.runner_id, outcome=event.outcome, resolved_at=event.at)


def _dispute(state: PickedUp | Delivered, event: DisputeOpened) -> Disputed:
    return Disputed(carriage=state.carriage, dispute_id=event.dispute_id, opened_at=event.at, settled=False)


def _dispute_settled(state: Completed, event: DisputeOpened) -> Disputed:
    return Disputed(carriage=state.carriage, dispute_id=event.dispute_id, opened_at=event.at, settled=True)


def _resolve(state: Disputed, event: DisputeResolved) -> Resolved:
    return Resolved(runner_id=state.carriage.runner_id, outcome=event.outcome, resolved_at=event.at)


Step = Callable[[Any, Any], State]


@frozen
class Row:
    """One line of the table."""

    step: Step
    by: tuple[Actor, ...]
    money: Effect


TRANSITIONS: Final[Mapping[tuple[type[State], type[Event]], Row]] = {
    (AwaitingPayment, PaymentConfirmed): Row(_open_order, ("provider",), "fund"),
    (AwaitingPayment, OrderExpired): Row(_expire, ("timer",), "none"),
    (AwaitingPayment, OrderCancelled): Row(_cancel_without_runner, ("requester", "operations"), "none"),
    (Open, TipRaised): Row(_keep_open, ("provider",), "fund"),
    (Open, OrderExpired): Row(_expire, ("timer",), "divide"),
    (Open, OrderCancelled): Row(_cancel_without_runner, ("requester", "operations"), "divide"),
    (Open, RunnerAccepted): Row(_accept, ("runner",), "none"),
    (Accepted, RunnerGaveUp): Row(_reopen, ("runner",), "none"),
    (Accepted, RunnerMissing): Row(_reopen, ("timer",), "none"),
    (Accepted, HandoverOffered): Row(_offer, ("runner",), "none"),
    (Accepted, RunnerReplaced): Row(_replace, ("runner", "operations"), "none"),
    (Accepted, RunnerArrived): Row(_arrive, ("runner",), "none"),
    (Accepted, OrderCancelled): Row(_cancel_assigned, ("requester", "operations"), "divide"),
    (Accepted, ItemPickedUp): Row(_pick_up, ("runner",), "fix_advance"),
    (AtPickup, HandoverOffered): Row(_offer_at_pickup, ("runner",), "none"),
    (AtPickup, RunnerReplaced): Row(_replace_at_pickup, ("runner", "operations"), "none"),
    (AtPickup, OrderCancelled): Row(_cancel_assigned, ("requester", "operations"), "divide"),
    (AtPickup, PickupImpossible): Row(_abandon, ("runner",), "divide"),
    (AtPickup, ItemPickedUp): Row(_pick_up, ("runner",), "fix_advance"),
    (PickedUp, ItemDelivered): Row(_deliver, ("runner",), "none"),
    (PickedUp, ReturnReported): Row(_turn_back, ("runner",), "none"),
    (PickedUp, DisputeOpened): Row(_dispute, ("requester", "runner"), "freeze"),
    (PickedUp, OrderCancelled): Row(_cancel_carried, ("operations",), "divide"),
    (Delivered, OrderCompleted): Row(_complete, ("requester", "runner", "timer"), "settle"),
    (Delivered, DisputeOpened): Row(_dispute, ("requester", "runner"), "freeze"),
    (Delivered, OrderCancelled): Row(_cancel_carried, ("operations",), "divide"),
    (Completed, DisputeOpened): Row(_dispute_settled, ("requester", "runner"), "freeze"),
    (Returning, ReturnResolved): Row(_settle_return, ("operations",), "divide"),
    (Returning, OrderCancelled): Row(_cancel_carried, ("operations",), "divide"),
    (Disputed, DisputeResolved): Row(_resolve, ("operations",), "redivide"),
}


@frozen
class Timer:
    """What watches a state: until when, and what it causes."""

    due_at: Callable[[Any], datetime]
    causes: type[Event]


TIMERS: Final[Mapping[type[State], Timer]] = {
    AwaitingPayment: Timer(lambda state: state.expires_at, OrderExpired),
    Open: Timer(lambda state: state.expires_at, OrderExpired),
    Accepted: Timer(lambda state: state.no_show_at, RunnerMissing),
    Delivered: Timer(lambda state: state.completes_at, OrderCompleted),
}


def due_at(state: State) -> datetime | None:
    """When the timer of that state fires, if one watches it."""
    timer = TIMERS.get(type(state))
    return timer.due_at(state) if timer else None
