"""What timers do to orders."""

from attrs import frozen

from errand_domain.ids import OrderId
from errand_domain.order.events import OrderExpired, RunnerMissing
from errand_domain.order.order import Order
from errand_domain.order.publishing import fall_due
from errand_domain.order.refusals import NotYet
from errand_domain.order.states import AwaitingPayment
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.query_payment import QueryPayment
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.cancel_errand import close_attempts
from errand_domain.use_cases.orders.crediting import move_credit


@frozen(kw_only=True)
class WatchOrder:
    """The timer of an order fires: it expires, returns to the hall, or completes. Decided on what is true now.

    An unpaid order expires only after its payments were closed at their providers, or were asked to be: a success that
    arrives all the same is given back.
    """

    begin: Begin
    clock: Clock
    query: QueryPayment

    async def __call__(self, order_id: OrderId) -> Order:
        """The order after its timer, or unchanged where the timer was stale."""
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            attempts = await tx.attempts.of_order(order_id) if isinstance(order.state, AwaitingPayment) else ()
        if order.due_at is not None and order.due_at <= self.clock.now():
            for attempt in attempts:
                await self.query.close(attempt.id)
        return await self._fire(order_id)

    @decided_anew_when_stale
    async def _fire(self, order_id: OrderId) -> Order:
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            policy = (await tx.campuses.get(order.campus_id)).policy
            try:
                event = fall_due(order, policy, at=now)
            except NotYet:
                return order
            if isinstance(event, OrderExpired) and isinstance(order.state, AwaitingPayment):
                await close_attempts(tx, order, self.clock)
            order = await move(tx, order, event, policy=policy)
            if isinstance(event, RunnerMissing):
                await move_credit(tx, event.runner_id, order, "no_show", policy, at=now)
            await tx.commit()
        return order
