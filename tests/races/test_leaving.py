"""Whoever closes their account while they take on something new does one of the two."""

from asyncio import gather

import pytest

from errand_domain.member.member import Member
from errand_domain.order.order import Order
from errand_domain.ports.files import StoredFile
from errand_domain.use_cases.orders.publish_errand import Publication
from errand_domain.use_cases.orders.quote_errand import QuoteRequest
from tests.permissions.pictures import SQUARE
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio
TIMES = range(6)


@pytest.mark.parametrize("_", TIMES)
async def test_publishing_against_leaving_leaves_no_order_of_nobody(stage: Stage, _: int):
    member, terms = await stage.member(), stage.terms()
    asked = QuoteRequest(member_id=member.id, campus_id=stage.campus.id, terms=terms)
    quote = await stage.use.quote_errand()(asked)
    publication = Publication(member_id=member.id, sealed_quote=quote.sealed, terms=terms, provider="memory")
    left, published = await gather(
        outcome(stage.use.close_account()(member.id)), outcome(stage.use.publish_errand()(publication))
    )
    assert isinstance(left, Member) != isinstance(published, Order), (left, published)
    assert {left, published} & {"member.account_busy", "member.barred"}


@pytest.mark.parametrize("_", TIMES)
async def test_accepting_against_leaving_leaves_no_order_with_nobody(stage: Stage, _: int):
    order, runner = await stage.opened(await stage.member()), await stage.runner()
    accepted, left = await gather(
        outcome(stage.use.accept_errand()(order.id, runner.id)), outcome(stage.use.close_account()(runner.id))
    )
    assert isinstance(left, Member) != isinstance(accepted, Order), (left, accepted)
    assert {left, accepted} & {"member.account_busy", "runner.not_approved"}


async def test_a_member_who_publishes_four_orders_at_once_has_them_all(stage: Stage):
    member = await stage.member()
    came = await gather(*(outcome(stage.published(member)) for _ in range(4)))
    assert all(isinstance(order, Order) for order in came), came


@pytest.mark.parametrize("_", range(3))
async def test_sending_a_picture_against_leaving_leaves_nothing_of_it(stage: Stage, _: int):
    member = await stage.member(campus_id=stage.campus.id)
    sent, left = await gather(
        outcome(stage.use.upload_file()(member.id, SQUARE, purpose="avatar")),
        outcome(stage.use.close_account()(member.id)),
    )
    assert isinstance(left, Member), left
    assert isinstance(sent, StoredFile) or sent == "member.barred"
    async with stage.begin() as tx:
        assert await tx.files.of_owner(member.id, before=None, limit=1) == ()
