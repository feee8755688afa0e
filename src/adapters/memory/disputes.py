"""Disputes in memory."""

from collections.abc import Sequence

from adapters.memory.access import Access
from adapters.memory.tables import Tables, compare_and_set, found, insert
from errand_domain.dispute.dispute import Dispute
from errand_domain.errors import Stale
from errand_domain.ids import CampusId, DisputeId, OrderId
from errand_domain.ports.disputes import Disputes


class MemoryDisputes(Disputes):
    """Disputes in memory; an order has one at most."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, dispute_id: DisputeId) -> Dispute:
        """The dispute as committed; raises `Missing`."""
        return found((await self._access.look()).disputes.get(dispute_id), "dispute")

    async def of_order(self, order_id: OrderId) -> Dispute | None:
        """The order's dispute, if there is one."""
        tables = await self._access.look()
        return next((dispute for dispute in tables.disputes if dispute.order_id == order_id), None)

    async def at_campus(self, campus_id: CampusId, *, states: Sequence[str], limit: int) -> tuple[Dispute, ...]:
        """The campus's disputes in the states of those names, oldest first."""
        tables = await self._access.look()
        chosen = (d for d in tables.disputes if d.campus_id == campus_id and d.state_name in states)
        return tuple(sorted(chosen, key=lambda d: (d.opened_at, d.id))[:limit])

    def add(self, dispute: Dispute) -> None:
        """A new dispute; a second one of the order is `Stale`."""

        def write(tables: Tables) -> None:
            if any(other.order_id == dispute.order_id for other in tables.disputes):
                raise Stale("dispute")
            insert(tables.disputes, dispute.id, dispute, "dispute")

        self._access.gather(write)

    def save(self, dispute: Dispute) -> None:
        """Compare-and-set on the version."""
        self._access.gather(lambda tables: compare_and_set(tables.disputes, dispute.id, dispute, "dispute"))
