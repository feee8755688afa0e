"""Moving a runner's credit, with the line that explains it."""

from datetime import datetime

from errand_domain.ids import MemberId
from errand_domain.order.order import Order
from errand_domain.policy import Policy
from errand_domain.ports.transaction import Transaction
from errand_domain.runner.standing import CreditReason


async def move_credit(
    tx: Transaction,
    runner_id: MemberId,
    order: Order,
    reason: CreditReason,
    policy: Policy,
    *,
    at: datetime,
) -> None:
    """Gather the movement, with the runner: of two deeds at once, the second is decided on what the first left."""
    runner = await tx.runners.get(runner_id)
    runner, line = runner.move_credit(reason, order.id, policy.credit, order_version=order.version, at=at)
    tx.runners.save(runner)
    tx.runners.add_credit(line)
