"""Drop applications that nobody has decided or completed."""

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.ports.outbox import Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.runner.runner import Runner
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.erase_document import erase_cards


@frozen(kw_only=True)
class DropApplication:
    """The timer of a waiting application fires: what was shown is erased; the member is told, and may apply again."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, runner_id: MemberId) -> Runner:
        """The runner without an application, or as they stand where the timer was stale."""
        now = self.clock.now()
        async with self.begin() as tx:
            runner = await tx.runners.get(runner_id)
            if runner.drops_at is None or now < runner.drops_at:
                return runner
            await erase_cards(tx, runner_id, until=runner.application.submitted_at, at=now)
            runner = runner.drop(at=now)
            tx.runners.save(runner)
            tx.outbox.add(Tell(member_id=runner_id, kind="application_dropped"), at=now)
            await tx.commit()
        return runner
