"""Orders and their history in memory."""

from collections.abc import Callable, Sequence

from adapters.memory.access import Access
from adapters.memory.pages import newest_first
from adapters.memory.tables import Tables, compare_and_set, found, insert
from errand_domain.errors import Stale
from errand_domain.ids import CampusId, MemberId, OrderId, QuoteId
from errand_domain.order.events import Event
from errand_domain.order.order import Order
from errand_domain.order.states import Phase
from errand_domain.ports.orders import Orders, Recorded


class MemoryOrders(Orders):
    """Orders in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, order_id: OrderId) -> Order:
        """The order as committed; raises `Missing`."""
        return found((await self._access.look()).orders.get(order_id), "order")

    async def of_quote(self, quote_id: QuoteId) -> Order | None:
        """The order that this quote became, if it did."""
        tables = await self._access.look()
        return next((order for order in tables.orders if order.quote_id == quote_id), None)

    async def history(self, order_id: OrderId) -> tuple[Recorded, ...]:
        """Every event of the order, oldest first."""
        tables = await self._access.look()
        lines = [recorded for (owner, _), recorded in tables.history.items() if owner == order_id]
        return tuple(sorted(lines, key=lambda recorded: recorded.version))

    async def placed_by(
        self, member_id: MemberId, *, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The member's own orders in those phases, newest first."""
        return await self._page(
            lambda order: order.requester_id == member_id and order.phase in phases,
            before=before,
            limit=limit,
        )

    async def run_by(
        self, runner_id: MemberId, *, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The orders that the runner has or had to the end, newest first."""
        return await self._page(
            lambda order: order.runner_id == runner_id and order.phase in phases, before=before, limit=limit
        )

    async def at_campus(
        self, campus_id: CampusId, *, states: Sequence[str], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The campus's orders in the named states, newest first."""
        return await self._page(
            lambda order: order.campus_id == campus_id and (not states or order.state_name in states),
            before=before,
            limit=limit,
        )

    async def final_of(self, order_ids: Sequence[OrderId]) -> frozenset[OrderId]:
        """Which of those orders are final."""
        tables = await self._access.look()
        return frozenset(i for i in order_ids if (order := tables.orders.get(i)) is not None and order.is_final)

    def add(self, order: Order) -> None:
        """A new order; a used quote or id is `Stale`."""

        def write(tables: Tables) -> None:
            if any(other.quote_id == order.quote_id for other in tables.orders):
                raise Stale("quote")
            insert(tables.orders, order.id, order, "order")

        self._access.gather(write)

    def save(self, order: Order, *events: Event) -> None:
        """Compare-and-set on the version, and the events in the history."""

        def write(tables: Tables) -> None:
            compare_and_set(tables.orders, order.id, order, "order", steps=len(events))
            for version, event in enumerate(events, start=order.version - len(events) + 1):
                tables.history.put((order.id, version), Recorded(version=version, event=event))

        self._access.gather(write)

    def erase(self, order: Order, *lines: Recorded) -> None:
        """Compare-and-set on the version, and those lines of the history replaced."""

        def write(tables: Tables) -> None:
            compare_and_set(tables.orders, order.id, order, "order")
            for line in lines:
                if (order.id, line.version) in tables.history:
                    tables.history.put((order.id, line.version), line)

        self._access.gather(write)

    async def _page(self, belongs: Callable[[Order], bool], *, before: OrderId | None, limit: int) -> tuple[Order, ...]:
        tables = await self._access.look()
        return newest_first(filter(belongs, tables.orders), lambda order: order.id, before=before, limit=limit)
