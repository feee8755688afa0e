"""Nobody fills the house: what one member may pile up is bounded."""

import os
from asyncio import gather
from collections import Counter
from datetime import date
from io import BytesIO

import pytest
from attrs import evolve
from PIL import Image

from errand_domain.dispute.dispute import STATEMENTS_MOST, TooManyStatements
from errand_domain.errors import InvalidField
from errand_domain.ids import FileId, MemberId
from errand_domain.member.member import BLOCKED_MOST, TooManyBlocked
from errand_domain.money import NOTHING
from errand_domain.order.order import Order
from errand_domain.order.refusals import TooManyUnpaid
from errand_domain.order.states import Proof
from errand_domain.use_cases.files.stored_files import (
    CARDS_PER_DAY_MOST,
    FILES_PER_ORDER_MOST,
    FileTooLarge,
    TooManyFiles,
    UploadFile,
)
from errand_domain.use_cases.members.manage_profile import BlockMember, GiveConsent
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.orders.dispute_order import OpenDispute, StateCase
from errand_domain.use_cases.orders.proofs import PHOTOS_MOST
from errand_domain.use_cases.runners.apply_as_runner import ApplyAsRunner, RunnerApplication
from tests.domain.examples import DAY
from tests.use_cases.world import PNG, World


async def test_of_many_orders_published_at_once_no_more_await_payment_than_the_campus_allows(world: World):
    requester, most = await world.member(), world.campus.policy.unpaid_orders_most
    came = await gather(*(world.published(requester) for _ in range(most + 2)), return_exceptions=True)
    placed = [order for order in came if isinstance(order, Order)]
    assert Counter(type(o) for o in came) == {Order: most, TooManyUnpaid: 2}
    await world.use(CancelErrand)(placed[0].id, requester.id, reason="不需要了", confirmed_fee=NOTHING)
    await world.published(requester)
    with pytest.raises(TooManyUnpaid):
        await world.published(requester)


async def test_a_side_of_a_dispute_speaks_so_often_and_no_more(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.delivered(requester, runner)
    await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="压坏了")
    speak = world.use(StateCase)
    for _ in range(STATEMENTS_MOST - 1):
        await speak(order.id, requester.id, text="请看照片")
    with pytest.raises(TooManyStatements):
        await speak(order.id, requester.id, text="请看照片")
    await speak(order.id, runner.id, text="交付时完好")


async def test_a_step_shows_a_handful_of_photos(world: World):
    runner = await world.runner()
    order = await world.accepted(await world.member(), runner)
    photos = tuple([await world.photo(order, runner) for _ in range(PHOTOS_MOST + 1)])
    with pytest.raises(InvalidField, match="photos"):
        await world.use(ArriveAtPickup)(order.id, runner.id, proof=Proof(photos=photos))
    await world.use(ArriveAtPickup)(order.id, runner.id, proof=Proof(photos=photos[1:]))


async def test_a_member_uploads_so_much_for_an_order_and_no_more(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    for _ in range(FILES_PER_ORDER_MOST):
        await world.photo(order, runner)
    with pytest.raises(TooManyFiles):
        await world.photo(order, runner)
    await world.photo(order, requester, purpose="evidence")


async def test_a_small_file_that_would_be_kept_as_a_large_one_is_refused(world: World):
    noise, small = Image.frombytes("RGBA", (1500, 1500), os.urandom(1500 * 1500 * 4)), BytesIO()
    noise.save(small, "WEBP", quality=1, method=0)
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    with pytest.raises(FileTooLarge):
        await world.use(UploadFile)(runner.id, small.getvalue(), purpose="proof", order_id=order.id)
    await world.photo(order, runner)


async def test_a_member_shows_so_many_student_cards_a_day_and_no_more(world: World):
    member, upload = await world.member(), world.use(UploadFile)
    for _ in range(CARDS_PER_DAY_MOST):
        await upload(member.id, PNG, purpose="student_card")
    with pytest.raises(TooManyFiles):
        await upload(member.id, PNG, purpose="student_card")
    world.clock.advance(DAY)
    world.clock.advance(DAY)
    await upload(member.id, PNG, purpose="student_card")


async def test_a_member_avoids_so_many_others_and_no_more(world: World):
    others = frozenset(MemberId(world.ids.new()) for _ in range(BLOCKED_MOST))
    member, other = await world.member(blocked=others), await world.member()
    with pytest.raises(TooManyBlocked):
        await world.use(BlockMember)(member.id, other.id, blocked=True)
    gone = min(others)
    async with world.begin() as tx:
        tx.members.save((await tx.members.get(member.id)).unblock(gone))
        await tx.commit()
    assert other.id in (await world.use(BlockMember)(member.id, other.id, blocked=True)).blocked


async def test_nobody_consents_to_a_version_that_is_not_in_force(world: World):
    member = await world.member()
    with pytest.raises(InvalidField):
        await world.use(GiveConsent)(member.id, document="user_agreement", version="1999-01")
    card = await world.use(UploadFile)(member.id, PNG, purpose="student_card")
    application = RunnerApplication(
        member_id=member.id,
        campus_id=world.campus.id,
        real_name="林小雨",
        student_number="S1",
        card_photo=FileId(card.id),
        study_until=date(2029, 6, 30),
        agreement_version="1999-01",
    )
    with pytest.raises(InvalidField):
        await world.use(ApplyAsRunner)(application)
    runner = await world.use(ApplyAsRunner)(evolve(application, agreement_version="2026-01"))
    assert runner.verification_name == "applied"
