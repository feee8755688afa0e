"""Ask the provider what became of a payment, and close what nobody waits for any more."""

from datetime import timedelta
from typing import Final

from attrs import frozen

from errand_domain.ids import AttemptId
from errand_domain.order.states import AwaitingPayment, Open
from errand_domain.payment.attempt import AnswerLost, Attempt, Closed, ClosedAtProvider, PaymentMismatch, next_query
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Lost, NoLonger, NotPaid, PaymentReport
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.alarming import alarm_finance
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.record_payment import RecordPayment

LAST_LOOK_AFTER: Final = timedelta(minutes=5)
"""How long after the payer's time is over a closed attempt is looked at once more: a payment that was being made when
it ended has arrived by then."""


@frozen(kw_only=True)
class QueryPayment:
    """An open attempt is queried until it is known; an unknown one is never replaced meanwhile.

    One that was closed early is looked at once more when its time is over: a provider that had not heard of it had
    nothing to close, and the payer could still open it.
    """

    begin: Begin
    clock: Clock
    providers: Providers
    record: RecordPayment

    async def __call__(self, attempt_id: AttemptId) -> Attempt:
        """The attempt as known afterwards."""
        now = self.clock.now()
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_id)
            order = await tx.orders.get(attempt.order_id)
            policy = (await tx.campuses.get(order.campus_id)).policy
        if isinstance(attempt.state, Closed) and attempt.query_at is not None and attempt.query_at <= now:
            provider = self.providers.collecting(attempt.provider)
            return await self._believe(attempt, await provider.query(attempt.number))
        if not attempt.is_open:
            return attempt
        wanted = isinstance(order.state, AwaitingPayment if attempt.purpose == "order" else Open)
        in_time = now < attempt.created_at + policy.pay_within
        if not (wanted and in_time):
            return await self.close(attempt_id)
        provider = self.providers.collecting(attempt.provider)
        return await self._believe(attempt, await provider.query(attempt.number))

    async def close(self, attempt_id: AttemptId) -> Attempt:
        """Make it unpayable at the provider, or learn that it was paid; still open where the answer was lost."""
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_id)
        if not attempt.is_open:
            return attempt
        provider = self.providers.collecting(attempt.provider)
        return await self._believe(attempt, await provider.close(attempt.number))

    async def _believe(self, attempt: Attempt, answer: PaymentReport | NotPaid | NoLonger | Lost) -> Attempt:
        if isinstance(answer, PaymentReport):
            try:
                return await self.record(answer, self.providers.collecting(attempt.provider).merchant)
            except PaymentMismatch as mismatch:
                return await self._note(attempt.id, Lost(why=str(mismatch)), doubt=mismatch.field)
        return await self._note(attempt.id, answer)

    @decided_anew_when_stale
    async def _note(self, attempt_id: AttemptId, answer: NotPaid | NoLonger | Lost, *, doubt: str = "") -> Attempt:
        """Keep what was learnt. A report that could not be believed is put before people; the timer goes on asking."""
        at = self.clock.now()
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_id)
            again = next_query(attempt.created_at, at=at)
            if isinstance(attempt.state, Closed):
                attempt = attempt.looked_at(query_at=again if isinstance(answer, Lost) else None)
            elif not attempt.is_open:
                return attempt
            elif isinstance(answer, NoLonger):
                policy = (await tx.campuses.get(attempt.campus_id)).policy
                over = attempt.created_at + policy.pay_within + LAST_LOOK_AFTER
                attempt = attempt.apply(ClosedAtProvider(at=at), query_at=over if over > at else None)
            else:
                attempt = attempt.apply(AnswerLost(at=at), query_at=again)
            tx.attempts.save(attempt)
            if doubt:
                entry = AuditLine(
                    at=at,
                    actor_id=None,
                    campus_id=attempt.campus_id,
                    action="payment.mismatch",
                    subject=f"order:{attempt.order_id}",
                    detail=doubt,
                )
                await alarm_finance(tx, entry, order_id=attempt.order_id)
            await tx.commit()
        return attempt
