"""Images that members show each other are judged after they were stored, and withheld where they must not be seen."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest
from attrs import evolve

from adapters.memory.image_check import MemoryImageCheck
from errand_domain.content.case import Cleared, OwnContent, Removed
from errand_domain.content.screening import (
    JUDGED_WITHIN,
    FileWithheld,
    InDoubt,
    Passed,
    TakenAway,
    Unscreened,
    Waiting,
    Withheld,
)
from errand_domain.errors import Missing, NotPermitted
from errand_domain.ids import FileId
from errand_domain.money import NOTHING
from errand_domain.ports.files import FilePurpose, FileStore, StoredFile
from errand_domain.ports.image_check import ImageCheck, Judged, Submitted, SubmittedImage, Unjudged
from errand_domain.ports.outbox import CheckImage
from errand_domain.use_cases.background.deliver_message import SENTENCES, DeliverMessage
from errand_domain.use_cases.content.screening import SCENE_OF
from errand_domain.use_cases.files.file_links import FollowFileLink, IssueFileLink
from errand_domain.use_cases.files.screen_images import (
    CHECK_LINK_LIFE,
    TRIED_FOR,
    MissVerdict,
    RecordVerdict,
    SubmitImage,
)
from errand_domain.use_cases.files.stored_files import FetchFile
from errand_domain.use_cases.members.take_export import TakeExport
from errand_domain.use_cases.moderation.moderate_content import DecideContent, LookAtImage
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from tests.use_cases.world import PNG, World

SECOND = timedelta(seconds=1)


class Proof:
    """A photo of a runner's, and everybody around it."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def uploaded(self) -> "Proof":
        """Not submitted yet: that is the worker's."""
        self.requester, self.runner = await self.world.member(), await self.world.runner()
        self.order = await self.world.accepted(self.requester, self.runner)
        await self.world.pass_time()
        self.id = await self.world.photo(self.order, self.runner)
        return self

    async def submitted(self) -> "Proof":
        """Somebody judges it, and will say so later."""
        await self.uploaded()
        self.world.image_check.answer_next(None)
        await self.world.pass_time()
        (self.trace,) = self.world.image_check.submitted
        return self

    async def judged(self, verdict) -> "Proof":
        """The verdict has come."""
        await self.submitted()
        await self.hear(verdict)
        return self

    async def hear(self, verdict) -> None:
        await self.world.use(RecordVerdict)(self.trace, verdict)

    async def file(self) -> StoredFile:
        async with self.world.begin() as tx:
            return await tx.files.get(self.id)

    async def state(self) -> type:
        return type((await self.file()).screening)

    async def cases(self, *states):
        async with self.world.begin() as tx:
            return await tx.content_cases.at_campus(self.world.campus.id, states=states or ("open",), limit=9)

    async def told(self) -> list[str]:
        """What the runner heard about images."""
        await self.world.pass_time()
        about = tuple(SENTENCES[kind] for kind in ("image_withheld", "image_restored", "content_removed"))
        heard = [n.text for n in self.world.notices.inbox if n.to in self.runner.ways]
        return [text for text in reversed(heard) if text.startswith(about)]

    async def seen_by(self, viewer) -> bytes:
        return (await self.world.use(FetchFile)(self.id, viewer)).content


@pytest.fixture
def proof(world: World) -> Proof:
    return Proof(world)


def test_every_purpose_says_whether_its_images_are_judged():
    assert set(SCENE_OF) == set(get_args(FilePurpose))


# -- What is submitted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("purpose", "scene"), [("proof", "order"), ("evidence", "dispute")])
async def test_an_image_for_the_other_party_is_submitted_once_with_its_author_and_scene(world: World, purpose, scene):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    photo = await world.photo(order, runner, purpose=purpose)
    assert world.image_check.images == []
    await world.pass_time()
    await world.use(DeliverMessage)(CheckImage(file_id=photo))
    (image,) = world.image_check.images
    assert (image.file_id, image.scene, image.author) == (photo, scene, runner.id)
    assert image.wechat_identity == f"openid-{runner.id.hex}"
    assert image.url.startswith("https://errand.example/api/v1/file-links/")


