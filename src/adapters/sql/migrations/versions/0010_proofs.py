"""Sessions know when and by what it was proven again whose they are."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Instant, Word

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "by what it was proven last whose session it is; nothing: by what it was started"
    op.add_column("sessions", sa.Column("proved_by", Word(20), nullable=True, comment=comment))
    op.add_column("sessions", sa.Column("proved_at", Instant(), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "proved_at")
    op.drop_column("sessions", "proved_by")
