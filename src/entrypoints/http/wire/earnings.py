"""What runners earn and take out."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.shapes import Asked, Fen, Moment, Provider, Told
from errand_domain.settlement.earning import Earning
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import Failed, WaitingForUser
from errand_domain.use_cases.money.view_earnings import Income

EarningStateName = Literal["held", "frozen", "available", "taken_back"]
WithdrawalStateName = Literal[
    "requested", "approved", "sending", "waiting_for_user", "parked", "succeeded", "failed", "expired"
]


class WithdrawAsked(Asked, kw_only=True, frozen=True):
    """How much to take out, and through whom."""

    amount_fen: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    provider: Provider


class EarningTold(Told, kw_only=True, frozen=True):
    """What one order earned; `goodsFen` of it pays back what the runner laid out."""

    order_id: UUID
    round: int
    amount_fen: Fen
    goods_fen: Fen
    state: EarningStateName
    earned_at: Moment
    release_at: Moment | None


class IncomeTold(Told, kw_only=True, frozen=True):
    """The runner's balances, and the orders they came from. `availableFen` may be negative after a claw-back."""

    held_fen: int
    available_fen: int
    withdrawing_fen: int
    items: tuple[EarningTold, ...]
    next: str | None


class ConfirmationTold(Told, kw_only=True, frozen=True):
    """What the runner's app needs to confirm the part that waits for them."""

    part: int
    package: str
    expires_at: Moment


class WithdrawalTold(Told, kw_only=True, frozen=True):
    """A sum on its way to the runner, in parts that the provider can transfer."""

    id: UUID
    amount_fen: Fen
    parts_fen: tuple[int, ...]
    provider: str
    state: WithdrawalStateName
    reason: str
    requested_at: Moment
    confirmation: ConfirmationTold | None


class WithdrawalsTold(Told, kw_only=True, frozen=True):
    """The runner's withdrawals, newest first."""

    items: tuple[WithdrawalTold, ...]
    next: str | None


def tell_income(income: Income, *, limit: int) -> IncomeTold:
    """The income as it is told."""
    found = income.earnings
    return IncomeTold(
        held_fen=income.held_fen,
        available_fen=income.available_fen,
        withdrawing_fen=income.withdrawing_fen,
        items=tuple(map(_tell_earning, found)),
        next=str(found[-1].order_id) if len(found) >= limit else None,
    )


def _tell_earning(earning: Earning) -> EarningTold:
    state: EarningStateName = earning.state_name  # type: ignore[assignment]  # a name of the domain's table is one of the literal
    return EarningTold(
        order_id=earning.order_id,
        round=earning.round,
        amount_fen=earning.amount.fen,
        goods_fen=earning.goods.fen,
        state=state,
        earned_at=earning.earned_at,
        release_at=earning.release_at,
    )


def tell_withdrawal(withdrawal: Withdrawal) -> WithdrawalTold:
    """The runner's own withdrawal."""
    state = withdrawal.state
    return WithdrawalTold(
        id=withdrawal.id,
        amount_fen=withdrawal.amount.fen,
        parts_fen=tuple(part.fen for part in withdrawal.parts),
        provider=withdrawal.provider,
        state=withdrawal_state(withdrawal),
        reason=state.reason if isinstance(state, Failed) else "",
        requested_at=withdrawal.requested_at,
        confirmation=ConfirmationTold(part=state.part, package=state.package, expires_at=state.expires_at)
        if isinstance(state, WaitingForUser)
        else None,
    )


def withdrawal_state(withdrawal: Withdrawal) -> WithdrawalStateName:
    """The state by its name."""
    name: WithdrawalStateName = withdrawal.state_name  # type: ignore[assignment]  # a name of the domain's table is one of the literal
    return name


def tell_withdrawals(withdrawals: tuple[Withdrawal, ...], *, limit: int) -> WithdrawalsTold:
    """The runner's own withdrawals."""
    return WithdrawalsTold(
        items=tuple(map(tell_withdrawal, withdrawals)),
        next=str(withdrawals[-1].id) if len(withdrawals) >= limit else None,
    )
