"""Take an errand from the hall."""

from attrs import frozen

from errand_domain.errors import Missing
from errand_domain.ids import MemberId, OrderId
from errand_domain.order.order import Order
from errand_domain.order.running import take
from errand_domain.permissions import check, standing_of
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.candidates import candidate, load_candidate


@frozen(kw_only=True)
class AcceptErrand:
    """A verified runner takes an open errand. The first to commit wins.

    The runner is saved too, so that two acceptances of one runner at once cannot both pass under the cap.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, runner_id: MemberId) -> Order:
        """The accepted order; raises `OrderTaken` where somebody was first, and every refusal of `take`.

        Who is no runner hears `RunnerNotApproved`, whether there is such an order or not.
        """
        now = self.clock.now()
        async with self.begin() as tx:
            order = await self._order(tx, order_id, runner_id)
            load = await load_candidate(tx, order, runner_id)
            policy = (await tx.campuses.get(order.campus_id)).policy
            event = take(order, candidate(load), policy, at=now)
            order = await move(tx, order, event, policy=policy)
            tx.runners.save(load.runner.touched())
            await tx.commit()
        return order

    async def _order(self, tx: Transaction, order_id: OrderId, runner_id: MemberId) -> Order:
        try:
            return await tx.orders.get(order_id)
        except Missing:
            runner = await tx.runners.find(runner_id)
            check("accept", runner_id, relation=standing_of(runner))
            raise
