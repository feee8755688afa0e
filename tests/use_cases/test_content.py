"""What is published in doubt is looked at by a person; what is removed is gone, and its author hears why."""

import pytest
from attrs import evolve

from errand_domain.content.case import Cleared, IllegalContentTransition, Open, OwnContent, Removed
from errand_domain.content.report import Pointed
from errand_domain.dispute.dispute import TAKEN_AWAY
from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.ids import ContentCaseId
from errand_domain.order.order import Order
from errand_domain.review.review import ReviewTooEarly
from errand_domain.use_cases.background.deliver_message import SENTENCES
from errand_domain.use_cases.content.judging import ContentRefused
from errand_domain.use_cases.members.manage_profile import UpdateProfile
from errand_domain.use_cases.moderation.moderate_content import DecideContent, ListContent, ListedCase, OrderUnderWay
from errand_domain.use_cases.moderation.open_content_case import OpenContentCase
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.orders.dispute_order import OpenDispute, StateCase
from errand_domain.use_cases.orders.publish_errand import Publication, PublishErrand
from errand_domain.use_cases.orders.quote_errand import QuoteErrand, QuoteRequest
from errand_domain.use_cases.orders.read_reviews import ReadReviews
from errand_domain.use_cases.orders.review_order import ReviewOrder
from errand_domain.use_cases.orders.view_dispute import ViewDispute
from tests.use_cases.world import World

DOUBTFUL = "加微信聊"
RISKY = "代考"


async def cases(world: World, *states: str):
    async with world.begin() as tx:
        return await tx.content_cases.at_campus(world.campus.id, states=states or ("open",), limit=50)


async def only_case(world: World):
    (case,) = await cases(world)
    return case


async def named(world: World, member, nickname: str, campus_id=...):
    campus_id = world.campus.id if campus_id is ... else campus_id
    return await world.use(UpdateProfile)(member.id, nickname=nickname, campus_id=campus_id)


# -- What opens a case ---------------------------------------------------------------------------------------


async def test_an_order_in_doubt_is_published_and_waits_for_somebody_to_look(world: World):
    requester = await world.member()
    order = await world.published(requester, note=DOUBTFUL)
    case = await only_case(world)
    assert (case.kind, case.subject, case.author_id, case.doubt) == ("order", order.id, requester.id, "doubtful")
    assert DOUBTFUL in case.quote


async def test_what_the_check_is_sure_of_is_not_stored_and_opens_no_case(world: World):
    member = await world.member()
    for write in (world.published(member, note=RISKY), named(world, member, RISKY)):
        with pytest.raises(ContentRefused):
            await write
    assert await cases(world, "open", "cleared", "removed") == ()


async def test_while_nobody_judges_people_go_on_and_somebody_looks(world: World):
    world.content.fail_next()
    await world.published(await world.member())
    assert (await only_case(world)).doubt == "unanswered"


async def test_the_same_publication_twice_opens_one_case(world: World):
    member = await world.member()
    terms = world.terms(note=DOUBTFUL)
    asked = QuoteRequest(member_id=member.id, campus_id=world.campus.id, terms=terms)
    sealed = (await world.use(QuoteErrand)(asked)).sealed
    publication = Publication(member_id=member.id, sealed_quote=sealed, terms=terms, provider="memory")
    first = await world.use(PublishErrand)(publication)
    assert await world.use(PublishErrand)(publication) == first
    assert (await only_case(world)).subject == first.id


async def test_what_is_not_stored_opens_no_case(world: World):
    order = await world.accepted(await world.member(), await world.runner())
    with pytest.raises(ReviewTooEarly):
        await world.use(ReviewOrder)(order.id, order.requester_id, stars=5, tags=(), text=DOUBTFUL)
    assert await cases(world) == ()


async def test_the_check_is_told_who_wrote_and_where(world: World):
    member = await world.member()
    await named(world, member, "小林")
    (utterance,) = world.content.utterances
    assert (utterance.scene, utterance.author) == ("profile", member.id)
    assert utterance.wechat_identity == f"openid-{member.id.hex}"


async def test_nothing_is_asked_about_nothing(world: World):
    await named(world, await world.member(), "")
    assert world.content.utterances == []


async def test_a_nickname_in_doubt_needs_a_campus_where_somebody_can_look(world: World):
    with pytest.raises(ContentRefused):
        await named(world, await world.member(), DOUBTFUL, campus_id=None)


