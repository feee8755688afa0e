"""What the provider in memory keeps: payments, refunds and payouts, each under our number."""

from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from attrs import frozen

from errand_domain.money import Money
from errand_domain.ports.payments import (
    PaymentReport,
    PayoutAnswer,
    PayoutDone,
    PayoutRequest,
    RefundDone,
    RefundImpossible,
    RefundReport,
)


@frozen(kw_only=True)
class KeptPayment:
    """A payment there: asked for, and perhaps paid or closed."""

    amount: Money
    client_parameters: str
    expires_at: datetime
    report: PaymentReport | None = None
    closed: bool = False


@frozen(kw_only=True)
class KeptRefund:
    """A refund there, of which payment, and what it will come to."""

    payment_number: str
    report: RefundReport


@frozen(kw_only=True)
class KeptPayout:
    """A payout there."""

    request: PayoutRequest
    answer: PayoutAnswer


@frozen(kw_only=True)
class Totals:
    """The provider's own sums in fen, to be compared with our ledger."""

    collected: int
    refunded: int
    paid_out: int

    @property
    def balance(self) -> int:
        """What the provider holds for us: our clearing account says the same."""
        return self.collected - self.refunded - self.paid_out


Together = Callable[[], AbstractContextManager[object]]


class ProviderBooks:
    """All that one provider knows of us, in memory or wherever the three mappings keep it.

    What is done inside `together` is done whole, and nobody comes between.
    """

    def __init__(
        self,
        *,
        payments: MutableMapping[str, KeptPayment] | None = None,
        refunds: MutableMapping[str, KeptRefund] | None = None,
        payouts: MutableMapping[str, KeptPayout] | None = None,
        together: Together = nullcontext,
    ) -> None:
        self.payments: MutableMapping[str, KeptPayment] = {} if payments is None else payments
        self.refunds: MutableMapping[str, KeptRefund] = {} if refunds is None else refunds
        self.payouts: MutableMapping[str, KeptPayout] = {} if payouts is None else payouts
        self.together = together

    def refundable(self, payment_number: str) -> int:
        """What is left of a payment, in fen: refunds that will not happen do not count."""
        payment = self.payments.get(payment_number)
        if payment is None or payment.report is None:
            return 0
        back = sum(
            kept.report.amount.fen
            for kept in self.refunds.values()
            if kept.payment_number == payment_number and not isinstance(kept.report.outcome, RefundImpossible)
        )
        return payment.report.amount.fen - back

    def totals(self) -> Totals:
        """The sums of what has really moved."""
        done = (kept.report for kept in self.refunds.values() if isinstance(kept.report.outcome, RefundDone))
        paid = (kept.request for kept in self.payouts.values() if isinstance(kept.answer, PayoutDone))
        return Totals(
            collected=sum(kept.report.amount.fen for kept in self.payments.values() if kept.report),
            refunded=sum(report.amount.fen for report in done),
            paid_out=sum(request.amount.fen for request in paid),
        )
