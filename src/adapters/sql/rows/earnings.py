"""Earnings and withdrawals as rows."""

from typing import Any, Final

from adapters.sql.documents import Document, read_json, write_json
from adapters.sql.statements import Row
from adapters.sql.tables.money import EARNINGS, WITHDRAWALS
from errand_domain.money import Money
from errand_domain.settlement.earning import Earning, EarningState
from errand_domain.settlement.split import Split
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import WithdrawalState

EARNING_STATE: Final = Document[EarningState](EarningState)
SPLIT: Final = Document[Split](Split)
WITHDRAWAL_STATE: Final = Document[WithdrawalState](WithdrawalState)
PARTS: Final = Document[tuple[Money, ...]](tuple[Money, ...])

READ_EARNING: Final = tuple(
    EARNINGS.c[name]
    for name in (
        "order_id",
        "round",
        "runner_id",
        "campus_id",
        "split",
        "goods_fen",
        "earned_at",
        "document",
        "version",
    )
)
READ_WITHDRAWAL: Final = tuple(
    WITHDRAWALS.c[name]
    for name in (
        "id",
        "runner_id",
        "campus_id",
        "provider",
        "payee",
        "payee_name",
        "parts",
        "requested_at",
        "query_at",
        "document",
        "version",
    )
)
CHANGING_EARNING: Final = ("release_at", "state", "document", "version")
CHANGING_WITHDRAWAL: Final = ("query_at", "state", "open_key", "counted_fen", "document", "version")


def earning_from_row(row: Row) -> Earning:
    """The earning of a row of `READ_EARNING`."""
    order_id, earning_round, runner_id, campus_id, split, goods_fen, earned_at, document, version = row
    return Earning(
        order_id=order_id,
        round=earning_round,
        runner_id=runner_id,
        campus_id=campus_id,
        split=SPLIT.load(split),
        goods=Money(goods_fen),
        earned_at=earned_at,
        state=EARNING_STATE.load(document),
        version=version,
    )


def new_earning_row(earning: Earning) -> dict[str, Any]:
    """Every column of a new earning."""
    return {
        "order_id": earning.order_id,
        "round": earning.round,
        "runner_id": earning.runner_id,
        "campus_id": earning.campus_id,
        "split": SPLIT.dump(earning.split),
        "amount_fen": earning.amount.fen,
        "goods_fen": earning.goods.fen,
        "earned_at": earning.earned_at,
        **changing_earning_columns(earning),
    }


def changing_earning_columns(earning: Earning) -> dict[str, Any]:
    """The columns that an event may change."""
    return {
        "release_at": earning.release_at,
        "state": earning.state_name,
        "document": EARNING_STATE.dump(earning.state),
        "version": earning.version,
    }


def withdrawal_from_row(row: Row) -> Withdrawal:
    """The withdrawal of a row of `READ_WITHDRAWAL`."""
    withdrawal_id, runner_id, campus_id, provider, payee, payee_name, parts, *moving = row
    requested_at, query_at, document, version = moving
    return Withdrawal(
        id=withdrawal_id,
        runner_id=runner_id,
        campus_id=campus_id,
        provider=provider,
        payee=read_json(payee),
        payee_name=read_json(payee_name) if payee_name else "",
        parts=PARTS.load(parts),
        requested_at=requested_at,
        query_at=query_at,
        state=WITHDRAWAL_STATE.load(document),
        version=version,
    )


def new_withdrawal_row(withdrawal: Withdrawal) -> dict[str, Any]:
    """Every column of a new withdrawal."""
    return {
        "id": withdrawal.id,
        "runner_id": withdrawal.runner_id,
        "campus_id": withdrawal.campus_id,
        "provider": withdrawal.provider,
        "amount_fen": withdrawal.amount.fen,
        "payee": write_json(withdrawal.payee),
        "payee_name": write_json(withdrawal.payee_name) if withdrawal.payee_name else None,
        "parts": PARTS.dump(withdrawal.parts),
        "requested_at": withdrawal.requested_at,
        **changing_withdrawal_columns(withdrawal),
    }


def changing_withdrawal_columns(withdrawal: Withdrawal) -> dict[str, Any]:
    """The columns that an event may change."""
    return {
        "query_at": withdrawal.query_at,
        "state": withdrawal.state_name,
        "open_key": withdrawal.runner_id if withdrawal.is_open else None,
        "counted_fen": withdrawal.counted.fen,
        "document": WITHDRAWAL_STATE.dump(withdrawal.state),
        "version": withdrawal.version,
    }
