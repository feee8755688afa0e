"""Earnings in memory."""

from adapters.memory.access import Access
from adapters.memory.tables import compare_and_set, found, insert
from errand_domain.ids import MemberId, OrderId
from errand_domain.ports.earnings import Earnings
from errand_domain.settlement.earning import Earning


class MemoryEarnings(Earnings):
    """Earnings in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, order_id: OrderId, earning_round: int) -> Earning:
        """The earning as committed; raises `Missing`."""
        return found((await self._access.look()).earnings.get((order_id, earning_round)), "earning")

    async def latest(self, order_id: OrderId) -> Earning | None:
        """The order's last earning, if it has any."""
        tables = await self._access.look()
        mine = (earning for earning in tables.earnings if earning.order_id == order_id)
        return max(mine, key=lambda earning: earning.round, default=None)

    async def of_runner(self, runner_id: MemberId, *, before: OrderId | None, limit: int) -> tuple[Earning, ...]:
        """The runner's earnings by order, newest order first."""
        tables = await self._access.look()
        mine = [e for e in tables.earnings if e.runner_id == runner_id and (before is None or e.order_id < before)]
        return tuple(sorted(mine, key=lambda e: (e.order_id, e.round), reverse=True)[:limit])

    def add(self, earning: Earning) -> None:
        """A new earning; a second one of that round is `Stale`."""
        key = (earning.order_id, earning.round)
        self._access.gather(lambda tables: insert(tables.earnings, key, earning, "earning"))

    def save(self, earning: Earning) -> None:
        """Compare-and-set on the version."""
        key = (earning.order_id, earning.round)
        self._access.gather(lambda tables: compare_and_set(tables.earnings, key, earning, "earning"))
