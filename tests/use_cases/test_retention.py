"""What is known of people is erased when its time is over, and not while somebody still needs it."""

from datetime import timedelta
from typing import Final

import pytest
from attrs import evolve

from errand_domain.dispute.dispute import TAKEN_AWAY, Ruling
from errand_domain.errors import InvalidField
from errand_domain.ids import FileId
from errand_domain.member.member import Member, MemberBarred
from errand_domain.member.session import WrongCode
from errand_domain.money import NOTHING
from errand_domain.order.order import Order
from errand_domain.order.states import Proof
from errand_domain.place import Contact, Point, Stop
from errand_domain.policy import Policy
from errand_domain.retention import CODES_KEPT_FOR, NOTICES_KEPT_FOR, SESSIONS_KEPT_FOR, UNUSED_FILES_KEPT_FOR
from errand_domain.runner.verification import APPLICATION_KEPT_FOR
from errand_domain.use_cases.background.forget_what_is_over import CountWhatIsDue, Due, ForgetWhatIsOver
from errand_domain.use_cases.files.erase_file import EraseUnusedFile
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.members.export_member import ExportMember
from errand_domain.use_cases.moderation.moderate_content import DecideContent
from errand_domain.use_cases.operators.manage_campus import ChangePolicy
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.orders.confirm_errand import ConfirmErrand
from errand_domain.use_cases.orders.deliver_item import DeliverItem
from errand_domain.use_cases.orders.dispute_order import OpenDispute, RuleDispute, StateCase
from errand_domain.use_cases.orders.erase_order import EraseOrderDetails, EraseTraces
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from errand_domain.use_cases.orders.resolve_order import CancelByOperations
from errand_domain.use_cases.orders.review_order import ReviewOrder
from errand_domain.use_cases.orders.view_dispute import ViewDispute
from errand_domain.use_cases.orders.view_order import ListOrders, OrderHistory, ViewOrder
from errand_domain.use_cases.runners.review_runner import WantMore
from errand_domain.use_cases.signing_in.request_code import RequestCode
from errand_domain.use_cases.signing_in.sign_in import SignIn
from tests.domain.examples import AT_DORMITORY, AT_STATION, DAY, MINUTE, SECOND
from tests.use_cases.test_privacy import applied, card, decide, is_kept
from tests.use_cases.world import World

STOOD_AT: Final = Point(latitude=AT_STATION.latitude + 0.0001234, longitude=AT_STATION.longitude)
HANDED_OVER_AT: Final = Point(latitude=AT_DORMITORY.latitude, longitude=AT_DORMITORY.longitude + 0.0004321)
KEPT: Final = Policy().keep_order_details_for
PLANTED: Final = {
    "room": "梅园三栋四零二",
    "contact": "诸葛若兰",
    "phone": "+8613912340987",
    "note": "请放在鞋柜第二格",
    "pickup code": "QX-77-3141",
    "item": "一盒处方药",
    "typed place": "图书馆后门的长椅",
    "statement": "封条被人撕开过",
    "answer": "我没有打开过",
    "position": str(STOOD_AT.latitude),
}


def personal() -> dict[str, object]:
    dropoff = Stop(
        name=PLANTED["typed place"],
        point=AT_DORMITORY,
        detail=PLANTED["room"],
        contact=Contact(name=PLANTED["contact"], phone=PLANTED["phone"]),
    )
    words = {"note": PLANTED["note"], "pickup_code": PLANTED["pickup code"], "item": PLANTED["item"]}
    return {"dropoff": dropoff, **words}


async def lived(world: World, requester: Member, runner: Member) -> Order:
    """A completed order that says as much of both as an order can: rooms, words, codes, photos and positions."""
    order = await world.accepted(requester, runner, **personal())
    at_pickup = Proof(photos=(await world.photo(order, runner),), position=STOOD_AT)
    await world.use(ArriveAtPickup)(order.id, runner.id, proof=at_pickup)
    photo = await world.photo(order, runner)
    await world.use(PickUpItem)(order.id, runner.id, photos=(photo,), goods_cost=NOTHING, receipt=None)
    handed_over = Proof(photos=(await world.photo(order, runner),), position=HANDED_OVER_AT)
    await world.use(DeliverItem)(order.id, runner.id, proof=handed_over, code=None)
    return await world.use(ConfirmErrand)(order.id, requester.id)


