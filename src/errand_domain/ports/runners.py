"""Runners, what they carry, and the lines of their credit."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import frozen

from errand_domain.ids import CampusId, MemberId
from errand_domain.runner.runner import Runner
from errand_domain.runner.standing import CreditLine


@frozen(kw_only=True)
class Load:
    """A runner, how many unfinished orders they carry, and whether they and a certain member avoid each other."""

    runner: Runner
    open_orders: int
    blocked: bool


class Runners(Protocol):
    """All runners. A student number stands for one member at one campus."""

    @abstractmethod
    async def get(self, member_id: MemberId) -> Runner:
        """The runner as committed; raises `Missing`."""

    @abstractmethod
    async def find(self, member_id: MemberId) -> Runner | None:
        """The runner, if the member ever applied."""

    @abstractmethod
    async def load(self, member_id: MemberId, *, requester_id: MemberId) -> Load | None:
        """All that accepting an order of that requester asks about, in one read."""

    @abstractmethod
    async def queue(self, campus_id: CampusId, *, limit: int) -> tuple[Runner, ...]:
        """Applications that wait for a reviewer, oldest first."""

    @abstractmethod
    async def credit_lines(self, member_id: MemberId, *, limit: int) -> tuple[CreditLine, ...]:
        """The movements of the runner's credit, newest first."""

    @abstractmethod
    async def give_ups_since(self, member_id: MemberId, since: datetime) -> int:
        """How often the runner gave an order up since then."""

    @abstractmethod
    def add(self, runner: Runner) -> None:
        """A new runner; `commit()` raises `StudentNumberTaken`, or `Stale` where the member has applied before."""

    @abstractmethod
    def save(self, runner: Runner) -> None:
        """The runner, one version on; `commit()` raises `Stale` where somebody was first, or `StudentNumberTaken`."""

    @abstractmethod
    def add_credit(self, line: CreditLine) -> None:
        """A movement of credit; the second one for the same version of an order and reason books nothing."""
