"""Tables of orders, what happened to them, and what was said afterwards."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Dialect, ForeignKey, Index, Integer, Table, UniqueConstraint, func, text

from adapters.sql.column_types import Document, Fen, Identity, Instant, Metres, Sequence64, Word
from adapters.sql.tables.metadata import METADATA, leased_until, state_column, timer_index, version_column
from errand_domain.dispute.dispute import DISPUTE_STATE_NAMES
from errand_domain.order.states import NAMES

OPEN_HAS_PLACE = "(state = 'open') = (hall_cell IS NOT NULL)"
NOBODY_CARRIES_NOTHING = "phase <> 'in_progress' OR runner_id IS NOT NULL"


def _has_no_points(*_: object, dialect: Dialect, **__: object) -> bool:
    return dialect.name != "postgresql"


ORDERS: Final = Table(
    "orders",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("quote_id", Identity, nullable=False),
    Column("campus_id", Identity, nullable=False),
    Column("requester_id", Identity, nullable=False),
    Column("runner_id", Identity),
    state_column(NAMES.values()),
    Column("phase", Word(20), nullable=False),
    version_column(),
    Column("placed_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("details_until", Instant, comment="when what an ended order says of people is to be erased"),
    Column("details_removed_at", Instant),
    leased_until(),
    Column("reward_fen", Fen, CheckConstraint("reward_fen >= 0", name="reward"), nullable=False),
    Column("goods_advance_fen", Fen, CheckConstraint("goods_advance_fen >= 0", name="goods_advance"), nullable=False),
    Column("distance_metres", Integer, CheckConstraint("distance_metres >= 0", name="distance"), nullable=False),
    Column("distance_estimated", Integer, nullable=False),
    Column("price", Document, nullable=False),
    Column("terms", Document, nullable=False),
    Column("private", Document, nullable=False, comment="contacts, rooms, note, pickup code, delivery code"),
    Column("document", Document, nullable=False, comment="the state with what is true in it"),
    # The hall's columns hold something exactly while the order is open. x and y are metres of the Mercator projection.
    Column("hall_x", Metres),
    Column("hall_y", Metres),
    Column("hall_cell", Sequence64),
    Column("hall_gender", Word(10)),
    Column("hall_entry", Document, comment="what anybody may see"),
    CheckConstraint(OPEN_HAS_PLACE, name="open_has_place"),
    CheckConstraint(NOBODY_CARRIES_NOTHING, name="carried_by_somebody"),
    UniqueConstraint("quote_id"),
)
Index("ix_orders_requester", ORDERS.c.requester_id, ORDERS.c.phase, ORDERS.c.id)
Index("ix_orders_runner", ORDERS.c.runner_id, ORDERS.c.phase, ORDERS.c.id)
Index("ix_orders_campus", ORDERS.c.campus_id, ORDERS.c.state, ORDERS.c.id)
timer_index(ORDERS, "due_at")
timer_index(ORDERS, "details_until", "details")
HALL_POINT_INDEX: Final = Index(
    "ix_orders_hall",
    func.point(ORDERS.c.hall_x, ORDERS.c.hall_y),
    postgresql_using="gist",
    postgresql_where=text("hall_x IS NOT NULL"),
).ddl_if(dialect="postgresql")
HALL_CELL_INDEX: Final = Index(
    "ix_orders_hall_cell", ORDERS.c.campus_id, ORDERS.c.hall_cell, sqlite_where=text("hall_cell IS NOT NULL")
).ddl_if(callable_=_has_no_points)

ORDER_EVENTS: Final = Table(
    "order_events",
    METADATA,
    Column("order_id", Identity, ForeignKey("orders.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", Word(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("given_up_by", Identity),
    Column("document", Document, nullable=False),
)
Index(
    "ix_order_events_given_up",
    ORDER_EVENTS.c.given_up_by,
    ORDER_EVENTS.c.at,
    postgresql_where=text("given_up_by IS NOT NULL"),
    sqlite_where=text("given_up_by IS NOT NULL"),
)

DISPUTES: Final = Table(
    "disputes",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("order_id", Identity, nullable=False),
    Column("campus_id", Identity, nullable=False),
    Column("requester_id", Identity, nullable=False),
    Column("runner_id", Identity, nullable=False),
    Column("opened_by", Identity, nullable=False),
    Column("reason", Word(20), nullable=False),
    Column("opened_at", Instant, nullable=False),
    state_column(DISPUTE_STATE_NAMES.values()),
    version_column(),
    Column("document", Document, nullable=False),
    Column("private", Document, nullable=False, comment="the statements of both sides"),
    UniqueConstraint("order_id"),
)
Index("ix_disputes_campus", DISPUTES.c.campus_id, DISPUTES.c.state, DISPUTES.c.opened_at, DISPUTES.c.id)

REVIEWS: Final = Table(
    "reviews",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("order_id", Identity, nullable=False),
    Column("author_id", Identity, nullable=False),
    Column("subject_id", Identity, nullable=False),
    Column("stars", Integer, CheckConstraint("stars BETWEEN 1 AND 5", name="stars"), nullable=False),
    Column("tags", Document, nullable=False),
    Column("text", Document, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("order_id", "author_id"),
)
Index("ix_reviews_subject", REVIEWS.c.subject_id, REVIEWS.c.id, REVIEWS.c.stars)

FILES: Final = Table(
    "files",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("owner_id", Identity, nullable=False),
    Column("order_id", Identity),
    Column("purpose", Word(20), nullable=False),
    Column("media_type", Word(120), nullable=False),
    Column("size_bytes", Fen, CheckConstraint("size_bytes >= 0", name="size"), nullable=False),
    Column("sha256", Word(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ticket_id", Identity),
    Column("screening", Word(20), nullable=False, server_default="unscreened"),
    Column("trace", Word(128), comment="under which a verdict on the image is awaited"),
    Column("judged_by", Instant),
    Column("erase_at", Instant, comment="when somebody looks whether anything refers to it"),
    leased_until(),
    Column("version", Integer, nullable=False, server_default="1"),
)
timer_index(FILES, "judged_by")
timer_index(FILES, "erase_at", "unused")
Index("ix_files_trace", FILES.c.trace)
Index("uq_files_ticket_id", FILES.c.ticket_id, unique=True)
Index("ix_files_of_order", FILES.c.order_id, FILES.c.id)
Index("ix_files_owner", FILES.c.owner_id, FILES.c.id)
Index("ix_files_order", FILES.c.owner_id, FILES.c.order_id, FILES.c.at)

EXPECTED_FILES: Final = Table(
    "expected_files",
    METADATA,
    Column("id", Identity, primary_key=True, comment="of the file that bytes are stored for, before there is one"),
    Column("erase_at", Instant, nullable=False, comment="when somebody looks whether they became a file"),
    leased_until(),
)
Index("ix_expected_files_due", EXPECTED_FILES.c.erase_at)