async def disputed(world: World, order: Order, requester: Member, runner: Member) -> Order:
    evidence = await world.photo(order, requester, purpose="evidence")
    await world.use(OpenDispute)(
        order.id, requester.id, reason="damaged", text=PLANTED["statement"], evidence=(evidence,)
    )
    await world.use(StateCase)(order.id, runner.id, text=PLANTED["answer"])
    return await world.order(order)


async def ruled(world: World, order: Order) -> Order:
    async with world.begin() as tx:
        dispute = await tx.disputes.of_order(order.id)
    assert dispute is not None
    ruling = Ruling(refund=order.price.reward, runner=NOTHING, runner_at_fault=True, reason="以照片为准")
    await world.use(RuleDispute)(dispute.id, await world.operator("operations"), ruling=ruling)
    return await world.order(order)


async def told(world: World, order: Order) -> str:
    """All that the ports tell of the order, as text."""
    async with world.begin() as tx:
        stored = await tx.orders.get(order.id)
        parts = [stored, stored.terms.dropoff.contact, stored.terms.pickup_code, stored.delivery_code]
        contact = stored.terms.dropoff.contact
        parts += [contact.name, contact.phone] if contact else []
        parts += [stored.terms.dropoff.detail, stored.terms.pickup.detail, *await tx.orders.history(order.id)]
        dispute = await tx.disputes.of_order(order.id)
        parts += [said.text for said in dispute.statements] if dispute else []
        parts += [*await tx.files.of_order(order.id)]
    return " ".join(map(str, parts))


async def found(world: World, order: Order) -> set[str]:
    text = await told(world, order)
    return {name for name, value in PLANTED.items() if value in text}


async def files_of(world: World, order: Order) -> list[FileId]:
    async with world.begin() as tx:
        return [file.id for file in await tx.files.of_order(order.id)]


# -- Ended orders --------------------------------------------------------------------------------------------


