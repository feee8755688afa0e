"""The whole schema of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from adapters.sql.column_types import Document, Identity, Instant, Metres, Sequence64, Word

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Content = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


def upgrade() -> None:  # noqa: PLR0915 - one statement per table and index
    op.create_table(
        "answers",
        sa.Column("member_id", Identity(), nullable=False),
        sa.Column("key", Word(160), nullable=False),
        sa.Column("request_digest", Word(128), nullable=False),
        sa.Column("reserved_at", Instant(), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("media_type", Word(120), nullable=True),
        sa.Column("body", Content, nullable=True),
        sa.PrimaryKeyConstraint("member_id", "key"),
    )
    op.create_index("ix_answers_reserved", "answers", ["reserved_at"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("order_id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("payer_id", Identity(), nullable=False),
        sa.Column("purpose", Word(10), nullable=False),
        sa.Column("provider", Word(40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("query_at", Instant(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("state", Word(20), nullable=False),
        sa.Column(
            "open_key",
            Word(60),
            nullable=True,
            comment="order and purpose while it is open, and nothing afterwards: one at most",
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_attempts_amount")),
        sa.CheckConstraint(
            "state IN ('created', 'pending', 'succeeded', 'closed', 'failed', 'unknown')",
            name=op.f("ck_attempts_state"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_attempts_version")),
        sa.UniqueConstraint("open_key", name=op.f("uq_attempts_open_key")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_attempts_due",
        "attempts",
        ["query_at"],
        unique=False,
        postgresql_where=sa.text("query_at IS NOT NULL"),
        sqlite_where=sa.text("query_at IS NOT NULL"),
    )
    op.create_index("ix_attempts_order", "attempts", ["order_id", "created_at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("sequence", Sequence64, autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_id", Identity(), nullable=True),
        sa.Column("campus_id", Identity(), nullable=True),
        sa.Column("action", Word(60), nullable=False),
        sa.Column("subject", Word(120), nullable=False),
        sa.Column("detail", Document(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("ix_audit_action", "audit", ["subject", "action"], unique=False)
    op.create_index("ix_audit_newest", "audit", ["subject", "at", "sequence"], unique=False)
    op.create_table(
        "balances",
        sa.Column("account", Word(100), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("fen >= 0 OR SUBSTR(account, 1, 17) = 'runner_available:'", name=op.f("ck_balances_funds")),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "campuses",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("name", Word(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_campuses_version")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "credit_lines",
        sa.Column("order_id", Identity(), nullable=False),
        sa.Column("order_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("runner_id", Identity(), nullable=False),
        sa.Column("reason", Word(20), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "order_version", "runner_id", "reason"),
    )
    op.create_index("ix_credit_lines_runner", "credit_lines", ["runner_id", "at"], unique=False)
    op.create_table(
        "disputes",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("order_id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("requester_id", Identity(), nullable=False),
        sa.Column("runner_id", Identity(), nullable=False),
        sa.Column("opened_by", Identity(), nullable=False),
        sa.Column("reason", Word(20), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("state", Word(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False),
        sa.Column("private", Document(), nullable=False, comment="the statements of both sides"),
        sa.CheckConstraint("state IN ('hearing', 'proposed', 'decided')", name=op.f("ck_disputes_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_disputes_version")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", name=op.f("uq_disputes_order_id")),
    )
    op.create_index("ix_disputes_campus", "disputes", ["campus_id", "state", "opened_at", "id"], unique=False)
    op.create_table(
        "earnings",
        sa.Column("order_id", Identity(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("runner_id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("goods_fen", sa.BigInteger(), nullable=False),
        sa.Column("earned_at", Instant(), nullable=False),
        sa.Column("release_at", Instant(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("state", Word(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("split", Document(), nullable=False),
        sa.Column("document", Document(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_earnings_amount")),
        sa.CheckConstraint("goods_fen >= 0", name=op.f("ck_earnings_goods")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_earnings_round")),
        sa.CheckConstraint("state IN ('held', 'frozen', 'available', 'taken_back')", name=op.f("ck_earnings_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_earnings_version")),
        sa.PrimaryKeyConstraint("order_id", "round"),
    )
    op.create_index(
        "ix_earnings_due",
        "earnings",
        ["release_at"],
        unique=False,
        postgresql_where=sa.text("release_at IS NOT NULL"),
        sqlite_where=sa.text("release_at IS NOT NULL"),
    )
    op.create_index("ix_earnings_runner", "earnings", ["runner_id", "order_id", "round"], unique=False)
    op.create_table(
        "files",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("owner_id", Identity(), nullable=False),
        sa.Column("order_id", Identity(), nullable=True),
        sa.Column("purpose", Word(20), nullable=False),
        sa.Column("media_type", Word(120), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", Word(64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_files_size")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_files_order", "files", ["owner_id", "order_id", "at"], unique=False)
    op.create_index("ix_files_owner", "files", ["owner_id", "id"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=True),
        sa.Column("joined_at", Instant(), nullable=False),
        sa.Column("barred", sa.Boolean(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False, comment="consents, grants, whom the member avoids"),
        sa.Column("private", Document(), nullable=False, comment="nickname and ways to sign in"),
        sa.CheckConstraint("version >= 1", name=op.f("ck_members_version")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "orders",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("quote_id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("requester_id", Identity(), nullable=False),
        sa.Column("runner_id", Identity(), nullable=True),
        sa.Column("state", Word(20), nullable=False),
        sa.Column("phase", Word(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("reward_fen", sa.BigInteger(), nullable=False),
        sa.Column("goods_advance_fen", sa.BigInteger(), nullable=False),
        sa.Column("distance_metres", sa.Integer(), nullable=False),
        sa.Column("distance_estimated", sa.Integer(), nullable=False),
        sa.Column("price", Document(), nullable=False),
        sa.Column("terms", Document(), nullable=False),
        sa.Column("private", Document(), nullable=False, comment="contacts, rooms, note, pickup code, delivery code"),
        sa.Column("document", Document(), nullable=False, comment="the state with what is true in it"),
        sa.Column("hall_x", Metres, nullable=True),
        sa.Column("hall_y", Metres, nullable=True),
        sa.Column("hall_cell", Sequence64, nullable=True),
        sa.Column("hall_gender", Word(10), nullable=True),
        sa.Column("hall_entry", Document(), nullable=True, comment="what anybody may see"),
        sa.CheckConstraint("(state = 'open') = (hall_cell IS NOT NULL)", name=op.f("ck_orders_open_has_place")),
        sa.CheckConstraint(
            "phase <> 'in_progress' OR runner_id IS NOT NULL", name=op.f("ck_orders_carried_by_somebody")
        ),
        sa.CheckConstraint("distance_metres >= 0", name=op.f("ck_orders_distance")),
        sa.CheckConstraint("goods_advance_fen >= 0", name=op.f("ck_orders_goods_advance")),
        sa.CheckConstraint("reward_fen >= 0", name=op.f("ck_orders_reward")),
        sa.CheckConstraint(
            "state IN ('awaiting_payment', 'open', 'accepted', 'at_pickup', 'picked_up', 'delivered', 'completed', "
            "'returning', 'disputed', 'resolved', 'cancelled', 'expired')",
            name=op.f("ck_orders_state"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_orders_version")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("quote_id", name=op.f("uq_orders_quote_id")),
    )
    op.create_index("ix_orders_campus", "orders", ["campus_id", "state", "id"], unique=False)
    op.create_index(
        "ix_orders_due",
        "orders",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "ix_orders_hall",
            "orders",
            [sa.text("point(hall_x, hall_y)")],
            postgresql_using="gist",
            postgresql_where=sa.text("hall_x IS NOT NULL"),
        )
    else:
        op.create_index(
            "ix_orders_hall_cell", "orders", ["campus_id", "hall_cell"], sqlite_where=sa.text("hall_cell IS NOT NULL")
        )
    op.create_index("ix_orders_requester", "orders", ["requester_id", "phase", "id"], unique=False)
    op.create_index("ix_orders_runner", "orders", ["runner_id", "phase", "id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("sequence", Sequence64, autoincrement=True, nullable=False),
        sa.Column("id", Identity(), nullable=False),
        sa.Column("lane", Word(120), nullable=False),
        sa.Column("message", Document(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_fault", Document(), nullable=False),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
    )
    op.create_index("ix_outbox_due", "outbox", ["parked", "due_at", "sequence"], unique=False)
    op.create_index("ix_outbox_lane", "outbox", ["lane", "sequence"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("number", Word(64), nullable=False),
        sa.Column("attempt_id", Identity(), nullable=False),
        sa.Column("order_id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("provider", Word(40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", Word(20), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("query_at", Instant(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("state", Word(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_refunds_amount")),
        sa.CheckConstraint(
            "state IN ('requested', 'processing', 'succeeded', 'closed', 'abnormal')", name=op.f("ck_refunds_state")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_refunds_version")),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_refunds_campus", "refunds", ["campus_id", "state", "requested_at", "number"], unique=False)
    op.create_index(
        "ix_refunds_due",
        "refunds",
        ["query_at"],
        unique=False,
        postgresql_where=sa.text("query_at IS NOT NULL"),
        sqlite_where=sa.text("query_at IS NOT NULL"),
    )
    op.create_index("ix_refunds_order", "refunds", ["order_id", "requested_at"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("order_id", Identity(), nullable=False),
        sa.Column("author_id", Identity(), nullable=False),
        sa.Column("subject_id", Identity(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("tags", Document(), nullable=False),
        sa.Column("text", Document(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_reviews_stars")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", "author_id", name=op.f("uq_reviews_order_id_author_id")),
    )
    op.create_index("ix_reviews_subject", "reviews", ["subject_id", "id", "stars"], unique=False)
    op.create_table(
        "runners",
        sa.Column("member_id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("student_number", Word(40), nullable=True, comment="personal"),
        sa.Column("state", Word(20), nullable=False),
        sa.Column("queued_since", Instant(), nullable=True),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("on_shift", sa.Boolean(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False, comment="the verification"),
        sa.Column(
            "private", Document(), nullable=False, comment="the application: real name, student number, card, gender"
        ),
        sa.CheckConstraint(
            "(state = 'applied') = (queued_since IS NOT NULL)", name=op.f("ck_runners_applied_is_queued")
        ),
        sa.CheckConstraint("credit >= 0", name=op.f("ck_runners_credit")),
        sa.CheckConstraint(
            "state IN ('applied', 'needs_more', 'approved', 'rejected', 'suspended', 'lapsed', 'left')",
            name=op.f("ck_runners_state"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_runners_version")),
        sa.PrimaryKeyConstraint("member_id"),
        sa.UniqueConstraint("campus_id", "student_number", name=op.f("uq_runners_campus_id_student_number")),
    )
    op.create_index(
        "ix_runners_due",
        "runners",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_runners_queue",
        "runners",
        ["campus_id", "queued_since"],
        unique=False,
        postgresql_where=sa.text("queued_since IS NOT NULL"),
        sqlite_where=sa.text("queued_since IS NOT NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("member_id", Identity(), nullable=False),
        sa.Column("token_hash", Word(128), nullable=False),
        sa.Column("device", Document(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("ix_sessions_member", "sessions", ["member_id", "started_at"], unique=False)
    op.create_table(
        "sign_in_codes",
        sa.Column("kind", Word(10), nullable=False),
        sa.Column("value", Word(255), nullable=False, comment="personal: the address itself"),
        sa.Column("code_hash", Word(128), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_sign_in_codes_version")),
        sa.PrimaryKeyConstraint("kind", "value"),
    )
    op.create_table(
        "transfers",
        sa.Column("sequence", Sequence64, autoincrement=True, nullable=False),
        sa.Column("key", Word(160), nullable=False),
        sa.Column("debit", Word(100), nullable=False),
        sa.Column("credit", Word(100), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_transfers_two_accounts")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_transfers_amount")),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("key", name=op.f("uq_transfers_key")),
    )
    op.create_index("ix_transfers_credit", "transfers", ["credit", "sequence", "amount_fen"], unique=False)
    op.create_index("ix_transfers_debit", "transfers", ["debit", "sequence", "amount_fen"], unique=False)
    op.create_table(
        "withdrawals",
        sa.Column("id", Identity(), nullable=False),
        sa.Column("runner_id", Identity(), nullable=False),
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("provider", Word(40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("counted_fen", sa.BigInteger(), nullable=False),
        sa.Column("parts", Document(), nullable=False),
        sa.Column("payee", Document(), nullable=False, comment="the account at the provider that is paid to: personal"),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("query_at", Instant(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("state", Word(20), nullable=False),
        sa.Column(
            "open_key",
            Identity(),
            nullable=True,
            comment="the runner while it is open, and nothing afterwards: one open at most",
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", Document(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_withdrawals_amount")),
        sa.CheckConstraint("counted_fen >= 0", name=op.f("ck_withdrawals_counted")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'sending', 'waiting_for_user', 'succeeded', 'failed', 'expired')",
            name=op.f("ck_withdrawals_state"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_withdrawals_version")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("open_key", name=op.f("uq_withdrawals_open_key")),
    )
    op.create_index("ix_withdrawals_campus", "withdrawals", ["campus_id", "state", "requested_at", "id"], unique=False)
    op.create_index(
        "ix_withdrawals_due",
        "withdrawals",
        ["query_at"],
        unique=False,
        postgresql_where=sa.text("query_at IS NOT NULL"),
        sqlite_where=sa.text("query_at IS NOT NULL"),
    )
    op.create_index("ix_withdrawals_requested", "withdrawals", ["runner_id", "requested_at"], unique=False)
    op.create_index("ix_withdrawals_runner", "withdrawals", ["runner_id", "id"], unique=False)
    op.create_table(
        "blocks",
        sa.Column("member_id", Identity(), nullable=False),
        sa.Column("other_id", Identity(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_blocks_member_id")),
        sa.PrimaryKeyConstraint("member_id", "other_id"),
    )
    op.create_index("ix_blocks_other", "blocks", ["other_id", "member_id"], unique=False)
    op.create_table(
        "member_grants",
        sa.Column("campus_id", Identity(), nullable=False),
        sa.Column("role", Word(20), nullable=False),
        sa.Column("member_id", Identity(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_grants_member_id")),
        sa.PrimaryKeyConstraint("campus_id", "role", "member_id"),
    )
    op.create_index("ix_member_grants_member", "member_grants", ["member_id"], unique=False)
    op.create_table(
        "member_ways",
        sa.Column("kind", Word(10), nullable=False),
        sa.Column("value", Word(255), nullable=False, comment="personal: the address itself"),
        sa.Column("member_id", Identity(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_ways_member_id")),
        sa.PrimaryKeyConstraint("kind", "value"),
    )
    op.create_index("ix_member_ways_member", "member_ways", ["member_id"], unique=False)
    op.create_table(
        "order_events",
        sa.Column("order_id", Identity(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", Word(40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("given_up_by", Identity(), nullable=True),
        sa.Column("document", Document(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_events_order_id")),
        sa.PrimaryKeyConstraint("order_id", "version"),
    )
    op.create_index(
        "ix_order_events_given_up",
        "order_events",
        ["given_up_by", "at"],
        unique=False,
        postgresql_where=sa.text("given_up_by IS NOT NULL"),
        sqlite_where=sa.text("given_up_by IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("order_events")
    op.drop_table("member_ways")
    op.drop_table("member_grants")
    op.drop_table("blocks")
    op.drop_table("withdrawals")
    op.drop_table("transfers")
    op.drop_table("sign_in_codes")
    op.drop_table("sessions")
    op.drop_table("runners")
    op.drop_table("reviews")
    op.drop_table("refunds")
    op.drop_table("outbox")
    op.drop_table("orders")
    op.drop_table("members")
    op.drop_table("files")
    op.drop_table("earnings")
    op.drop_table("disputes")
    op.drop_table("credit_lines")
    op.drop_table("campuses")
    op.drop_table("balances")
    op.drop_table("audit")
    op.drop_table("attempts")
    op.drop_table("answers")
