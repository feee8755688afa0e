"""The hall in memory: every open order is looked at, so that nothing can be missed."""

from adapters.memory.access import Pause
from adapters.memory.runners import avoid_each_other
from adapters.memory.tables import Tables
from errand_domain.order.order import Order
from errand_domain.order.states import Open
from errand_domain.ports.hall import Hall, HallEntry, HallQuery


class MemoryHall(Hall):
    """Open orders by distance to their pickup."""

    def __init__(self, tables: Tables, pause: Pause) -> None:
        self._tables = tables
        self._pause = pause

    async def nearby(self, query: HallQuery) -> tuple[HallEntry, ...]:
        """The nearest open orders that this viewer could take, nearest first."""
        await self._pause()
        entries = (
            _entry(order, order.state, query)
            for order in self._tables.orders
            if isinstance(order.state, Open) and self._may_see(order, query)
        )
        near = (entry for entry in entries if entry.away_metres <= query.within_metres)
        return tuple(sorted(near, key=lambda entry: (entry.away_metres, entry.order_id))[: query.limit])

    def _may_see(self, order: Order, query: HallQuery) -> bool:
        return (
            order.campus_id == query.campus_id
            and order.requester_id != query.viewer_id
            and order.terms.handover.allows(query.gender)
            and not avoid_each_other(self._tables, order.requester_id, query.viewer_id)
        )


def _entry(order: Order, state: Open, query: HallQuery) -> HallEntry:
    terms = order.terms
    return HallEntry(
        order_id=order.id,
        category=terms.category,
        item=terms.item,
        reward=order.price.reward,
        goods_advance=order.price.goods_advance,
        weight_grams=terms.weight_grams,
        pickup_name=terms.pickup.name,
        pickup_point=terms.pickup.point,
        dropoff_name=terms.dropoff.name,
        dropoff_point=terms.dropoff.point,
        trip_metres=order.distance.metres,
        away_metres=query.around.metres_to(terms.pickup.point),
        window=terms.window,
        handover_place=terms.handover.place,
        opened_at=state.opened_at,
        expires_at=state.expires_at,
    )
