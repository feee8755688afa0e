"""Withdrawals in memory."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.access import Access
from adapters.memory.pages import newest_first
from adapters.memory.tables import Tables, compare_and_set, found, insert
from errand_domain.ids import CampusId, MemberId, WithdrawalId
from errand_domain.money import Money, total
from errand_domain.ports.withdrawals import Withdrawals
from errand_domain.settlement.withdrawal import Withdrawal, WithdrawalOpen


class MemoryWithdrawals(Withdrawals):
    """Withdrawals in memory; a runner has one that is open."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, withdrawal_id: WithdrawalId) -> Withdrawal:
        """The withdrawal as committed; raises `Missing`."""
        return found((await self._access.look()).withdrawals.get(withdrawal_id), "withdrawal")

    async def of_runner(
        self, runner_id: MemberId, *, before: WithdrawalId | None, limit: int
    ) -> tuple[Withdrawal, ...]:
        """The runner's withdrawals, newest first."""
        tables = await self._access.look()
        mine = (w for w in tables.withdrawals if w.runner_id == runner_id)
        return newest_first(mine, lambda withdrawal: withdrawal.id, before=before, limit=limit)

    async def at_campus(self, campus_id: CampusId, *, states: Sequence[str], limit: int) -> tuple[Withdrawal, ...]:
        """The campus's withdrawals in the states of those names, oldest first."""
        tables = await self._access.look()
        chosen = (w for w in tables.withdrawals if w.campus_id == campus_id and w.state_name in states)
        return tuple(sorted(chosen, key=lambda w: (w.requested_at, w.id))[:limit])

    async def withdrawn_since(self, runner_id: MemberId, since: datetime) -> Money:
        """The sum of what counted of the runner's withdrawals requested since then."""
        tables = await self._access.look()
        mine = (w for w in tables.withdrawals if w.runner_id == runner_id and w.requested_at >= since)
        return total([w.counted for w in mine])

    def add(self, withdrawal: Withdrawal) -> None:
        """A new withdrawal; `WithdrawalOpen` where the runner has an open one."""

        def write(tables: Tables) -> None:
            if any(w.is_open and w.runner_id == withdrawal.runner_id for w in tables.withdrawals):
                raise WithdrawalOpen
            insert(tables.withdrawals, withdrawal.id, withdrawal, "withdrawal")

        self._access.gather(write)

    def save(self, withdrawal: Withdrawal) -> None:
        """Compare-and-set on the version."""
        self._access.gather(lambda tables: compare_and_set(tables.withdrawals, withdrawal.id, withdrawal, "withdrawal"))
