"""Confirm that the errand was done."""

from attrs import frozen

from errand_domain.ids import MemberId, OrderId
from errand_domain.order.actions import relation_of
from errand_domain.order.ending import confirm
from errand_domain.order.order import Order
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move


@frozen(kw_only=True)
class ConfirmErrand:
    """The requester is content: the money finds its owners, once."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, member_id: MemberId) -> Order:
        """The completed order; raises `IllegalTransition` where it is not delivered, or done already."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("confirm", member_id, relation=relation_of(order, member_id), of="order")
            policy = (await tx.campuses.get(order.campus_id)).policy
            order = await move(tx, order, confirm(order, member_id, policy, at=now), policy=policy)
            await tx.commit()
        return order
