"""Members report what they can see: one case for a person, no word to the author, and an answer to the reporter."""

import json
from asyncio import gather
from uuid import UUID

import pytest
from attrs import evolve

from errand_domain.content.case import QUOTE_KEPT_FOR, ContentCase, OwnContent
from errand_domain.content.report import OwnWords, Pointed, PointedKind, ReportReason
from errand_domain.errors import DomainError, InvalidField, Missing
from errand_domain.ids import FileId
from errand_domain.member.member import Member
from errand_domain.order.erasing import one_version_on, without_terms
from errand_domain.order.order import Order
from errand_domain.order.terms import Handover
from errand_domain.ports.image_check import Judged
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.review.review import Review
from errand_domain.use_cases.background.deliver_message import SENTENCES
from errand_domain.use_cases.files.stored_files import UploadFile
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.members.export_member import ExportMember
from errand_domain.use_cases.members.manage_profile import BlockMember, UpdateProfile
from errand_domain.use_cases.moderation.moderate_content import DecideContent, ListContent
from errand_domain.use_cases.moderation.open_content_case import OpenContentCase
from errand_domain.use_cases.moderation.report_content import REPORTS_PER_DAY_MOST, ReportContent
from errand_domain.use_cases.orders.dispute_order import OpenDispute, StateCase
from errand_domain.use_cases.orders.review_order import ReviewOrder
from tests.domain.examples import OTHER_CAMPUS_ID, SECOND
from tests.use_cases.world import PNG, World

NOWHERE = UUID("0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60")


class Scene:
    """An errand that was delivered and is disputed, with everything in it that can be reported."""

    requester: Member
    runner: Member
    order: Order
    review: Review
    photo: FileId

    def __init__(self, world: World) -> None:
        self.world = world

    @classmethod
    async def built(cls, world: World) -> "Scene":
        scene = cls(world)
        scene.requester, scene.runner = await world.member(), await world.runner()
        await world.use(UpdateProfile)(scene.runner.id, nickname="小跑", campus_id=world.campus.id)
        world.image_check.answer_next(Judged(verdict="pass"))
        await world.use(UploadFile)(scene.runner.id, PNG, purpose="avatar")
        scene.order = await world.completed(scene.requester, scene.runner)
        await world.use(ReviewOrder)(scene.order.id, scene.runner.id, stars=1, tags=(), text="说明不清")
        scene.photo = await world.photo(scene.order, scene.runner, purpose="evidence")
        await world.use(OpenDispute)(scene.order.id, scene.requester.id, reason="damaged", text="箱子破了")
        await world.use(StateCase)(scene.order.id, scene.runner.id, text="你胡说")
        async with world.begin() as tx:
            (scene.review,) = await tx.reviews.of_order(scene.order.id)
        await world.pass_time()
        return scene

    def all_of_the_runner(self) -> list[Pointed]:
        """All that the requester can report of the runner."""
        return [
            Pointed(kind="nickname", subject=self.order.id),
            Pointed(kind="picture", subject=self.order.id),
            Pointed(kind="review", subject=self.review.id),
            Pointed(kind="statement", subject=self.order.id, number=2),
            Pointed(kind="image", subject=self.photo),
        ]

    @property
    def statement(self) -> Pointed:
        return Pointed(kind="statement", subject=self.order.id, number=2)

    @property
    def image(self) -> Pointed:
        return Pointed(kind="image", subject=self.photo)


@pytest.fixture
async def scene(world: World) -> Scene:
    return await Scene.built(world)


async def report(world: World, member: Member, pointed: Pointed, reason: ReportReason = "abuse", text: str = ""):
    return await world.use(ReportContent)(member.id, pointed, reason=reason, text=text)


async def cases(world: World, *states: str) -> tuple[ContentCase, ...]:
    async with world.begin() as tx:
        return await tx.content_cases.at_campus(world.campus.id, states=states or ("open",), limit=50)


async def heard(world: World, member: Member) -> list[str]:
    await world.pass_time()
    about = (SENTENCES["report_upheld"], SENTENCES["report_dismissed"])
    return [n.text for n in reversed(world.notices.inbox) if n.to in member.ways and n.text.startswith(about)]


async def refusal(world: World, member: Member, pointed: Pointed) -> DomainError | None:
    try:
        await report(world, member, pointed)
    except DomainError as refused:
        return refused
    return None


# -- What can be reported, and by whom -----------------------------------------------------------------------


