"""A runner's shift and credit."""

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.permissions import check
from errand_domain.ports.transaction import Begin
from errand_domain.runner.runner import Runner
from errand_domain.runner.standing import CreditLine
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class Standing:
    """The runner, and why the credit is what it is."""

    runner: Runner
    lines: tuple[CreditLine, ...]


@frozen(kw_only=True)
class ViewStanding:
    """A runner sees verification, shift, and every movement of their credit."""

    begin: Begin

    async def __call__(self, runner_id: MemberId, *, limit: int = 50) -> Standing:
        """The standing; raises `Missing` for a member who never applied."""
        check("see_standing", runner_id, relation="self")
        async with self.begin() as tx:
            runner = await tx.runners.get(runner_id)
            return Standing(runner=runner, lines=await tx.runners.credit_lines(runner_id, limit=limit))


@frozen(kw_only=True)
class SwitchShift:
    """A runner starts or ends a shift; orders in hand stay in hand."""

    begin: Begin

    @decided_anew_when_stale
    async def __call__(self, runner_id: MemberId, *, on: bool) -> Runner:
        """The runner; raises `NotARunner` for one who is not approved."""
        check("switch_shift", runner_id, relation="self")
        async with self.begin() as tx:
            runner = await tx.runners.get(runner_id)
            if runner.on_shift == on:
                return runner
            runner = runner.shift(on=on)
            tx.runners.save(runner)
            await tx.commit()
        return runner
