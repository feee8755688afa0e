"""Withdrawals."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from errand_domain.ids import CampusId, MemberId, WithdrawalId
from errand_domain.money import Money
from errand_domain.settlement.withdrawal import Withdrawal


class Withdrawals(Protocol):
    """All withdrawals. A runner has at most one that is open."""

    @abstractmethod
    async def get(self, withdrawal_id: WithdrawalId) -> Withdrawal:
        """The withdrawal as committed; raises `Missing`."""

    @abstractmethod
    async def of_runner(
        self, runner_id: MemberId, *, before: WithdrawalId | None, limit: int
    ) -> tuple[Withdrawal, ...]:
        """The runner's withdrawals, newest first."""

    @abstractmethod
    async def at_campus(self, campus_id: CampusId, *, states: Sequence[str], limit: int) -> tuple[Withdrawal, ...]:
        """The campus's withdrawals in the states of those names, oldest first."""

    @abstractmethod
    async def withdrawn_since(self, runner_id: MemberId, since: datetime) -> Money:
        """What the runner's withdrawals requested since then took out, or still may: the sum of what `counted`."""

    @abstractmethod
    def add(self, withdrawal: Withdrawal) -> None:
        """A new withdrawal; `commit()` raises `WithdrawalOpen` where the runner has an open one."""

    @abstractmethod
    def save(self, withdrawal: Withdrawal) -> None:
        """The withdrawal, one version on; `commit()` raises `Stale` where somebody was first."""
