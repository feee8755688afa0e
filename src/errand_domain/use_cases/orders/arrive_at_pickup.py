"""Arrive at the pickup."""

from attrs import frozen

from errand_domain.ids import MemberId, OrderId
from errand_domain.order.actions import relation_of
from errand_domain.order.order import Order
from errand_domain.order.running import arrive, is_late
from errand_domain.order.states import Proof
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.crediting import move_credit
from errand_domain.use_cases.orders.proofs import check_photos


@frozen(kw_only=True)
class ArriveAtPickup:
    """The runner is there: near enough, or with a photo. Coming later than promised costs credit."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, runner_id: MemberId, *, proof: Proof) -> Order:
        """The order, with its runner at the pickup; raises `TooFarAway` or `ProofMissing`."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("arrive", runner_id, relation=relation_of(order, runner_id), of="order")
            policy = (await tx.campuses.get(order.campus_id)).policy
            await check_photos(tx, order, runner_id, proof.photos)
            event = arrive(order, runner_id, policy, proof=proof, at=now)
            late = is_late(order, policy, at=now)
            order = await move(tx, order, event, policy=policy)
            if late:
                await move_credit(tx, runner_id, order, "late", policy, at=now)
            await tx.commit()
        return order