async def test_what_an_order_says_of_people_goes_some_time_after_its_end_and_the_rest_stays(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await lived(world, requester, runner)
    photos = await files_of(world, order)
    await world.pass_time(KEPT - SECOND)
    assert await found(world, order) == set(PLANTED) - {"statement", "answer"}
    assert [await is_kept(world, photo) for photo in photos] == [True] * 3
    await world.pass_time(SECOND)
    assert await found(world, order) == set()
    assert [await is_kept(world, photo) for photo in photos] == [False] * 3
    bare = await world.order(order)
    assert bare.details_removed_at == world.clock.now()
    assert bare.details_until is None
    kept = ("id", "requester_id", "campus_id", "price", "distance", "placed_at", "state_name", "runner_id")
    assert [getattr(bare, name) for name in kept] == [getattr(order, name) for name in kept]
    assert bare.terms.pickup.name == order.terms.pickup.name, "a building is nobody's"
    await world.prove()


async def test_whoever_looks_at_an_erased_order_is_told_so_and_sees_what_is_left(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await disputed(world, await lived(world, requester, runner), requester, runner)
    order = await ruled(world, order)
    await world.settle_outside()
    await world.pass_time(KEPT)
    for viewer in (requester, runner, await world.operator("operations")):
        view = await world.use(ViewOrder)(order.id, viewer)
        assert view.order.details_removed_at is not None
        assert (view.order.terms.item, view.order.terms.dropoff.contact) == (TAKEN_AWAY, None)
        assert len(await world.use(OrderHistory)(order.id, viewer)) == order.version - 1
        dispute = await world.use(ViewDispute)(order.id, viewer)
        assert [(said.author_id, said.text, said.evidence) for said in dispute.statements] == [
            (requester.id, TAKEN_AWAY, ()),
            (runner.id, TAKEN_AWAY, ()),
        ]
    (listed,) = await world.use(ListOrders).placed(requester.id, phases=("closed",), before=None, limit=5)
    assert listed.order.details_removed_at is not None
    assert PLANTED["room"] not in str(await world.use(ExportMember)(requester.id))


@pytest.mark.parametrize("end", ["cancelled", "expired", "unpaid"])
async def test_an_order_that_nobody_ran_forgets_as_well(world: World, end: str):
    requester = await world.member()
    if end == "unpaid":
        order = await world.published(requester, **personal())
    else:
        order = await world.opened(requester, **personal())
    if end == "cancelled":
        reason = "把东西放错了，房间是" + PLANTED["room"]
        await world.use(CancelErrand)(order.id, requester.id, reason=reason, confirmed_fee=NOTHING)
    await world.pass_time(DAY)
    assert (await world.order(order)).is_final
    await world.pass_time(KEPT)
    assert await found(world, order) == set()
    assert (await world.order(order)).details_removed_at is not None


async def test_nothing_goes_while_a_dispute_is_open_and_the_time_begins_anew_when_it_is_decided(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await disputed(world, await lived(world, requester, runner), requester, runner)
    assert order.details_until is None
    await world.pass_time(2 * KEPT)
    assert {"room", "statement", "position"} <= await found(world, order)
    order = await ruled(world, order)
    await world.settle_outside()
    assert order.details_until == world.clock.now() + KEPT - 3 * MINUTE
    await world.pass_time(KEPT - 4 * MINUTE)
    assert {"room", "statement", "position"} <= await found(world, order)
    await world.pass_time(MINUTE)
    assert await found(world, order) == set()


async def test_nothing_goes_while_a_refund_waits_for_a_person(world: World):
    requester = await world.member()
    order = await world.opened(requester, **personal())
    world.provider.next_refund("needs_person")
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了", confirmed_fee=NOTHING)
    await world.pass_time(KEPT)
    assert "room" in await found(world, order)
    (refund,) = await world.refunds(order)
    assert refund.state_name == "abnormal"
    assert (await world.order(order)).details_until == world.clock.now() + DAY


async def test_nothing_goes_while_a_refund_is_under_way(world: World):
    requester = await world.member()
    order = await world.opened(requester, **personal())
    world.provider.next_refund("under_way")
    order = await world.use(CancelErrand)(order.id, requester.id, reason="不需要了", confirmed_fee=NOTHING)
    world.clock.advance(KEPT)
    assert (await world.use(EraseOrderDetails)(order.id)).details_until == world.clock.now() + DAY
    assert "room" in await found(world, order)


async def test_a_campus_that_keeps_for_longer_now_keeps_older_orders_too(world: World):
    order = await lived(world, await world.member(), await world.runner())
    longer = 2 * KEPT
    await world.use(ChangePolicy)(
        world.campus.id, None, change=lambda policy: evolve(policy, keep_order_details_for=longer), summary="longer"
    )
    await world.pass_time(KEPT)
    assert "room" in await found(world, order)
    await world.pass_time(longer - KEPT)
    assert await found(world, order) == set()


async def test_a_timer_that_is_stale_or_fires_twice_changes_nothing(world: World):
    order = await lived(world, await world.member(), await world.runner())
    assert await world.use(EraseOrderDetails)(order.id) == order
    await world.pass_time(KEPT)
    bare = await world.order(order)
    assert await world.use(EraseOrderDetails)(order.id) == bare


async def test_the_text_of_a_review_outlives_the_orders_details(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await lived(world, requester, runner)
    await world.use(ReviewOrder)(order.id, requester.id, stars=5, tags=(), text="雨天也准时到达")
    await world.pass_time(KEPT)
    async with world.begin() as tx:
        (review,) = await tx.reviews.of_order(order.id)
    assert review.text == "雨天也准时到达"


# -- Files ---------------------------------------------------------------------------------------------------


async def test_a_student_card_in_no_application_goes_a_day_after_its_upload(world: World):
    member = await world.member()
    unused, shown = await card(world, member), await card(world, member)
    await applied(world, member, photo=shown)
    await world.pass_time(UNUSED_FILES_KEPT_FOR - SECOND)
    assert await is_kept(world, unused)
    await world.pass_time(SECOND)
    assert [await is_kept(world, photo) for photo in (unused, shown)] == [False, True]


async def test_a_card_that_has_expired_is_shown_in_no_application(world: World):
    member = await world.member()
    photo = await card(world, member)
    await world.pass_time(UNUSED_FILES_KEPT_FOR)
    with pytest.raises(InvalidField):
        await applied(world, member, photo=photo)


async def test_a_card_shown_at_the_last_moment_is_kept_whatever_the_timer_thought(world: World):
    member = await world.member()
    photo = await card(world, member)
    world.clock.advance(UNUSED_FILES_KEPT_FOR)
    await applied(world, member, photo=photo)
    assert not await world.use(EraseUnusedFile)(photo)
    assert await is_kept(world, photo)


async def test_evidence_that_comes_after_the_end_stays_as_long_as_the_order_and_not_longer(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await lived(world, requester, runner)
    late = await world.photo(order, requester, purpose="evidence")
    await world.pass_time(KEPT - SECOND)
    assert await is_kept(world, late)
    async with world.begin() as tx:
        assert (await tx.files.get(late)).erase_at is None, "its timer has nothing more to do"
    await world.pass_time(SECOND)
    too_late = await world.photo(order, requester, purpose="evidence")
    assert [await is_kept(world, photo) for photo in (late, too_late)] == [False, True]
    await world.pass_time(UNUSED_FILES_KEPT_FOR)
    assert not await is_kept(world, too_late)


async def test_evidence_that_a_dispute_was_opened_with_stays_while_it_is_open(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await disputed(world, await lived(world, requester, runner), requester, runner)
    photos = await files_of(world, order)
    await world.pass_time(2 * UNUSED_FILES_KEPT_FOR)
    assert all([await is_kept(world, photo) for photo in photos])


# -- Applications --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked_for_more", [False, True])
async def test_an_application_that_waits_for_too_long_is_dropped_and_its_member_told(
    world: World, asked_for_more: bool
):
    member = await world.member()
    photo = await card(world, member)
    runner = await applied(world, member, photo=photo)
    if asked_for_more:
        await world.pass_time(DAY)
        runner = await decide(world, runner, WantMore(wanted="更清楚的照片"))
    await world.pass_time(APPLICATION_KEPT_FOR - MINUTE)
    assert (await world.standing(member)).application.real_name == "林小雨"
    await world.pass_time(MINUTE)
    dropped = await world.standing(member)
    shown = dropped.application
    assert (shown.real_name, shown.student_number, shown.card_photo, shown.gender) == (None, None, None, None)
    assert "更清楚的照片" not in str(dropped)
    assert not await is_kept(world, photo)
    assert any("跑腿者认证申请已久未完成" in notice.text for notice in world.notices.inbox)


async def test_whoever_let_an_application_lapse_may_apply_again_under_the_same_number(world: World):
    member = await world.member()
    await applied(world, member)
    await world.pass_time(APPLICATION_KEPT_FOR)
    assert (await applied(world, member)).verification_name == "applied"


# -- Doubts --------------------------------------------------------------------------------------------------


async def test_the_words_of_a_decided_doubt_go_some_time_after_and_the_decision_stays(world: World):
    member = await world.member()
    operator = await world.operator("reviewer", "operations", "admin")
    await world.published(member, note="加微信聊")
    async with world.begin() as tx:
        (case,) = await tx.content_cases.at_campus(world.campus.id, states=("open",), limit=5)
    decided = await world.use(DecideContent).remove(case.id, operator, reason="含有联系方式")
    assert decided.erase_at is not None
    await world.pass_time(decided.erase_at - world.clock.now() - SECOND)
    async with world.begin() as tx:
        assert (await tx.content_cases.get(case.id)).quote
    await world.pass_time(SECOND)
    async with world.begin() as tx:
        bare = await tx.content_cases.get(case.id)
    assert (bare.quote, bare.state_name, bare.erase_at) == ("", "removed", None)
    assert "含有联系方式" not in str(bare)
    assert str(operator.id) in str(bare)


# -- What nothing has to be decided about --------------------------------------------------------------------


async def test_sessions_and_codes_past_their_time_are_forgotten_and_live_ones_are_not(world: World):
    member = await world.member()
    way = member.ways[0]
    await world.use(RequestCode)(way)
    code = world.notices.inbox[-1].text
    digits = "".join(letter for letter in code if letter.isdigit())[:6]
    entered = await world.use(SignIn)(way, digits)
    lives = entered.session.expires_at - world.clock.now()
    world.clock.advance(CODES_KEPT_FOR + SECOND)
    assert await world.use(ForgetWhatIsOver)() == {"sign_in_code": 1}
    world.clock.advance(lives - CODES_KEPT_FOR + SESSIONS_KEPT_FOR - SECOND)
    assert await world.use(ForgetWhatIsOver)() == {}
    world.clock.advance(2 * SECOND)
    assert await world.use(ForgetWhatIsOver)() == {"session": 1}
    with pytest.raises(WrongCode):
        await world.use(SignIn)(way, digits)


async def test_a_notice_that_nobody_could_deliver_is_forgotten_with_the_words_in_it(world: World):
    order = await world.published(await world.member(), note="加微信聊")
    async with world.begin() as tx:
        (case,) = await tx.content_cases.at_campus(world.campus.id, states=("open",), limit=5)
    await world.use(DecideContent).remove(case.id, await world.operator("operations", "admin"), reason="含有联系方式")
    now = world.clock.now()
    for envelope in await world.database.relay.take(now=now, leased_until=now + SECOND, limit=50):
        await world.database.relay.park(envelope.id, fault="nobody there")
    parked = await world.database.relay.parked(limit=50)
    assert "含有联系方式" in str(parked)
    world.clock.advance(NOTICES_KEPT_FOR + SECOND)
    await world.use(ForgetWhatIsOver)()
    left = await world.database.relay.parked(limit=50)
    assert "含有联系方式" not in str(left)
    assert any("CloseAttempt" in str(envelope) for envelope in left), f"what {order.id} needs done still waits"


async def test_what_is_late_is_counted_apart_from_what_is_due(world: World):
    await lived(world, await world.member(), await world.runner())
    world.clock.advance(KEPT + SECOND)
    counts = await world.use(CountWhatIsDue)()
    assert counts["order_details"] == Due(due=1, overdue=0)
    world.clock.advance(timedelta(hours=1))
    assert (await world.use(CountWhatIsDue)(campus_id=world.campus.id))["order_details"] == Due(due=1, overdue=1)
    await world.pass_time()
    assert set((await world.use(CountWhatIsDue)()).values()) == {Due(due=0, overdue=0)}


# -- Whoever leaves ------------------------------------------------------------------------------------------


async def test_a_requester_who_leaves_takes_their_words_along_and_leaves_the_runners_proofs(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await lived(world, requester, runner)
    await world.use(ReviewOrder)(order.id, requester.id, stars=2, tags=(), text="太慢了")
    await world.use(ReviewOrder)(order.id, runner.id, stars=5, tags=(), text="地址写得清楚")
    await world.pass_time(world.campus.policy.dispute_within + SECOND)
    mine = await world.photo(order, requester, purpose="evidence")
    photos = await files_of(world, order)
    await world.use(CloseAccount)(requester.id)
    assert "room" in await found(world, order), "a message does it, and the worker has not been there"
    await world.pass_time()
    assert await found(world, order) == {"position"}
    assert [await is_kept(world, photo) for photo in photos] == [photo != mine for photo in photos]
    async with world.begin() as tx:
        reviews = {review.author_id: (review.stars, review.text) for review in await tx.reviews.of_order(order.id)}
    assert reviews == {requester.id: (2, ""), runner.id: (5, "地址写得清楚")}
    await world.pass_time(KEPT)
    assert await found(world, order) == set()


async def test_a_runner_who_leaves_takes_positions_and_photos_along_and_leaves_the_requesters_words(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await lived(world, requester, runner)
    await world.pass_time(world.campus.policy.hold_earnings_for)
    fen = await world.balance("runner_available", runner.id)
    await world.withdraw(runner, fen)
    photos = await files_of(world, order)
    await world.use(CloseAccount)(runner.id)
    await world.pass_time()
    assert {"room", "note"} <= await found(world, order)
    assert "position" not in await found(world, order)
    assert [await is_kept(world, photo) for photo in photos] == [False] * 3
    view = await world.use(ViewOrder)(order.id, requester)
    assert view.order.details_removed_at is None
    everything = await told(world, order)
    assert not any(str(photo) in everything for photo in photos)


async def test_statements_in_a_decided_dispute_go_with_their_author_alone(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await disputed(world, await lived(world, requester, runner), requester, runner)
    order = await ruled(world, order)
    await world.settle_outside()
    await world.use(CloseAccount)(requester.id)
    await world.pass_time()
    assert await found(world, order) == {"answer", "position"}


async def test_what_may_still_be_disputed_is_left_until_it_may_not(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await lived(world, requester, runner)
    await world.use(CloseAccount)(requester.id)
    await world.pass_time()
    assert "room" in await found(world, order)
    await world.pass_time(world.campus.policy.dispute_within)
    assert "room" not in await found(world, order)


async def test_a_message_that_comes_too_early_erases_nothing(world: World):
    order = await lived(world, await world.member(), await world.runner())
    for member_id in (order.requester_id, order.runner_id):
        assert member_id is not None
        assert await world.use(EraseTraces)(member_id, order.id) == order


async def test_the_reason_that_whoever_leaves_gave_goes_with_them_and_an_operators_stays(world: World):
    requester = await world.member()
    for by in ("requester", "operator"):
        order = await world.opened(requester)
        if by == "requester":
            await world.use(CancelErrand)(order.id, requester.id, reason="我搬去了梅园", confirmed_fee=NOTHING)
        else:
            operator = await world.operator("operations")
            await world.use(CancelByOperations)(order.id, operator, reason="我搬去了梅园")
        await world.settle_outside()
        await world.use(EraseTraces)(requester.id, order.id)
        assert ("我搬去了梅园" in await told(world, order)) == (by == "operator")


async def test_what_the_other_side_disputes_after_somebody_left_stays_until_its_own_time(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await lived(world, requester, runner)
    await world.use(CloseAccount)(requester.id)
    await world.use(OpenDispute)(order.id, runner.id, reason="unpaid_extra", text=PLANTED["answer"])
    await world.pass_time(world.campus.policy.dispute_within)
    assert {"room", "answer"} <= await found(world, order)
    order = await world.order(order)
    assert await world.use(EraseTraces)(requester.id, order.id) == order


async def test_forgetting_twice_changes_nothing_more(world: World):
    requester, runner = await world.member(), await world.runner()
    orders = [await lived(world, requester, runner) for _ in range(2)]
    await world.pass_time(world.campus.policy.dispute_within + SECOND)
    await world.use(CloseAccount)(requester.id)
    await world.pass_time()
    bare = [await world.order(order) for order in orders]
    for order in orders:
        await world.use(EraseTraces)(requester.id, order.id)
    again = [await world.order(order) for order in orders]
    assert [evolve(order, version=0) for order in again] == [evolve(order, version=0) for order in bare]
    assert [await found(world, order) for order in orders] == [{"position"}] * 2
    with pytest.raises(MemberBarred):
        await world.use(CloseAccount)(requester.id)
    await world.prove()
