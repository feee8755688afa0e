"""Orders from the requester's side: quote, place, pay, watch, confirm, cancel, review."""

from typing import Literal

from litestar import Response, Router, get, post
from litestar.params import FromQuery, JSONBody

from entrypoints.http.addresses import picture_address_of
from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import Asking
from entrypoints.http.parameters import Before, Limit, PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.order_steps import (
    CancelAsked,
    ProviderAsked,
    ReviewAsked,
    TipAsked,
)
from entrypoints.http.wire.orders import (
    CodeTold,
    FeeTold,
    HistoryTold,
    OrderMoved,
    OrdersTold,
    OrderTold,
    PaymentTold,
    ReviewTold,
    tell_history,
    tell_moved,
    tell_order,
    tell_orders,
    tell_payment,
    tell_review,
)
from entrypoints.http.wire.terms import PublishAsked, QuoteAsked, QuoteTold, tell_quote, terms_of
from errand_domain.campus import CampusClosed, OutsideCampus
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import CampusId, OrderId
from errand_domain.member.consent import ConsentMissing
from errand_domain.money import Money
from errand_domain.order.refusals import (
    FeeNotConfirmed,
    IllegalTransition,
    OrderNotOpen,
    QuoteExpired,
    QuoteForged,
    QuoteMismatch,
)
from errand_domain.order.states import EVERY_PHASE, Phase
from errand_domain.payment.attempt import PaymentRefused, PaymentUnknown
from errand_domain.review.review import AlreadyReviewed, ReviewTooEarly, ReviewTooLate
from errand_domain.use_cases.content.judging import ContentRefused
from errand_domain.use_cases.money.pay_for_errand import PayForErrand, RaiseTip
from errand_domain.use_cases.orders.cancel_errand import CancelErrand, QuoteCancellation
from errand_domain.use_cases.orders.confirm_errand import ConfirmErrand
from errand_domain.use_cases.orders.publish_errand import Publication, PublishErrand
from errand_domain.use_cases.orders.quote_errand import QuoteErrand, QuoteRequest
from errand_domain.use_cases.orders.review_order import ReviewOrder
from errand_domain.use_cases.orders.view_order import ListOrders, OrderHistory, ReadPickupCode, ViewOrder


@post(
    "/quotes", status_code=200, responses=refusals(InvalidField, OutsideCampus, Missing, CampusClosed, ConsentMissing)
)
async def quote(data: JSONBody[QuoteAsked], request: Asking, quote_errand: Uses[QuoteErrand]) -> QuoteTold:
    """What an errand would cost: the server makes the price, the requester only ever adds a tip."""
    asked = QuoteRequest(
        member_id=request.user.id,
        campus_id=CampusId(data.campus_id),
        terms=terms_of(data.terms),
        tip=Money(data.tip_fen),
    )
    return tell_quote(await quote_errand(asked))


@post(
    "/orders",
    responses=refusals(
        InvalidField,
        QuoteForged,
        QuoteMismatch,
        OutsideCampus,
        QuoteExpired,
        CampusClosed,
        ContentRefused,
        ConsentMissing,
    ),
)
async def publish(data: JSONBody[PublishAsked], request: Asking, publish_errand: Uses[PublishErrand]) -> OrderMoved:
    """Place an order. One quote makes one order: the same quote again answers with the same order."""
    publication = Publication(
        member_id=request.user.id,
        sealed_quote=data.sealed_quote,
        terms=terms_of(data.terms),
        provider=data.provider,
    )
    return tell_moved(await publish_errand(publication))


@get("/orders")
async def list_my_orders(  # noqa: PLR0917 - Litestar calls it by keyword
    request: Asking,
    list_orders: Uses[ListOrders],
    role: FromQuery[Literal["requester", "runner"]] = "requester",
    phase: FromQuery[list[Phase] | None] = None,
    before: Before = None,
    limit: Limit = 20,
) -> Response[OrdersTold]:
    """The orders that the member placed, or runs and ran, newest first."""
    look = list_orders.placed if role == "requester" else list_orders.run
    after = OrderId(before) if before else None
    views = await look(request.user.id, phases=tuple(phase or EVERY_PHASE), before=after, limit=limit)
    return tagged(request, tell_orders(views, limit=limit))


