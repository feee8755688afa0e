"""Ask what an errand would cost."""

from attrs import evolve, frozen

from errand_domain.campus import Admits
from errand_domain.ids import CampusId, MemberId, QuoteId
from errand_domain.money import NOTHING, Money
from errand_domain.order.publishing import check_terms, make_quote
from errand_domain.order.quote import Quote
from errand_domain.order.terms import Handover, Terms
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock, Ids, Maps, QuoteSeal
from errand_domain.ports.transaction import Begin


@frozen(kw_only=True)
class QuoteRequest:
    """The terms, and the tip that the requester adds of their own will."""

    member_id: MemberId
    campus_id: CampusId
    terms: Terms
    tip: Money = NOTHING


@frozen(kw_only=True)
class Quoted:
    """The offer, and the sealed form of it that makes the order."""

    quote: Quote
    sealed: str


@frozen(kw_only=True)
class QuoteErrand:
    """The server makes the price; the requester only ever adds a tip to it."""

    begin: Begin
    clock: Clock
    ids: Ids
    maps: Maps
    seal: QuoteSeal

    async def __call__(self, request: QuoteRequest) -> Quoted:
        """Price the terms; raises what the campus or the tariff refuses."""
        check("quote", request.member_id)
        now = self.clock.now()
        async with self.begin() as tx:
            campus = await tx.campuses.get(request.campus_id)
        terms = with_house_rule(request.terms, campus.admits_at(request.terms.dropoff))
        check_terms(terms, campus, at=now)
        distance = await self.maps.walking(terms.pickup.point, terms.dropoff.point)
        quote = make_quote(
            QuoteId(self.ids.new()),
            terms,
            campus,
            member_id=request.member_id,
            distance=distance,
            tip=request.tip,
            at=now,
        )
        return Quoted(quote=quote, sealed=self.seal.seal(quote))


def with_house_rule(terms: Terms, admits: Admits) -> Terms:
    """The terms with the rule of the building at the drop-off: the campus states it, never the client."""
    handover = Handover(place=terms.handover.place, admits=admits, runner_gender=terms.handover.runner_gender)
    return evolve(terms, handover=handover)
