"""Withdrawals may be parked, and know the payee's name where a provider compares it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Document, Identity, Instant, Word

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BEFORE = ("requested", "approved", "sending", "waiting_for_user", "succeeded", "failed", "expired")
AFTER = ("requested", "approved", "sending", "waiting_for_user", "parked", "succeeded", "failed", "expired")
NAME = "ck_withdrawals_state"


def upgrade() -> None:
    with op.batch_alter_table("withdrawals", copy_from=_as_it_was()) as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), _one_of(AFTER))
        table.add_column(
            sa.Column(
                "payee_name",
                Document(),
                nullable=True,
                comment="the payee's real name where the provider compares it: personal",
            )
        )


def downgrade() -> None:
    # What is parked may be sent again under its number: the older program knows it as sending, and looks at it at once.
    op.execute(
        "UPDATE withdrawals SET state = 'sending', query_at = requested_at,"
        """ document = REPLACE(document, '"is":"parked"', '"is":"sending"') WHERE state = 'parked'"""
    )
    with op.batch_alter_table("withdrawals", copy_from=_as_it_is()) as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), _one_of(BEFORE))
        table.drop_column("payee_name")


def _one_of(names: Sequence[str]) -> str:
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"state IN ({quoted})"


def _as_it_was() -> sa.Table:
    """SQLite changes a table by copying it, and reflects no checks: the copy is made from this."""
    there = sa.text("query_at IS NOT NULL")
    table = sa.Table(
        "withdrawals",
        sa.MetaData(),
        sa.Column("id", Identity(), nullable=False),
        sa.Column("runner_id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("provider", Word(40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("counted_fen", sa.BigInteger(), nullable=False),
        sa.Column("parts", Document(), nullable=False),
        sa.Column("payee", Document(), nullable=False, comment="the account at the provider that is paid to: personal"),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("query_at", Instant(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("state", Word(20), nullable=False),
        sa.Column(
            "open_key",
            Identity(),
            nullable=True,
            comment="the runner while it is open, and nothing afterwards: one open at most",
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name="ck_withdrawals_amount"),
        sa.CheckConstraint("counted_fen >= 0", name="ck_withdrawals_counted"),
        sa.CheckConstraint(_one_of(BEFORE), name=NAME),
        sa.CheckConstraint("version >= 1", name="ck_withdrawals_version"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("open_key", name="uq_withdrawals_open_key"),
    )
    sa.Index("ix_withdrawals_campus", table.c.campus_id, table.c.state, table.c.requested_at, table.c.id)
    sa.Index("ix_withdrawals_due", table.c.query_at, postgresql_where=there, sqlite_where=there)
    sa.Index("ix_withdrawals_requested", table.c.runner_id, table.c.requested_at)
    sa.Index("ix_withdrawals_runner", table.c.runner_id, table.c.id)
    return table


def _as_it_is() -> sa.Table:
    table = _as_it_was()
    was = next(check for check in table.constraints if check.name == NAME)
    table.constraints.discard(was)
    table.append_constraint(sa.CheckConstraint(_one_of(AFTER), name=NAME))
    table.append_column(sa.Column("payee_name", Document(), nullable=True))
    return table
