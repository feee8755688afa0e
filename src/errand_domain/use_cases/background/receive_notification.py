"""What a provider tells us of its own accord: verified, compared with our records, and only then believed."""

from typing import assert_never

from attrs import frozen

from errand_domain.errors import Missing
from errand_domain.payment.attempt import PaymentMismatch
from errand_domain.ports.notifications import (
    Delivery,
    ImageReport,
    NothingForUs,
    Notification,
    PayoutReport,
    SettlementReport,
)
from errand_domain.ports.payments import PaymentReport, RefundReport
from errand_domain.ports.transaction import Begin
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.use_cases.files.screen_images import RecordVerdict
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.record_payment import RecordPayment
from errand_domain.use_cases.money.record_settlement import RecordSettlement
from errand_domain.use_cases.money.refunding import AdvanceRefund


@frozen(kw_only=True)
class ReceiveNotification:
    """The same notification ten times at once changes one thing once: every record below is idempotent.

    It returns only when what was told is committed, so that the provider is told "understood" of nothing that could
    still be lost; whatever it raises makes the provider tell again. No provider is asked anything meanwhile.
    """

    begin: Begin
    providers: Providers
    payments: RecordPayment
    refunds: AdvanceRefund
    withdrawals: AdvanceWithdrawal
    settlements: RecordSettlement
    verdicts: RecordVerdict

    async def __call__(self, channel: str, delivery: Delivery) -> Notification:
        """What was told; raises `NotificationRefused`, `Missing`, or `PaymentMismatch`, and then nothing changed."""
        told = await self.providers.notifying(channel).read(delivery)
        match told:
            case PaymentReport():
                await self.payments(told, self.providers.collecting(told.provider).merchant)
            case RefundReport():
                await self.refunds.record(told.number, told)
            case PayoutReport():
                await self._payout(told)
            case SettlementReport():
                await self.settlements(told)
            case ImageReport():
                await self.verdicts(told.trace, told.verdict)
            case NothingForUs():
                pass
            case _:
                assert_never(told)
        return told

    def knows(self, channel: str) -> bool:
        """Whether somebody may tell us something there: anything else is what a stranger has made up."""
        return channel in self.providers.notifications

    async def greet(self, channel: str, delivery: Delivery) -> str:
        """The answer to a provider that tries the address; raises `NotificationRefused`."""
        return await self.providers.notifying(channel).greet(delivery)

    async def _payout(self, told: PayoutReport) -> None:
        try:
            withdrawal_id, part = Withdrawal.part_of(told.number)
        except ValueError:
            raise Missing("withdrawal") from None
        async with self.begin() as tx:
            withdrawal = await tx.withdrawals.get(withdrawal_id)
        if not 1 <= part <= len(withdrawal.parts):
            raise Missing("withdrawal")
        if withdrawal.part_amount(part) != told.amount:
            raise PaymentMismatch("amount")
        await self.withdrawals.record(withdrawal_id, part, told.answer)
