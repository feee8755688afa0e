"""Runners in memory."""

from datetime import datetime

from adapters.memory.access import Access
from adapters.memory.tables import Tables, compare_and_set, found, insert
from errand_domain.ids import CampusId, MemberId
from errand_domain.order.events import RunnerGaveUp
from errand_domain.order.states import IN_PROGRESS
from errand_domain.ports.runners import Load, Runners
from errand_domain.runner.runner import Runner
from errand_domain.runner.standing import CreditLine
from errand_domain.runner.verification import Applied, StudentNumberTaken


class MemoryRunners(Runners):
    """Runners in memory; a student number is one member's at a campus."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, member_id: MemberId) -> Runner:
        """The runner as committed; raises `Missing`."""
        return found((await self._access.look()).runners.get(member_id), "runner")

    async def find(self, member_id: MemberId) -> Runner | None:
        """The runner, if the member ever applied."""
        return (await self._access.look()).runners.get(member_id)

    async def load(self, member_id: MemberId, *, requester_id: MemberId) -> Load | None:
        """All that accepting an order of that requester asks about."""
        tables = await self._access.look()
        runner = tables.runners.get(member_id)
        if runner is None:
            return None
        carried = sum(o.runner_id == member_id and isinstance(o.state, IN_PROGRESS) for o in tables.orders)
        return Load(runner=runner, open_orders=carried, blocked=avoid_each_other(tables, member_id, requester_id))

    async def queue(self, campus_id: CampusId, *, limit: int) -> tuple[Runner, ...]:
        """Applications that wait for a reviewer, oldest first."""
        tables = await self._access.look()
        waiting = [
            (runner.verification.since, runner.member_id, runner)
            for runner in tables.runners
            if runner.campus_id == campus_id and isinstance(runner.verification, Applied)
        ]
        return tuple(runner for _, _, runner in sorted(waiting, key=lambda row: row[:2])[:limit])

    async def credit_lines(self, member_id: MemberId, *, limit: int) -> tuple[CreditLine, ...]:
        """The movements of the runner's credit, newest first."""
        tables = await self._access.look()
        lines = sorted((c for c in tables.credit_lines if c.runner_id == member_id), key=lambda line: line.at)
        return tuple(reversed(lines))[:limit]

    async def give_ups_since(self, member_id: MemberId, since: datetime) -> int:
        """How often the runner gave an order up since then."""
        tables = await self._access.look()
        events = (recorded.event for recorded in tables.history)
        return sum(isinstance(e, RunnerGaveUp) and e.runner_id == member_id and e.at >= since for e in events)

    def add(self, runner: Runner) -> None:
        """A new runner; `StudentNumberTaken`, or `Stale` for a second application."""

        def write(tables: Tables) -> None:
            insert(tables.runners, runner.member_id, runner, "runner")
            _check_student_number(tables, runner)

        self._access.gather(write)

    def save(self, runner: Runner) -> None:
        """Compare-and-set on the version; `StudentNumberTaken`."""

        def write(tables: Tables) -> None:
            compare_and_set(tables.runners, runner.member_id, runner, "runner")
            _check_student_number(tables, runner)

        self._access.gather(write)

    def add_credit(self, line: CreditLine) -> None:
        """A movement of credit, once for a version of an order and a reason."""

        def write(tables: Tables) -> None:
            key = (line.runner_id, line.order_id, line.order_version, line.reason)
            if key not in tables.credit_lines:
                tables.credit_lines.put(key, line)

        self._access.gather(write)


def avoid_each_other(tables: Tables, one: MemberId, other: MemberId) -> bool:
    """Whether either of the two members has blocked the other."""
    pairs = ((one, other), (other, one))
    return any(
        avoided in member.blocked for avoiding, avoided in pairs if (member := tables.members.get(avoiding)) is not None
    )


def _check_student_number(tables: Tables, runner: Runner) -> None:
    if runner.claimed_number is None:
        return
    for other in tables.runners:
        if other.member_id != runner.member_id and (
            other.campus_id == runner.campus_id and other.claimed_number == runner.claimed_number
        ):
            raise StudentNumberTaken
