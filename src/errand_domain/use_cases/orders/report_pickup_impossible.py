"""Report that the item cannot be had."""

from attrs import frozen

from errand_domain.ids import FileId, MemberId, OrderId
from errand_domain.order.actions import relation_of
from errand_domain.order.events import PickupFault
from errand_domain.order.order import Order
from errand_domain.order.running import report_impossible
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.proofs import check_photos


@frozen(kw_only=True)
class ReportPickupImpossible:
    """The order ends; where the terms were at fault, the runner gets an arrival fee."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self, order_id: OrderId, runner_id: MemberId, *, reason: PickupFault, photos: tuple[FileId, ...]
    ) -> Order:
        """The cancelled order; raises `ProofMissing` without a photo."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("report-impossible", runner_id, relation=relation_of(order, runner_id), of="order")
            policy = (await tx.campuses.get(order.campus_id)).policy
            await check_photos(tx, order, runner_id, photos)
            event = report_impossible(order, runner_id, policy, reason=reason, photos=photos, at=now)
            order = await move(tx, order, event, policy=policy)
            await tx.commit()
        return order
