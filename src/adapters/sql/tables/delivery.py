"""Tables of what has to be done outside, what was answered, and who looked.

Triggers of the migrations refuse to change or delete a line of the audit record or a link of its chain.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, UniqueConstraint
from sqlalchemy.dialects import mysql

from adapters.sql.column_types import Document, Identity, Instant, Sequence64, Word
from adapters.sql.tables.metadata import METADATA, leased_until

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("sequence", Sequence64, primary_key=True, autoincrement=True),
    Column("id", Identity, nullable=False),
    Column("lane", Word(120), nullable=False),
    Column("message", Document, nullable=False),
    Column("due_at", Instant, nullable=False),
    leased_until(),
    Column("tries", Integer, nullable=False),
    Column("last_fault", Document, nullable=False),
    Column("parked", Boolean, nullable=False),
    UniqueConstraint("id"),
)
Index("ix_outbox_lane", OUTBOX.c.lane, OUTBOX.c.sequence)
Index("ix_outbox_due", OUTBOX.c.parked, OUTBOX.c.due_at, OUTBOX.c.sequence)

ANSWERS: Final = Table(
    "answers",
    METADATA,
    Column("member_id", Identity, primary_key=True),
    Column("key", Word(160), primary_key=True),
    Column("request_digest", Word(128), nullable=False),
    Column("reserved_at", Instant, nullable=False),
    leased_until(),
    Column("status", Integer),
    Column("media_type", Word(120)),
    Column("body", LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")),
)
Index("ix_answers_reserved", ANSWERS.c.reserved_at)

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("sequence", Sequence64, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor_id", Identity),
    Column("campus_id", Identity),
    Column("action", Word(60), nullable=False),
    Column("subject", Word(120), nullable=False),
    Column("detail", Document, nullable=False),
    Column("seal", Word(96), comment="made with a key that is not in the database; none on the oldest lines"),
)
Index("ix_audit_action", AUDIT.c.subject, AUDIT.c.action)
Index("ix_audit_newest", AUDIT.c.subject, AUDIT.c.at, AUDIT.c.sequence)

AUDIT_CHAIN: Final = Table(
    "audit_chain",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("mark", Word(64), nullable=False),
    UniqueConstraint("sequence"),
)
