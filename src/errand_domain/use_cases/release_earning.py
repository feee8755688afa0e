"""Free what was held."""

from attrs import frozen

from errand_domain.ids import OrderId
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.settlement import recipes
from errand_domain.settlement.earning import Earning, EarningReleased, Held
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class ReleaseEarning:
    """The timer of a held earning fires: it becomes available, unless a dispute froze it meanwhile."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, earning_round: int) -> Earning:
        """The earning, released or as it stands."""
        now = self.clock.now()
        async with self.begin() as tx:
            earning = await tx.earnings.get(order_id, earning_round)
            if not isinstance(earning.state, Held) or now < earning.state.release_at:
                return earning
            earning = earning.apply(EarningReleased(at=now))
            tx.earnings.save(earning)
            tx.ledger.post(
                *recipes.release(
                    order_id, earning.runner_id, earning_round=earning_round, amount=earning.amount, at=now
                )
            )
            await tx.commit()
        return earning
