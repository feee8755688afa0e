"""What is known of people, who may know it, and when it is erased."""

from datetime import UTC, date, datetime
from typing import Final

import pytest

from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.member.member import Member, MemberBarred
from errand_domain.order.refusals import RunnerNotApproved
from errand_domain.ports.files import FileStore
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import Left, StudentNumberTaken
from errand_domain.use_cases.files.stored_files import UploadFile
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.hand_over_errand import ReassignErrand
from errand_domain.use_cases.orders.publish_errand import Publication, PublishErrand
from errand_domain.use_cases.orders.quote_errand import QuoteErrand, QuoteRequest
from errand_domain.use_cases.runners.apply_as_runner import ApplyAsRunner, RunnerApplication
from errand_domain.use_cases.runners.review_runner import Approve, Decision, Reject, ReviewRunner, Suspend, WantMore
from errand_domain.use_cases.runners.runner_standing import SwitchShift
from errand_domain.use_cases.runners.watch_runner import WatchRunner
from tests.domain.examples import DAY, SECOND
from tests.use_cases.world import PNG, World

STUDENT_NUMBER: Final = "2023011234"
STUDY_ENDS: Final = datetime(2029, 7, 1, tzinfo=UTC)


async def card(world: World, member: Member) -> FileId:
    return (await world.use(UploadFile)(member.id, PNG, purpose="student_card")).id


async def applied(
    world: World, member: Member, *, photo: FileId | None = None, study_until: date = date(2029, 6, 30)
) -> Runner:
    application = RunnerApplication(
        member_id=member.id,
        campus_id=world.campus.id,
        real_name="林小雨",
        student_number=STUDENT_NUMBER,
        card_photo=photo or await card(world, member),
        study_until=study_until,
        gender="female",
        agreement_version="2026-01",
    )
    return await world.use(ApplyAsRunner)(application)


async def decide(world: World, runner: Runner, *decisions: Decision) -> Runner:
    reviewer = await world.operator("reviewer", "operations")
    for decision in decisions:
        runner = await world.use(ReviewRunner)(runner.member_id, reviewer, decision)
    return runner


async def is_kept(world: World, file_id: FileId) -> bool:
    """Whether facts or bytes of the file are anywhere."""
    kept = 0
    async with world.begin() as tx:
        for look in (tx.files.get, world.parts[FileStore].get):
            try:
                await look(file_id)
            except Missing:
                continue
            kept += 1
    assert kept in (0, 2)
    return bool(kept)


# -- Closing an account --------------------------------------------------------------------------------------


@pytest.mark.parametrize("decisions", [(), (Approve(),), (Reject(reason="照片不清楚"),)])
async def test_whoever_leaves_is_no_runner_any_more_and_nothing_says_who_it_was(
    world: World, decisions: tuple[Decision, ...]
):
    member = await world.member()
    runner = await decide(world, await applied(world, member), *decisions)
    if runner.is_approved:
        await world.use(SwitchShift)(member.id, on=True)
    await world.use(CloseAccount)(member.id)
    left = await world.standing(member)
    assert isinstance(left.verification, Left)
    assert not left.on_shift
    assert left.due_at is None
    shown = left.application
    assert (shown.real_name, shown.student_number, shown.card_photo, shown.gender) == (None, None, None, None)


@pytest.mark.parametrize(
    "decisions", [(), (WantMore(wanted="更清楚的照片"),), (Approve(),), (Reject(reason="照片不清楚"),)]
)
async def test_a_timer_of_a_runner_that_fires_too_early_changes_nothing(world: World, decisions: tuple[Decision, ...]):
    runner = await decide(world, await applied(world, await world.member()), *decisions)
    assert runner.due_at is not None
    assert await world.use(WatchRunner)(runner.member_id) == runner
    world.clock.advance(runner.due_at - world.clock.now() - SECOND)
    assert await world.use(WatchRunner)(runner.member_id) == runner


