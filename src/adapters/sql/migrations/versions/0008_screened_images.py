"""Images that others see are judged; a file knows whether it was, and what came of it."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Instant, Word

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Images that are there already stay as they are. A column with a default is added in place on every database.
    op.add_column("files", sa.Column("screening", Word(20), nullable=False, server_default="unscreened"))
    op.add_column(
        "files",
        sa.Column("trace", Word(128), nullable=True, comment="under which a verdict on the image is awaited"),
    )
    op.add_column("files", sa.Column("judged_by", Instant(), nullable=True))
    op.add_column("files", sa.Column("leased_until", Instant(), nullable=True))
    op.add_column("files", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_files_trace", "files", ["trace"])
    there = sa.text("judged_by IS NOT NULL")
    op.create_index("ix_files_due", "files", ["judged_by"], postgresql_where=there, sqlite_where=there)


def downgrade() -> None:
    op.drop_index("ix_files_due", "files")
    op.drop_index("ix_files_trace", "files")
    for name in ("version", "leased_until", "judged_by", "trace", "screening"):
        op.drop_column("files", name)
