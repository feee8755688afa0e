"""A runner's earnings and withdrawals."""

from typing import Final

from litestar import Response, Router, get, post
from litestar.params import JSONBody

from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.parameters import Before, Limit, PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.earnings import (
    IncomeTold,
    WithdrawalsTold,
    WithdrawalTold,
    WithdrawAsked,
    tell_income,
    tell_withdrawal,
    tell_withdrawals,
)
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import OrderId, WithdrawalId
from errand_domain.money import Money
from errand_domain.settlement.ledger import InsufficientFunds
from errand_domain.settlement.withdrawal import (
    IllegalWithdrawalTransition,
    PayeeMissing,
    WithdrawalOpen,
    WithdrawalOverDay,
    WithdrawalTooSmall,
    WithdrawalUnknown,
)
from errand_domain.use_cases.money.confirm_withdrawal import CancelWithdrawal, ReopenConfirmation
from errand_domain.use_cases.money.view_earnings import ListWithdrawals, ViewEarnings
from errand_domain.use_cases.money.withdraw_earnings import RequestWithdrawal


@get("/earnings")
async def show_earnings(
    request: Asking,
    view_earnings: Uses[ViewEarnings],
    before: Before = None,
    limit: Limit = 20,
) -> Response[IncomeTold]:
    """Balances and, order by order, where they came from."""
    after = OrderId(before) if before else None
    income = await view_earnings(request.user.id, before=after, limit=limit)
    return tagged(request, tell_income(income, limit=limit))


@get("/withdrawals")
async def show_withdrawals(
    request: Asking,
    list_withdrawals: Uses[ListWithdrawals],
    before: Before = None,
    limit: Limit = 20,
) -> Response[WithdrawalsTold]:
    """The withdrawals that the runner made, newest first."""
    after = WithdrawalId(before) if before else None
    found = await list_withdrawals(request.user.id, before=after, limit=limit)
    return tagged(request, tell_withdrawals(found, limit=limit))


@post(
    "/withdrawals",
    responses=refusals(
        InvalidField,
        WithdrawalTooSmall,
        Missing,
        InsufficientFunds,
        PayeeMissing,
        WithdrawalOpen,
        WithdrawalOverDay,
    ),
)
async def withdraw(
    data: JSONBody[WithdrawAsked], request: Asking, request_withdrawal: Uses[RequestWithdrawal]
) -> WithdrawalTold:
    """Take available earnings out; small sums need nobody's approval."""
    withdrawal = await request_withdrawal(request.user.id, amount=Money(data.amount_fen), provider=data.provider)
    return tell_withdrawal(withdrawal)


MAY_REFUSE: Final = refusals(Missing, IllegalWithdrawalTransition, WithdrawalUnknown)


@post("/withdrawals/{withdrawal_id:uuid}/reopen", status_code=200, responses=MAY_REFUSE)
async def reopen_confirmation(
    withdrawal_id: PathId, request: Asking, reopen_confirmation: Uses[ReopenConfirmation]
) -> WithdrawalTold:
    """Open the provider's confirmation again, with a package that works."""
    return tell_withdrawal(await reopen_confirmation(WithdrawalId(withdrawal_id), request.user.id))


@post("/withdrawals/{withdrawal_id:uuid}/cancel", status_code=200, responses=MAY_REFUSE)
async def cancel_withdrawal(
    withdrawal_id: PathId, request: Asking, cancel_withdrawal: Uses[CancelWithdrawal]
) -> WithdrawalTold:
    """Take the request back, as long as it waits for finance or for the runner's own confirmation."""
    return tell_withdrawal(await cancel_withdrawal(WithdrawalId(withdrawal_id), request.user.id))


EARNINGS = Router(
    "/",
    route_handlers=[show_earnings, show_withdrawals, withdraw, reopen_confirmation, cancel_withdrawal],
    tags=["earnings"],
)
