"""Tell the provider that what was paid for was delivered, where it keeps the money back until it hears that."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from errand_domain.errors import Conflict
from errand_domain.ids import AttemptId, OrderId
from errand_domain.payment.attempt import Attempt, DeliveryTold, Succeeded
from errand_domain.payment.refund import kept_of
from errand_domain.ports.outbox import TellDelivery
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Declined, Lost
from errand_domain.ports.shipping import Shipment
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.providers import Providers

TELL_AGAIN_AFTER: Final = timedelta(minutes=5)
SILENCE_MOST: Final = timedelta(days=1)
"""An outage of a provider is nobody's work: only what it would not hear for so long is put before a person."""


@frozen(str=False)
class DeliveryNotTaken(Conflict):
    """The provider did not take the word of a delivery; it is told again."""

    code = "payment.delivery_not_taken"
    sentence = "支付平台尚未接收发货信息"

    provider: str
    reason: str


async def unsettled_payments(tx: Transaction, order_id: OrderId, providers: Providers) -> tuple[Attempt, ...]:
    """What was paid for the order, is not on its way back, and is kept back by its provider until now."""
    if not providers.shipping:
        return ()
    refunds = await tx.refunds.of_order(order_id)
    return tuple(
        attempt
        for attempt in await tx.attempts.of_order(order_id)
        if isinstance(attempt.state, Succeeded)
        and attempt.state.settled_at is None
        and attempt.provider in providers.shipping
        and kept_of(attempt, refunds)
    )


@frozen(kw_only=True)
class ReportDelivery:
    """Every payment for the order of which something is kept, each told once; told twice, it is the same.

    A provider that is silent is told again later, for a day; one that refuses the word waits for the usual tries.
    """

    begin: Begin
    clock: Clock
    providers: Providers

    async def __call__(self, order_id: OrderId, *, delivered_at: datetime) -> None:
        """Raises `DeliveryNotTaken` where it must be told again: in the same words, for some take others only once."""
        if not self.providers.shipping:
            return
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            unsettled = await unsettled_payments(tx, order_id, self.providers)
        not_taken = [await self._tell(each, item=order.terms.item, delivered_at=delivered_at) for each in unsettled]
        for attempt, answer in zip(unsettled, not_taken, strict=True):
            if isinstance(answer, Declined):
                raise DeliveryNotTaken(attempt.provider, answer.reason)
        for attempt, answer in zip(unsettled, not_taken, strict=True):
            if isinstance(answer, Lost):
                await self._tell_later(attempt, answer, delivered_at=delivered_at)
                return

    async def _tell(self, attempt: Attempt, *, item: str, delivered_at: datetime) -> Declined | Lost | None:
        """What kept it from being taken; nothing where it was, or has been before."""
        paid = attempt.state
        if not isinstance(paid, Succeeded) or paid.shipped_at is not None:
            return None
        shipment = Shipment(
            number=attempt.number,
            transaction_id=paid.transaction_id,
            payer=paid.payer,
            item=item,
            delivered_at=delivered_at,
        )
        answer = await self.providers.shipping[attempt.provider].upload(shipment)
        if isinstance(answer, Declined | Lost):
            return answer
        await self._note(attempt.id)
        return None

    async def _tell_later(self, attempt: Attempt, lost: Lost, *, delivered_at: datetime) -> None:
        now = self.clock.now()
        if now - delivered_at >= SILENCE_MOST:
            raise DeliveryNotTaken(attempt.provider, lost.why)
        async with self.begin() as tx:
            again = TellDelivery(order_id=attempt.order_id, delivered_at=delivered_at)
            tx.outbox.add(again, lane=f"delivery:{attempt.order_id}", at=now + TELL_AGAIN_AFTER)
            await tx.commit()

    @decided_anew_when_stale
    async def _note(self, attempt_id: AttemptId) -> None:
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_id)
            if isinstance(attempt.state, Succeeded) and attempt.state.shipped_at is None:
                tx.attempts.save(attempt.apply(DeliveryTold(at=self.clock.now())))
                await tx.commit()
