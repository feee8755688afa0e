"""Hand the item over."""

from typing import Final

from attrs import frozen

from errand_domain.errors import Conflict
from errand_domain.ids import MemberId, OrderId
from errand_domain.order.actions import relation_of
from errand_domain.order.order import Order
from errand_domain.order.running import complete_with_code, deliver
from errand_domain.order.states import Delivered, Proof
from errand_domain.permissions import check
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.proofs import check_photos

CODE_TRIES: Final = 5
CODE_TRIED: Final = "order.delivery_code_tried"


@frozen(str=False)
class CodeLocked(Conflict):
    """The delivery code was tried too often; photo and position remain."""

    code = "order.code_locked"
    sentence = "收货码错误次数过多，请改用拍照交付"


@frozen(kw_only=True)
class DeliverItem:
    """The runner delivers: with the requester's code, which also completes the order, or with photo and position.

    Once delivered, the code may still be shown to complete it. A try is counted before it is judged, and two tries of
    one runner never at once, so that nobody guesses.
    """

    begin: Begin
    clock: Clock

    async def __call__(self, order_id: OrderId, runner_id: MemberId, *, proof: Proof, code: str | None) -> Order:
        """The delivered or completed order; raises `WrongDeliveryCode`, `CodeLocked`, `ProofMissing`, `TooFarAway`."""
        if code is not None:
            await self._count_try(order_id, runner_id)
        return await self._deliver(order_id, runner_id, proof=proof, code=code)

    @decided_anew_when_stale
    async def _deliver(self, order_id: OrderId, runner_id: MemberId, *, proof: Proof, code: str | None) -> Order:
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("deliver", runner_id, relation=relation_of(order, runner_id), of="order")
            await check_photos(tx, order, runner_id, proof.photos)
            policy = (await tx.campuses.get(order.campus_id)).policy
            if isinstance(order.state, Delivered) and code is not None:
                completed = complete_with_code(order, runner_id, policy, code=code, at=now)
                order = await move(tx, order, completed, policy=policy)
            else:
                events = deliver(order, runner_id, policy, proof=proof, code=code, at=now)
                order = await move(tx, order, *events, policy=policy)
            await tx.commit()
        return order

    @decided_anew_when_stale
    async def _count_try(self, order_id: OrderId, runner_id: MemberId) -> None:
        """Write the try down; the runner is saved with it, so that tries at once are counted one after the other."""
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("deliver", runner_id, relation=relation_of(order, runner_id), of="order")
            runner = await tx.runners.get(runner_id)
            if await tx.audit.count(f"order:{order_id}", CODE_TRIED) >= CODE_TRIES:
                raise CodeLocked
            tx.runners.save(runner.touched())
            tx.audit.record(
                AuditLine(
                    at=self.clock.now(),
                    actor_id=runner_id,
                    campus_id=order.campus_id,
                    action=CODE_TRIED,
                    subject=f"order:{order_id}",
                )
            )
            await tx.commit()
