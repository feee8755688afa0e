"""Orders in SQL."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from attrs import field, frozen
from sqlalchemy import bindparam, select, update

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import NEWEST, ByState, every, first, in_list, listed, only, padded
from adapters.sql.rows.orders import (
    AGREED,
    CHANGING,
    EVENT,
    READ,
    agreed_order_columns,
    changing_order_columns,
    event_row,
    new_order_row,
    order_from_row,
)
from adapters.sql.statements import Statement
from adapters.sql.tables.ordering import ORDER_EVENTS, ORDERS
from adapters.sql.writes import Add, Change, Write, save, save_statement
from errand_domain.ids import CampusId, MemberId, OrderId, QuoteId
from errand_domain.order.events import Event
from errand_domain.order.order import Order
from errand_domain.order.states import FINAL, NAMES, Phase
from errand_domain.ports.orders import Orders, Recorded

WHAT: Final = "order"
_GET: Final = Statement(select(*READ).where(ORDERS.c.id == bindparam("order_id")), is_gathered=True)
_OF_QUOTE: Final = Statement(select(*READ).where(ORDERS.c.quote_id == bindparam("quote")))
_HISTORY: Final = Statement(
    select(ORDER_EVENTS.c.order_id, ORDER_EVENTS.c.version, ORDER_EVENTS.c.document)
    .where(ORDER_EVENTS.c.order_id == bindparam("order"))
    .order_by(ORDER_EVENTS.c.version)
)
_REWRITE: Final = Statement(
    update(ORDER_EVENTS)
    .where(ORDER_EVENTS.c.order_id == bindparam("old_order_id"), ORDER_EVENTS.c.version == bindparam("old_version"))
    .values(document=bindparam("new_document", type_=ORDER_EVENTS.c.document.type))
)
_BEFORE: Final = ORDERS.c.id < bindparam("before")
_PLACED_BY: Final = ByState(
    select(*READ).where(ORDERS.c.requester_id == bindparam("member"), _BEFORE),
    ORDERS.c.phase,
    "id",
    newest_first=True,
)
_RUN_BY: Final = ByState(
    select(*READ).where(ORDERS.c.runner_id == bindparam("member"), _BEFORE), ORDERS.c.phase, "id", newest_first=True
)
_AT_CAMPUS: Final = ByState(
    select(*READ).where(ORDERS.c.campus_id == bindparam("campus"), _BEFORE), ORDERS.c.state, "id", newest_first=True
)
_SAVE: Final = save_statement(ORDERS, ("id",), CHANGING)
_SAVE_ALL: Final = save_statement(ORDERS, ("id",), (*CHANGING, *AGREED))
_FINAL_NAMES: Final = [NAMES[state] for state in FINAL]
_ALL_NAMES: Final = tuple(NAMES.values())


@cache
def _final_of(count: int) -> Statement:
    return Statement(select(ORDERS.c.id).where(in_list(ORDERS.c.id, count), ORDERS.c.state.in_(_final_names())))


def _final_names() -> list[object]:
    return [bindparam(f"final_{number}", name, type_=ORDERS.c.state.type) for number, name in enumerate(_FINAL_NAMES)]


@frozen
class SqlOrders(Orders):
    """Orders in SQL. Reads are single statements; writes wait for the commit."""

    driver: Driver
    writes: list[Write]
    seen: dict[OrderId, Order] = field(factory=dict[OrderId, Order])
    """What `get` answered here: a save of the same terms need not write them again."""

    async def get(self, order_id: OrderId) -> Order:
        """The order as committed; raises `Missing`."""
        order = only(await self.driver.fetch(_GET, {"order_id": order_id}), order_from_row, WHAT)
        self.seen[order_id] = order
        return order

    async def of_quote(self, quote_id: QuoteId) -> Order | None:
        """The order that this quote became, if it did."""
        return first(await self.driver.fetch(_OF_QUOTE, {"quote": quote_id}), order_from_row)

    async def history(self, order_id: OrderId) -> tuple[Recorded, ...]:
        """Every event of the order, oldest first."""
        rows = await self.driver.fetch(_HISTORY, {"order": order_id})
        return tuple(Recorded(version=version, event=EVENT.load(document)) for _, version, document in rows)

    async def placed_by(
        self, member_id: MemberId, *, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The member's own orders in those phases, newest first."""
        return await self._by_phase(_PLACED_BY, member_id, phases, before, limit)

    async def run_by(
        self, runner_id: MemberId, *, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The orders that the runner has or had to the end, newest first."""
        return await self._by_phase(_RUN_BY, runner_id, phases, before, limit)

    async def _by_phase(
        self, query: ByState, member_id: MemberId, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        if not phases:
            return ()
        phases = sorted(set(phases))
        parameters = {"member": member_id, "before": before or NEWEST, "limit": limit, **query.parameters(phases)}
        return every(await self.driver.fetch(query.statement(len(phases)), parameters), order_from_row)

    async def at_campus(
        self, campus_id: CampusId, *, states: Sequence[str], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The campus's orders in the states of those names (none named: any), newest first."""
        named = sorted(set(states or _ALL_NAMES))
        parameters = {
            "campus": campus_id,
            "before": before or NEWEST,
            "limit": limit,
            **_AT_CAMPUS.parameters(named),
        }
        return every(await self.driver.fetch(_AT_CAMPUS.statement(len(named)), parameters), order_from_row)

    async def final_of(self, order_ids: Sequence[OrderId]) -> frozenset[OrderId]:
        """Which of those orders are final."""
        if not order_ids:
            return frozenset()
        values = padded(order_ids)
        return frozenset(row[0] for row in await self.driver.fetch(_final_of(len(values)), listed(values)))

    def add(self, order: Order) -> None:
        """A new order; a used quote or id is `Stale`."""
        self.writes.append(Add(table=ORDERS, row=new_order_row(order), key=order.id))

    def save(self, order: Order, *events: Event) -> None:
        """Compare-and-set on the version before those events, and the events."""
        was = order.version - len(events)
        self._save(order, was)
        for number, event in enumerate(events, start=was + 1):
            self.writes.append(Add(table=ORDER_EVENTS, row=event_row(order, event, number)))

    def erase(self, order: Order, *lines: Recorded) -> None:
        """Compare-and-set on the version, and those lines of the history replaced."""
        self._save(order, order.version - 1)
        for line in lines:
            parameters = {
                "old_order_id": order.id,
                "old_version": line.version,
                "new_document": EVENT.dump(line.event),
            }
            key = (order.id, line.version)
            self.writes.append(Change(statement=_REWRITE, parameters=parameters, table_name=ORDER_EVENTS.name, key=key))

    def _save(self, order: Order, was: int) -> None:
        columns, statement = changing_order_columns(order), _SAVE
        if not _agrees(order, self.seen.get(order.id)):
            columns, statement = {**columns, **agreed_order_columns(order)}, _SAVE_ALL
        self.writes.append(
            save(statement, ORDERS, identity={"id": order.id}, was=was, columns=columns, what=WHAT),
        )


def _agrees(order: Order, seen: Order | None) -> bool:
    """Whether nothing that was agreed at the start differs from what is stored."""
    return (
        seen is not None
        and order.terms is seen.terms
        and order.distance is seen.distance
        and order.placed_at is seen.placed_at
        and order.delivery_code == seen.delivery_code
        and order.details_removed_at == seen.details_removed_at
        and order.price.goods_advance == seen.price.goods_advance
        and order.requester_id == seen.requester_id
        and order.campus_id == seen.campus_id
        and order.quote_id == seen.quote_id
    )
