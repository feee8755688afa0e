"""Tables of passwords, second factors and operators' invitations."""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, UniqueConstraint

from adapters.sql.column_types import Document, Identity, Instant, Word
from adapters.sql.tables.metadata import METADATA, version_column

CREDENTIALS: Final = Table(
    "credentials",
    METADATA,
    Column("member_id", Identity, primary_key=True),
    Column("password_hash", Word(255), nullable=False, comment="argon2id, with its salt and parameters"),
    Column("totp_secret", Document, nullable=False, comment="secret: what one-time codes are made from"),
    Column("totp_step", Integer, nullable=False),
    Column("recovery_hashes", Document, nullable=False),
    Column("changed_at", Instant, nullable=False),
    version_column(),
)

INVITATIONS: Final = Table(
    "operator_invitations",
    METADATA,
    Column("member_id", Identity, primary_key=True),
    Column("token_hash", Word(128), nullable=False),
    Column("totp_secret", Document, nullable=False, comment="secret: what one-time codes are made from"),
    Column("expires_at", Instant, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    version_column(),
    UniqueConstraint("token_hash"),
)
Index("ix_operator_invitations_expired", INVITATIONS.c.expires_at)
