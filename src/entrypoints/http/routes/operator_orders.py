"""What operations do with orders and disputes."""

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.params import JSONBody, QueryParameter

from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.parameters import AtCampus, Before, Limit, PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.routes.running import MAY_NOT_RUN
from entrypoints.http.wire.disputes import (
    DisputeStateName,
    DisputesTold,
    DisputeTold,
    RulingAsked,
    RulingReviewAsked,
    ruling_of,
    tell_dispute,
)
from entrypoints.http.wire.operations import CancelByStaffAsked, ResolveReturnAsked, outcome_of
from entrypoints.http.wire.order_steps import OfferAsked
from entrypoints.http.wire.orders import (
    OrderMoved,
    OrdersTold,
    StateName,
    tell_moved,
    tell_orders,
)
from errand_domain.dispute.dispute import IllegalDisputeTransition, NotHeard, SameEyes
from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.ids import CampusId, DisputeId, MemberId, OrderId
from errand_domain.order.refusals import IllegalTransition, OutcomeUnbalanced
from errand_domain.use_cases.orders.dispute_order import ReviewRuling, RuleDispute
from errand_domain.use_cases.orders.hand_over_errand import ReassignErrand
from errand_domain.use_cases.orders.resolve_order import CancelByOperations, ResolveReturn
from errand_domain.use_cases.orders.view_dispute import ListDisputes
from errand_domain.use_cases.orders.view_order import ListOrders


@get("/orders", responses=refusals(NotPermitted))
async def list_campus_orders(  # noqa: PLR0917 - Litestar calls it by keyword
    request: Asking,
    list_orders: Uses[ListOrders],
    campus: AtCampus,
    states: Annotated[list[StateName] | None, QueryParameter(name="state")] = None,
    before: Before = None,
    limit: Limit = 20,
) -> Response[OrdersTold]:
    """The orders of a campus, newest first."""
    views = await list_orders.at_campus(
        CampusId(campus),
        request.user,
        states=tuple(states or ()),
        before=OrderId(before) if before else None,
        limit=limit,
    )
    return tagged(request, tell_orders(views, limit=limit))


@post(
    "/orders/{order_id:uuid}/cancel",
    status_code=200,
    responses=refusals(InvalidField, OutcomeUnbalanced, NotPermitted, Missing, IllegalTransition),
)
async def cancel_as_operator(
    order_id: PathId,
    data: JSONBody[CancelByStaffAsked],
    request: Asking,
    cancel_by_operations: Uses[CancelByOperations],
) -> OrderMoved:
    """End an unfinished order with a stated division, by default all of it back; audited."""
    outcome = None if data.refund_fen is None else outcome_of(data.refund_fen, data.runner_fen)
    order = await cancel_by_operations(OrderId(order_id), request.user, reason=data.reason, outcome=outcome)
    return tell_moved(order)


@post(
    "/orders/{order_id:uuid}/reassign",
    status_code=200,
    responses=refusals(InvalidField, NotPermitted, Missing, IllegalTransition, *MAY_NOT_RUN),
)
async def reassign(
    order_id: PathId, data: JSONBody[OfferAsked], request: Asking, reassign_errand: Uses[ReassignErrand]
) -> OrderMoved:
    """Give an order to another runner, who must satisfy all that accepting asks; audited."""
    return tell_moved(await reassign_errand(OrderId(order_id), request.user, to=MemberId(data.runner_id)))


@post(
    "/orders/{order_id:uuid}/resolve-return",
    status_code=200,
    responses=refusals(InvalidField, OutcomeUnbalanced, NotPermitted, Missing, IllegalTransition),
)
async def settle_return(
    order_id: PathId,
    data: JSONBody[ResolveReturnAsked],
    request: Asking,
    resolve_return: Uses[ResolveReturn],
) -> OrderMoved:
    """Agree to a return and state who gets what; audited."""
    outcome = outcome_of(data.refund_fen, data.runner_fen)
    return tell_moved(await resolve_return(OrderId(order_id), request.user, outcome=outcome))


@get("/disputes", responses=refusals(NotPermitted))
async def list_campus_disputes(
    request: Asking,
    list_disputes: Uses[ListDisputes],
    campus: AtCampus,
    states: Annotated[list[DisputeStateName] | None, QueryParameter(name="state")] = None,
    limit: Limit = 20,
) -> Response[DisputesTold]:
    """The disputes of a campus that wait for a ruling, or those in the states asked for, oldest first."""
    wanted = tuple(states or ("hearing", "proposed"))
    found = await list_disputes(CampusId(campus), request.user, states=wanted, limit=limit)
    return tagged(request, DisputesTold(items=tuple(tell_dispute(dispute, to_staff=True) for dispute in found)))


@post(
    "/disputes/{dispute_id:uuid}/ruling",
    status_code=200,
    responses=refusals(
        InvalidField, OutcomeUnbalanced, NotPermitted, SameEyes, Missing, NotHeard, IllegalDisputeTransition
    ),
)
async def rule(
    dispute_id: PathId, data: JSONBody[RulingAsked], request: Asking, rule_dispute: Uses[RuleDispute]
) -> DisputeTold:
    """Rule on a dispute. Above the campus's sum the ruling waits for a second operator."""
    dispute = await rule_dispute(DisputeId(dispute_id), request.user, ruling=ruling_of(data))
    return tell_dispute(dispute, to_staff=True)


@post(
    "/disputes/{dispute_id:uuid}/ruling-review",
    status_code=200,
    responses=refusals(InvalidField, NotPermitted, SameEyes, Missing, IllegalDisputeTransition),
)
async def confirm_ruling(
    dispute_id: PathId, data: JSONBody[RulingReviewAsked], request: Asking, review_ruling: Uses[ReviewRuling]
) -> DisputeTold:
    """Confirm the ruling that a colleague proposed, or return it."""
    return tell_dispute(await review_ruling(DisputeId(dispute_id), request.user, agree=data.agree), to_staff=True)


OPERATOR_ORDERS = Router(
    "/operator",
    route_handlers=[
        list_campus_orders,
        cancel_as_operator,
        reassign,
        settle_return,
        list_campus_disputes,
        rule,
        confirm_ruling,
    ],
    tags=["operator"],
)
