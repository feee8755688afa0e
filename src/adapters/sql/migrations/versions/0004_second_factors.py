"""Sessions know how strongly they were started, codes remember those before them; passwords and second factors."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.column_types import Document, Identity, Instant, Word

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What lives for minutes or can be had again is made anew: everybody signs in again, and proves what is asked now.
    op.drop_table("sessions")
    op.drop_table("sign_in_codes")
    _sessions(
        sa.Column("place", Document(), nullable=False, comment="the network that it was started from, in part"),
        sa.Column("means", Word(20), nullable=False),
        sa.Column("strength", Word(20), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
    )
    _sign_in_codes(
        sa.Column("history", Document(), nullable=False, comment="when codes were sent and guessed at before"),
    )
    op.create_table(
        "credentials",
        sa.Column("member_id", Identity(), nullable=False),
        sa.Column("password_hash", Word(255), nullable=False, comment="argon2id, with its salt and parameters"),
        sa.Column("totp_secret", Document(), nullable=False, comment="secret: what one-time codes are made from"),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("recovery_hashes", Document(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_credentials_version")),
        sa.PrimaryKeyConstraint("member_id"),
    )
    op.create_table(
        "operator_invitations",
        sa.Column("member_id", Identity(), nullable=False),
        sa.Column("token_hash", Word(128), nullable=False),
        sa.Column("totp_secret", Document(), nullable=False, comment="secret: what one-time codes are made from"),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_operator_invitations_version")),
        sa.PrimaryKeyConstraint("member_id"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_operator_invitations_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("operator_invitations")
    op.drop_table("credentials")
    op.drop_table("sign_in_codes")
    op.drop_table("sessions")
    _sessions()
    _sign_in_codes()


def _sessions(*more: sa.Column[object]) -> None:
    op.create_table(
        "sessions",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("member_id", Identity(), nullable=False),
        sa.Column("token_hash", Word(128), nullable=False),
        sa.Column("device", Document(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("ix_sessions_member", "sessions", ["member_id", "started_at"])


def _sign_in_codes(*more: sa.Column[object]) -> None:
    op.create_table(
        "sign_in_codes",
        sa.Column("kind", Word(10), nullable=False),
        sa.Column(
            "value",
            Word(255),
            nullable=False,
            comment="blind index of the address, which stands sealed with its member",
        ),
        sa.Column("code_hash", Word(128), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        *more,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_sign_in_codes_version")),
        sa.PrimaryKeyConstraint("kind", "value"),
    )
