"""Moving an order on: the events, their money and whom to tell, gathered in one transaction."""

from collections.abc import Mapping
from typing import Final, Literal

from errand_domain.errors import Conflict, Stale
from errand_domain.ids import MemberId, OrderId
from errand_domain.order.erasing import watched
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
)
from errand_domain.order.order import Order
from errand_domain.policy import Policy
from errand_domain.ports.outbox import AskRefund, NoticeKind, Tell, TellDelivery
from errand_domain.ports.transaction import Transaction
from errand_domain.use_cases.bookkeeping import Bookings, Books, book, needs_books

Party = Literal["requester", "runner", "offered"]

TELL: Final[Mapping[type[Event], tuple[tuple[Party, NoticeKind], ...]]] = {
    PaymentConfirmed: (("requester", "order_paid"),),
    RunnerAccepted: (("requester", "order_accepted"),),
    RunnerGaveUp: (("requester", "order_reopened"),),
    RunnerMissing: (("requester", "order_reopened"),),
    HandoverOffered: (("offered", "order_offered"),),
    RunnerReplaced: (("requester", "order_accepted"), ("runner", "order_assigned")),
    RunnerArrived: (("requester", "order_arrived"),),
    ItemPickedUp: (("requester", "order_picked_up"),),
    ItemDelivered: (("requester", "order_delivered"),),
    OrderCompleted: (("runner", "order_completed"),),
    OrderCancelled: (("requester", "order_cancelled"), ("runner", "order_cancelled")),
    PickupImpossible: (("requester", "order_cancelled"),),
    OrderExpired: (("requester", "order_expired"),),
    ReturnReported: (("requester", "order_returning"),),
    ReturnResolved: (("requester", "order_resolved"), ("runner", "order_resolved")),
    DisputeOpened: (("requester", "dispute_opened"), ("runner", "dispute_opened")),
    DisputeResolved: (("requester", "dispute_decided"), ("runner", "dispute_decided")),
}


async def move(tx: Transaction, order: Order, *events: Event, policy: Policy, known: Books | None = None) -> Order:
    """The order after those events, gathered in the transaction with all that follows from them.

    A transition that is not in the table raises before anything is gathered. `known` is what the events need of the
    books, where the caller has it at hand; else it is read.
    """
    after, follows = order, list[tuple[Order, Event]]()
    for event in events:
        follows.append((after, event))
        after = after.apply(event)
    after = watched(after, policy)
    tx.orders.save(after, *events)
    for before, event in follows:
        books = known or (await _read_books(tx, order.id) if needs_books(before, event) else Books())
        try:
            bookings = book(before, event, policy, books)
        except Conflict as refusal:
            # The books are read after the order: where somebody was in between, they are about a later order.
            if (await tx.orders.get(order.id)).version != order.version:
                raise Stale("order") from refusal
            raise
        gather(tx, bookings)
        if bookings.keeps or isinstance(event, ItemDelivered):
            delivery = TellDelivery(order_id=order.id, delivered_at=event.at)
            tx.outbox.add(delivery, lane=f"delivery:{order.id}", at=event.at)
        _tell(tx, before, event)
    return after


def gather(tx: Transaction, bookings: Bookings) -> None:
    """Gather transfers, refunds (and the message that asks the provider for each) and earnings."""
    if bookings.transfers:
        tx.ledger.post(*bookings.transfers)
    for refund in bookings.refunds:
        tx.refunds.add(refund)
        tx.outbox.add(AskRefund(number=refund.number), lane=f"refund:{refund.number}", at=refund.requested_at)
    if bookings.changed_earning is not None:
        tx.earnings.save(bookings.changed_earning)
    if bookings.new_earning is not None:
        tx.earnings.add(bookings.new_earning)


async def _read_books(tx: Transaction, order_id: OrderId) -> Books:
    return Books(
        attempts=await tx.attempts.of_order(order_id),
        refunds=await tx.refunds.of_order(order_id),
        earning=await tx.earnings.latest(order_id),
    )


def _tell(tx: Transaction, before: Order, event: Event) -> None:
    for party, kind in TELL.get(type(event), ()):
        member_id = _member(before, event, party)
        if member_id is not None:
            tx.outbox.add(Tell(member_id=member_id, kind=kind, order_id=before.id), at=event.at)


def _member(before: Order, event: Event, party: Party) -> MemberId | None:
    match party:
        case "requester":
            return before.requester_id
        case "offered":
            return event.offered_to if isinstance(event, HandoverOffered) else None
        case "runner":
            return event.assignment.runner_id if isinstance(event, RunnerReplaced) else before.runner_id
