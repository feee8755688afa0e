"""From the quote to an order that awaits payment."""

from datetime import timedelta

import pytest
from attrs import evolve

from errand_domain.errors import InvalidField
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.order.refusals import QuoteExpired, QuoteForged, QuoteMismatch
from errand_domain.order.terms import Handover, Terms
from errand_domain.use_cases.content.judging import ContentRefused
from errand_domain.use_cases.operators.manage_campus import ChangePolicy
from errand_domain.use_cases.orders.publish_errand import Publication, PublishErrand
from errand_domain.use_cases.orders.quote_errand import Quoted, QuoteErrand, QuoteRequest
from tests.domain.examples import MINUTE, PURCHASE
from tests.use_cases.world import World


async def quoted(world: World, member: object, terms: Terms, *, tip: int = 0) -> Quoted:
    asked = QuoteRequest(member_id=member.id, campus_id=world.campus.id, terms=terms, tip=Money(tip))  # type: ignore[attr-defined]
    return await world.use(QuoteErrand)(asked)


async def publish(world: World, member: object, sealed: str, terms: Terms, *, provider: str = "memory") -> Order:
    publication = Publication(member_id=member.id, sealed_quote=sealed, terms=terms, provider=provider)  # type: ignore[attr-defined]
    return await world.use(PublishErrand)(publication)


async def test_publishing_again_with_the_same_quote_is_the_same_order(world: World):
    requester, terms = await world.member(), world.terms()
    quote = await quoted(world, requester, terms)
    first = await publish(world, requester, quote.sealed, terms)
    world.clock.advance(timedelta(hours=1))
    assert await publish(world, requester, quote.sealed, terms) == first, "even after the quote has expired"
    assert len(await world.attempts(first)) == 1


async def test_somebody_elses_quote_makes_neither_an_order_nor_shows_one(world: World):
    requester, thief, terms = await world.member(), await world.member(), world.terms()
    quote = await quoted(world, requester, terms)
    with pytest.raises(QuoteMismatch):
        await publish(world, thief, quote.sealed, terms)
    await publish(world, requester, quote.sealed, terms)
    with pytest.raises(QuoteMismatch):
        await publish(world, thief, quote.sealed, terms)


async def test_the_price_is_the_servers_and_never_the_clients(world: World):
    requester, terms = await world.member(), world.terms()
    quote = await quoted(world, requester, terms, tip=100)
    order = await publish(world, requester, quote.sealed, terms)
    assert order.price == quote.quote.price
    heavier = evolve(terms, weight_grams=25_000)
    with pytest.raises(QuoteMismatch):
        await publish(world, requester, (await quoted(world, requester, terms)).sealed, heavier)


@pytest.mark.parametrize("change", [lambda q: q[:-1], lambda q: "A" + q[1:], lambda _: "", lambda q: q + "AAAA"])
async def test_a_quote_that_was_tampered_with_is_worth_nothing(world: World, change: object):
    requester, terms = await world.member(), world.terms()
    quote = await quoted(world, requester, terms)
    with pytest.raises(QuoteForged):
        await publish(world, requester, change(quote.sealed), terms)  # type: ignore[operator]


async def test_an_expired_quote_makes_no_order(world: World):
    requester, terms = await world.member(), world.terms()
    quote = await quoted(world, requester, terms)
    world.clock.advance(10 * MINUTE)
    with pytest.raises(QuoteExpired):
        await publish(world, requester, quote.sealed, terms)


async def test_the_house_rule_is_the_campuss_whatever_the_client_says(world: World):
    requester = await world.member()
    terms = world.terms(handover=Handover(place="door", admits="anyone"))
    quote = await quoted(world, requester, terms)
    order = await publish(world, requester, quote.sealed, terms)
    assert order.terms.handover.admits == "women"
    assert order.terms.handover.required_gender == "female"


@pytest.mark.parametrize("field", ["item", "note"])
async def test_what_may_not_be_published_is_refused(world: World, field: str):
    requester = await world.member()
    terms = world.terms(**{field: "代 考 一门"})
    quote = await quoted(world, requester, terms)
    with pytest.raises(ContentRefused):
        await publish(world, requester, quote.sealed, terms)


async def test_a_provider_that_is_not_there_is_refused_before_anything_is_stored(world: World):
    requester, terms = await world.member(), world.terms()
    quote = await quoted(world, requester, terms)
    with pytest.raises(InvalidField) as refusal:
        await publish(world, requester, quote.sealed, terms, provider="nonsense")
    assert refusal.value.field == "provider"


async def test_an_order_keeps_its_price_and_shares_when_the_policy_changes(world: World):
    requester, terms = await world.member(), world.terms(category="purchase", goods_advance=PURCHASE.goods_advance)
    quote = await quoted(world, requester, terms)
    dearer = lambda policy: evolve(policy, tariff=evolve(policy.tariff, base=Money(900)))  # noqa: E731 - one expression
    await world.use(ChangePolicy)(world.campus.id, None, change=dearer, summary="dearer")
    order = await publish(world, requester, quote.sealed, terms)
    assert order.price == quote.quote.price
    assert (await quoted(world, requester, terms)).quote.price.base == Money(900)
