"""Call an errand off, or ask what that would cost."""

from attrs import frozen

from errand_domain.ids import MemberId, OrderId
from errand_domain.money import NOTHING, Money
from errand_domain.order.actions import relation_of
from errand_domain.order.ending import cancel, cancellation_fee
from errand_domain.order.order import Order
from errand_domain.order.states import AwaitingPayment
from errand_domain.permissions import check
from errand_domain.ports.outbox import CloseAttempt
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move


async def close_attempts(tx: Transaction, order: Order, clock: Clock) -> None:
    """Have every open payment of the order closed at its provider; one that succeeds all the same is given back."""
    for attempt in await tx.attempts.of_order(order.id):
        if attempt.is_open:
            tx.outbox.add(CloseAttempt(attempt_id=attempt.id), lane=f"attempt:{attempt.id}", at=clock.now())


@frozen(kw_only=True)
class QuoteCancellation:
    """What cancelling would cost the requester now."""

    begin: Begin
    clock: Clock

    async def __call__(self, order_id: OrderId, member_id: MemberId) -> Money:
        """The fee; raises `IllegalTransition` where the requester cannot cancel any more."""
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("cancel", member_id, relation=relation_of(order, member_id), of="order")
            policy = (await tx.campuses.get(order.campus_id)).policy
        return cancellation_fee(order, policy, at=self.clock.now())


@frozen(kw_only=True)
class CancelErrand:
    """The requester calls it off. A fee must be confirmed, and goes to the runner; the rest goes back."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self, order_id: OrderId, member_id: MemberId, *, reason: str, confirmed_fee: Money = NOTHING
    ) -> Order:
        """The cancelled order; raises `FeeNotConfirmed` where it costs more than was confirmed."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("cancel", member_id, relation=relation_of(order, member_id), of="order")
            policy = (await tx.campuses.get(order.campus_id)).policy
            event = cancel(order, member_id, policy, reason=reason, confirmed_fee=confirmed_fee, at=now)
            if isinstance(order.state, AwaitingPayment):
                await close_attempts(tx, order, self.clock)
            order = await move(tx, order, event, policy=policy)
            await tx.commit()
        return order