async def test_a_student_card_is_shown_to_no_check(world: World):
    member = await world.member()
    card = await world.photo(None, member, purpose="student_card")  # type: ignore[arg-type]
    await world.use(DeliverMessage)(CheckImage(file_id=card))
    await world.pass_time(JUDGED_WITHIN)
    assert world.image_check.images == []
    async with world.begin() as tx:
        assert (await tx.files.get(card)).screening == Unscreened()


async def test_an_image_that_is_submitted_twice_after_a_crash_keeps_one_trace(proof: Proof):
    await proof.submitted()
    before = await proof.file()
    proof.world.image_check.answer_next(None)
    await proof.world.use(DeliverMessage)(CheckImage(file_id=proof.id))
    assert await proof.file() == before
    assert len(proof.world.image_check.images) == 1


async def test_a_silent_check_is_asked_again_for_a_while_and_then_a_person_looks(proof: Proof):
    await proof.uploaded()
    deliver = proof.world.use(DeliverMessage)
    proof.world.image_check.fail_next(2)
    with pytest.raises(ConnectionError):
        await deliver(CheckImage(file_id=proof.id))
    proof.world.clock.advance(TRIED_FOR)
    await deliver(CheckImage(file_id=proof.id))  # nobody is asked to try again
    assert await proof.state() is Waiting
    await proof.world.pass_time(JUDGED_WITHIN)
    assert await proof.state() is Passed  # the worker's own try was answered at last


async def test_an_image_that_was_erased_is_not_submitted(proof: Proof):
    await proof.uploaded()
    await forgotten(proof.world, proof.id)
    await proof.world.pass_time(JUDGED_WITHIN)
    await proof.world.use(MissVerdict)(proof.id)
    assert proof.world.image_check.images == []
    assert await proof.cases() == ()