async def test_everything_that_a_party_sees_of_the_other_can_be_reported_and_waits_for_a_person(scene: Scene):
    world, told = scene.world, scene.all_of_the_runner()
    for pointed in told:
        await report(world, scene.requester, pointed)
    opened = await cases(world)
    assert sorted(case.kind for case in opened) == ["image", "image", "nickname", "review", "statement"]
    assert {(case.author_id, case.doubt, case.reports) for case in opened} == {(scene.runner.id, "reported", 1)}
    assert {case.quote for case in opened} == {"小跑", "说明不清", "你胡说", ""}


async def test_what_one_cannot_see_is_answered_like_what_is_not_there(scene: Scene):
    world, stranger = scene.world, await scene.world.runner()
    order = await world.opened(scene.requester)
    kinds: tuple[PointedKind, ...] = ("order", "nickname", "picture", "review", "statement", "image")
    not_there = [await refusal(world, stranger, Pointed(kind=kind, subject=NOWHERE)) for kind in kinds]
    hidden = [await refusal(world, stranger, pointed) for pointed in scene.all_of_the_runner()]
    of_the_order = Pointed(kind="order", subject=scene.order.id)
    hidden += [await refusal(world, who, of_the_order) for who in (stranger, await world.member())]
    elsewhere = await world.runner()
    await world.move_to(elsewhere, OTHER_CAMPUS_ID)
    in_the_hall = Pointed(kind="order", subject=order.id)
    in_no_hall_of_theirs = [await refusal(world, who, in_the_hall) for who in (elsewhere, await world.member())]
    answers = [*not_there, *hidden, *in_no_hall_of_theirs]
    assert {(type(answer), str(answer)) for answer in answers} == {(Missing, str(Missing("content")))}
    assert await cases(world) == ()


async def test_a_student_card_is_no_content_whoever_points_at_it(scene: Scene):
    card = await scene.world.use(UploadFile)(scene.runner.id, PNG, purpose="student_card")
    for member in (scene.runner, scene.requester):
        with pytest.raises(Missing):
            await report(scene.world, member, Pointed(kind="image", subject=card.id))


async def test_nobody_reports_themselves(scene: Scene):
    for pointed in scene.all_of_the_runner():
        with pytest.raises(OwnWords):
            await report(scene.world, scene.runner, pointed)
    with pytest.raises(OwnWords):
        await report(scene.world, scene.requester, Pointed(kind="order", subject=scene.order.id))
    assert await cases(scene.world) == ()


async def test_an_order_is_reported_from_the_hall_by_whom_the_hall_shows_it(world: World):
    requester, runner, avoided = await world.member(), await world.runner(), await world.runner()
    other_gender = await world.runner(gender="male")
    handover = Handover(runner_gender="female")
    order = await world.opened(requester)
    for_women = await world.opened(requester, handover=handover)
    await world.use(BlockMember)(requester.id, avoided.id, blocked=True)
    await report(world, runner, Pointed(kind="order", subject=order.id), "illegal")
    for who, hidden in ((avoided, order), (other_gender, for_women), (await world.member(), order)):
        with pytest.raises(Missing):
            await report(world, who, Pointed(kind="order", subject=hidden.id))
    (case,) = await cases(world)
    assert (case.subject, case.author_id) == (order.id, requester.id)


async def test_a_review_of_somebody_else_is_reported_by_who_reads_it_in_an_order_with_them(scene: Scene):
    world, later = scene.world, await scene.world.runner()
    review = Pointed(kind="review", subject=scene.review.id)
    other = await world.accepted(scene.requester, later)
    with pytest.raises(Missing):
        await report(world, later, review)
    with_somebody_else = await world.accepted(await world.member(), later)
    for order in (scene.order, with_somebody_else):
        with pytest.raises(Missing):
            await report(world, later, evolve(review, order_id=order.id))
    await report(world, later, evolve(review, order_id=other.id))
    (case,) = await cases(world)
    assert (case.kind, case.quote) == ("review", "说明不清")


async def test_what_was_taken_away_cannot_be_reported_any_more(scene: Scene):
    world, operator = scene.world, await scene.world.operator("operations")
    for pointed in scene.all_of_the_runner():
        await report(world, scene.requester, pointed)
    for case in await cases(world):
        await world.use(DecideContent).remove(case.id, operator, reason="违规")
    await world.pass_time()
    for pointed in scene.all_of_the_runner():
        with pytest.raises(Missing):
            await report(world, scene.requester, pointed)