async def test_a_nickname_that_is_saved_once_more_opens_no_second_case(world: World):
    member = await named(world, await world.member(), DOUBTFUL)
    await named(world, member, DOUBTFUL)
    assert (await only_case(world)).subject == member.id


# -- What a decision does ------------------------------------------------------------------------------------


async def test_what_is_cleared_stays_as_it_is(world: World):
    member = await named(world, await world.member(), DOUBTFUL)
    operator = await world.operator("operations")
    case = await world.use(DecideContent).clear((await only_case(world)).id, operator)
    assert isinstance(case.state, Cleared)
    async with world.begin() as tx:
        assert (await tx.members.get(member.id)).nickname == DOUBTFUL
        assert [line.action for line in await tx.audit.of_subject(f"content:{case.id}", limit=9)] == ["content.cleared"]
    with pytest.raises(IllegalContentTransition):
        await world.use(DecideContent).remove(case.id, operator, reason="晚了")


async def removed(world: World, reason: str = "含有广告"):
    case = await only_case(world)
    return await world.use(DecideContent).remove(case.id, await world.operator("operations"), reason=reason)


async def test_a_removed_nickname_is_reset_and_its_author_hears_why(world: World):
    member = await named(world, await world.member(), DOUBTFUL)
    case = await removed(world)
    assert isinstance(case.state, Removed)
    async with world.begin() as tx:
        assert (await tx.members.get(member.id)).nickname == ""
        (line,) = await tx.audit.of_subject(f"content:{case.id}", limit=9)
    assert (line.action, line.detail) == ("content.removed", "含有广告")
    await world.pass_time()
    assert world.notices.inbox[0].to == member.ways[0]
    assert world.notices.inbox[0].text == SENTENCES["content_removed"] + "原因：含有广告"


async def test_another_nickname_that_was_chosen_meanwhile_stays(world: World):
    member = await named(world, await world.member(), DOUBTFUL)
    await named(world, member, "小林")
    await removed(world)
    async with world.begin() as tx:
        assert (await tx.members.get(member.id)).nickname == "小林"


async def test_a_removed_review_keeps_its_stars_and_loses_its_text(world: World):
    order = await world.completed(await world.member(), await world.runner())
    await world.use(ReviewOrder)(order.id, order.requester_id, stars=4, tags=("fast",), text=DOUBTFUL)
    await removed(world)
    (said,) = await world.use(ReadReviews)(order.runner_id, before=None, limit=9)
    assert (said.stars, said.tags, said.text) == (4, ("fast",), "")


async def test_a_removed_order_that_waits_is_cancelled_and_all_of_it_goes_back(world: World):
    order = await world.opened(await world.member(), note=DOUBTFUL)
    await removed(world)
    async with world.begin() as tx:
        after = await tx.orders.get(order.id)
        (refund,) = await tx.refunds.of_order(order.id)
    assert (after.phase, after.terms.item, after.terms.note) == ("closed", TAKEN_AWAY, "")
    assert refund.amount == order.price.payable


async def test_of_a_removed_order_that_has_ended_neither_side_reads_a_word_and_its_places_and_codes_stay(world: World):
    order = await world.completed(await world.member(), await world.runner(), note=DOUBTFUL)
    before, (line, *_) = await world.order(order), await history(world, order)
    await removed(world)
    after, places = await world.order(order), before.terms
    assert (after.terms.item, after.terms.note, after.details_removed_at) == (TAKEN_AWAY, "", None)
    for stop, was in ((after.terms.pickup, places.pickup), (after.terms.dropoff, places.dropoff)):
        assert (stop.name, stop.point, stop.contact, stop.detail) == (was.name, was.point, was.contact, "")
    assert (after.state, after.price, after.details_until) == (before.state, before.price, before.details_until)
    assert (after.delivery_code, after.version) == (before.delivery_code, before.version + 1)
    assert (await history(world, order))[0] == line
    await world.use(OpenDispute)(order.id, order.requester_id, reason="damaged", text="箱子破了")


