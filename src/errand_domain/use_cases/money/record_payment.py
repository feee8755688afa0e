"""Believe a provider's verified word that somebody paid, once it matches ours."""

from datetime import datetime
from typing import Final

from attrs import frozen

from errand_domain.errors import Missing
from errand_domain.ids import AttemptId, expand
from errand_domain.order.publishing import confirm_payment, raise_tip, takes_tip
from errand_domain.order.states import AwaitingPayment
from errand_domain.payment.attempt import Attempt, Paid, PaymentMismatch, Succeeded
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Merchant, PaymentReport
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.bookkeeping import Books, book_late
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import gather, move

COMPARED: Final = ("provider", "merchant", "app", "currency", "amount")


def attempt_of(number: str) -> AttemptId:
    """The attempt that our number at the provider names; raises `Missing`."""
    try:
        return AttemptId(expand(number))
    except ValueError:
        raise Missing("payment") from None


def check_report(report: PaymentReport, attempt: Attempt, merchant: Merchant) -> None:
    """Raise `PaymentMismatch` for the first thing in which the report differs from what was asked for."""
    ours = (attempt.provider, merchant.merchant, merchant.app, merchant.currency, attempt.amount)
    theirs = (report.provider, report.merchant, report.app, report.currency, report.amount)
    for name, asked, told in zip(COMPARED, ours, theirs, strict=True):
        if asked != told:
            raise PaymentMismatch(name)


@frozen(kw_only=True)
class RecordPayment:
    """The order opens, the tip counts, or what came too late goes back in full; told twice, it happens once."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, report: PaymentReport, merchant: Merchant) -> Attempt:
        """The succeeded attempt; raises `PaymentMismatch` or `Missing`, and then nothing has changed."""
        now = self.clock.now()
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_of(report.number))
            check_report(report, attempt, merchant)
            if isinstance(attempt.state, Succeeded):
                if attempt.state.transaction_id != report.transaction_id:
                    raise PaymentMismatch("transaction_id")
                return attempt
            paid = Paid(at=report.paid_at, transaction_id=report.transaction_id, payer=report.payer)
            attempt = attempt.apply(paid)
            tx.attempts.save(attempt)
            await _use(tx, attempt, paid_at=report.paid_at, at=now)
            await tx.commit()
        return attempt


async def _use(tx: Transaction, attempt: Attempt, *, paid_at: datetime, at: datetime) -> None:
    order = await tx.orders.get(attempt.order_id)
    policy = (await tx.campuses.get(order.campus_id)).policy
    if attempt.purpose == "order" and isinstance(order.state, AwaitingPayment):
        event = confirm_payment(order, policy, attempt_id=attempt.id, amount=attempt.amount, paid_at=paid_at, at=at)
        await move(tx, order, event, policy=policy, known=Books(attempts=(attempt,)))
    elif attempt.purpose == "tip" and takes_tip(order, attempt.amount, policy):
        tip = raise_tip(order, attempt_id=attempt.id, amount=attempt.amount, paid_at=paid_at, at=at)
        await move(tx, order, tip, policy=policy, known=Books(attempts=(attempt,)))
    else:
        gather(tx, book_late(attempt, Books(), paid_at=paid_at, at=at))
