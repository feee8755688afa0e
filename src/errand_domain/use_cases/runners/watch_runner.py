"""What time brings to a runner: the card is erased, a waiting application dropped, the study over, the rest erased."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.ports.outbox import Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.runner.runner import Runner
from errand_domain.settlement.recipes import accounts_of_runner
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.runners.erase_cards import erase_cards

LOOK_AGAIN_AFTER: Final = timedelta(days=1)


@frozen(kw_only=True)
class WatchRunner:
    """The timer of a runner fires. What is due beside the first makes it fire again."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, runner_id: MemberId) -> Runner:
        """The runner after it, or as they stand where the timer was stale."""
        now = self.clock.now()
        async with self.begin() as tx:
            runner = await tx.runners.get(runner_id)
            if runner.due_at is None or now < runner.due_at:
                return runner
            runner = await _after(tx, runner, at=now)
            tx.runners.save(runner)
            await tx.commit()
        return runner


async def _after(tx: Transaction, runner: Runner, *, at: datetime) -> Runner:
    """The runner after what is due first, whose traces are gathered."""
    shown, due_at = runner.application, runner.due_at
    if due_at == runner.details_until:
        return await _without_details(tx, runner, at=at)
    if due_at == shown.card_until:
        await erase_cards(tx, runner.member_id, until=shown.submitted_at, at=at)
        return runner.erase_card()
    if due_at == runner.drops_at:
        await erase_cards(tx, runner.member_id, until=shown.submitted_at, at=at)
        tx.outbox.add(Tell(member_id=runner.member_id, kind="application_dropped"), at=at)
        return runner.drop(at=at)
    keep_for = (await tx.campuses.get(runner.campus_id)).policy.keep_documents_for
    return runner.end_study(at=at).keep_details(until=at + keep_for)


async def _without_details(tx: Transaction, runner: Runner, *, at: datetime) -> Runner:
    """The runner of whom nothing is known any more, unless they may still be paid: a payee may have to be named."""
    await erase_cards(tx, runner.member_id, until=runner.application.submitted_at, at=at)
    if await _may_be_paid(tx, runner.member_id):
        return runner.erase_card().keep_details(until=at + LOOK_AGAIN_AFTER)
    return runner.erase_details()


async def _may_be_paid(tx: Transaction, runner_id: MemberId) -> bool:
    """Whether an order of theirs goes on, or money of theirs is left. What they owe needs no name to be paid off.

    Orders are asked first: one that ends in this moment has booked its money by the time that is asked.
    """
    if await tx.orders.run_by(runner_id, phases=("in_progress",), before=None, limit=1):
        return True
    balances = await tx.ledger.balances(accounts_of_runner(runner_id))
    return any(fen > 0 for fen in balances.values())
