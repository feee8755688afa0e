"""Tables of campuses, members, their sessions, and runners."""

from typing import Final

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from adapters.sql.column_types import Document, Identity, Instant, Word
from adapters.sql.tables.metadata import METADATA, leased_until, state_column, timer_index, version_column
from errand_domain.runner.verification import VERIFICATION_NAMES

WAY_INDEX: Final = "blind index of the address, which stands sealed with its member"
PROVED_BY: Final = "by what it was proven last whose session it is; nothing: by what it was started"
NUMBER_INDEX: Final = "blind index of campus and student number"
NEXT_INDEX: Final = "the same under the next key of indices while that is being replaced, and otherwise equal"

CAMPUSES: Final = Table(
    "campuses",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("name", Word(60), nullable=False),
    version_column(),
    Column("document", Document, nullable=False),
)

MEMBERS: Final = Table(
    "members",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("campus_id", Identity),
    Column("joined_at", Instant, nullable=False),
    Column("barred", Boolean, nullable=False),
    Column("closed_at", Instant),
    version_column(),
    Column("document", Document, nullable=False, comment="consents, grants, whom the member avoids"),
    Column("private", Document, nullable=False, comment="nickname and ways to sign in"),
)

MEMBER_WAYS: Final = Table(
    "member_ways",
    METADATA,
    Column("kind", Word(10), primary_key=True),
    Column("value", Word(255), primary_key=True, comment=WAY_INDEX),
    Column("member_id", Identity, ForeignKey("members.id"), nullable=False),
    Column("value_next", Word(40), comment=NEXT_INDEX),
)
Index("ix_member_ways_member", MEMBER_WAYS.c.member_id)
Index("uq_member_ways_next", MEMBER_WAYS.c.kind, MEMBER_WAYS.c.value_next, unique=True)

BLOCKS: Final = Table(
    "blocks",
    METADATA,
    Column("member_id", Identity, ForeignKey("members.id"), primary_key=True),
    Column("other_id", Identity, primary_key=True),
)
Index("ix_blocks_other", BLOCKS.c.other_id, BLOCKS.c.member_id)

MEMBER_GRANTS: Final = Table(
    "member_grants",
    METADATA,
    Column("campus_id", Identity, primary_key=True),
    Column("role", Word(20), primary_key=True),
    Column("member_id", Identity, ForeignKey("members.id"), primary_key=True),
)
Index("ix_member_grants_member", MEMBER_GRANTS.c.member_id)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("member_id", Identity, nullable=False),
    Column("token_hash", Word(128), nullable=False),
    Column("device", Document, nullable=False),
    Column("place", Document, nullable=False, comment="the network that it was started from, in part"),
    Column("means", Word(20), nullable=False),
    Column("strength", Word(20), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("proved_by", Word(20), comment=PROVED_BY),
    Column("proved_at", Instant),
    UniqueConstraint("token_hash"),
)
Index("ix_sessions_member", SESSIONS.c.member_id, SESSIONS.c.started_at)
Index("ix_sessions_expired", SESSIONS.c.expires_at)

SIGN_IN_CODES: Final = Table(
    "sign_in_codes",
    METADATA,
    Column("kind", Word(10), primary_key=True),
    Column("value", Word(255), primary_key=True, comment=WAY_INDEX),
    Column("code_hash", Word(128), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("history", Document, nullable=False, comment="when codes were sent and guessed at before"),
    version_column(),
)
Index("ix_sign_in_codes_sent", SIGN_IN_CODES.c.sent_at)

RUNNERS: Final = Table(
    "runners",
    METADATA,
    Column("member_id", Identity, primary_key=True),
    Column("campus_id", Identity, nullable=False),
    Column("student_number", Word(40), comment=NUMBER_INDEX),
    state_column(VERIFICATION_NAMES.values()),
    Column("queued_since", Instant),
    Column("credit", Integer, CheckConstraint("credit >= 0", name="credit"), nullable=False),
    Column("on_shift", Boolean, nullable=False),
    Column("due_at", Instant),
    leased_until(),
    version_column(),
    Column("document", Document, nullable=False, comment="the verification"),
    Column("private", Document, nullable=False, comment="the application: real name, student number, card, gender"),
    Column("student_number_next", Word(40), comment=NEXT_INDEX),
    CheckConstraint("(state = 'applied') = (queued_since IS NOT NULL)", name="applied_is_queued"),
    UniqueConstraint("campus_id", "student_number"),
)
Index("uq_runners_number_next", RUNNERS.c.campus_id, RUNNERS.c.student_number_next, unique=True)
Index(
    "ix_runners_queue",
    RUNNERS.c.campus_id,
    RUNNERS.c.queued_since,
    postgresql_where=text("queued_since IS NOT NULL"),
    sqlite_where=text("queued_since IS NOT NULL"),
)
timer_index(RUNNERS, "due_at")

CREDIT_LINES: Final = Table(
    "credit_lines",
    METADATA,
    Column("order_id", Identity, primary_key=True),
    Column("order_version", Integer, primary_key=True, autoincrement=False),
    Column("runner_id", Identity, primary_key=True),
    Column("reason", Word(20), primary_key=True),
    Column("points", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_credit_lines_runner", CREDIT_LINES.c.runner_id, CREDIT_LINES.c.at)
