"""Orders and their events as rows."""

from collections.abc import Mapping
from math import asinh, floor, radians, tan
from typing import Any, Final

from adapters.sql.documents import EVENT_NAMES, Document, read_json, write_json
from adapters.sql.statements import Row
from adapters.sql.tables.ordering import ORDERS
from errand_domain.order.events import Event, RunnerGaveUp
from errand_domain.order.order import Order
from errand_domain.order.pricing import Price
from errand_domain.order.states import Open, State
from errand_domain.order.terms import Terms
from errand_domain.place import EARTH_RADIUS_METRES, Distance, Point

STATE: Final = Document[State](State)
EVENT: Final = Document[Event](Event)
PRICE: Final = Document[Price](Price)
TERMS: Final = Document[Terms](Terms)

READ: Final = tuple(
    ORDERS.c[name]
    for name in (
        "id",
        "quote_id",
        "campus_id",
        "requester_id",
        "placed_at",
        "details_until",
        "details_removed_at",
        "version",
        "distance_metres",
        "distance_estimated",
        "terms",
        "private",
        "price",
        "document",
    )
)
"""The columns of an order that `order_from_row` takes, in its order."""

CELL_METRES: Final = 100
CELLS_ACROSS: Final = 2**20
_LATITUDE_MOST: Final = 85.0  # where Mercator's map ends


def order_from_row(row: Row) -> Order:
    """The order of a row of `READ`."""
    (
        order_id,
        quote_id,
        campus_id,
        requester_id,
        placed_at,
        details_until,
        details_removed_at,
        version,
        metres,
        estimated,
        terms,
        private,
        price,
        document,
    ) = row
    public, secret = read_json(terms), read_json(private)
    public["pickup"] |= secret["pickup"]
    public["dropoff"] |= secret["dropoff"]
    public["note"], public["pickup_code"] = secret["note"], secret["pickup_code"]
    return Order(
        id=order_id,
        quote_id=quote_id,
        campus_id=campus_id,
        requester_id=requester_id,
        terms=TERMS.put_together(public),
        price=PRICE.load(price),
        distance=Distance(metres=metres, estimated=bool(estimated)),
        delivery_code=secret["delivery_code"],
        placed_at=placed_at,
        state=STATE.load(document),
        details_until=details_until,
        details_removed_at=details_removed_at,
        version=version,
    )


def new_order_row(order: Order) -> dict[str, Any]:
    """Every column of a new order."""
    return {"id": order.id, **agreed_order_columns(order), **changing_order_columns(order)}


def agreed_order_columns(order: Order) -> dict[str, Any]:
    """The columns of what was agreed when the order was placed."""
    terms = TERMS.take_apart(order.terms)
    secret = {
        "pickup": _cut(terms["pickup"]),
        "dropoff": _cut(terms["dropoff"]),
        "note": terms.pop("note"),
        "pickup_code": terms.pop("pickup_code"),
        "delivery_code": order.delivery_code,
    }
    return {
        "quote_id": order.quote_id,
        "campus_id": order.campus_id,
        "requester_id": order.requester_id,
        "placed_at": order.placed_at,
        "details_removed_at": order.details_removed_at,
        "goods_advance_fen": order.price.goods_advance.fen,
        "distance_metres": order.distance.metres,
        "distance_estimated": int(order.distance.estimated),
        "terms": write_json(terms),
        "private": write_json(secret),
    }


def changing_order_columns(order: Order) -> dict[str, Any]:
    """The columns that an event may change."""
    return {
        "runner_id": order.runner_id,
        "state": order.state_name,
        "phase": order.phase,
        "version": order.version,
        "due_at": order.due_at,
        "details_until": order.details_until,
        "reward_fen": order.price.reward.fen,
        "price": PRICE.dump(order.price),
        "document": STATE.dump(order.state),
        **_hall_columns(order),
    }


AGREED: Final = (
    "quote_id",
    "campus_id",
    "requester_id",
    "placed_at",
    "details_removed_at",
    "goods_advance_fen",
    "distance_metres",
    "distance_estimated",
    "terms",
    "private",
)
CHANGING: Final = (
    "runner_id",
    "state",
    "phase",
    "version",
    "due_at",
    "details_until",
    "reward_fen",
    "price",
    "document",
    "hall_x",
    "hall_y",
    "hall_cell",
    "hall_gender",
    "hall_entry",
)
_NOT_IN_HALL: Final[Mapping[str, Any]] = dict.fromkeys(("hall_x", "hall_y", "hall_cell", "hall_gender", "hall_entry"))


def event_row(order: Order, event: Event, version: int) -> dict[str, Any]:
    """One line of the order's history."""
    return {
        "order_id": order.id,
        "version": version,
        "kind": EVENT_NAMES[type(event)],
        "at": event.at,
        "given_up_by": event.runner_id if isinstance(event, RunnerGaveUp) else None,
        "document": EVENT.dump(event),
    }


def mercator(point: Point) -> tuple[float, float]:
    """The point on Mercator's map, in metres at the equator.

    The map stretches every direction alike, by one factor that hardly changes within a city: nearest on the map is
    nearest on the ground.
    """
    latitude = max(-_LATITUDE_MOST, min(point.latitude, _LATITUDE_MOST))
    return EARTH_RADIUS_METRES * radians(point.longitude), EARTH_RADIUS_METRES * asinh(tan(radians(latitude)))


def cell_of(column: int, row: int) -> int:
    """The number of a square of the map: squares side by side have numbers side by side."""
    return row * CELLS_ACROSS + column


def square(x: float, y: float) -> tuple[int, int]:
    """Column and row of the square in which that place lies."""
    return floor(x / CELL_METRES) + CELLS_ACROSS // 2, floor(y / CELL_METRES) + CELLS_ACROSS // 2


def _hall_columns(order: Order) -> Mapping[str, Any]:
    if not isinstance(order.state, Open):
        return _NOT_IN_HALL
    terms = order.terms
    x, y = mercator(terms.pickup.point)
    return {
        "hall_x": x,
        "hall_y": y,
        "hall_cell": cell_of(*square(x, y)),
        "hall_gender": terms.handover.required_gender,
        "hall_entry": write_json(
            [
                terms.category,
                terms.item,
                order.price.reward.fen,
                order.price.goods_advance.fen,
                terms.weight_grams,
                terms.pickup.name,
                terms.pickup.point.latitude,
                terms.pickup.point.longitude,
                terms.dropoff.name,
                terms.dropoff.point.latitude,
                terms.dropoff.point.longitude,
                order.distance.metres,
                terms.window.earliest,
                terms.window.latest,
                terms.handover.place,
                order.state.opened_at,
                order.state.expires_at,
            ]
        ),
    }


def _cut(stop: dict[str, Any]) -> dict[str, Any]:
    """Take out of a stop what only the parties may see."""
    return {"detail": stop.pop("detail"), "contact": stop.pop("contact")}
