"""Blind indices have a place for the index under the next key, so that their key can be replaced while serving."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Word

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NEXT = "the same under the next key of indices while that is being replaced, and otherwise equal"
PLACES = (
    ("member_ways", "value", "kind", "uq_member_ways_next"),
    ("runners", "student_number", "campus_id", "uq_runners_number_next"),
)


def upgrade() -> None:
    for table, column, within, unique in PLACES:
        # On every database a column that may be empty is added in place.
        op.add_column(table, sa.Column(f"{column}_next", Word(40), nullable=True, comment=NEXT))
        there = sa.table(table, sa.column(column), sa.column(f"{column}_next"))
        op.execute(sa.update(there).values({f"{column}_next": there.c[column]}))
        op.create_index(unique, table, [within, f"{column}_next"], unique=True)


def downgrade() -> None:
    for table, column, _, unique in PLACES:
        op.drop_index(unique, table_name=table)
        op.drop_column(table, f"{column}_next")