async def test_what_two_cases_are_about_is_taken_away_once(world: World):
    order = await world.opened(await world.member(), note=DOUBTFUL)
    pointed, operator = Pointed(kind="order", subject=order.id), await world.operator("operations")
    await removed(world)
    version = (await world.order(order)).version
    with pytest.raises(Missing):
        await world.use(OpenContentCase)(pointed, operator, reason="再看")
    async with world.begin() as tx:
        (case,) = await tx.content_cases.of_subject("order", order.id)
        again = evolve(case, id=ContentCaseId(world.ids.new()), state=Open(), version=1)
        tx.content_cases.add(again)
        await tx.commit()
    await removed(world)
    assert (await world.order(order)).version == version


async def history(world: World, order: Order):
    async with world.begin() as tx:
        return await tx.orders.history(order.id)


async def test_an_order_under_way_is_divided_first_and_then_its_words_go(world: World):
    requester, runner = await world.member(), await world.runner()
    accepted = await world.accepted(requester, runner, note=DOUBTFUL)
    with pytest.raises(OrderUnderWay):
        await removed(world)
    assert (await only_case(world)).version == 1
    async with world.begin() as tx:
        fee = (await tx.orders.get(accepted.id)).price.reward
    await world.use(CancelErrand)(accepted.id, requester.id, reason="算了", confirmed_fee=fee)
    assert isinstance((await removed(world)).state, Removed)
    assert (await world.order(accepted)).terms.item == TAKEN_AWAY


async def test_a_removed_statement_cannot_be_read_and_still_counts_as_spoken(world: World):
    order = await world.completed(await world.member(), await world.runner())
    await world.use(OpenDispute)(order.id, order.requester_id, reason="damaged", text="箱子破了")
    await world.use(StateCase)(order.id, order.runner_id, text=DOUBTFUL)
    case = await removed(world)
    async with world.begin() as tx:
        requester = await tx.members.get(order.requester_id)
    dispute = await world.use(ViewDispute)(order.id, requester)
    assert [said.text for said in dispute.statements] == ["箱子破了", TAKEN_AWAY]
    assert dispute.both_heard
    assert case.quote == DOUBTFUL


# -- Who decides ---------------------------------------------------------------------------------------------


async def test_nobody_decides_about_their_own_content(world: World):
    operator = await world.operator("operations")
    await named(world, operator, DOUBTFUL)
    case = await only_case(world)
    for decide in (
        world.use(DecideContent).clear(case.id, operator),
        world.use(DecideContent).remove(case.id, operator, reason="?"),
    ):
        with pytest.raises(OwnContent):
            await decide


async def refused(world: World, operator) -> None:
    case = await only_case(world)
    for decide in (
        world.use(DecideContent).clear(case.id, operator),
        world.use(DecideContent).remove(case.id, operator, reason="?"),
    ):
        with pytest.raises(OwnContent):
            await decide


async def working(world: World, member):
    """The member, who is staff of the campus as well."""
    return evolve(member, grants=(await world.operator("operations")).grants)


async def test_nobody_takes_away_what_the_other_side_of_their_dispute_says(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text=DOUBTFUL)
    await refused(world, await working(world, runner))


async def test_nobody_takes_away_what_somebody_says_of_them(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    await world.use(ReviewOrder)(order.id, requester.id, stars=1, tags=(), text=DOUBTFUL)
    await refused(world, await working(world, runner))


async def test_nobody_decides_about_the_order_that_they_run(world: World):
    requester, runner = await world.member(), await world.runner()
    await world.accepted(requester, runner, note=DOUBTFUL)
    await refused(world, await working(world, runner))


@pytest.mark.parametrize("role", ["reviewer", "finance", "auditor", None])
async def test_only_operations_and_admins_look_and_decide(world: World, role):
    await named(world, await world.member(), DOUBTFUL)
    somebody = await world.operator(role) if role else await world.member()
    case = await only_case(world)
    for ask in (
        world.use(ListContent)(world.campus.id, somebody, states=("open",), limit=9),
        world.use(DecideContent).clear(case.id, somebody),
        world.use(DecideContent).remove(case.id, somebody, reason="?"),
    ):
        with pytest.raises(NotPermitted):
            await ask
    waiting = ListedCase(case=case, complaints=())
    for role_that_may in ("operations", "admin"):
        may = await world.operator(role_that_may)
        assert await world.use(ListContent)(world.campus.id, may, states=("open",), limit=9) == (waiting,)


async def test_a_removal_needs_a_reason(world: World):
    await named(world, await world.member(), DOUBTFUL)
    with pytest.raises(InvalidField):
        await removed(world, reason=" ")
    assert (await only_case(world)).version == 1
