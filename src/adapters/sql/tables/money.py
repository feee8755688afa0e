"""Tables of money: payments, refunds, the journal, balances, earnings, withdrawals."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, UniqueConstraint

from adapters.sql.column_types import Document, Fen, Identity, Instant, Sequence64, Word
from adapters.sql.tables.metadata import METADATA, leased_until, state_column, timer_index, version_column
from errand_domain.payment.attempt import ATTEMPT_STATE_NAMES
from errand_domain.payment.refund import REFUND_STATE_NAMES
from errand_domain.settlement.earning import EARNING_STATE_NAMES
from errand_domain.settlement.withdrawal_states import WITHDRAWAL_STATE_NAMES

ACCOUNT_LENGTH: Final = 100


def _amount() -> Column[int]:
    return Column("amount_fen", Fen, CheckConstraint("amount_fen > 0", name="amount"), nullable=False)


ATTEMPTS: Final = Table(
    "attempts",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("order_id", Identity, nullable=False),
    Column("campus_id", Identity, nullable=False),
    Column("payer_id", Identity, nullable=False),
    Column("purpose", Word(10), nullable=False),
    Column("provider", Word(40), nullable=False),
    _amount(),
    Column("created_at", Instant, nullable=False),
    Column("query_at", Instant),
    leased_until(),
    state_column(ATTEMPT_STATE_NAMES.values()),
    Column("open_key", Word(60), comment="order and purpose while it is open, and nothing afterwards: one at most"),
    version_column(),
    Column("document", Document, nullable=False),
    UniqueConstraint("open_key"),
)
Index("ix_attempts_order", ATTEMPTS.c.order_id, ATTEMPTS.c.created_at)
timer_index(ATTEMPTS, "query_at")

REFUNDS: Final = Table(
    "refunds",
    METADATA,
    Column("number", Word(64), primary_key=True),
    Column("attempt_id", Identity, nullable=False),
    Column("order_id", Identity, nullable=False),
    Column("campus_id", Identity, nullable=False),
    Column("provider", Word(40), nullable=False),
    _amount(),
    Column("reason", Word(20), nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("query_at", Instant),
    leased_until(),
    state_column(REFUND_STATE_NAMES.values()),
    version_column(),
    Column("document", Document, nullable=False),
)
Index("ix_refunds_order", REFUNDS.c.order_id, REFUNDS.c.requested_at)
Index("ix_refunds_campus", REFUNDS.c.campus_id, REFUNDS.c.state, REFUNDS.c.requested_at, REFUNDS.c.number)
timer_index(REFUNDS, "query_at")

EARNINGS: Final = Table(
    "earnings",
    METADATA,
    Column("order_id", Identity, primary_key=True),
    Column("round", Integer, CheckConstraint("round >= 1", name="round"), primary_key=True, autoincrement=False),
    Column("runner_id", Identity, nullable=False),
    Column("campus_id", Identity, nullable=False),
    Column("amount_fen", Fen, CheckConstraint("amount_fen >= 0", name="amount"), nullable=False),
    Column("goods_fen", Fen, CheckConstraint("goods_fen >= 0", name="goods"), nullable=False),
    Column("earned_at", Instant, nullable=False),
    Column("release_at", Instant),
    leased_until(),
    state_column(EARNING_STATE_NAMES.values()),
    version_column(),
    Column("split", Document, nullable=False),
    Column("document", Document, nullable=False),
)
Index("ix_earnings_runner", EARNINGS.c.runner_id, EARNINGS.c.order_id, EARNINGS.c.round)
timer_index(EARNINGS, "release_at")

WITHDRAWALS: Final = Table(
    "withdrawals",
    METADATA,
    Column("id", Identity, primary_key=True),
    Column("runner_id", Identity, nullable=False),
    Column("campus_id", Identity, nullable=False),
    Column("provider", Word(40), nullable=False),
    _amount(),
    Column("counted_fen", Fen, CheckConstraint("counted_fen >= 0", name="counted"), nullable=False),
    Column("parts", Document, nullable=False),
    Column("payee", Document, nullable=False, comment="the account at the provider that is paid to: personal"),
    Column("payee_name", Document, comment="the payee's real name where the provider compares it: personal"),
    Column("requested_at", Instant, nullable=False),
    Column("query_at", Instant),
    leased_until(),
    state_column(WITHDRAWAL_STATE_NAMES.values()),
    Column("open_key", Identity, comment="the runner while it is open, and nothing afterwards: one open at most"),
    version_column(),
    Column("document", Document, nullable=False),
    UniqueConstraint("open_key"),
)
Index("ix_withdrawals_runner", WITHDRAWALS.c.runner_id, WITHDRAWALS.c.id)
Index("ix_withdrawals_requested", WITHDRAWALS.c.runner_id, WITHDRAWALS.c.requested_at)
Index(
    "ix_withdrawals_campus",
    WITHDRAWALS.c.campus_id,
    WITHDRAWALS.c.state,
    WITHDRAWALS.c.requested_at,
    WITHDRAWALS.c.id,
)
timer_index(WITHDRAWALS, "query_at")

TRANSFERS: Final = Table(
    "transfers",
    METADATA,
    Column("sequence", Sequence64, primary_key=True, autoincrement=True),
    Column("key", Word(160), nullable=False),
    Column("debit", Word(ACCOUNT_LENGTH), nullable=False),
    Column("credit", Word(ACCOUNT_LENGTH), nullable=False),
    _amount(),
    Column("at", Instant, nullable=False),
    CheckConstraint("debit <> credit", name="two_accounts"),
    UniqueConstraint("key"),
)
Index("ix_transfers_debit", TRANSFERS.c.debit, TRANSFERS.c.sequence, TRANSFERS.c.amount_fen)
Index("ix_transfers_credit", TRANSFERS.c.credit, TRANSFERS.c.sequence, TRANSFERS.c.amount_fen)

MAY_BE_NEGATIVE: Final = "fen >= 0 OR SUBSTR(account, 1, 17) = 'runner_available:'"
BALANCES: Final = Table(
    "balances",
    METADATA,
    Column("account", Word(ACCOUNT_LENGTH), primary_key=True),
    Column("fen", Fen, nullable=False),
    CheckConstraint(MAY_BE_NEGATIVE, name="funds"),
)
