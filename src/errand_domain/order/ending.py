"""Decisions that end an order or reopen its money: cancel, confirm, dispute, and operations' outcomes."""

from datetime import datetime
from typing import assert_never

from errand_domain.errors import Missing
from errand_domain.ids import DisputeId, MemberId
from errand_domain.money import NOTHING, Money
from errand_domain.order.events import (
    DisputeOpened,
    DisputeResolved,
    OrderCancelled,
    OrderCompleted,
    ReturnResolved,
)
from errand_domain.order.order import Order
from errand_domain.order.refusals import FeeNotConfirmed, IllegalTransition, OutcomeUnbalanced, OwnCase, TooLate
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
    Outcome,
    PickedUp,
    Resolved,
    Returning,
)
from errand_domain.policy import Policy


def check_requested(order: Order, member_id: MemberId) -> None:
    """Raise `Missing` unless that member placed the order: to anybody else it is not there."""
    if order.requester_id != member_id:
        raise Missing("order")


def check_no_party(order: Order, operator_id: MemberId) -> None:
    """Raise `OwnCase` for staff who placed the order or run it."""
    if operator_id in (order.requester_id, order.runner_id):
        raise OwnCase


def cancellation_fee(order: Order, policy: Policy, *, at: datetime) -> Money:
    """What the requester would pay the runner for cancelling now; raises where it is not theirs to cancel."""
    state = order.state
    match state:
        case AwaitingPayment() | Open():
            return NOTHING
        case Accepted() | AtPickup():
            came = state.arrived_at if isinstance(state, AtPickup) else at
            in_grace = at <= state.assignment.accepted_at + policy.cancel_free_for
            late = came >= state.assignment.arrive_by + policy.runner_late_after
            return NOTHING if in_grace or late else min(policy.cancel_fee, order.price.reward)
        case PickedUp() | Delivered() | Completed() | Returning() | Disputed() | Resolved() | Cancelled() | Expired():
            raise IllegalTransition(order.state_name, OrderCancelled.__name__)
    assert_never(state)


def cancel(
    order: Order, member_id: MemberId, policy: Policy, *, reason: str, confirmed_fee: Money, at: datetime
) -> OrderCancelled:
    """The requester calls it off, having confirmed the fee that it costs now."""
    check_requested(order, member_id)
    fee = cancellation_fee(order, policy, at=at)
    if fee > confirmed_fee:
        raise FeeNotConfirmed(fee)
    return OrderCancelled(at=at, by="requester", reason=reason, outcome=Outcome(refund=order.held - fee, runner=fee))


def cancel_by_operations(order: Order, *, reason: str, outcome: Outcome | None, at: datetime) -> OrderCancelled:
    """Operations end an unfinished order; by default the requester gets everything back."""
    order.row(OrderCancelled, by="operations")
    stated = outcome or Outcome(refund=order.held)
    check_outcome(stated, order.held)
    if order.runner_id is None and stated.refund != order.held:
        raise OutcomeUnbalanced(order.held)
    return OrderCancelled(at=at, by="operations", reason=reason, outcome=stated)


def check_outcome(outcome: Outcome, held: Money) -> None:
    """Raise `OutcomeUnbalanced` where more is given than there is."""
    if outcome.refund + outcome.runner > held:
        raise OutcomeUnbalanced(held)


def confirm(order: Order, member_id: MemberId, policy: Policy, *, at: datetime) -> OrderCompleted:
    """The requester is content."""
    check_requested(order, member_id)
    return OrderCompleted(at=at, by="requester", disputable_until=at + policy.dispute_within)


def open_dispute(order: Order, member_id: MemberId, dispute_id: DisputeId, *, at: datetime) -> DisputeOpened:
    """One of the two parties objects, in time."""
    if member_id not in (order.requester_id, order.runner_id):
        raise Missing("order")
    if isinstance(order.state, Completed) and at > order.state.disputable_until:
        raise TooLate
    return DisputeOpened(at=at, by="requester" if member_id == order.requester_id else "runner", dispute_id=dispute_id)


def resolve_dispute(order: Order, *, outcome: Outcome, at: datetime) -> DisputeResolved:
    """Operations state who gets what of a disputed order."""
    order.row(DisputeResolved, by="operations")
    check_outcome(outcome, order.disputed_sum)
    return DisputeResolved(at=at, outcome=outcome)


def resolve_return(order: Order, *, outcome: Outcome, at: datetime) -> ReturnResolved:
    """Operations agree to a return and state who gets what."""
    order.row(ReturnResolved, by="operations")
    check_outcome(outcome, order.held)
    return ReturnResolved(at=at, outcome=outcome)
