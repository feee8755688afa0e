"""Pick the item up."""

from attrs import frozen

from errand_domain.ids import FileId, MemberId, OrderId
from errand_domain.money import NOTHING, Money
from errand_domain.order.actions import relation_of
from errand_domain.order.order import Order
from errand_domain.order.running import is_late, pick_up
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.crediting import move_credit
from errand_domain.use_cases.orders.proofs import check_photos


@frozen(kw_only=True)
class PickUpItem:
    """The runner has the item. For a purchase the advance is fixed at the price paid and the rest goes back.

    Whoever never said that they had arrived arrives now, and being late costs credit here as well.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self,
        order_id: OrderId,
        runner_id: MemberId,
        *,
        photos: tuple[FileId, ...],
        goods_cost: Money = NOTHING,
        receipt: FileId | None = None,
    ) -> Order:
        """The order, with its item under way; raises `ProofMissing` or `AdvanceExceeded`."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("pick-up", runner_id, relation=relation_of(order, runner_id), of="order")
            policy = (await tx.campuses.get(order.campus_id)).policy
            await check_photos(tx, order, runner_id, (*photos, receipt) if receipt else photos)
            event = pick_up(order, runner_id, photos=photos, goods_cost=goods_cost, receipt=receipt, at=now)
            late = is_late(order, policy, at=now)
            order = await move(tx, order, event, policy=policy)
            if late:
                await move_credit(tx, runner_id, order, "late", policy, at=now)
            await tx.commit()
        return order
