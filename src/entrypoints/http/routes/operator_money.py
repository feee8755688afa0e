"""What finance decides, and messages that wait for somebody who looks."""

import re
from typing import Annotated, Final

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.parameters import AtCampus, Limit, PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.earnings import WithdrawalStateName
from entrypoints.http.wire.operations import (
    CampusWithdrawalsTold,
    CampusWithdrawalTold,
    MessagesTold,
    RefundsTold,
    RefundTold,
    WithdrawalDecisionAsked,
    WithdrawalGivenUpAsked,
    tell_campus_withdrawal,
    tell_message,
    tell_refund,
)
from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.ids import CampusId, MessageId, WithdrawalId
from errand_domain.settlement.withdrawal import AbsenceProvesNothing, IllegalWithdrawalTransition, WithdrawalUnknown
from errand_domain.use_cases.background.parked_messages import ListParkedMessages, RetryMessage
from errand_domain.use_cases.money.refunding import RetryRefund
from errand_domain.use_cases.money.resolve_withdrawal import GiveUpWithdrawal, RetryWithdrawal
from errand_domain.use_cases.money.view_money_at_campus import ListAbnormalRefunds, ListCampusWithdrawals
from errand_domain.use_cases.money.withdraw_earnings import DecideWithdrawal

REFUND_NUMBER: Final = re.compile(r"[0-9a-z-]{1,64}")


@get("/withdrawals", responses=refusals(NotPermitted))
async def show_campus_withdrawals(
    request: Asking,
    list_campus_withdrawals: Uses[ListCampusWithdrawals],
    campus: AtCampus,
    states: Annotated[list[WithdrawalStateName] | None, QueryParameter(name="state")] = None,
    limit: Limit = 20,
) -> Response[CampusWithdrawalsTold]:
    """The withdrawals of a campus that wait for approval, or those in the states asked for, oldest first."""
    wanted = tuple(states or ("requested",))
    found = await list_campus_withdrawals(CampusId(campus), request.user, states=wanted, limit=limit)
    return tagged(request, CampusWithdrawalsTold(items=tuple(map(tell_campus_withdrawal, found))))


@post(
    "/withdrawals/{withdrawal_id:uuid}/decision",
    status_code=200,
    responses=refusals(InvalidField, NotPermitted, Missing, IllegalWithdrawalTransition),
)
async def decide_on_withdrawal(
    withdrawal_id: PathId,
    data: JSONBody[WithdrawalDecisionAsked],
    request: Asking,
    decide_withdrawal: Uses[DecideWithdrawal],
) -> CampusWithdrawalTold:
    """Approve a larger withdrawal, or reject it; rejected funds go back at once. Audited."""
    if not data.approve and not data.reason.strip():
        raise InvalidField("reason", "is needed for a rejection")
    withdrawal = await decide_withdrawal(
        WithdrawalId(withdrawal_id), request.user, approve=data.approve, reason=data.reason
    )
    return tell_campus_withdrawal(withdrawal)


@post(
    "/withdrawals/{withdrawal_id:uuid}/retry",
    status_code=200,
    responses=refusals(InvalidField, NotPermitted, Missing, IllegalWithdrawalTransition),
)
async def retry_parked_withdrawal(
    withdrawal_id: PathId, request: Asking, retry_withdrawal: Uses[RetryWithdrawal]
) -> CampusWithdrawalTold:
    """Send a parked withdrawal again, under the same number; audited."""
    return tell_campus_withdrawal(await retry_withdrawal(WithdrawalId(withdrawal_id), request.user))


@post(
    "/withdrawals/{withdrawal_id:uuid}/give-up",
    status_code=200,
    responses=refusals(
        InvalidField, NotPermitted, Missing, AbsenceProvesNothing, IllegalWithdrawalTransition, WithdrawalUnknown
    ),
)
async def give_up_parked_withdrawal(
    withdrawal_id: PathId,
    data: JSONBody[WithdrawalGivenUpAsked],
    request: Asking,
    give_up_withdrawal: Uses[GiveUpWithdrawal],
) -> CampusWithdrawalTold:
    """Give the money back to the runner, once the provider says that it knows nothing of the payout; audited."""
    withdrawal = await give_up_withdrawal(WithdrawalId(withdrawal_id), request.user, reason=data.reason)
    return tell_campus_withdrawal(withdrawal)


@get("/refunds/abnormal", responses=refusals(NotPermitted))
async def show_abnormal_refunds(
    request: Asking,
    list_abnormal_refunds: Uses[ListAbnormalRefunds],
    campus: AtCampus,
    limit: Limit = 20,
) -> Response[RefundsTold]:
    """Refunds that the payer's account does not take, with what the provider advises."""
    found = await list_abnormal_refunds(CampusId(campus), request.user, limit=limit)
    return tagged(request, RefundsTold(items=tuple(map(tell_refund, found))))


@post("/refunds/{number:str}/retry", status_code=200, responses=refusals(NotPermitted, Missing))
async def retry_stuck_refund(number: FromPath[str], request: Asking, retry_refund: Uses[RetryRefund]) -> RefundTold:
    """Ask the provider again, under the same number."""
    if not REFUND_NUMBER.fullmatch(number):
        raise Missing("refund")
    return tell_refund(await retry_refund(number, request.user))


@get("/messages/parked", responses=refusals(NotPermitted))
async def show_parked_messages(
    request: Asking, list_parked_messages: Uses[ListParkedMessages], limit: Limit = 20
) -> Response[MessagesTold]:
    """Messages that could not be delivered, and why."""
    found = await list_parked_messages(request.user, limit=limit)
    return tagged(request, MessagesTold(items=tuple(map(tell_message, found))))


@post("/messages/{message_id:uuid}/retry", status_code=204, responses=refusals(NotPermitted, Missing))
async def retry_parked_message(message_id: PathId, request: Asking, retry_message: Uses[RetryMessage]) -> None:
    """Try a parked message again."""
    await retry_message(MessageId(message_id), request.user)


OPERATOR_MONEY = Router(
    "/operator",
    route_handlers=[
        show_campus_withdrawals,
        decide_on_withdrawal,
        retry_parked_withdrawal,
        give_up_parked_withdrawal,
        show_abnormal_refunds,
        retry_stuck_refund,
        show_parked_messages,
        retry_parked_message,
    ],
    tags=["operator"],
)
