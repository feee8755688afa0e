"""Free what was held."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from errand_domain.ids import OrderId
from errand_domain.payment.attempt import Attempt, Succeeded
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.notifications import SettlementReport
from errand_domain.ports.outside import Clock
from errand_domain.ports.shipping import SettledAt
from errand_domain.ports.transaction import Begin
from errand_domain.settlement import recipes
from errand_domain.settlement.earning import Earning, EarningReleased, EarningRescheduled, Held
from errand_domain.settlement.ledger import Transfer
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.alarming import alarm_finance
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.record_settlement import RecordSettlement
from errand_domain.use_cases.money.report_delivery import unsettled_payments

ASK_AGAIN_AFTER: Final = timedelta(hours=1)
KEPT_BACK_MOST: Final = timedelta(days=14)
"""How long a provider may keep back what was earned before finance looks at it: one settles by itself within ten days,
unless it never heard of the delivery."""


@frozen(kw_only=True)
class ReleaseEarning:
    """The timer of a held earning fires: it becomes available, unless a dispute froze it meanwhile.

    What a provider still keeps back is not paid out of other people's money: the provider is asked, and asked again an
    hour later. A provider that keeps nothing back has no say.
    """

    begin: Begin
    clock: Clock
    providers: Providers
    settle: RecordSettlement

    async def __call__(self, order_id: OrderId, earning_round: int) -> Earning:
        """The earning, released or as it stands."""
        async with self.begin() as tx:
            earning = await tx.earnings.get(order_id, earning_round)
            if not self._is_due(earning):
                return earning
            unsettled = await unsettled_payments(tx, order_id, self.providers)
        for attempt in unsettled:
            await self._ask(attempt)
        return await self._release(order_id, earning_round)

    def _is_due(self, earning: Earning) -> bool:
        return isinstance(earning.state, Held) and earning.state.release_at <= self.clock.now()

    async def _ask(self, attempt: Attempt) -> None:
        if not isinstance(attempt.state, Succeeded):
            return
        shipping = self.providers.shipping[attempt.provider]
        answer = await shipping.settlement(attempt.number, transaction_id=attempt.state.transaction_id)
        if isinstance(answer, SettledAt):
            await self.settle(SettlementReport(number=attempt.number, provider=attempt.provider, at=answer.at))

    @decided_anew_when_stale
    async def _release(self, order_id: OrderId, earning_round: int) -> Earning:
        now = self.clock.now()
        async with self.begin() as tx:
            earning = await tx.earnings.get(order_id, earning_round)
            if not self._is_due(earning):
                return earning
            if await unsettled_payments(tx, order_id, self.providers):
                earning = earning.apply(EarningRescheduled(at=now, release_at=now + ASK_AGAIN_AFTER))
                tx.earnings.save(earning)
                if now - earning.earned_at >= KEPT_BACK_MOST:
                    await alarm_finance(tx, _kept_back(earning, at=now), order_id=order_id)
            else:
                earning = earning.apply(EarningReleased(at=now))
                tx.earnings.save(earning)
                tx.ledger.post(*_released(earning, at=now))
            await tx.commit()
        return earning


def _kept_back(earning: Earning, *, at: datetime) -> AuditLine:
    return AuditLine(
        at=at,
        actor_id=None,
        campus_id=earning.campus_id,
        action="earning.kept_back",
        subject=f"earning:{earning.order_id}:{earning.round}",
    )


def _released(earning: Earning, *, at: datetime) -> tuple[Transfer, ...]:
    return recipes.release(
        earning.order_id, earning.runner_id, earning_round=earning.round, amount=earning.amount, at=at
    )
