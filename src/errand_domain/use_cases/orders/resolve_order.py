"""What operations do to orders that went wrong."""

from datetime import datetime

from attrs import frozen

from errand_domain.ids import OrderId
from errand_domain.member.member import Member
from errand_domain.order.ending import cancel_by_operations, resolve_return
from errand_domain.order.order import Order
from errand_domain.order.states import AwaitingPayment, Outcome
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.cancel_errand import close_attempts


def _audit(tx: Transaction, operator: Member, order: Order, action: str, detail: str, *, at: datetime) -> None:
    entry = AuditLine(
        at=at,
        actor_id=operator.id,
        campus_id=order.campus_id,
        action=action,
        subject=f"order:{order.id}",
        detail=detail,
    )
    tx.audit.record(entry)


def _divided(outcome: Outcome) -> str:
    return f"refund {outcome.refund}, runner {outcome.runner}"


async def cancel_for_operations(
    tx: Transaction, order: Order, operator: Member, *, reason: str, clock: Clock, outcome: Outcome | None = None
) -> Order:
    """The order as operations end it, gathered with its money and its line in the audit record."""
    now = clock.now()
    policy = (await tx.campuses.get(order.campus_id)).policy
    event = cancel_by_operations(order, reason=reason, outcome=outcome, at=now)
    if isinstance(order.state, AwaitingPayment):
        await close_attempts(tx, order, clock)
    order = await move(tx, order, event, policy=policy)
    _audit(tx, operator, order, "order.cancelled", f"{reason} ({_divided(event.outcome)})", at=now)
    return order


@frozen(kw_only=True)
class CancelByOperations:
    """Operations end an unfinished order with a stated division, by default everything back to the requester."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self, order_id: OrderId, operator: Member, *, reason: str, outcome: Outcome | None = None
    ) -> Order:
        """The cancelled order; audited. Raises `OutcomeUnbalanced` or `IllegalTransition`."""
        async with self.begin() as tx:
            check_anywhere("resolve_orders", operator)
            order = await tx.orders.get(order_id)
            parties = (order.requester_id, order.runner_id)
            check("resolve_orders", operator, campus_id=order.campus_id, of="order", concerns=parties)
            order = await cancel_for_operations(tx, order, operator, reason=reason, outcome=outcome, clock=self.clock)
            await tx.commit()
        return order


@frozen(kw_only=True)
class ResolveReturn:
    """Operations agree to a return and state who gets what."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, operator: Member, *, outcome: Outcome) -> Order:
        """The resolved order; audited."""
        now = self.clock.now()
        async with self.begin() as tx:
            check_anywhere("resolve_orders", operator)
            order = await tx.orders.get(order_id)
            parties = (order.requester_id, order.runner_id)
            check("resolve_orders", operator, campus_id=order.campus_id, of="order", concerns=parties)
            policy = (await tx.campuses.get(order.campus_id)).policy
            order = await move(tx, order, resolve_return(order, outcome=outcome, at=now), policy=policy)
            _audit(tx, operator, order, "order.return_resolved", _divided(outcome), at=now)
            await tx.commit()
        return order
