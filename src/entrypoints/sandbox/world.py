"""The demonstration's outside world: somebody pays, confirms or is paid back, and the provider reports it to us."""

from typing import Protocol, cast

from attrs import frozen

from entrypoints.container import Container
from entrypoints.settings import SettingsInvalid
from errand_domain.errors import Missing
from errand_domain.ids import WithdrawalId, expand
from errand_domain.money import Money
from errand_domain.payment.attempt import Attempt
from errand_domain.payment.refund import Refund
from errand_domain.ports.outside import Notice
from errand_domain.ports.payments import Merchant, PaymentReport, PayoutAnswer, RefundReport
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import Sending

PART_DIGITS = 2
OpenThings = tuple[tuple[str, str, Money], ...]


class PlayedProvider(Protocol):
    """A payment provider that is played here: what people do in its app, and what it then says."""

    merchant: Merchant

    def pay(self, number: str) -> PaymentReport:
        """The payer pays; raises `ValueError` where there is nothing to pay."""
        ...

    def confirm_payout(self, number: str) -> PayoutAnswer:
        """The runner confirms; raises `ValueError` where there is nothing to confirm."""
        ...

    def finish_refund(self, number: str) -> RefundReport:
        """The payer has the money back; raises `ValueError` where there is no such refund."""
        ...

    def open_payments(self) -> OpenThings:
        """Number, description and amount of what could be paid now."""
        ...

    def open_payouts(self) -> OpenThings:
        """Number, remark and amount of what could be confirmed now."""
        ...

    def open_refunds(self) -> OpenThings:
        """Number, payment and amount of what is on its way back."""
        ...


class Inbox(Protocol):
    """Where notices end up that nobody carries any further."""

    @property
    def inbox(self) -> tuple[Notice, ...]:
        """What was sent, newest first."""
        ...


@frozen
class World:
    """Acts in the provider's place, then delivers its report as a notification of it would be delivered."""

    container: Container
    provider_name: str = "memory"

    @property
    def provider(self) -> PlayedProvider:
        """The provider that is played."""
        found = self.container.payment_providers().payments.get(self.provider_name)
        if not hasattr(found, "confirm_payout"):
            raise SettingsInvalid("the sandbox plays the provider 'memory', which ERRAND_PAYMENTS does not name")
        return cast("PlayedProvider", found)

    def inbox(self, to: str | None = None) -> tuple[Notice, ...]:
        """Everything that was sent to anybody, or to that address, newest first."""
        notices = cast("Inbox", self.container.notices()).inbox
        return tuple(notice for notice in notices if to in (None, notice.to.value))

    async def pay(self, number: str) -> Attempt:
        """The payer pays, and we are told; again, and it is the same payment."""
        provider = self.provider
        try:
            report = provider.pay(number)
        except ValueError:
            raise Missing("payment") from None
        return await self.container.record_payment()(report, provider.merchant)

    async def confirm(self, number: str) -> Withdrawal:
        """The runner confirms one part of a withdrawal, and we are told; the next part is then sent."""
        try:
            withdrawal_id = WithdrawalId(expand(number[:-PART_DIGITS]))
            part = int(number[-PART_DIGITS:])
            answer = self.provider.confirm_payout(number)
        except ValueError:
            raise Missing("payout") from None
        advance = self.container.advance_withdrawal()
        withdrawal = await advance.record(withdrawal_id, part, answer)
        return await advance(withdrawal_id) if isinstance(withdrawal.state, Sending) else withdrawal

    async def finish_refund(self, number: str) -> Refund:
        """The payer has the money back, and we are told."""
        try:
            report = self.provider.finish_refund(number)
        except ValueError:
            raise Missing("refund") from None
        return await self.container.advance_refund().record(number, report)
