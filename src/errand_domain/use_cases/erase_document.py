"""Erase the photos of student cards: some time after the decision, and when a member leaves."""

from datetime import datetime

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.ports.outbox import EraseFile
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.runner.runner import Runner
from errand_domain.use_cases.deciding import decided_anew_when_stale


async def erase_cards(tx: Transaction, member_id: MemberId, *, until: datetime, at: datetime) -> None:
    """Gather the removal of every student card that the member uploaded until then, and of its bytes."""
    for file in await tx.files.of_no_order(member_id, "student_card"):
        if file.at <= until:
            tx.files.remove(file.id)
            tx.outbox.add(EraseFile(file_id=file.id), at=at)


@frozen(kw_only=True)
class EraseDocument:
    """The timer of a decided application fires: its student card, and those shown before it, are erased."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, runner_id: MemberId) -> Runner:
        """The runner without the photo, or as they stand where the timer was stale."""
        now = self.clock.now()
        async with self.begin() as tx:
            runner = await tx.runners.get(runner_id)
            shown = runner.application
            if shown.card_until is None or now < shown.card_until:
                return runner
            await erase_cards(tx, runner_id, until=shown.submitted_at, at=now)
            runner = runner.erase_card()
            tx.runners.save(runner)
            await tx.commit()
        return runner