async def test_of_an_order_whose_words_are_gone_nothing_is_left_to_report(world: World):
    order = await world.completed(await world.member(), await world.runner())
    ended = await world.order(order)
    async with world.begin() as tx:
        tx.orders.erase(one_version_on(without_terms(ended, at=world.clock.now())))
        runner = await tx.members.get(order.runner_id)
        await tx.commit()
    with pytest.raises(Missing):
        await report(world, runner, Pointed(kind="order", subject=order.id))


async def test_staff_who_wrote_it_find_nothing_of_its_case_among_those_that_wait(world: World):
    author = await world.operator("operations")
    order = await world.opened(author)
    runner, colleague = await world.runner(), await world.operator("operations")
    await report(world, runner, Pointed(kind="order", subject=order.id), text="他骗我")
    for operator, listed in ((author, 0), (colleague, 1)):
        found = await world.use(ListContent)(world.campus.id, operator, states=("open",), limit=9)
        assert len(found) == listed


# -- One case, and one report of each ------------------------------------------------------------------------


async def test_a_second_reporter_joins_the_case_and_the_same_one_reports_once(world: World):
    requester = await world.member()
    order = Pointed(kind="order", subject=(await world.opened(requester)).id)
    one, other = await world.runner(), await world.runner()
    first = await report(world, one, order, "fraud", "骗钱")
    assert await report(world, one, order, "abuse", "再报一次") == first
    await report(world, other, order)
    (case,) = await cases(world)
    assert (case.reports, case.version) == (2, 2)
    async with world.begin() as tx:
        assert [(r.reporter_id, r.reason, r.text) for r in await tx.reports.of_cases((case.id,))] == [
            (one.id, "fraud", "骗钱"),
            (other.id, "abuse", ""),
        ]


async def test_a_report_joins_the_case_that_the_check_has_opened(world: World):
    order = await world.opened(await world.member(), note="加微信聊")
    await report(world, await world.runner(), Pointed(kind="order", subject=order.id))
    (case,) = await cases(world)
    assert (case.doubt, case.reports) == ("doubtful", 1)


async def test_of_many_who_report_at_once_one_opens_the_case_and_all_are_counted(world: World):
    order = Pointed(kind="order", subject=(await world.opened(await world.member())).id)
    runners = [await world.runner() for _ in range(4)]
    await gather(*(report(world, runner, order) for runner in (*runners, *runners)))
    (case,) = await cases(world)
    assert case.reports == len(runners)


async def test_other_words_in_the_place_of_reported_ones_are_another_case(scene: Scene):
    world, pointed = scene.world, Pointed(kind="nickname", subject=scene.order.id)
    await report(world, scene.requester, pointed)
    await world.use(UpdateProfile)(scene.runner.id, nickname="大跑", campus_id=world.campus.id)
    await report(world, scene.requester, pointed)
    assert {case.quote for case in await cases(world)} == {"小跑", "大跑"}


async def test_what_was_cleared_is_looked_at_again_for_another_reporter_and_not_for_the_same(world: World):
    order = Pointed(kind="order", subject=(await world.opened(await world.member())).id)
    one, other, operator = await world.runner(), await world.runner(), await world.operator("operations")
    first = await report(world, one, order)
    (case,) = await cases(world)
    await world.use(DecideContent).clear(case.id, operator)
    assert await report(world, one, order) == first
    assert await cases(world) == ()
    await report(world, other, order)
    (again,) = await cases(world)
    assert (again.id != case.id, again.reports) == (True, 1)


async def test_reports_are_limited_whatever_they_are_about(world: World):
    member = await world.member()
    nothing = Pointed(kind="order", subject=NOWHERE)
    for _ in range(REPORTS_PER_DAY_MOST):
        with pytest.raises(Missing):
            await report(world, member, nothing)
    with pytest.raises(TooManyRequests):
        await report(world, member, nothing)


async def test_what_a_reporter_writes_is_bounded(scene: Scene):
    with pytest.raises(InvalidField):
        await report(scene.world, scene.requester, scene.statement, text="长" * 301)
    assert await cases(scene.world) == ()


# -- Who learns what -----------------------------------------------------------------------------------------


