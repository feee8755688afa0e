"""Hand an errand back to the hall."""

from attrs import frozen

from errand_domain.ids import MemberId, OrderId
from errand_domain.order.actions import relation_of
from errand_domain.order.events import GiveUpReason
from errand_domain.order.order import Order
from errand_domain.order.running import give_up
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.crediting import move_credit


@frozen(kw_only=True)
class GiveUpErrand:
    """The runner cannot go: the order returns to the hall, and the runner's credit pays for it."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, runner_id: MemberId, *, reason: GiveUpReason) -> Order:
        """The reopened order; raises `TooManyGiveUps`."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("give-up", runner_id, relation=relation_of(order, runner_id), of="order")
            campus = await tx.campuses.get(order.campus_id)
            today = await tx.runners.give_ups_since(runner_id, campus.day_start(now))
            event = give_up(order, runner_id, campus.policy, reason=reason, given_up_today=today, at=now)
            order = await move(tx, order, event, policy=campus.policy)
            await move_credit(tx, runner_id, order, "gave_up", campus.policy, at=now)
            await tx.commit()
        return order
