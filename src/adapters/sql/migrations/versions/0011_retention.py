"""What is kept for a time only knows until when."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Instant, Word

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ENDED = ("completed", "resolved", "cancelled", "expired")
DECIDED = ("cleared", "removed")
WAITING = ("applied", "needs_more")
QUOTES = timedelta(days=180)
APPLICATIONS = timedelta(days=90)
INDICES = (
    ("ix_sessions_expired", "sessions", "expires_at"),
    ("ix_sign_in_codes_sent", "sign_in_codes", "sent_at"),
    ("ix_operator_invitations_expired", "operator_invitations", "expires_at"),
)


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column(
            "details_until", Instant(), nullable=True, comment="when what an ended order says of people is to be erased"
        ),
    )
    op.add_column("orders", sa.Column("details_removed_at", Instant(), nullable=True))
    op.add_column(
        "files",
        sa.Column("erase_at", Instant(), nullable=True, comment="when somebody looks whether anything refers to it"),
    )
    op.add_column(
        "content_cases",
        sa.Column("erase_at", Instant(), nullable=True, comment="when the words of a decided case are to be erased"),
    )
    op.add_column("content_cases", sa.Column("leased_until", Instant(), nullable=True))
    _timer_index("ix_orders_details", "orders", "details_until")
    _timer_index("ix_files_unused", "files", "erase_at")
    _timer_index("ix_content_cases_due", "content_cases", "erase_at")
    op.create_index("ix_files_of_order", "files", ["order_id", "id"])
    for name, table, column in INDICES:
        op.create_index(name, table, [column])
    _watch_what_is_there()


def downgrade() -> None:
    for name, table, _ in INDICES:
        op.drop_index(name, table_name=table, if_exists=True)
    for name, table in (
        ("ix_files_of_order", "files"),
        ("ix_content_cases_due", "content_cases"),
        ("ix_files_unused", "files"),
        ("ix_orders_details", "orders"),
    ):
        op.drop_index(name, table_name=table, if_exists=True)
    op.drop_column("content_cases", "leased_until")
    op.drop_column("content_cases", "erase_at")
    op.drop_column("files", "erase_at")
    op.drop_column("orders", "details_removed_at")
    op.drop_column("orders", "details_until")


def _timer_index(name: str, table: str, column: str) -> None:
    there = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], postgresql_where=there, sqlite_where=there)


def _watch_what_is_there() -> None:
    """Whatever ended before is looked at once: the program knows when it really ended, and dates it anew.

    When a case was decided or an application came is sealed: their time begins today.
    """
    now = datetime.now(UTC)
    orders = _table("orders", "placed_at", "details_until")
    files = _table("files", "at", "erase_at", words=("purpose",))
    cases = _table("content_cases", "erase_at", words=("state", "kind"))
    runners = _table("runners", "due_at")
    op.execute(sa.update(orders).where(orders.c.state.in_(ENDED)).values(details_until=orders.c.placed_at))
    op.execute(sa.update(files).where(files.c.purpose == "student_card").values(erase_at=now))
    # Of an image that was let stand there are no words: nothing would ever end its being due.
    has_words = sa.or_(cases.c.kind != "image", cases.c.state != "cleared")
    op.execute(sa.update(cases).where(cases.c.state.in_(DECIDED), has_words).values(erase_at=now + QUOTES))
    waiting = sa.update(runners).where(runners.c.state.in_(WAITING), runners.c.due_at.is_(None))
    op.execute(waiting.values(due_at=now + APPLICATIONS))


def _table(name: str, *moments: str, words: tuple[str, ...] = ("state",)) -> sa.TableClause:
    columns = [sa.column(moment, Instant()) for moment in moments]
    return sa.table(name, *columns, *(sa.column(word, Word(20)) for word in words))