class Overtaken(MemoryImageCheck):
    """Takes so long to answer that something else happens meanwhile."""

    def __init__(self, meanwhile: Callable[[SubmittedImage], Awaitable[object]]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    async def submit(self, image: SubmittedImage) -> Submitted | Judged | Unjudged:
        answer = await super().submit(image)
        await self._meanwhile(image)
        return answer


async def test_of_two_submissions_at_once_the_trace_of_the_first_to_be_recorded_is_kept(proof: Proof):
    await proof.uploaded()
    first = proof.world.use(SubmitImage)
    proof.world.image_check.answer_next(None)
    proof.world.parts[ImageCheck] = second = Overtaken(lambda image: first(image.file_id))
    second.submitted.append("a trace before, so that the next has another name")
    second.answer_next(None)
    await proof.world.use(SubmitImage)(proof.id)
    assert [(await proof.file()).trace] == proof.world.image_check.submitted


async def test_an_image_that_is_erased_while_it_is_submitted_stays_erased(proof: Proof):
    await proof.uploaded()
    proof.world.parts[ImageCheck] = Overtaken(lambda image: forgotten(proof.world, image.file_id))
    await proof.world.use(SubmitImage)(proof.id)
    with pytest.raises(Missing):
        await proof.file()


async def forgotten(world: World, file_id: FileId) -> None:
    async with world.begin() as tx:
        tx.files.remove(file_id)
        await tx.commit()


# -- The link of whoever judges ------------------------------------------------------------------------------


async def test_whoever_judges_fetches_the_image_by_its_link_and_that_is_on_record(proof: Proof):
    await proof.submitted()
    await look(proof)
    async with proof.world.begin() as tx:
        (line,) = await tx.audit.of_subject(f"file:{proof.id}", limit=9)
    assert (line.action, line.actor_id, line.campus_id) == ("file.seen_by_check", None, proof.world.campus.id)


async def look(proof: Proof, image: SubmittedImage | None = None) -> None:
    image = image or proof.world.image_check.images[0]
    token = image.url.rpartition("/")[2]
    assert (await proof.world.use(FollowFileLink)(token)).content == PNG


async def test_whoever_judges_may_fetch_it_before_they_have_answered_and_while_a_late_verdict_may_come(proof: Proof):
    await proof.uploaded()
    proof.world.clock.advance(SECOND)
    proof.world.parts[ImageCheck] = check = Overtaken(lambda image: look(proof, image))
    check.answer_next(None)
    await proof.world.use(SubmitImage)(proof.id)
    proof.world.clock.advance(JUDGED_WITHIN - SECOND)
    await proof.world.use(MissVerdict)(proof.id)
    assert await proof.state() is InDoubt
    await look(proof, check.images[0])


@pytest.mark.parametrize("after", ["a verdict", "its time", "an erasure"])
async def test_the_link_of_whoever_judges_ends_with(proof: Proof, after: str):
    await proof.submitted()
    if after == "a verdict":
        await proof.hear("pass")
    elif after == "its time":
        proof.world.clock.advance(CHECK_LINK_LIFE - SECOND)
        await look(proof)
        proof.world.clock.advance(SECOND)
    else:
        await forgotten(proof.world, proof.id)
    with pytest.raises(Missing):
        await look(proof)


# -- What a verdict brings about -----------------------------------------------------------------------------


async def test_an_image_is_seen_before_it_was_judged_so_that_the_errand_goes_on(proof: Proof):
    await proof.submitted()
    assert await proof.seen_by(proof.requester) == PNG


async def test_a_harmless_image_stays_as_it_is_and_troubles_nobody(proof: Proof):
    await proof.judged("pass")
    assert await proof.state() is Passed
    assert await proof.seen_by(proof.requester) == PNG
    assert await proof.cases() == ()
    assert await proof.told() == []


async def test_an_image_in_doubt_is_seen_and_waits_for_a_person(proof: Proof):
    await proof.judged("review")
    assert await proof.state() is InDoubt
    assert await proof.seen_by(proof.requester) == PNG
    (case,) = await proof.cases()
    assert (case.kind, case.subject, case.author_id, case.doubt) == ("image", proof.id, proof.runner.id, "doubtful")
    assert (case.campus_id, case.quote) == (proof.world.campus.id, "")
    assert await proof.told() == []


async def test_a_risky_image_is_shown_to_nobody_and_its_author_hears_so(proof: Proof):
    await proof.submitted()
    issued = await proof.world.use(IssueFileLink)(proof.id, proof.requester)
    await proof.hear("risky")
    assert await proof.state() is Withheld
    staff = await proof.world.operator("operations")
    for viewer in (proof.requester, proof.runner, staff):
        with pytest.raises(FileWithheld):
            await proof.seen_by(viewer)
        with pytest.raises(FileWithheld):
            await proof.world.use(IssueFileLink)(proof.id, viewer)
    with pytest.raises(FileWithheld):
        await proof.world.use(FollowFileLink)(issued.token)
    (case,) = await proof.cases()
    assert case.doubt == "risky"
    assert await proof.told() == [SENTENCES["image_withheld"] + f"（订单 {str(proof.order.id)[-8:]}）"]


@pytest.mark.parametrize(("verdict", "handed_over"), [("pass", True), ("review", True), ("risky", False)])
async def test_the_export_hands_over_no_image_that_is_withheld_and_still_tells_of_it(
    proof: Proof, verdict, handed_over: bool
):
    await proof.judged(verdict)
    taken = await proof.world.use(TakeExport)(proof.runner.id, by=proof.runner)
    assert proof.id in [FileId(UUID(file["id"])) for file in taken.facts["files"]]
    assert (proof.id in [file.id async for file, _ in taken.contents()]) is handed_over


async def test_a_stranger_does_not_learn_that_an_image_is_withheld(proof: Proof):
    await proof.judged("risky")
    with pytest.raises(Missing):
        await proof.seen_by(await proof.world.member())


async def test_the_step_that_a_withheld_image_has_proved_stands(world: World):
    requester, runner = await world.member(), await world.runner()
    world.image_check.answer_next(None)
    order = await world.picked_up(requester, runner)
    await world.pass_time()
    await world.use(RecordVerdict)(world.image_check.submitted[0], "risky")
    assert await world.order(order) == order


async def test_a_withheld_image_proves_nothing_new(proof: Proof):
    await proof.judged("risky")
    pick_up, photo = proof.world.use(PickUpItem), proof.id
    with pytest.raises(FileWithheld):
        await pick_up(proof.order.id, proof.runner.id, photos=(photo,), goods_cost=NOTHING, receipt=None)


@pytest.mark.parametrize("verdict", ["pass", "review", "risky"])
async def test_a_verdict_at_once_does_what_a_later_one_does(proof: Proof, verdict):
    await proof.uploaded()
    proof.world.image_check.answer_next(Judged(verdict=verdict))
    await proof.world.pass_time()
    assert await proof.state() is {"pass": Passed, "review": InDoubt, "risky": Withheld}[verdict]
    assert len(await proof.cases()) == (verdict != "pass")


async def test_what_nobody_judges_is_seen_and_a_person_looks_at_once(proof: Proof):
    await proof.uploaded()
    proof.world.image_check.answer_next(Unjudged())
    await proof.world.pass_time()
    assert await proof.seen_by(proof.requester) == PNG
    assert [case.doubt for case in await proof.cases()] == ["unanswered"]


@pytest.mark.parametrize("first", ["pass", "review", "risky"])
async def test_a_verdict_that_comes_twice_or_another_after_it_changes_nothing(proof: Proof, first):
    await proof.judged(first)
    file, cases, told = await proof.file(), await proof.cases(), await proof.told()
    for again in ("pass", "review", "risky"):
        await proof.hear(again)
    assert (await proof.file(), await proof.cases(), await proof.told()) == (file, cases, told)


async def test_a_verdict_on_what_we_never_submitted_or_have_erased_is_about_nothing(proof: Proof):
    await proof.submitted()
    await proof.world.use(RecordVerdict)("another", "risky")
    assert await proof.state() is Waiting
    await forgotten(proof.world, proof.id)
    await proof.hear("risky")
    assert await proof.cases() == ()


# -- Where no verdict comes ----------------------------------------------------------------------------------


async def test_where_no_verdict_has_come_in_time_a_person_looks_and_only_once(proof: Proof):
    await proof.submitted()
    due = JUDGED_WITHIN - (proof.world.clock.now() - (await proof.file()).at)
    await proof.world.pass_time(due - SECOND)
    await proof.world.use(MissVerdict)(proof.id)
    assert await proof.cases() == ()
    await proof.world.pass_time(SECOND)
    await proof.world.use(MissVerdict)(proof.id)
    assert [case.doubt for case in await proof.cases()] == ["unanswered"]
    assert await proof.seen_by(proof.requester) == PNG


async def test_a_risky_verdict_that_comes_late_still_withholds_and_opens_no_second_case(proof: Proof):
    await proof.submitted()
    await proof.world.pass_time(JUDGED_WITHIN)
    await proof.hear("risky")
    assert await proof.state() is Withheld
    assert len(await proof.cases()) == 1


async def test_a_late_verdict_does_not_undo_what_a_person_decided(proof: Proof):
    await proof.submitted()
    await proof.world.pass_time(JUDGED_WITHIN)
    await decided(proof, "clear")
    await proof.hear("risky")
    assert await proof.state() is Passed


# -- What a person decides -----------------------------------------------------------------------------------


async def decided(proof: Proof, decision: str):
    (case,) = await proof.cases()
    operator = await proof.world.operator("operations")
    decide = proof.world.use(DecideContent)
    if decision == "clear":
        return await decide.clear(case.id, operator)
    return await decide.remove(case.id, operator, reason="含有他人证件")


@pytest.mark.parametrize(("verdict", "words"), [("risky", ["image_withheld", "image_restored"]), ("review", [])])
async def test_what_is_cleared_is_seen_again(proof: Proof, verdict, words):
    await proof.judged(verdict)
    assert isinstance((await decided(proof, "clear")).state, Cleared)
    assert await proof.seen_by(proof.requester) == PNG
    suffix = f"（订单 {str(proof.order.id)[-8:]}）"
    assert await proof.told() == [SENTENCES[word] + suffix for word in words]


@pytest.mark.parametrize("verdict", ["risky", "review"])
async def test_what_is_removed_loses_its_bytes_and_keeps_its_facts(proof: Proof, verdict):
    await proof.judged(verdict)
    assert isinstance((await decided(proof, "remove")).state, Removed)
    await proof.world.pass_time()
    assert await proof.state() is TakenAway
    with pytest.raises(Missing):
        await proof.world.parts[FileStore].get(proof.id)
    with pytest.raises(FileWithheld):
        await proof.seen_by(proof.requester)
    assert (await proof.told())[-1] == SENTENCES["content_removed"] + "原因：含有他人证件"


@pytest.mark.parametrize(("decision", "state"), [("remove", Removed), ("clear", Cleared)])
async def test_a_case_about_an_image_that_was_erased_meanwhile_can_be_decided(proof: Proof, decision, state):
    await proof.judged("review")
    await forgotten(proof.world, proof.id)
    assert isinstance((await decided(proof, decision)).state, state)


async def test_operations_look_at_a_withheld_image_through_its_case_and_that_is_on_record(proof: Proof):
    await proof.judged("risky")
    (case,) = await proof.cases()
    operator = await proof.world.operator("operations")
    assert (await proof.world.use(LookAtImage)(case.id, operator)).content == PNG
    async with proof.world.begin() as tx:
        (line,) = await tx.audit.of_subject(f"file:{proof.id}", limit=9)
    assert (line.action, line.actor_id, line.detail) == ("file.seen", operator.id, f"content:{case.id}")
    for role in ("reviewer", "finance", "auditor"):
        with pytest.raises(NotPermitted):
            await proof.world.use(LookAtImage)(case.id, await proof.world.operator(role))


async def test_there_is_nothing_to_look_at_once_it_was_decided_or_where_it_is_no_image(proof: Proof):
    await proof.judged("review")
    case = await decided(proof, "clear")
    operator = await proof.world.operator("operations")
    await proof.world.published(await proof.world.member(), note="加微信聊")
    (text,) = await proof.cases()
    for nothing in (case, text):
        with pytest.raises(Missing):
            await proof.world.use(LookAtImage)(nothing.id, operator)


async def test_nobody_decides_about_their_own_image(proof: Proof):
    await proof.judged("risky")
    (case,) = await proof.cases()
    author = evolve(proof.runner, grants=(await proof.world.operator("operations")).grants)
    with pytest.raises(OwnContent):
        await proof.world.use(DecideContent).clear(case.id, author)


async def test_nobody_decides_about_an_image_in_an_order_of_theirs_or_looks_at_it_as_staff(proof: Proof):
    await proof.judged("risky")
    (case,) = await proof.cases()
    other_side = evolve(proof.requester, grants=(await proof.world.operator("operations")).grants)
    for ask in (
        proof.world.use(LookAtImage)(case.id, other_side),
        proof.world.use(DecideContent).clear(case.id, other_side),
        proof.world.use(DecideContent).remove(case.id, other_side, reason="?"),
    ):
        with pytest.raises(OwnContent):
            await ask
