"""Moving a runner's credit, with the line that explains it."""

from datetime import datetime

from errand_domain.ids import MemberId, OrderId
from errand_domain.policy import Policy
from errand_domain.ports.transaction import Transaction
from errand_domain.runner.standing import CreditReason


async def move_credit(
    tx: Transaction,
    runner_id: MemberId,
    order_id: OrderId,
    reason: CreditReason,
    policy: Policy,
    *,
    at: datetime,
) -> None:
    """Gather the movement: once per order and reason, whatever is asked for."""
    runner = await tx.runners.get(runner_id)
    lines = await tx.runners.credit_lines(runner_id, limit=200)
    if any(line.order_id == order_id and line.reason == reason for line in lines):
        return
    runner, line = runner.move_credit(reason, order_id, policy.credit, at=at)
    tx.runners.save(runner)
    tx.runners.add_credit(line)
