"""Put before finance what no state says: money that takes too long, or moved when it should not have."""

from typing import Final

from errand_domain.ids import OrderId
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outbox import Tell
from errand_domain.ports.transaction import Transaction

TOLD_MOST: Final = 20


async def alarm_finance(tx: Transaction, entry: AuditLine, *, order_id: OrderId | None = None) -> None:
    """Write it down and tell the finance of its campus: once for each subject and action, however often it is met."""
    if entry.campus_id is None or await tx.audit.count(entry.subject, entry.action):
        return
    tx.audit.record(entry)
    for member_id in await tx.members.with_role("finance", entry.campus_id, limit=TOLD_MOST):
        tx.outbox.add(Tell(member_id=member_id, kind="money_unclear", order_id=order_id), at=entry.at)
