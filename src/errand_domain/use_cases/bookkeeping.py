"""From an order's event to its money: the only bridge between the order table and the ledger.

`book` is pure. It reads the effect that the table names for the row and states every transfer,
refund and earning that follows; the caller saves them in the transaction that saves the order.
"""

from datetime import datetime
from typing import assert_never

from attrs import evolve, frozen

from errand_domain.money import NOTHING, Money
from errand_domain.order.events import (
    DisputeOpened,
    DisputeResolved,
    Event,
    ItemPickedUp,
    OrderCancelled,
    OrderExpired,
    PaymentConfirmed,
    PickupImpossible,
    ReturnResolved,
    TipRaised,
)
from errand_domain.order.order import Order
from errand_domain.order.states import Completed, Disputed, Outcome
from errand_domain.order.transitions import TRANSITIONS
from errand_domain.payment.attempt import Attempt, Succeeded
from errand_domain.payment.refund import Refund, RefundReason, allocate
from errand_domain.policy import Policy
from errand_domain.settlement import recipes
from errand_domain.settlement.earning import Earning, EarningFrozen, EarningTakenBack, Frozen, Held
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.recipes import Purse
from errand_domain.settlement.split import Split, by_decision, by_rates


@frozen(kw_only=True)
class Books:
    """What is already booked about the order, as far as its next event needs it."""

    attempts: tuple[Attempt, ...] = ()
    refunds: tuple[Refund, ...] = ()
    earning: Earning | None = None


@frozen(kw_only=True)
class Bookings:
    """What follows from one event."""

    transfers: tuple[Transfer, ...] = ()
    refunds: tuple[Refund, ...] = ()
    new_earning: Earning | None = None
    changed_earning: Earning | None = None
    keeps: bool = False
    """Whether some of what was paid does not go back: the provider must then hear that it was earned."""


NO_BOOKINGS = Bookings()


def needs_books(before: Order, event: Event) -> bool:
    """Whether `book` must be told what is booked already; a claim, for one, moves no money."""
    return TRANSITIONS[type(before.state), type(event)].money not in ("none", "settle")


def book(before: Order, event: Event, policy: Policy, books: Books) -> Bookings:  # noqa: PLR0911 - one per effect
    """The bookings of an event that the order has accepted."""
    effect = TRANSITIONS[type(before.state), type(event)].money
    match effect:
        case "none":
            return NO_BOOKINGS
        case "fund":
            return _fund(before, event, books)
        case "divide":
            return _divide(before, _outcome(event), policy, books, at=event.at, reason=_reason(event))
        case "fix_advance":
            return _fix_advance(before, event, books)
        case "settle":
            return _settle(before, policy, at=event.at)
        case "freeze":
            return _freeze(before, event, books)
        case "redivide":
            return _redivide(before, _outcome(event), policy, books, at=event.at)
    assert_never(effect)


def book_late(attempt: Attempt, books: Books, *, paid_at: datetime, at: datetime) -> Bookings:
    """A payment that came when its order could not use it any more: booked, and given back at once."""
    refund = allocate(attempt.amount, (attempt,), books.refunds, reason="late", at=at)
    return Bookings(
        transfers=recipes.fund(
            attempt.order_id,
            attempt.id,
            provider=attempt.provider,
            service=attempt.amount,
            goods=NOTHING,
            at=paid_at,
        )
        + recipes.refund_late(attempt.order_id, attempt.id, amount=attempt.amount, at=at),
        refunds=refund,
    )


def _outcome(event: Event) -> Outcome:
    match event:
        case OrderCancelled() | PickupImpossible() | ReturnResolved() | DisputeResolved():
            return event.outcome
        case OrderExpired():
            return Outcome(refund=event.refund)
        case _:
            message = f"{type(event).__name__} divides nothing"
            raise TypeError(message)


def _reason(event: Event) -> RefundReason:
    match event:
        case OrderExpired():
            return "expired"
        case ReturnResolved():
            return "returned"
        case _:
            return "cancelled"


def _fund(before: Order, event: Event, books: Books) -> Bookings:
    if not isinstance(event, PaymentConfirmed | TipRaised):
        raise TypeError(event)
    attempt = next(a for a in books.attempts if a.id == event.attempt_id)
    goods = before.price.goods_advance if isinstance(event, PaymentConfirmed) else NOTHING
    return Bookings(
        transfers=recipes.fund(
            before.id,
            attempt.id,
            provider=attempt.provider,
            service=event.amount - goods,
            goods=goods,
            at=event.paid_at or event.at,
        )
    )


