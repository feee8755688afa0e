"""Operators take down what was let pass, by the check or by a person before, as they decide everything else."""

import pytest
from attrs import evolve

from errand_domain.content.case import Cleared, Open, OwnContent, Removed
from errand_domain.content.report import Pointed
from errand_domain.content.screening import Passed, TakenAway, Waiting, Withheld
from errand_domain.dispute.dispute import TAKEN_AWAY
from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.ids import FileId
from errand_domain.ports.files import FileStore
from errand_domain.ports.image_check import Judged
from errand_domain.ports.public_images import PublicImages
from errand_domain.use_cases.background.deliver_message import SENTENCES
from errand_domain.use_cases.files.screen_images import RecordVerdict
from errand_domain.use_cases.files.stored_files import FetchFile, UploadFile
from errand_domain.use_cases.members.avatars import SeePicture
from errand_domain.use_cases.members.manage_profile import UpdateProfile
from errand_domain.use_cases.moderation.moderate_content import DecideContent, LookAtImage
from errand_domain.use_cases.moderation.open_content_case import OpenContentCase
from errand_domain.use_cases.moderation.report_content import ReportContent
from tests.domain.examples import OTHER_CAMPUS_ID
from tests.use_cases.test_reports import NOWHERE, Scene
from tests.use_cases.world import PNG, World


@pytest.fixture
async def scene(world: World) -> Scene:
    return await Scene.built(world)


@pytest.fixture
async def operator(world: World):
    return await world.operator("operations")


async def opened(world: World, operator, pointed: Pointed, *, withhold: bool = False):
    return await world.use(OpenContentCase)(pointed, operator, reason="有人投诉", withhold=withhold)


async def removed(world: World, operator, pointed: Pointed):
    case = await opened(world, operator, pointed)
    return await world.use(DecideContent).remove(case.id, operator, reason="违规")


async def photo(world: World, file_id: FileId):
    async with world.begin() as tx:
        return await tx.files.get(file_id)


async def told(world: World, member, *kinds: str) -> list[str]:
    await world.pass_time()
    about = tuple(SENTENCES[kind] for kind in kinds)
    return [n.text for n in reversed(world.notices.inbox) if n.to in member.ways and n.text.startswith(about)]


# -- What passed is taken down -------------------------------------------------------------------------------


async def test_texts_that_passed_are_taken_down_and_their_author_hears_why(scene: Scene, operator):
    world = scene.world
    for pointed in (
        Pointed(kind="nickname", subject=scene.runner.id),
        Pointed(kind="review", subject=scene.review.id),
        Pointed(kind="statement", subject=scene.order.id, number=2),
    ):
        assert isinstance((await removed(world, operator, pointed)).state, Removed)
    async with world.begin() as tx:
        assert (await tx.members.get(scene.runner.id)).nickname == ""
        assert (await tx.reviews.get(scene.review.id)).text == ""
        dispute = await tx.disputes.of_order(scene.order.id)
    assert [said.text for said in dispute.statements] == ["箱子破了", TAKEN_AWAY]
    assert len(await told(world, scene.runner, "content_removed")) == 3


async def test_an_order_that_waits_is_taken_down_and_its_money_goes_back(world: World, operator):
    order = await world.opened(await world.member())
    await removed(world, operator, Pointed(kind="order", subject=order.id))
    assert (await world.order(order)).phase == "closed"
    assert [refund.amount for refund in await world.refunds(order)] == [order.price.payable]


@pytest.mark.parametrize("verdict", ["pass", None])
async def test_a_photo_that_passed_or_still_waits_for_its_verdict_is_taken_down(scene: Scene, operator, verdict):
    world = scene.world
    world.image_check.answer_next(Judged(verdict=verdict) if verdict else None)
    file_id = await world.photo(scene.order, scene.runner, purpose="evidence")
    await world.pass_time()
    assert isinstance((await photo(world, file_id)).screening, Passed if verdict else Waiting)
    await removed(world, operator, Pointed(kind="image", subject=file_id))
    await world.pass_time()
    assert isinstance((await photo(world, file_id)).screening, TakenAway)
    with pytest.raises(Missing):
        await world.parts[FileStore].get(file_id)


