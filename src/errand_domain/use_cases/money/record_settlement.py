"""Believe a provider's word that the money of a payment is available to us."""

from attrs import frozen

from errand_domain.ids import AttemptId, OrderId
from errand_domain.payment.attempt import Attempt, FundsSettled, PaymentMismatch, PaymentUnknown, Succeeded
from errand_domain.ports.notifications import SettlementReport
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement.earning import EarningRescheduled, Held
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.record_payment import attempt_of
from errand_domain.use_cases.money.report_delivery import unsettled_payments


@frozen(kw_only=True)
class RecordSettlement:
    """The payment is settled; once all of the order's are, its held earning waits for the dispute window alone."""

    begin: Begin
    clock: Clock
    providers: Providers

    @decided_anew_when_stale
    async def __call__(self, report: SettlementReport) -> Attempt:
        """The settled attempt; told twice, it happens once.

        Raises `Missing`, `PaymentMismatch`, or `PaymentUnknown` where we have not heard of the payment itself yet.
        """
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_of(report.number))
            if attempt.provider != report.provider:
                raise PaymentMismatch("provider")
            if not isinstance(attempt.state, Succeeded):
                raise PaymentUnknown
            if attempt.state.settled_at is not None:
                return attempt
            attempt = attempt.apply(FundsSettled(at=report.at))
            tx.attempts.save(attempt)
            await self._free_early(tx, attempt.order_id, settled=attempt.id)
            await tx.commit()
        return attempt

    async def _free_early(self, tx: Transaction, order_id: OrderId, *, settled: AttemptId) -> None:
        others = [one for one in await unsettled_payments(tx, order_id, self.providers) if one.id != settled]
        earning = await tx.earnings.latest(order_id)
        if others or earning is None or not isinstance(earning.state, Held):
            return
        policy = (await tx.campuses.get(earning.campus_id)).policy
        free_at = max(self.clock.now(), earning.earned_at + policy.dispute_within)
        if free_at < earning.state.release_at:
            tx.earnings.save(earning.apply(EarningRescheduled(at=self.clock.now(), release_at=free_at)))
