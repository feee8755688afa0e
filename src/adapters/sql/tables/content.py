"""The tables of doubts about what was published, and of what members reported."""

from typing import Final

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from adapters.sql.column_types import Document, Identity, Instant, Word
from adapters.sql.tables.metadata import METADATA, leased_until, state_column, timer_index, version_column
from errand_domain.content.case import CONTENT_STATE_NAMES

CONTENT_CASES: Final = Table(
    "content_cases",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("campus_id", Identity, nullable=False),
    Column("author_id", Identity, nullable=False),
    Column("kind", Word(20), nullable=False),
    Column("subject", Identity, nullable=False),
    Column("doubt", Word(20), nullable=False),
    Column("reports", Integer, nullable=False, server_default="0", comment="how many members reported it"),
    Column("opened_at", Instant, nullable=False),
    state_column(CONTENT_STATE_NAMES.values()),
    version_column(),
    Column("erase_at", Instant, comment="when the words of a decided case are to be erased"),
    leased_until(),
    Column("document", Document, nullable=False, comment="the state with what is true in it"),
    Column("private", Document, nullable=False, comment="what the author wrote"),
)
Index(
    "ix_content_cases_campus",
    CONTENT_CASES.c.campus_id,
    CONTENT_CASES.c.state,
    CONTENT_CASES.c.opened_at,
    CONTENT_CASES.c.id,
)
Index("ix_content_cases_subject", CONTENT_CASES.c.subject)
timer_index(CONTENT_CASES, "erase_at")

REPORTS: Final = Table(
    "reports",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("case_id", Identity, nullable=False),
    Column("reporter_id", Identity, comment="nothing, once they have left"),
    Column("reason", Word(20), nullable=False),
    Column("text", Document, nullable=False, comment="what the reporter wrote"),
    Column("at", Instant, nullable=False),
    UniqueConstraint("case_id", "reporter_id"),
)
Index("ix_reports_reporter", REPORTS.c.reporter_id, REPORTS.c.id)
