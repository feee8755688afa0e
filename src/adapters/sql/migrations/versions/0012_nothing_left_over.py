"""Bytes are expected before they are stored; a refused runner's number is free, and their details are erased.

Who was refused or lapsed before is looked at once: the program knows since when, and dates it anew or erases.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Identity, Instant, Word

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expected_files",
        sa.Column(
            "id", Identity(), nullable=False, comment="of the file that bytes are stored for, before there is one"
        ),
        sa.Column("erase_at", Instant(), nullable=False, comment="when somebody looks whether they became a file"),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_expected_files_due", "expected_files", ["erase_at"])
    runners = sa.table(
        "runners",
        sa.column("state", Word(20)),
        sa.column("due_at", Instant()),
        sa.column("student_number", Word(40)),
        sa.column("student_number_next", Word(40)),
    )
    # Of whom no number is known nothing else is: a timer would find them due for ever.
    known = (runners.c.state.in_(("rejected", "lapsed")), runners.c.student_number.is_not(None))
    op.execute(sa.update(runners).where(*known, runners.c.due_at.is_(None)).values(due_at=datetime.now(UTC)))
    freed = sa.update(runners).where(runners.c.state == "rejected")
    op.execute(freed.values(student_number=None, student_number_next=None))


def downgrade() -> None:
    op.drop_table("expected_files", if_exists=True)