@get("/orders/{order_id:uuid}", responses=refusals(Missing))
async def show_order(order_id: PathId, request: Asking, view_order: Uses[ViewOrder]) -> Response[OrderTold]:
    """An order as the asker may see it, and what they may do now."""
    view = await view_order(OrderId(order_id), request.user)
    avatar_url = picture_address_of(request, view.runner.avatar) if view.runner else None
    return tagged(request, tell_order(view, runner_avatar_url=avatar_url))


@get("/orders/{order_id:uuid}/history", responses=refusals(Missing))
async def show_history(order_id: PathId, request: Asking, order_history: Uses[OrderHistory]) -> Response[HistoryTold]:
    """All that has happened to the order, oldest first."""
    return tagged(request, tell_history(await order_history(OrderId(order_id), request.user)))


@post(
    "/orders/{order_id:uuid}/pay",
    status_code=200,
    responses=refusals(InvalidField, Missing, IllegalTransition, PaymentUnknown, PaymentRefused),
)
async def pay(
    order_id: PathId, data: JSONBody[ProviderAsked], request: Asking, pay_for_errand: Uses[PayForErrand]
) -> PaymentTold:
    """Start to pay. That it is paid, only the provider can say."""
    return tell_payment(await pay_for_errand(OrderId(order_id), request.user.id, provider=data.provider))


@post(
    "/orders/{order_id:uuid}/tip",
    status_code=200,
    responses=refusals(InvalidField, Missing, OrderNotOpen, PaymentUnknown, PaymentRefused),
)
async def tip(order_id: PathId, data: JSONBody[TipAsked], request: Asking, raise_tip: Uses[RaiseTip]) -> PaymentTold:
    """Start to pay a further tip, while nobody has taken the order yet."""
    amount = Money(data.amount_fen)
    return tell_payment(await raise_tip(OrderId(order_id), request.user.id, amount=amount, provider=data.provider))


@get("/orders/{order_id:uuid}/cancellation", responses=refusals(Missing, IllegalTransition))
async def show_cancellation(order_id: PathId, request: Asking, quote_cancellation: Uses[QuoteCancellation]) -> FeeTold:
    """What cancelling would cost the requester now."""
    return FeeTold(fee_fen=(await quote_cancellation(OrderId(order_id), request.user.id)).fen)


@post(
    "/orders/{order_id:uuid}/cancel",
    status_code=200,
    responses=refusals(InvalidField, Missing, IllegalTransition, FeeNotConfirmed),
)
async def cancel(
    order_id: PathId, data: JSONBody[CancelAsked], request: Asking, cancel_errand: Uses[CancelErrand]
) -> OrderMoved:
    """Call the order off, having confirmed the fee that it costs now."""
    order = await cancel_errand(
        OrderId(order_id), request.user.id, reason=data.reason, confirmed_fee=Money(data.confirmed_fee_fen)
    )
    return tell_moved(order)


@post("/orders/{order_id:uuid}/confirm", status_code=200, responses=refusals(Missing, IllegalTransition))
async def confirm(order_id: PathId, request: Asking, confirm_errand: Uses[ConfirmErrand]) -> OrderMoved:
    """The requester has what they asked for: the money finds its owners, once."""
    return tell_moved(await confirm_errand(OrderId(order_id), request.user.id))


@post("/orders/{order_id:uuid}/pickup-code", status_code=200, responses=refusals(Missing))
async def show_pickup_code(order_id: PathId, request: Asking, read_pickup_code: Uses[ReadPickupCode]) -> CodeTold:
    """Read the secret pickup code. A runner's reading is recorded, which is why this is no GET."""
    return CodeTold(pickup_code=await read_pickup_code(OrderId(order_id), request.user.id))


@post(
    "/orders/{order_id:uuid}/review",
    responses=refusals(InvalidField, Missing, AlreadyReviewed, ReviewTooEarly, ReviewTooLate, ContentRefused),
)
async def review(
    order_id: PathId, data: JSONBody[ReviewAsked], request: Asking, review_order: Uses[ReviewOrder]
) -> ReviewTold:
    """Say what the other side was like, once, within a week of the end."""
    said = await review_order(OrderId(order_id), request.user.id, stars=data.stars, tags=data.tags, text=data.text)
    return tell_review(said)


ORDERS = Router(
    "/",
    route_handlers=[
        quote,
        publish,
        list_my_orders,
        show_order,
        show_history,
        pay,
        tip,
        show_cancellation,
        cancel,
        confirm,
        show_pickup_code,
        review,
    ],
    tags=["orders"],
)
