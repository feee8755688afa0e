"""The hall in SQL: the nearest open orders, by an index on place.

Nearest is first asked on Mercator's map, where every database can measure, and then put in the exact order of metres.
PostgreSQL walks a GiST index outward from the viewer. The others have a B-tree on the squares of the map, and look at
the squares around the viewer, then at wider ones.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from math import cos, pi, radians
from typing import Any, Final

import msgspec
from attrs import frozen
from sqlalchemy import BindParameter, Double, Select, and_, bindparam, func, or_, select, union_all

from adapters.sql.column_types import Identity, Sequence64, Word
from adapters.sql.drivers.driver import Driver
from adapters.sql.rows.orders import CELL_METRES, cell_of, mercator, square
from adapters.sql.statements import Row, Statement
from adapters.sql.tables.ordering import ORDERS
from adapters.sql.tables.people import BLOCKS
from errand_domain.ids import OrderId
from errand_domain.money import Money
from errand_domain.order.terms import Window
from errand_domain.place import EARTH_RADIUS_METRES, Point
from errand_domain.ports.hall import Hall, HallEntry, HallQuery

SPARE: Final = 8
PARSED_MOST: Final = 2**14
RINGS: Final = (1, 3, 8)
_STEEPEST: Final = radians(85)

_VIEWER: Final = bindparam("viewer", type_=Identity())
_X: Final[BindParameter[float]] = bindparam("x", type_=Double())
_Y: Final[BindParameter[float]] = bindparam("y", type_=Double())
_AVOIDED: Final = union_all(
    select(BLOCKS.c.other_id).where(BLOCKS.c.member_id == _VIEWER),
    select(BLOCKS.c.member_id).where(BLOCKS.c.other_id == _VIEWER),
)
_VISIBLE: Final[Select[Any, Any]] = select(ORDERS.c.id, ORDERS.c.hall_entry).where(
    ORDERS.c.campus_id == bindparam("campus"),
    or_(ORDERS.c.hall_gender.is_(None), ORDERS.c.hall_gender == bindparam("gender", type_=Word(10))),
    ORDERS.c.requester_id != _VIEWER,
    ORDERS.c.requester_id.not_in(_AVOIDED),
)
_ASIDE: Final = ORDERS.c.hall_x - _X
_AHEAD: Final = ORDERS.c.hall_y - _Y


def _from_gist() -> Select[Any, Any]:
    place, viewer = func.point(ORDERS.c.hall_x, ORDERS.c.hall_y), func.point(_X, _Y)
    reach: BindParameter[float] = bindparam("reach", type_=Double())
    around = func.circle(viewer, reach)
    return (
        _VISIBLE.where(ORDERS.c.hall_x.is_not(None), place.op("<@", is_comparison=True)(around))
        .order_by(place.op("<->")(viewer))  # nothing more, or the planner reads the whole circle and sorts
        .limit(bindparam("limit"))
    )


def _from_squares(ring: int) -> Select[Any, Any]:
    """Squares up to `ring` away: one range of the index per line of them."""
    low = [bindparam(f"low_{line}", type_=Sequence64) for line in range(2 * ring + 1)]
    high = [bindparam(f"high_{line}", type_=Sequence64) for line in range(2 * ring + 1)]
    inside = or_(*(ORDERS.c.hall_cell.between(a, b) for a, b in zip(low, high, strict=True)))
    return _by_distance(_VISIBLE.where(inside))


def _from_band() -> Select[Any, Any]:
    """All lines of squares that the radius touches: where few orders are, looking at all of them costs little."""
    aside = and_(ORDERS.c.hall_x >= bindparam("west"), ORDERS.c.hall_x <= bindparam("east"))
    return _by_distance(_VISIBLE.where(ORDERS.c.hall_cell.between(bindparam("low_0"), bindparam("high_0")), aside))


def _by_distance(visible: Select[Any, Any]) -> Select[Any, Any]:
    return visible.order_by(_ASIDE * _ASIDE + _AHEAD * _AHEAD, ORDERS.c.id).limit(bindparam("limit"))


_GIST: Final = Statement(_from_gist())
_ALL: Final = Statement(_VISIBLE.where(ORDERS.c.state == bindparam("open", "open", type_=Word(20))))
_BAND: Final = Statement(_from_band())


@cache
def _squares(ring: int) -> Statement:
    return Statement(_from_squares(ring))


class Public(msgspec.Struct, array_like=True, frozen=True):
    """The `hall_entry` document: a list, because names would be repeated in every row."""

    category: str
    item: str
    reward_fen: int
    goods_advance_fen: int
    weight_grams: int
    pickup_name: str
    pickup_latitude: float
    pickup_longitude: float
    dropoff_name: str
    dropoff_latitude: float
    dropoff_longitude: float
    trip_metres: int
    earliest: datetime
    latest: datetime
    handover_place: str
    opened_at: datetime
    expires_at: datetime


_read: Final = msgspec.json.Decoder(Public).decode


@frozen
class SqlHall(Hall):
    """Open orders by distance to their pickup."""

    driver: Driver

    async def nearby(self, query: HallQuery) -> tuple[HallEntry, ...]:
        """The nearest open orders that this viewer could take, nearest first."""
        if _off_the_map(query):
            return _shown(_found(await self.driver.fetch(_ALL, _whose(query)), query), query)
        limit = query.limit + SPARE
        while True:
            rows = await self._nearest(query, limit)
            found = _found(rows, query)
            if len(rows) < limit or _is_settled(found, rows, query):
                return _shown(found, query)
            limit *= 2

    async def _nearest(self, query: HallQuery, limit: int) -> list[Row]:
        x, y = mercator(query.around)
        parameters = {**_whose(query), "x": x, "y": y, "limit": limit}
        reach = map_metres(query.within_metres + 1, query.around)
        if self.driver.dialect.name == "postgresql":
            return await self.driver.fetch(_GIST, {**parameters, "reach": reach})
        for ring in RINGS:
            rows = await self.driver.fetch(_squares(ring), {**parameters, **_lines(x, y, ring)})
            seen = ring * CELL_METRES
            if reach <= seen or (len(rows) >= limit and _map_distance(rows[-1], x, y) <= seen):
                return rows
        return await self.driver.fetch(_BAND, {**parameters, **_band(x, y, reach)})


def _whose(query: HallQuery) -> dict[str, Any]:
    return {"campus": query.campus_id, "viewer": query.viewer_id, "gender": query.gender or ""}


def _off_the_map(query: HallQuery) -> bool:
    """Whether the radius leads over the edge of the map: over the date line or near a pole, where campuses are few."""
    reach = map_metres(query.within_metres + 1, query.around)
    x, _ = mercator(query.around)
    steepest = radians(abs(query.around.latitude)) + query.within_metres / EARTH_RADIUS_METRES
    return abs(x) + reach > pi * EARTH_RADIUS_METRES or steepest > _STEEPEST


def map_metres(metres: float, around: Point) -> float:
    """At least so long is that distance on the map, wherever it leads from there."""
    return metres / cos(min(radians(abs(around.latitude)) + metres / EARTH_RADIUS_METRES, _STEEPEST))


def _lines(x: float, y: float, ring: int) -> dict[str, int]:
    column, row = square(x, y)
    bounds = dict[str, int]()
    for line in range(2 * ring + 1):
        bounds[f"low_{line}"] = cell_of(column - ring, row - ring + line)
        bounds[f"high_{line}"] = cell_of(column + ring, row - ring + line)
    return bounds


def _band(x: float, y: float, reach: float) -> dict[str, float]:
    (west, south), (east, north) = square(x - reach, y - reach), square(x + reach, y + reach)
    return {
        "low_0": cell_of(west, south),
        "high_0": cell_of(east, north),
        "west": x - reach,
        "east": x + reach,
    }


@lru_cache(maxsize=PARSED_MOST)
def parsed(document: str) -> tuple[Point, Mapping[str, Any]]:
    """Where it is picked up, and what every viewer sees alike; popular orders are parsed once."""
    public = _read(document)
    pickup = Point(latitude=public.pickup_latitude, longitude=public.pickup_longitude)
    return pickup, {
        "category": public.category,
        "item": public.item,
        "reward": Money(public.reward_fen),
        "goods_advance": Money(public.goods_advance_fen),
        "weight_grams": public.weight_grams,
        "pickup_name": public.pickup_name,
        "pickup_point": pickup,
        "dropoff_name": public.dropoff_name,
        "dropoff_point": Point(latitude=public.dropoff_latitude, longitude=public.dropoff_longitude),
        "trip_metres": public.trip_metres,
        "window": Window(earliest=public.earliest, latest=public.latest),
        "handover_place": public.handover_place,
        "opened_at": public.opened_at,
        "expires_at": public.expires_at,
    }


Found = tuple[int, OrderId, str]
"""How far away, which order, and its document: what sorts as the hall is sorted."""


def _found(rows: Sequence[Row], query: HallQuery) -> list[Found]:
    """Those in the radius, nearest first."""
    metres_to, within = query.around.metres_to, query.within_metres
    all_of_them = ((metres_to(parsed(document)[0]), order_id, document) for order_id, document in rows)
    return sorted(found for found in all_of_them if found[0] <= within)


def _shown(found: Sequence[Found], query: HallQuery) -> tuple[HallEntry, ...]:
    return tuple(
        HallEntry(order_id=order_id, away_metres=away_metres, **parsed(document)[1])
        for away_metres, order_id, document in found[: query.limit]
    )


def _map_distance(row: Row, x: float, y: float) -> float:
    other_x, other_y = mercator(parsed(row[1])[0])
    return float(((other_x - x) ** 2 + (other_y - y) ** 2) ** 0.5)


def _is_settled(found: Sequence[Found], rows: Sequence[Row], query: HallQuery) -> bool:
    """Whether no order that was not fetched can be nearer, by a metre or more, than the last one that is shown."""
    if len(found) < query.limit:
        # The map already led past the radius.
        return len(found) < len(rows)
    farthest = _map_distance(rows[-1], *mercator(query.around))
    steepest = min(radians(abs(query.around.latitude)) + farthest / EARTH_RADIUS_METRES, _STEEPEST)
    return found[query.limit - 1][0] <= farthest * cos(steepest) + 1
