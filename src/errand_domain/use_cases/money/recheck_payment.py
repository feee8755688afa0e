"""Ask a provider about a payment by its number, whatever we believe of it."""

from attrs import frozen

from errand_domain.payment.attempt import Attempt, Succeeded
from errand_domain.ports.payments import Lost, PaymentReport
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.query_payment import QueryPayment
from errand_domain.use_cases.money.record_payment import RecordPayment, attempt_of


@frozen(kw_only=True)
class RecheckPayment:
    """A payment that a provider's bill has and our books have not is asked about, and recorded if it was paid.

    An open one is queried as its timer would query it. One that we took for closed or refused nobody asks about any
    more: if it was paid after all, it counts, or goes back where its order is gone.
    """

    begin: Begin
    providers: Providers
    query: QueryPayment
    record: RecordPayment

    async def __call__(self, number: str) -> Attempt | Lost:
        """The attempt as known afterwards, or that no answer came; raises `Missing` or `PaymentMismatch`."""
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_of(number))
        if isinstance(attempt.state, Succeeded):
            return attempt
        if attempt.is_open:
            return await self.query(attempt.id)
        provider = self.providers.collecting(attempt.provider)
        answer = await provider.query(attempt.number)
        if isinstance(answer, PaymentReport):
            return await self.record(answer, provider.merchant)
        return answer if isinstance(answer, Lost) else attempt
