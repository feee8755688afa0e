"""Doubts about what was published are kept until a person has decided."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Document, Identity, Instant, Word

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content_cases",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("author_id", Identity(), nullable=False),
        sa.Column("kind", Word(20), nullable=False),
        sa.Column("subject", Identity(), nullable=False),
        sa.Column("doubt", Word(20), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("state", Word(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False, comment="the state with what is true in it"),
        sa.Column("private", Document(), nullable=False, comment="what the author wrote"),
        sa.CheckConstraint("state IN ('open', 'cleared', 'removed')", name=op.f("ck_content_cases_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_content_cases_version")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_content_cases_campus", "content_cases", ["campus_id", "state", "opened_at", "id"], unique=False)


def downgrade() -> None:
    # Where a table goes at once, a walk down that was stopped further on begins anew without it.
    op.drop_table("content_cases", if_exists=True)