async def test_a_picture_that_is_public_is_taken_down_from_where_it_is_public(scene: Scene, operator):
    world = scene.world
    async with world.begin() as tx:
        name = (await tx.members.get(scene.runner.id)).avatar
    assert await world.use(SeePicture)(name)
    await removed(world, operator, Pointed(kind="picture", subject=scene.runner.id))
    await world.pass_time()
    async with world.begin() as tx:
        assert (await tx.members.get(scene.runner.id)).avatar == ""
    assert world.parts[PublicImages]._contents == {}
    with pytest.raises(Missing):
        await opened(world, operator, Pointed(kind="picture", subject=scene.runner.id))


async def test_taking_an_earlier_picture_down_leaves_the_one_that_is_shown(scene: Scene, operator):
    """What is decided is the picture that the case is about, whatever its owner has put in its place."""
    world = scene.world
    case = await opened(world, operator, Pointed(kind="picture", subject=scene.runner.id))
    world.image_check.answer_next(Judged(verdict="pass"))
    await world.use(UploadFile)(scene.runner.id, PNG, purpose="avatar")
    await world.pass_time()
    await world.use(DecideContent).remove(case.id, operator, reason="违规")
    await world.pass_time()
    async with world.begin() as tx:
        name = (await tx.members.get(scene.runner.id)).avatar
    assert await world.use(SeePicture)(name)


async def test_taking_down_a_picture_that_is_not_shown_yet_leaves_the_one_that_is(scene: Scene, operator):
    world = scene.world
    world.image_check.answer_next(None)
    waiting = await world.use(UploadFile)(scene.runner.id, PNG, purpose="avatar")
    await world.pass_time()
    await removed(world, operator, Pointed(kind="image", subject=waiting.id))
    await world.pass_time()
    async with world.begin() as tx:
        name = (await tx.members.get(scene.runner.id)).avatar
    assert await world.use(SeePicture)(name)


async def test_what_a_person_cleared_is_taken_down_by_another_case_and_the_first_stays_as_it_was(
    world: World, operator
):
    order = await world.opened(await world.member(), note="加微信聊")
    async with world.begin() as tx:
        (first,) = await tx.content_cases.of_subject("order", order.id)
    await world.use(DecideContent).clear(first.id, operator)
    case = await removed(world, operator, Pointed(kind="order", subject=order.id))
    async with world.begin() as tx:
        history = await tx.content_cases.of_subject("order", order.id)
    assert [(kept.id, type(kept.state), kept.doubt) for kept in sorted(history, key=lambda kept: kept.doubt)] == [
        (first.id, Cleared, "doubtful"),
        (case.id, Removed, "opened"),
    ]


# -- Seen meanwhile, or withheld -----------------------------------------------------------------------------


async def test_an_image_is_seen_until_it_is_decided_and_withheld_where_the_operator_says_so(scene: Scene, operator):
    world = scene.world
    case = await opened(world, operator, scene.image)
    assert await world.use(FetchFile)(scene.photo, scene.requester)
    assert (await opened(world, operator, scene.image, withhold=True)).id == case.id
    assert isinstance((await photo(world, scene.photo)).screening, Withheld)
    assert len(await told(world, scene.runner, "image_withheld")) == 1
    assert await world.use(LookAtImage)(case.id, operator)
    async with world.begin() as tx:
        lines = [line.action for line in await tx.audit.of_subject(f"content:{case.id}", limit=9)]
    assert sorted(lines) == ["content.opened", "content.withheld"]
    await world.use(DecideContent).clear(case.id, operator)
    assert isinstance((await photo(world, scene.photo)).screening, Passed)
    assert len(await told(world, scene.runner, "image_restored")) == 1


