"""Orders from the runner's side: take, arrive, pick up, deliver, and what may go wrong on the way."""

from litestar import Router, post
from litestar.params import JSONBody

from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.parameters import PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.order_steps import (
    ArriveAsked,
    DeliverAsked,
    GiveUpAsked,
    ImpossibleAsked,
    OfferAsked,
    PickUpAsked,
    ReturnAsked,
    file_ids,
    proof_of,
)
from entrypoints.http.wire.orders import OrderMoved, tell_moved
from errand_domain.content.screening import FileWithheld
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import FileId, MemberId, OrderId
from errand_domain.member.consent import ConsentMissing
from errand_domain.money import Money
from errand_domain.order.refusals import (
    AdvanceExceeded,
    Blocked,
    ColleagueUnavailable,
    CreditTooLow,
    HandoverNotAllowed,
    IllegalTransition,
    OffShift,
    OrderNotOpen,
    OrderTaken,
    OwnOrder,
    ProofMissing,
    RunnerNotApproved,
    TooFarAway,
    TooManyGiveUps,
    TooManyOpenOrders,
    WrongCampus,
    WrongDeliveryCode,
)
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.orders.deliver_item import CodeLocked, DeliverItem
from errand_domain.use_cases.orders.give_up_errand import GiveUpErrand
from errand_domain.use_cases.orders.hand_over_errand import OfferErrand, TakeOverErrand
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from errand_domain.use_cases.orders.report_pickup_impossible import ReportPickupImpossible
from errand_domain.use_cases.orders.report_return import ReportReturn

MAY_NOT_RUN = (
    OwnOrder,
    RunnerNotApproved,
    WrongCampus,
    OffShift,
    Blocked,
    HandoverNotAllowed,
    CreditTooLow,
    TooManyOpenOrders,
)


@post("/accept", status_code=200, responses=refusals(Missing, OrderTaken, OrderNotOpen, ConsentMissing, *MAY_NOT_RUN))
async def accept(order_id: PathId, request: Asking, accept_errand: Uses[AcceptErrand]) -> OrderMoved:
    """Take an open order. The first to commit wins."""
    return tell_moved(await accept_errand(OrderId(order_id), request.user.id))


@post("/give-up", status_code=200, responses=refusals(InvalidField, Missing, IllegalTransition, TooManyGiveUps))
async def give_up(
    order_id: PathId, data: JSONBody[GiveUpAsked], request: Asking, give_up_errand: Uses[GiveUpErrand]
) -> OrderMoved:
    """Hand the order back to the hall before arriving; it costs credit."""
    return tell_moved(await give_up_errand(OrderId(order_id), request.user.id, reason=data.reason))


@post("/offer", status_code=200, responses=refusals(InvalidField, Missing, IllegalTransition, ColleagueUnavailable))
async def offer(
    order_id: PathId, data: JSONBody[OfferAsked], request: Asking, offer_errand: Uses[OfferErrand]
) -> OrderMoved:
    """Ask a colleague to take the order over."""
    return tell_moved(await offer_errand(OrderId(order_id), request.user.id, to=MemberId(data.runner_id)))


@post("/take-over", status_code=200, responses=refusals(Missing, *MAY_NOT_RUN))
async def take_over(order_id: PathId, request: Asking, take_over_errand: Uses[TakeOverErrand]) -> OrderMoved:
    """Consent to take over an order that was offered."""
    return tell_moved(await take_over_errand(OrderId(order_id), request.user.id))


@post(
    "/arrive",
    status_code=200,
    responses=refusals(InvalidField, ProofMissing, Missing, FileWithheld, IllegalTransition, TooFarAway),
)
async def arrive(
    order_id: PathId, data: JSONBody[ArriveAsked], request: Asking, arrive_at_pickup: Uses[ArriveAtPickup]
) -> OrderMoved:
    """Be at the pickup: near enough, or with a photo."""
    proof = proof_of(data.position, data.photos)
    return tell_moved(await arrive_at_pickup(OrderId(order_id), request.user.id, proof=proof))


@post(
    "/report-impossible",
    status_code=200,
    responses=refusals(InvalidField, ProofMissing, Missing, FileWithheld, IllegalTransition),
)
async def report_impossible(
    order_id: PathId,
    data: JSONBody[ImpossibleAsked],
    request: Asking,
    report_pickup_impossible: Uses[ReportPickupImpossible],
) -> OrderMoved:
    """The item cannot be had: the order ends; an arrival fee is due if the terms were at fault."""
    order = await report_pickup_impossible(
        OrderId(order_id), request.user.id, reason=data.reason, photos=file_ids(data.photos)
    )
    return tell_moved(order)


@post(
    "/pick-up",
    status_code=200,
    responses=refusals(InvalidField, ProofMissing, Missing, FileWithheld, IllegalTransition, AdvanceExceeded),
)
async def pick_up(
    order_id: PathId, data: JSONBody[PickUpAsked], request: Asking, pick_up_item: Uses[PickUpItem]
) -> OrderMoved:
    """Have the item, with a photo; for a purchase also its price and receipt."""
    order = await pick_up_item(
        OrderId(order_id),
        request.user.id,
        photos=file_ids(data.photos),
        goods_cost=Money(data.goods_cost_fen),
        receipt=FileId(data.receipt) if data.receipt else None,
    )
    return tell_moved(order)


@post(
    "/deliver",
    status_code=200,
    responses=refusals(
        InvalidField, ProofMissing, WrongDeliveryCode, Missing, FileWithheld, IllegalTransition, TooFarAway, CodeLocked
    ),
)
async def deliver(
    order_id: PathId, data: JSONBody[DeliverAsked], request: Asking, deliver_item: Uses[DeliverItem]
) -> OrderMoved:
    """Hand the item over: with the requester's code, which also completes the order, or with photo and position."""
    proof = proof_of(data.position, data.photos)
    return tell_moved(await deliver_item(OrderId(order_id), request.user.id, proof=proof, code=data.code))


@post("/return", status_code=200, responses=refusals(InvalidField, Missing, FileWithheld, IllegalTransition))
async def report_return(
    order_id: PathId, data: JSONBody[ReturnAsked], request: Asking, report_return: Uses[ReportReturn]
) -> OrderMoved:
    """The item cannot be handed over: turn back; operations decide."""
    order = await report_return(OrderId(order_id), request.user.id, reason=data.reason, photos=file_ids(data.photos))
    return tell_moved(order)


RUNNING = Router(
    "/orders/{order_id:uuid}",
    route_handlers=[
        accept,
        give_up,
        offer,
        take_over,
        arrive,
        report_impossible,
        pick_up,
        deliver,
        report_return,
    ],
    tags=["running"],
)
