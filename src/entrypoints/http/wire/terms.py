"""What a requester asks for, and what it costs."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.places import DistanceTold, StopAsked, StopTold, stop_of, tell_distance, tell_stop
from entrypoints.http.wire.shapes import Asked, Fen, Moment, Provider, Told, moment, under
from errand_domain.campus import Admits, Gender
from errand_domain.money import Money
from errand_domain.order.pricing import Price
from errand_domain.order.terms import Handover, Terms, Window
from errand_domain.policy import Category
from errand_domain.use_cases.orders.quote_errand import Quoted

GRAMS_MOST = 1_000_000


class WindowAsked(Asked, kw_only=True, frozen=True):
    """When the errand is wanted: at most a week."""

    earliest: Moment
    latest: Moment


class WindowTold(Told, kw_only=True, frozen=True):
    """When the errand is wanted."""

    earliest: Moment
    latest: Moment


class HandoverAsked(Asked, kw_only=True, frozen=True):
    """Where the item changes hands, and by whom it should be carried. The house rule is the campus's, not asked."""

    place: Literal["door", "gate"] = "gate"
    runner_gender: Gender | None = None


class HandoverTold(Told, kw_only=True, frozen=True):
    """Where the item changes hands, the house rule there, and the runner who is wished for."""

    place: Literal["door", "gate"]
    admits: Admits
    runner_gender: Gender | None


class TermsAsked(Asked, kw_only=True, frozen=True):
    """The content of an order. `pickupCode` is secret until somebody has accepted."""

    category: Category
    pickup: StopAsked
    dropoff: StopAsked
    item: Annotated[str, Meta(min_length=1, max_length=80)]
    weight_grams: Annotated[int, Meta(ge=1, le=GRAMS_MOST)] = 1_000
    note: Annotated[str, Meta(max_length=300)] = ""
    window: WindowAsked
    handover: HandoverAsked = HandoverAsked()
    pickup_code: Annotated[str, Meta(max_length=40)] = ""
    goods_advance_fen: Fen = 0


class TermsTold(Told, kw_only=True, frozen=True):
    """The content of an order as far as this viewer may know it; the pickup code is read elsewhere."""

    category: Category
    pickup: StopTold
    dropoff: StopTold
    item: str
    weight_grams: int
    note: str
    window: WindowTold
    handover: HandoverTold


class QuoteAsked(Asked, kw_only=True, frozen=True):
    """Ask what these terms would cost, with a tip of the requester's own will."""

    campus_id: UUID
    terms: TermsAsked
    tip_fen: Fen = 0


class PriceTold(Told, kw_only=True, frozen=True):
    """The price line by line. The reward is everything but the goods advance; `payableFen` is all of it."""

    base_fen: Fen
    distance_fen: Fen
    weight_fen: Fen
    night_fen: Fen
    urgency_fen: Fen
    tip_fen: Fen
    goods_advance_fen: Fen
    reward_fen: Fen
    payable_fen: Fen


class QuoteTold(Told, kw_only=True, frozen=True):
    """An offer, good until `expiresAt`. Send `sealedQuote` back with the same terms to place the order."""

    sealed_quote: str
    price: PriceTold
    distance: DistanceTold
    expires_at: Moment


class PublishAsked(Asked, kw_only=True, frozen=True):
    """Place an order: the sealed quote, the same terms again, and who will collect the money."""

    sealed_quote: Annotated[str, Meta(min_length=1, max_length=4_096)]
    terms: TermsAsked
    provider: Provider


def terms_of(asked: TermsAsked) -> Terms:
    """The terms; refusals name the field from `terms` down."""
    with under("terms"):
        return Terms(
            category=asked.category,
            pickup=stop_of(asked.pickup, "pickup"),
            dropoff=stop_of(asked.dropoff, "dropoff"),
            item=asked.item,
            weight_grams=asked.weight_grams,
            note=asked.note,
            window=_window_of(asked.window),
            handover=Handover(place=asked.handover.place, runner_gender=asked.handover.runner_gender),
            pickup_code=asked.pickup_code,
            goods_advance=Money(asked.goods_advance_fen),
        )


def _window_of(asked: WindowAsked) -> Window:
    with under("window"):
        return Window(earliest=moment("earliest", asked.earliest), latest=moment("latest", asked.latest))


def tell_terms(terms: Terms) -> TermsTold:
    """The terms as they are told: what this viewer may not see is blank in them already."""
    return TermsTold(
        category=terms.category,
        pickup=tell_stop(terms.pickup),
        dropoff=tell_stop(terms.dropoff),
        item=terms.item,
        weight_grams=terms.weight_grams,
        note=terms.note,
        window=WindowTold(earliest=terms.window.earliest, latest=terms.window.latest),
        handover=HandoverTold(
            place=terms.handover.place, admits=terms.handover.admits, runner_gender=terms.handover.runner_gender
        ),
    )


def tell_price(price: Price) -> PriceTold:
    """The price as it is told."""
    return PriceTold(
        base_fen=price.base.fen,
        distance_fen=price.distance.fen,
        weight_fen=price.weight.fen,
        night_fen=price.night.fen,
        urgency_fen=price.urgency.fen,
        tip_fen=price.tip.fen,
        goods_advance_fen=price.goods_advance.fen,
        reward_fen=price.reward.fen,
        payable_fen=price.payable.fen,
    )


def tell_quote(quoted: Quoted) -> QuoteTold:
    """The offer as it is told."""
    quote = quoted.quote
    return QuoteTold(
        sealed_quote=quoted.sealed,
        price=tell_price(quote.price),
        distance=tell_distance(quote.distance),
        expires_at=quote.expires_at,
    )
