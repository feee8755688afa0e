"""A price the server has made for certain terms and keeps for a few minutes."""

from datetime import datetime
from hashlib import sha256

from attrs import frozen

from errand_domain.ids import CampusId, MemberId, QuoteId
from errand_domain.order.pricing import Price
from errand_domain.order.refusals import QuoteExpired, QuoteMismatch
from errand_domain.order.terms import Terms
from errand_domain.place import Distance


@frozen(kw_only=True)
class Quote:
    """An offer to one member. One quote makes at most one order, which is what makes publishing repeatable."""

    id: QuoteId
    member_id: MemberId
    campus_id: CampusId
    price: Price
    distance: Distance
    fingerprint: str
    expires_at: datetime


def fingerprint(terms: Terms) -> str:
    """A digest of everything in the terms that the price depends on; a note may still be corrected."""
    stops = (terms.pickup, terms.dropoff)
    facts = (
        terms.category,
        *((s.building_id, f"{s.point.latitude:.6f}", f"{s.point.longitude:.6f}") for s in stops),
        terms.weight_grams,
        terms.goods_advance.fen,
        terms.window.earliest.timestamp(),
        terms.window.latest.timestamp(),
    )
    return sha256(repr(facts).encode()).hexdigest()


def honour(quote: Quote, terms: Terms, *, member_id: MemberId, at: datetime) -> Price:
    """The quoted price, if the quote is this member's, for these terms, and still good."""
    if quote.member_id != member_id or quote.fingerprint != fingerprint(terms):
        raise QuoteMismatch
    if at >= quote.expires_at:
        raise QuoteExpired
    return quote.price
