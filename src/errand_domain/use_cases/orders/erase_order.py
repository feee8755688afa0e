"""Take out of ended orders what they say of people: when its time is over, and when one of the two leaves."""

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from errand_domain.ids import FileId, MemberId, OrderId
from errand_domain.order.erasing import (
    details_due,
    event_without_proofs,
    event_without_words,
    one_version_on,
    without_details,
    without_proofs,
    without_terms,
)
from errand_domain.order.events import Event
from errand_domain.order.order import Order
from errand_domain.order.states import Completed
from errand_domain.payment.refund import Abnormal
from errand_domain.ports.files import StoredFile
from errand_domain.ports.orders import Recorded
from errand_domain.ports.outbox import EraseFile
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement.earning import Frozen, Held
from errand_domain.use_cases.deciding import decided_anew_when_stale

LOOK_AGAIN_AFTER: Final = timedelta(days=1)


@frozen(kw_only=True)
class EraseOrderDetails:
    """The timer of an ended order fires: what it says of people is erased, but not while money of it is under way.

    Rooms, contacts, notes, codes, the item, positions, photos and statements go; state, amounts, times and ids stay. By
    the policy of that day: a campus that keeps details for longer now keeps the older ones, too.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId) -> Order:
        """The order without its details, or as it stands where the timer was stale or something is still under way."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            if order.details_until is None or now < order.details_until:
                return order
            due = details_due(order, (await tx.campuses.get(order.campus_id)).policy)
            if due is not None and due <= now and await _is_under_way(tx, order):
                due = now + LOOK_AGAIN_AFTER
            if due is None or now < due:
                order = one_version_on(evolve(order, details_until=due))
                tx.orders.erase(order)
            else:
                order = await _erase_all(tx, order, at=now)
            await tx.commit()
        return order


async def _is_under_way(tx: Transaction, order: Order) -> bool:
    """Whether a refund is open or stuck, or an earning is held: somebody may still have to look at what happened."""
    refunds = await tx.refunds.of_order(order.id)
    if any(refund.is_open or isinstance(refund.state, Abnormal) for refund in refunds):
        return True
    earning = await tx.earnings.latest(order.id)
    return earning is not None and isinstance(earning.state, Held | Frozen)


async def _erase_all(tx: Transaction, order: Order, *, at: datetime) -> Order:
    lines = await tx.orders.history(order.id)
    events = [event_without_words(event_without_proofs(line.event)) for line in lines]
    bare_order = one_version_on(without_details(order, at=at))
    tx.orders.erase(bare_order, *_changed(lines, events))
    remove_files(tx, await tx.files.of_order(order.id), at=at)
    dispute = await tx.disputes.of_order(order.id)
    if dispute is not None:
        bare = dispute.silenced(dispute.requester_id, dispute.runner_id)
        if bare is not dispute:
            tx.disputes.save(bare)
    return bare_order


def remove_files(tx: Transaction, files: tuple[StoredFile, ...], *, at: datetime) -> None:
    """Gather the removal of those files, and of their bytes."""
    for file in files:
        tx.files.remove(file.id)
        tx.outbox.add(EraseFile(file_id=file.id), at=at)


def _changed(lines: tuple[Recorded, ...], events: list[Event]) -> list[Recorded]:
    """The lines whose event has less in it now."""
    return [evolve(line, event=event) for line, event in zip(lines, events, strict=True) if event != line.event]


@frozen(kw_only=True)
class EraseTraces:
    """A member who left is taken out of one of their ended orders; what the other side still needs stays.

    Of a requester the terms go, of a runner positions; of either their photos, their statements in a dispute that was
    decided, and the text of their review, whose stars stay.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, order_id: OrderId) -> Order:
        """The order as it is then. One that is disputed, or may be, waits: its own timer erases everything."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            if not order.is_final or now < traces_due(order, at=now):
                return order
            theirs = tuple(file for file in await tx.files.of_order(order_id) if file.owner_id == member_id)
            order = await self._without(tx, order, member_id, frozenset(file.id for file in theirs), at=now)
            remove_files(tx, theirs, at=now)
            await _silence(tx, order_id, member_id)
            await tx.commit()
        return order

    async def _without(
        self, tx: Transaction, order: Order, member_id: MemberId, gone: frozenset[FileId], *, at: datetime
    ) -> Order:
        lines = await tx.orders.history(order.id)
        if member_id == order.requester_id:
            bare = without_terms(order, at=at)
            events = [event_without_words(line.event) if line.event.by == "requester" else line.event for line in lines]
        else:
            bare = without_proofs(order, gone=gone)
            events = [event_without_proofs(line.event, gone=gone) for line in lines]
        bare = one_version_on(bare)
        tx.orders.erase(bare, *_changed(lines, events))
        return bare


def traces_due(order: Order, *, at: datetime) -> datetime:
    """When the other side of that ended order needs nothing any more of whoever leaves now."""
    return max(at, order.state.disputable_until) if isinstance(order.state, Completed) else at


async def _silence(tx: Transaction, order_id: OrderId, member_id: MemberId) -> None:
    dispute = await tx.disputes.of_order(order_id)
    if dispute is not None and dispute.is_decided:
        bare = dispute.silenced(member_id)
        if bare is not dispute:
            tx.disputes.save(bare)
    for review in await tx.reviews.of_order(order_id):
        if review.author_id == member_id and review.text:
            tx.reviews.hide_text(review.id)
