"""A runner as an order sees one, read from the runners."""

from errand_domain.ids import MemberId
from errand_domain.order.order import Order
from errand_domain.order.refusals import RunnerNotApproved
from errand_domain.order.running import Candidate
from errand_domain.permissions import check, standing_of
from errand_domain.ports.runners import Load
from errand_domain.ports.transaction import Transaction


def candidate(load: Load) -> Candidate:
    """Everything that accepting asks about."""
    runner = load.runner
    return Candidate(
        member_id=runner.member_id,
        campus_id=runner.campus_id,
        approved=runner.is_approved,
        on_shift=runner.on_shift,
        gender=runner.application.gender,
        credit=runner.credit,
        open_orders=load.open_orders,
        blocked=load.blocked,
    )


async def load_candidate(tx: Transaction, order: Order, runner_id: MemberId) -> Load:
    """The runner with all that accepting asks about; raises `RunnerNotApproved` for one who never applied."""
    load = await tx.runners.load(runner_id, requester_id=order.requester_id)
    check("accept", runner_id, relation=standing_of(load.runner if load else None))
    if load is None:
        raise RunnerNotApproved
    return load