async def test_leaving_does_not_undo_a_suspension_before_the_study_period_ends(world: World):
    member, anew = await world.member(), await world.member()
    suspended = await decide(world, await applied(world, member), Approve(), Suspend(reason="投诉"))
    await world.use(CloseAccount)(member.id)
    left = await world.standing(member)
    shown = left.application
    assert (shown.real_name, shown.student_number, shown.card_photo, shown.gender) == (None, STUDENT_NUMBER, None, None)
    assert left.due_at == suspended.lapses_at
    with pytest.raises(StudentNumberTaken):
        await applied(world, anew)
    await world.pass_time(STUDY_ENDS - world.clock.now())
    assert (await world.standing(member)).application.student_number is None
    assert (await world.standing(member)).due_at is None
    await applied(world, anew, study_until=date(2033, 6, 30))


async def test_whoever_leaves_takes_every_student_card_along_though_the_process_dies_after_the_commit(world: World):
    member, other = await world.member(), await world.member()
    cards = [await card(world, member) for _ in range(3)]
    foreign = await card(world, other)
    await applied(world, member, photo=cards[-1])
    await world.use(CloseAccount)(member.id)
    await world.pass_time()
    assert [await is_kept(world, file_id) for file_id in (*cards, foreign)] == [False, False, False, True]


async def test_the_student_number_of_whoever_left_is_free(world: World):
    member, again = await world.member(), await world.member()
    await applied(world, member)
    await world.use(CloseAccount)(member.id)
    assert (await applied(world, again)).application.student_number == STUDENT_NUMBER


async def test_whoever_left_publishes_and_takes_nothing(world: World):
    requester, gone = await world.member(), await world.runner()
    terms = world.terms()
    quote = await world.use(QuoteErrand)(QuoteRequest(member_id=gone.id, campus_id=world.campus.id, terms=terms))
    order = await world.opened(requester)
    await world.use(CloseAccount)(gone.id)
    publication = Publication(member_id=gone.id, sealed_quote=quote.sealed, terms=terms, provider="memory")
    with pytest.raises(MemberBarred):
        await world.use(PublishErrand)(publication)
    with pytest.raises(RunnerNotApproved):
        await world.use(AcceptErrand)(order.id, gone.id)
    order = await world.accepted(requester, await world.runner())
    with pytest.raises(RunnerNotApproved):
        await world.use(ReassignErrand)(order.id, await world.operator("operations"), to=gone.id)


# -- Student cards -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", [Approve(), Reject(reason="照片不清楚"), WantMore(wanted="更清楚的照片")])
async def test_the_photo_of_a_student_card_is_erased_some_time_after_the_decision(world: World, decision: Decision):
    member = await world.member()
    photo = await card(world, member)
    await decide(world, await applied(world, member, photo=photo), decision)
    await world.pass_time(world.campus.policy.keep_documents_for - SECOND)
    assert await is_kept(world, photo)
    await world.pass_time(SECOND)
    assert not await is_kept(world, photo)
    runner = await world.standing(member)
    assert runner.application.card_photo is None
    assert runner.application.is_erased == isinstance(decision, Reject)
    assert runner.is_approved == isinstance(decision, Approve)


async def test_a_card_that_waits_for_a_decision_is_kept_until_then(world: World):
    member = await world.member()
    photo = await card(world, member)
    await applied(world, member, photo=photo)
    await world.pass_time(2 * world.campus.policy.keep_documents_for)
    assert await is_kept(world, photo)


async def test_a_better_card_starts_the_time_anew_and_takes_the_older_one_along(world: World):
    member = await world.member()
    first = await card(world, member)
    await decide(world, await applied(world, member, photo=first), Reject(reason="照片不清楚"))
    await world.pass_time(DAY)
    second = await card(world, member)
    again = await applied(world, member, photo=second)
    await world.pass_time(world.campus.policy.keep_documents_for)
    assert await is_kept(world, second)
    await decide(world, again, Approve())
    await world.pass_time(world.campus.policy.keep_documents_for - SECOND)
    fresh = await card(world, member)
    await world.pass_time(SECOND)
    assert [await is_kept(world, file_id) for file_id in (first, second)] == [False, False]
    assert await is_kept(world, fresh), "it belongs to an application that is still to come"


async def test_the_study_period_ends_though_the_card_was_erased_long_before(world: World):
    member = await world.member()
    runner = await decide(world, await applied(world, member), Approve())
    assert runner.lapses_at is not None
    await world.pass_time(world.campus.policy.keep_documents_for)
    world.clock.set(runner.lapses_at)
    await world.pass_time()
    assert (await world.standing(member)).verification_name == "lapsed"
