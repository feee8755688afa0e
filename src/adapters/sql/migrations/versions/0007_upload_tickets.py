"""A file knows the ticket that it was sent with, and no two files are of one ticket."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Identity

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # On every database a column that may be empty is added in place; a unique index is the constraint that may follow.
    op.add_column("files", sa.Column("ticket_id", Identity(), nullable=True))
    op.create_index("uq_files_ticket_id", "files", ["ticket_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_files_ticket_id", "files")
    op.drop_column("files", "ticket_id")
