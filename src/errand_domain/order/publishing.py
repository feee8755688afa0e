"""Decisions from the quote to the hall: placing, paying, tipping, expiring."""

from datetime import datetime

from errand_domain.campus import Campus, CampusClosed
from errand_domain.errors import InvalidField
from errand_domain.ids import AttemptId, MemberId, OrderId, QuoteId
from errand_domain.money import NOTHING, Money
from errand_domain.order.events import (
    OrderCompleted,
    OrderExpired,
    PaymentConfirmed,
    RunnerMissing,
    TipRaised,
)
from errand_domain.order.order import Order
from errand_domain.order.pricing import price_of
from errand_domain.order.quote import Quote, fingerprint, honour
from errand_domain.order.refusals import NotYet, OrderNotOpen, TooManyUnpaid
from errand_domain.order.states import Accepted, AwaitingPayment, Delivered, Open
from errand_domain.order.terms import Terms
from errand_domain.place import Distance
from errand_domain.policy import Policy


def check_terms(terms: Terms, campus: Campus, *, at: datetime) -> None:
    """Raise a refusal unless this campus can take an order on those terms now."""
    if not campus.open:
        raise CampusClosed
    if terms.window.latest <= at:
        raise InvalidField("latest", "must be in the future")
    campus.check_stop(terms.pickup, "pickup")
    campus.check_stop(terms.dropoff, "dropoff")
    if terms.handover.place == "door" and terms.dropoff.building_id is None:
        raise InvalidField("dropoff.building_id", "must say whose door it is")
    if terms.handover.admits != campus.admits_at(terms.dropoff):
        raise InvalidField("handover", "must repeat the house rule of the building")


def make_quote(
    quote_id: QuoteId,
    terms: Terms,
    campus: Campus,
    *,
    member_id: MemberId,
    distance: Distance,
    tip: Money,
    at: datetime,
) -> Quote:
    """A price for those terms, good for a few minutes."""
    check_terms(terms, campus, at=at)
    return Quote(
        id=quote_id,
        member_id=member_id,
        campus_id=campus.id,
        price=price_of(terms, distance=distance, tip=tip, policy=campus.policy, zone=campus.zone, at=at),
        distance=distance,
        fingerprint=fingerprint(terms),
        expires_at=at + campus.policy.quote_life,
    )


def place(
    order_id: OrderId,
    quote: Quote,
    terms: Terms,
    campus: Campus,
    *,
    requester_id: MemberId,
    delivery_code: str,
    at: datetime,
) -> Order:
    """A new order that awaits payment, at the quoted price."""
    price = honour(quote, terms, member_id=requester_id, at=at)
    check_terms(terms, campus, at=at)
    return Order(
        id=order_id,
        quote_id=quote.id,
        campus_id=campus.id,
        requester_id=requester_id,
        terms=terms,
        price=price,
        distance=quote.distance,
        delivery_code=delivery_code,
        placed_at=at,
        state=AwaitingPayment(expires_at=at + campus.policy.pay_within),
    )


def check_unpaid(unpaid: int, policy: Policy) -> None:
    """Raise `TooManyUnpaid` where that many orders of the member await payment already."""
    if unpaid >= policy.unpaid_orders_most:
        raise TooManyUnpaid(policy.unpaid_orders_most)


def open_until(order: Order, policy: Policy, *, at: datetime) -> datetime:
    """Until when an order that is in the hall from now on may stay there."""
    return min(at + policy.open_for, max(order.terms.window.latest, at))


def confirm_payment(
    order: Order,
    policy: Policy,
    *,
    attempt_id: AttemptId,
    amount: Money,
    paid_at: datetime | None = None,
    at: datetime,
) -> PaymentConfirmed:
    """The order is paid and goes to the hall; the caller has verified the provider's word."""
    if not isinstance(order.state, AwaitingPayment):
        raise OrderNotOpen(order.state_name)
    expires_at = open_until(order, policy, at=at)
    return PaymentConfirmed(at=at, attempt_id=attempt_id, amount=amount, paid_at=paid_at, expires_at=expires_at)


def takes_tip(order: Order, more: Money, policy: Policy) -> bool:
    """Whether the order is in the hall and all its tips, with that one, stay within the tariff."""
    return isinstance(order.state, Open) and order.price.tip + more <= policy.tariff.tip_most


def check_tip(order: Order, more: Money, policy: Policy) -> None:
    """Raise a refusal unless the tip may be raised by that much."""
    if not isinstance(order.state, Open):
        raise OrderNotOpen(order.state_name)
    if not more or not takes_tip(order, more, policy):
        raise InvalidField("amount", f"must be at least 1 fen, and the tips together at most {policy.tariff.tip_most}")


def raise_tip(
    order: Order, *, attempt_id: AttemptId, amount: Money, paid_at: datetime | None = None, at: datetime
) -> TipRaised:
    """A further tip is paid."""
    if not isinstance(order.state, Open):
        raise OrderNotOpen(order.state_name)
    return TipRaised(at=at, attempt_id=attempt_id, amount=amount, paid_at=paid_at)


def fall_due(order: Order, policy: Policy, *, at: datetime) -> OrderExpired | RunnerMissing | OrderCompleted:
    """What the timer of this order causes now; raises `NotYet` where it watches nothing that is due."""
    state = order.state
    if order.due_at is None or at < order.due_at:
        raise NotYet
    match state:
        case AwaitingPayment():
            return OrderExpired(at=at, refund=NOTHING)
        case Open():
            return OrderExpired(at=at, refund=order.held)
        case Accepted():
            return RunnerMissing(
                at=at, runner_id=state.assignment.runner_id, expires_at=open_until(order, policy, at=at)
            )
        case Delivered():
            return OrderCompleted(at=at, by="timer", disputable_until=at + policy.dispute_within)
        case _:
            raise NotYet