def _refunds(amount: Money, books: Books, *, reason: RefundReason, at: datetime) -> tuple[Refund, ...]:
    paid = tuple(a for a in books.attempts if isinstance(a.state, Succeeded))
    return allocate(amount, paid, books.refunds, reason=reason, at=at) if amount else ()


def _divide(
    before: Order, outcome: Outcome, policy: Policy, books: Books, *, at: datetime, reason: RefundReason
) -> Bookings:
    split = by_decision(held=before.held, refund=outcome.refund, runner=outcome.runner, shares=before.price.shares)
    transfers = recipes.divide(
        before.id,
        split,
        purse=Purse(service=before.price.reward, goods=before.goods),
        runner_id=before.runner_id,
        campus_id=before.campus_id,
        at=at,
    )
    earning = _earning(before, split, at=at, release_at=at + policy.hold_earnings_for)
    return Bookings(
        transfers=transfers,
        refunds=_refunds(split.refund, books, reason=reason, at=at),
        new_earning=earning if split.runner else None,
        keeps=split.refund != split.whole,
    )


def _earning(
    before: Order, split: Split, *, at: datetime, release_at: datetime, earning_round: int = 1
) -> Earning | None:
    if before.runner_id is None:
        return None
    return Earning(
        order_id=before.id,
        round=earning_round,
        runner_id=before.runner_id,
        campus_id=before.campus_id,
        split=split,
        goods=before.goods,
        earned_at=at,
        state=Held(release_at=release_at),
    )


def _fix_advance(before: Order, event: Event, books: Books) -> Bookings:
    if not isinstance(event, ItemPickedUp):
        raise TypeError(event)
    return Bookings(
        transfers=recipes.return_advance(before.id, left=event.advance_left, at=event.at),
        refunds=_refunds(event.advance_left, books, reason="advance", at=event.at),
    )


def _settle(before: Order, policy: Policy, *, at: datetime) -> Bookings:
    """Divide by rates. The earning is kept even where it is nothing: a dispute undoes its whole split."""
    split = by_rates(service=before.price.reward, goods=before.goods, shares=before.price.shares)
    transfers = recipes.divide(
        before.id,
        split,
        purse=Purse(service=before.price.reward, goods=before.goods),
        runner_id=before.runner_id,
        campus_id=before.campus_id,
        at=at,
    )
    return Bookings(
        transfers=transfers,
        new_earning=_earning(before, split, at=at, release_at=at + policy.hold_earnings_for),
    )


def _freeze(before: Order, event: Event, books: Books) -> Bookings:
    if not isinstance(event, DisputeOpened):
        raise TypeError(event)
    if not isinstance(before.state, Completed) or books.earning is None:
        return NO_BOOKINGS
    return Bookings(changed_earning=books.earning.apply(EarningFrozen(at=event.at)))


def _redivide(before: Order, outcome: Outcome, policy: Policy, books: Books, *, at: datetime) -> Bookings:
    """Divide a disputed order's money, after taking back an earlier settlement; free at once, for it was decided."""
    if not isinstance(before.state, Disputed):
        raise TypeError(before.state)
    if not before.state.settled:
        return _divide(before, outcome, policy, books, at=at, reason="dispute")
    whole = before.disputed_sum
    split = by_decision(held=whole, refund=outcome.refund, runner=outcome.runner, shares=before.price.shares)
    taken = books.earning
    back: tuple[Transfer, ...] = ()
    if taken is not None:
        released = isinstance(taken.state, Frozen) and taken.state.released
        back = recipes.take_back(
            before.id,
            taken.split,
            runner_id=taken.runner_id,
            campus_id=before.campus_id,
            released=released,
            at=at,
        )
        taken = taken.apply(EarningTakenBack(at=at))
    again = recipes.divide(
        before.id,
        split,
        purse=Purse(service=whole, goods=NOTHING),
        runner_id=before.runner_id,
        campus_id=before.campus_id,
        at=at,
        stem="redivide",
    )
    earning = _earning(before, split, at=at, release_at=at, earning_round=taken.round + 1 if taken else 1)
    return Bookings(
        transfers=back + again,
        refunds=_refunds(split.refund, books, reason="dispute", at=at),
        keeps=split.refund != split.whole,
        new_earning=evolve(earning, goods=NOTHING) if earning and split.runner else None,
        changed_earning=taken,
    )
