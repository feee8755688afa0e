"""Tell the provider that what was paid for was delivered, where it keeps the money back until it hears that."""

from datetime import datetime

from attrs import frozen

from errand_domain.errors import Conflict
from errand_domain.ids import AttemptId, OrderId
from errand_domain.payment.attempt import Attempt, DeliveryTold, Succeeded
from errand_domain.payment.refund import kept_of
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Declined, Lost
from errand_domain.ports.shipping import Shipment
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.providers import Providers


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
    """Every payment for the order of which something is kept, each told once; told twice, it is the same."""

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
        for attempt in unsettled:
            await self._tell(attempt, item=order.terms.item, delivered_at=delivered_at)

    async def _tell(self, attempt: Attempt, *, item: str, delivered_at: datetime) -> None:
        paid = attempt.state
        if not isinstance(paid, Succeeded) or paid.shipped_at is not None:
            return
        shipment = Shipment(
            number=attempt.number,
            transaction_id=paid.transaction_id,
            payer=paid.payer,
            item=item,
            delivered_at=delivered_at,
        )
        answer = await self.providers.shipping[attempt.provider].upload(shipment)
        if isinstance(answer, Declined | Lost):
            reason = answer.reason if isinstance(answer, Declined) else answer.why
            raise DeliveryNotTaken(attempt.provider, reason)
        await self._note(attempt.id)

    @decided_anew_when_stale
    async def _note(self, attempt_id: AttemptId) -> None:
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_id)
            if isinstance(attempt.state, Succeeded) and attempt.state.shipped_at is None:
                tx.attempts.save(attempt.apply(DeliveryTold(at=self.clock.now())))
                await tx.commit()
