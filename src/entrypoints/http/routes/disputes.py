"""Disputes, as the two sides see them."""

from litestar import Response, Router, get, post
from litestar.params import JSONBody

from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.parameters import PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.disputes import DisputeAsked, DisputeTold, StatementAsked, tell_dispute
from entrypoints.http.wire.order_steps import file_ids
from errand_domain.content.screening import FileWithheld
from errand_domain.dispute.dispute import Dispute, IllegalDisputeTransition
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import MemberId, OrderId
from errand_domain.order.refusals import IllegalTransition, TooLate
from errand_domain.use_cases.content.judging import ContentRefused
from errand_domain.use_cases.orders.dispute_order import OpenDispute, StateCase
from errand_domain.use_cases.orders.view_dispute import ViewDispute


@post("/dispute", responses=refusals(InvalidField, Missing, FileWithheld, IllegalTransition, TooLate, ContentRefused))
async def open_case(
    order_id: PathId, data: JSONBody[DisputeAsked], request: Asking, open_dispute: Uses[OpenDispute]
) -> DisputeTold:
    """Object to the order: its timers and earnings stand still until operations have ruled."""
    dispute = await open_dispute(
        OrderId(order_id),
        request.user.id,
        reason=data.reason,
        text=data.text,
        evidence=file_ids(data.evidence),
    )
    return tell_dispute(dispute, to_staff=False)


@post(
    "/dispute/statements",
    responses=refusals(InvalidField, Missing, FileWithheld, IllegalDisputeTransition, ContentRefused),
)
async def make_statement(
    order_id: PathId, data: JSONBody[StatementAsked], request: Asking, state_case: Uses[StateCase]
) -> DisputeTold:
    """Speak as one of the two sides."""
    dispute = await state_case(OrderId(order_id), request.user.id, text=data.text, evidence=file_ids(data.evidence))
    return tell_dispute(dispute, to_staff=False)


@get("/dispute", responses=refusals(Missing))
async def show_dispute(order_id: PathId, request: Asking, view_dispute: Uses[ViewDispute]) -> Response[DisputeTold]:
    """What was said, and how it was ruled."""
    dispute = await view_dispute(OrderId(order_id), request.user)
    return tagged(request, tell_dispute(dispute, to_staff=not _is_side(dispute, request.user.id)))


def _is_side(dispute: Uses[Dispute], member_id: MemberId) -> bool:
    return member_id in (dispute.requester_id, dispute.runner_id)


DISPUTES = Router(
    "/orders/{order_id:uuid}", route_handlers=[open_case, make_statement, show_dispute], tags=["disputes"]
)
