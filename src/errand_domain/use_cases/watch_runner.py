"""What time brings to a runner: the card is erased, a waiting application dropped, the study period over."""

from datetime import datetime

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.ports.outbox import Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.runner.runner import Runner
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.erase_cards import erase_cards


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
    if due_at == shown.card_until:
        await erase_cards(tx, runner.member_id, until=shown.submitted_at, at=at)
        return runner.erase_card()
    if due_at == runner.drops_at:
        await erase_cards(tx, runner.member_id, until=shown.submitted_at, at=at)
        tx.outbox.add(Tell(member_id=runner.member_id, kind="application_dropped"), at=at)
        return runner.drop(at=at)
    return runner.end_study(at=at)