async def test_a_public_picture_that_is_withheld_is_public_no_more_and_again_when_it_is_cleared(scene: Scene, operator):
    world = scene.world
    case = await opened(world, operator, Pointed(kind="picture", subject=scene.runner.id), withhold=True)
    await world.pass_time()
    assert world.parts[PublicImages]._contents == {}
    await world.use(DecideContent).clear(case.id, operator)
    await world.pass_time()
    async with world.begin() as tx:
        name = (await tx.members.get(scene.runner.id)).avatar
    assert await world.use(SeePicture)(name)


async def test_a_text_is_not_withheld(scene: Scene, operator):
    with pytest.raises(InvalidField):
        await opened(scene.world, operator, Pointed(kind="review", subject=scene.review.id), withhold=True)


async def test_a_doubt_of_the_check_joins_the_case_of_an_image_that_was_reported_before(world: World, operator):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    world.image_check.answer_next(None)
    file_id = await world.photo(order, runner)
    await world.pass_time()
    await world.use(ReportContent)(requester.id, Pointed(kind="image", subject=file_id), reason="abuse", text="")
    await world.use(RecordVerdict)(world.image_check.submitted[-1], "risky")
    assert isinstance((await photo(world, file_id)).screening, Withheld)
    async with world.begin() as tx:
        (case,) = await tx.content_cases.of_subject("image", file_id)
    await world.use(DecideContent).clear(case.id, operator)
    assert isinstance((await photo(world, file_id)).screening, Passed)


# -- Who may -------------------------------------------------------------------------------------------------


async def test_the_opening_is_audited_with_its_reason_and_opened_once(scene: Scene, operator):
    world, review = scene.world, Pointed(kind="review", subject=scene.review.id)
    case = await opened(world, operator, review)
    assert (case.doubt, case.state) == ("opened", Open(reason="有人投诉"))
    assert await opened(world, operator, review) == case
    async with world.begin() as tx:
        (line,) = await tx.audit.of_subject(f"content:{case.id}", limit=9)
    assert (line.action, line.actor_id, line.detail) == ("content.opened", operator.id, "有人投诉")


async def test_an_opening_joins_the_case_that_members_have_opened(scene: Scene, operator):
    world, review = scene.world, Pointed(kind="review", subject=scene.review.id)
    await world.use(ReportContent)(scene.requester.id, review, reason="abuse", text="")
    case = await opened(world, operator, review)
    assert (case.doubt, case.reports) == ("reported", 1)


async def test_nobody_opens_a_case_about_themselves_or_their_order(scene: Scene, operator):
    for party in (scene.runner, scene.requester):
        also_staff = evolve(party, grants=operator.grants)
        with pytest.raises(OwnContent):
            await opened(scene.world, also_staff, scene.image)


async def test_staff_of_another_campus_and_what_is_not_there_hear_the_same(scene: Scene, operator):
    world = scene.world
    away = evolve(operator, grants=frozenset(evolve(grant, campus_id=OTHER_CAMPUS_ID) for grant in operator.grants))
    card = await world.use(UploadFile)(scene.runner.id, PNG, purpose="student_card")
    for asker, pointed in (
        (away, scene.image),
        (operator, Pointed(kind="image", subject=NOWHERE)),
        (operator, Pointed(kind="image", subject=card.id)),
        (operator, Pointed(kind="statement", subject=scene.order.id, number=3)),
    ):
        with pytest.raises(Missing) as missing:
            await opened(world, asker, pointed)
        assert str(missing.value) == str(Missing("content"))
    with pytest.raises(NotPermitted):
        await opened(world, await world.operator("reviewer"), scene.image)


async def test_the_nickname_of_somebody_without_a_campus_is_nobodys_to_decide(world: World, operator):
    member = await world.member()
    await world.use(UpdateProfile)(member.id, nickname="小林", campus_id=None)
    with pytest.raises(Missing):
        await opened(world, operator, Pointed(kind="nickname", subject=member.id))
