"""Members report what they see: the reports, and how many there are of a case."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Document, Identity, Instant, Word

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "content_cases",
        sa.Column("reports", sa.Integer(), nullable=False, server_default="0", comment="how many members reported it"),
    )
    op.create_index("ix_content_cases_subject", "content_cases", ["subject"])
    op.create_table(
        "reports",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("case_id", Identity(), nullable=False),
        sa.Column("reporter_id", Identity(), nullable=True, comment="nothing, once they have left"),
        sa.Column("reason", Word(20), nullable=False),
        sa.Column("text", Document(), nullable=False, comment="what the reporter wrote"),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "reporter_id", name=op.f("uq_reports_case_id_reporter_id")),
    )
    op.create_index("ix_reports_reporter", "reports", ["reporter_id", "id"])


def downgrade() -> None:
    # Where a table goes at once, a walk down that was stopped further on begins anew without it.
    op.drop_table("reports", if_exists=True)
    op.drop_index("ix_content_cases_subject", table_name="content_cases", if_exists=True)
    op.drop_column("content_cases", "reports")