async def test_the_author_can_tell_nothing_from_what_they_hear_see_and_take_along(scene: Scene):
    world = scene.world
    await world.pass_time()
    before = await world.use(ExportMember)(scene.runner.id)
    told = len(world.notices.inbox)
    for pointed in scene.all_of_the_runner():
        await report(world, scene.requester, pointed, text="我看不下去")
    await world.pass_time()
    assert await world.use(ExportMember)(scene.runner.id) == before
    assert len(world.notices.inbox) == told


@pytest.mark.parametrize("decision", ["clear", "remove"])
async def test_every_reporter_hears_the_outcome_and_nothing_else(world: World, decision: str):
    requester = await world.member()
    order = Pointed(kind="order", subject=(await world.opened(requester)).id)
    reporters = [await world.runner(), await world.runner()]
    for reporter in reporters:
        await report(world, reporter, order)
    (case,) = await cases(world)
    decide, operator = world.use(DecideContent), await world.operator("operations")
    kind = "report_dismissed" if decision == "clear" else "report_upheld"
    await (decide.clear(case.id, operator) if decision == "clear" else decide.remove(case.id, operator, reason="广告"))
    for reporter in reporters:
        assert await heard(world, reporter) == [SENTENCES[kind]]
    assert await heard(world, requester) == []


async def test_operators_read_why_and_not_by_whom(scene: Scene):
    world, operator = scene.world, await scene.world.operator("operations")
    await report(world, scene.requester, scene.statement, "abuse", "骂人")
    (listed,) = await world.use(ListContent)(world.campus.id, operator, states=("open",), limit=9)
    assert [(said.reason, said.text) for said in listed.complaints] == [("abuse", "骂人")]
    assert str(scene.requester.id) not in str(listed)


async def test_what_was_reported_is_found_however_much_waits_before_it(scene: Scene):
    world, operator = scene.world, await scene.world.operator("operations")
    doubted = Pointed(kind="review", subject=scene.review.id)
    await world.use(OpenContentCase)(doubted, operator, reason="复查", withhold=False)
    world.clock.advance(SECOND)
    await report(world, scene.requester, scene.statement, "abuse")
    waiting = world.use(ListContent)
    everything = await waiting(world.campus.id, operator, states=("open",), limit=9)
    (first,) = await waiting(world.campus.id, operator, states=("open",), limit=1, reported=True)
    assert first.case.reports == 1
    assert everything[0].case.reports == 0


async def test_who_reported_it_does_not_decide_about_it(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.opened(requester)
    await report(world, runner, Pointed(kind="order", subject=order.id))
    (case,) = await cases(world)
    also_staff = evolve(runner, grants=(await world.operator("operations")).grants)
    with pytest.raises(OwnContent):
        await world.use(DecideContent).remove(case.id, also_staff, reason="?")


async def test_a_member_takes_along_what_they_reported(scene: Scene):
    await report(scene.world, scene.requester, scene.image, "privacy", "有我的门牌")
    taken = (await scene.world.use(ExportMember)(scene.requester.id))["reports"]
    assert [(told["kind"], told["reason"], told["text"]) for told in taken] == [("image", "privacy", "有我的门牌")]
    assert str(scene.runner.id) not in json.dumps(taken)


# -- How long it is known ------------------------------------------------------------------------------------


async def test_who_reported_is_forgotten_with_the_words_of_the_case(scene: Scene):
    world, operator = scene.world, await scene.world.operator("operations")
    await report(world, scene.requester, scene.image)
    (case,) = await cases(world)
    decided = await world.use(DecideContent).clear(case.id, operator)
    assert decided.erase_at == world.clock.now() + QUOTE_KEPT_FOR
    await world.pass_time(QUOTE_KEPT_FOR)
    async with world.begin() as tx:
        assert await tx.reports.of_cases((case.id,)) == ()
        bare = await tx.content_cases.get(case.id)
    assert (bare.doubt, bare.reports, bare.erase_at) == ("reported", 0, None)


async def test_whoever_leaves_is_no_reporter_any_more_and_the_case_still_waits(world: World):
    order = await world.opened(await world.member())
    runner = await world.runner()
    await report(world, runner, Pointed(kind="order", subject=order.id), "fraud", "我被骗过")
    await world.use(CloseAccount)(runner.id)
    (case,) = await cases(world)
    async with world.begin() as tx:
        (left,) = await tx.reports.of_cases((case.id,))
    assert (left.reporter_id, left.text, left.reason) == (None, "", "fraud")
    await world.use(DecideContent).clear(case.id, await world.operator("operations"))
    assert await heard(world, runner) == []
