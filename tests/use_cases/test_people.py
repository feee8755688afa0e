"""Signing in, leaving, roles; becoming a runner."""

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from errand_domain.errors import InvalidField, Missing, NotPermitted, Stale
from errand_domain.ids import FileId, MemberId
from errand_domain.member.member import AccountBusy, LastWay, Member, MemberBarred, Way, WayTaken
from errand_domain.member.roles import Grant
from errand_domain.member.session import SESSION_LIFE, CodeTooSoon, NotSignedIn, WrongCode
from errand_domain.permissions import may
from errand_domain.runner.runner import NotARunner, Runner
from errand_domain.runner.verification import (
    IllegalVerificationTransition,
    OwnApplication,
    StudentNumberTaken,
)
from errand_domain.use_cases.content.judging import ContentRefused
from errand_domain.use_cases.files.stored_files import UploadFile
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.members.manage_profile import BlockMember, GiveConsent, UpdateProfile
from errand_domain.use_cases.operators.manage_members import BarMember, GrantRole
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.runners.apply_as_runner import ApplyAsRunner, RunnerApplication
from errand_domain.use_cases.runners.look_at_application import EarlierDecisions, LookAtApplication
from errand_domain.use_cases.runners.review_runner import (
    Approve,
    Reinstate,
    Reject,
    ReviewQueue,
    ReviewRunner,
    Suspend,
    WantMore,
)
from errand_domain.use_cases.runners.runner_standing import SwitchShift
from errand_domain.use_cases.signing_in.entering import Arrival, Entered
from errand_domain.use_cases.signing_in.own_sessions import ListSessions, Recognise, SignOut
from errand_domain.use_cases.signing_in.own_ways import LinkWay, UnlinkWay
from errand_domain.use_cases.signing_in.request_code import RequestCode
from errand_domain.use_cases.signing_in.sign_in import SignIn
from tests.domain.examples import DAY, MINUTE, OTHER_CAMPUS_ID, RECEIPT, SECOND
from tests.use_cases.world import PNG, World

PHONE = Way("phone", "+8613900000001")
EMAIL = Way("email", "lin@example.edu")


async def sent(world: World, way: Way) -> str:
    await world.use(RequestCode)(way)
    return world.notices.inbox[0].code


async def enter(world: World, way: Way = PHONE) -> Entered:
    return await world.use(SignIn)(way, await sent(world, way), arrival=Arrival(device="iPhone"))


# -- Signing in ----------------------------------------------------------------------------------------------


async def test_whoever_signs_in_for_the_first_time_becomes_a_member_and_then_is_the_same_one(world: World):
    first = await enter(world)
    world.clock.advance(MINUTE)
    second = await enter(world)
    assert first.member == second.member
    assert first.token != second.token
    assert (await world.use(Recognise)(second.token)).member == first.member
    assert len(await world.use(ListSessions)(first.member.id)) == 2


async def test_a_code_is_good_once_and_not_after_five_wrong_tries(world: World):
    code = await sent(world, PHONE)
    sign_in = world.use(SignIn)
    await sign_in(PHONE, code)
    with pytest.raises(WrongCode):
        await sign_in(PHONE, code)
    world.clock.advance(MINUTE)
    code = await sent(world, PHONE)
    for _ in range(5):
        with pytest.raises(WrongCode):
            await sign_in(PHONE, "wrong")
    with pytest.raises(WrongCode):
        await sign_in(PHONE, code)


async def test_a_code_is_good_for_five_minutes_and_for_its_own_address(world: World):
    code = await sent(world, PHONE)
    with pytest.raises(WrongCode):
        await world.use(SignIn)(EMAIL, code)
    world.clock.advance(5 * MINUTE)
    with pytest.raises(WrongCode):
        await world.use(SignIn)(PHONE, code)


async def test_codes_are_not_sent_more_often_than_once_a_minute(world: World):
    await sent(world, PHONE)
    with pytest.raises(CodeTooSoon):
        await sent(world, PHONE)
    assert len(world.notices.inbox) == 1
    await sent(world, EMAIL)


async def test_neither_codes_nor_tokens_are_stored_as_they_are(world: World):
    code = await sent(world, PHONE)
    entered = await world.use(SignIn)(PHONE, code)
    async with world.begin() as tx:
        stored = await tx.sessions.code_for(PHONE)
    assert stored is not None
    assert code not in stored.code_hash
    assert entered.token not in entered.session.token_hash
    assert entered.token not in repr(entered)
    assert code not in repr(world.notices.inbox)


async def test_a_session_ends_with_its_time_at_sign_out_and_when_the_member_is_barred(world: World):
    recognise = world.use(Recognise)
    first = await enter(world)
    world.clock.advance(SESSION_LIFE)
    with pytest.raises(NotSignedIn):
        await recognise(first.token)
    second = await enter(world)
    with pytest.raises(Missing):
        await world.use(SignOut)(evolve(second.session, member_id=(await world.member()).id), second.session.id)
    await world.use(SignOut)(second.session, second.session.id)
    with pytest.raises(NotSignedIn):
        await recognise(second.token)
    world.clock.advance(MINUTE)
    third = await enter(world)
    await world.use(BarMember)(third.member.id, None, campus_id=world.campus.id, barred=True, reason="刷单")
    with pytest.raises(NotSignedIn):
        await recognise(third.token)
    world.clock.advance(MINUTE)
    with pytest.raises(MemberBarred):
        await enter(world)


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "' OR 1=1 --"])
async def test_a_token_that_was_never_given_signs_nobody_in(world: World, token: str):
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(token)


# -- The account ---------------------------------------------------------------------------------------------


async def test_a_second_way_is_proven_by_a_code_and_the_last_cannot_be_removed(world: World):
    member = (await enter(world)).member
    link = world.use(LinkWay)
    code = await sent(world, EMAIL)
    with pytest.raises(WrongCode):
        await link(member.id, EMAIL, "wrong")
    assert (await link(member.id, EMAIL, code)).ways == (PHONE, EMAIL)
    world.clock.advance(MINUTE)
    assert (await link(member.id, EMAIL, await sent(world, EMAIL))).ways == (PHONE, EMAIL)
    await world.use(UnlinkWay)(member.id, "phone")
    with pytest.raises(LastWay):
        await world.use(UnlinkWay)(member.id, "email")


async def test_a_way_belongs_to_one_member(world: World):
    await enter(world)
    other = await world.member()
    world.clock.advance(MINUTE)
    with pytest.raises(WayTaken):
        await world.use(LinkWay)(other.id, PHONE, await sent(world, PHONE))


async def test_a_nickname_is_checked_and_a_campus_must_be_there(world: World):
    member = await world.member()
    update = world.use(UpdateProfile)
    assert (await update(member.id, nickname="小林", campus_id=world.campus.id)).campus_id == world.campus.id
    with pytest.raises(ContentRefused):
        await update(member.id, nickname="代考", campus_id=None)
    with pytest.raises(Missing):
        await update(member.id, nickname="小林", campus_id=OTHER_CAMPUS_ID)
    with pytest.raises(InvalidField):
        await update(member.id, nickname="林" * 21, campus_id=None)


async def test_consent_to_a_dated_version_is_kept_once(world: World):
    member = await world.member()
    give = world.use(GiveConsent)
    first = await give(member.id, document="privacy_policy", version="2026-01")
    again = await give(member.id, document="privacy_policy", version="2026-01")
    assert first.consents == again.consents
    assert again.version == first.version
    async with world.begin() as tx:
        assert (await tx.members.get(member.id)).consents == first.consents


async def test_an_account_with_money_or_an_open_order_is_not_closed(world: World):
    requester, runner = await world.member(), await world.runner()
    close = world.use(CloseAccount)
    order = await world.published(requester)
    with pytest.raises(AccountBusy):
        await close(requester.id)
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    order = await world.opened(requester)
    with pytest.raises(AccountBusy) as refusal:
        await close(requester.id)
    assert refusal.value.reason == "order"
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    carried = await world.accepted(await world.member(), runner)
    with pytest.raises(AccountBusy) as refusal:
        await close(runner.id)
    assert refusal.value.reason == "order"
    await world.use(CancelErrand)(carried.id, carried.requester_id, reason="不需要了")
    await world.completed(await world.member(), runner)
    for _ in range(2):
        with pytest.raises(AccountBusy) as refusal:
            await close(runner.id)
        assert refusal.value.reason == "balance"
        await world.pass_time(2 * DAY)
    assert (await close(requester.id)).ways == ()


async def test_an_account_is_not_closed_while_money_is_on_its_way_back_to_it(world: World):
    requester = await world.member()
    order = await world.opened(requester)
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    with pytest.raises(AccountBusy) as refusal:
        await world.use(CloseAccount)(requester.id)
    assert refusal.value.reason == "refund"
    await world.settle_outside()
    assert (await world.use(CloseAccount)(requester.id)).ways == ()


async def test_a_closed_account_is_signed_out_everywhere_and_its_address_is_free_again(world: World):
    entered = await enter(world)
    await world.use(CloseAccount)(entered.member.id)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered.token)
    async with world.begin() as tx:
        assert await tx.sessions.of_member(entered.member.id, at=world.clock.now()) == ()
    world.clock.advance(MINUTE)
    assert (await enter(world)).member.id != entered.member.id
    with pytest.raises(MemberBarred):
        await world.use(CloseAccount)(entered.member.id)


async def test_nobody_blocks_themselves_or_somebody_who_is_not_there(world: World):
    member = await world.member()
    with pytest.raises(InvalidField):
        await world.use(BlockMember)(member.id, member.id, blocked=True)
    with pytest.raises(Missing):
        await world.use(BlockMember)(member.id, RECEIPT, blocked=True)  # type: ignore[arg-type]


# -- Staff ---------------------------------------------------------------------------------------------------


async def test_only_an_administrator_of_that_campus_gives_roles_and_it_is_audited(world: World):
    member, admin = await world.member(), await world.operator("admin")
    elsewhere = await world.member(grants=frozenset({Grant("admin", OTHER_CAMPUS_ID)}))
    give: Any = world.use(GrantRole)
    for who in (member, elsewhere, await world.operator("operations")):
        with pytest.raises(NotPermitted):
            await give(member.id, who, role="finance", campus_id=world.campus.id, granted=True)
    granted: Member = await give(member.id, admin, role="finance", campus_id=world.campus.id, granted=True)
    assert may("approve_withdrawals", granted, world.campus.id)
    async with world.begin() as tx:
        assert await tx.audit.count(f"member:{member.id}", "role.granted") == 1


async def test_a_role_that_is_taken_ends_the_sessions_that_had_it(world: World):
    entered = await enter(world)
    change: Any = world.use(GrantRole)
    for granted in (True, False):
        await change(entered.member.id, None, role="admin", campus_id=world.campus.id, granted=granted)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered.token)


# -- Becoming a runner ---------------------------------------------------------------------------------------


async def application(world: World, member: Member, **changes: Any) -> RunnerApplication:
    card = await world.use(UploadFile)(member.id, PNG, purpose="student_card")
    given = RunnerApplication(
        member_id=member.id,
        campus_id=world.campus.id,
        real_name="林小雨",
        student_number=f"S{member.id.int % 10**9}",
        card_photo=card.id,
        study_until=date(2027, 7, 1),
        agreement_version="2026-01",
    )
    return evolve(given, **changes)


async def applied(world: World, member: Member, **changes: Any) -> Runner:
    return await world.use(ApplyAsRunner)(await application(world, member, **changes))


async def test_a_student_applies_is_approved_and_starts_a_shift(world: World):
    member, reviewer = await world.member(), await world.operator("reviewer")
    await applied(world, member)
    with pytest.raises(NotARunner):
        await world.use(SwitchShift)(member.id, on=True)
    (waiting,) = await world.use(ReviewQueue)(world.campus.id, reviewer, limit=10)
    assert waiting.member_id == member.id
    await world.use(ReviewRunner)(member.id, reviewer, Approve())
    assert (await world.use(SwitchShift)(member.id, on=True)).on_shift
    assert await world.use(ReviewQueue)(world.campus.id, reviewer, limit=10) == ()
    await world.pass_time()
    assert "通过" in world.notices.inbox[0].text


async def test_applying_keeps_the_consent_to_the_runner_agreement(world: World):
    member = await world.member()
    await applied(world, member)
    async with world.begin() as tx:
        stored = await tx.members.get(member.id)
    assert [(c.document, c.version) for c in stored.consents] == [("runner_agreement", "2026-01")]


@pytest.mark.parametrize(
    "decision",
    [Approve(), Reject(reason="不清楚"), WantMore(wanted="更清楚的照片"), Suspend(reason="x"), Reinstate()],
    ids=lambda d: type(d).__name__,
)
async def test_nobody_decides_about_themselves(world: World, decision: Any):
    both = await world.operator("reviewer", "operations", "admin")
    await applied(world, both)
    if isinstance(decision, Suspend | Reinstate):
        other = await world.operator("admin")
        await world.use(ReviewRunner)(both.id, other, Approve())
        if isinstance(decision, Reinstate):
            await world.use(ReviewRunner)(both.id, other, Suspend(reason="x"))
    before = await world.standing(both)
    with pytest.raises(OwnApplication):
        await world.use(ReviewRunner)(both.id, both, decision)
    assert await world.standing(both) == before


async def test_a_reviewer_reviews_and_operations_suspend_and_neither_does_the_others_work(world: World):
    member = await world.member()
    reviewer, operations = await world.operator("reviewer"), await world.operator("operations")
    await applied(world, member)
    decide = world.use(ReviewRunner)
    with pytest.raises(NotPermitted):
        await decide(member.id, operations, Approve())
    with pytest.raises(NotPermitted):
        await world.use(ReviewQueue)(world.campus.id, operations, limit=5)
    await decide(member.id, reviewer, Approve())
    with pytest.raises(NotPermitted):
        await decide(member.id, reviewer, Suspend(reason="投诉"))
    await decide(member.id, operations, Suspend(reason="投诉"))
    assert (await decide(member.id, operations, Reinstate())).is_approved


async def test_what_was_decided_about_an_application_is_nothing_to_the_one_that_came_after_it(world: World):
    member, reviewer = await world.member(), await world.operator("reviewer")
    seen = (await applied(world, member)).application.submitted_at
    decide: Any = world.use(ReviewRunner)
    await decide(member.id, reviewer, WantMore(wanted="更清楚的照片"), shown_at=seen)
    world.clock.advance(MINUTE)
    again = (await applied(world, member)).application.submitted_at
    with pytest.raises(Stale):
        await decide(member.id, reviewer, Approve(), shown_at=seen)
    assert (await decide(member.id, reviewer, Approve(), shown_at=again)).is_approved


async def test_who_reviews_nobody_does_not_hear_who_has_applied(world: World):
    member, finance = await world.member(), await world.operator("finance")
    await applied(world, member)
    for somebody in (member.id, MemberId(world.ids.new())):
        for look in (
            world.use(ReviewRunner)(somebody, finance, Approve()),
            world.use(LookAtApplication)(somebody, finance),
            world.use(EarlierDecisions)(somebody, finance, limit=5),
        ):
            with pytest.raises(NotPermitted):
                await look


async def test_every_decision_about_a_runner_is_audited(world: World):
    member, reviewer = await world.member(), await world.operator("reviewer")
    await applied(world, member)
    await world.use(ReviewRunner)(member.id, reviewer, Reject(reason="照片不清楚"))
    async with world.begin() as tx:
        (entry,) = await tx.audit.of_subject(f"runner:{member.id}", limit=5)
    assert (entry.action, entry.actor_id) == ("runner.rejected", reviewer.id)


async def test_applying_again_is_welcome_where_more_was_wanted_and_not_while_one_waits(world: World):
    member, reviewer = await world.member(), await world.operator("reviewer")
    await applied(world, member)
    with pytest.raises(IllegalVerificationTransition):
        await applied(world, member)
    await world.use(ReviewRunner)(member.id, reviewer, WantMore(wanted="更清楚的照片"))
    assert (await applied(world, member, real_name="林小雨雨")).application.real_name == "林小雨雨"


async def test_a_student_number_stands_for_one_member(world: World):
    await applied(world, await world.member(), student_number="S1")
    with pytest.raises(StudentNumberTaken):
        await applied(world, await world.member(), student_number="S1")


async def test_a_card_of_somebody_else_or_a_study_that_is_over_is_refused(world: World):
    member, other = await world.member(), await world.member()
    foreign = await application(world, other)
    with pytest.raises(InvalidField):
        await applied(world, member, card_photo=foreign.card_photo)
    with pytest.raises(InvalidField):
        await applied(world, member, card_photo=FileId(RECEIPT))
    with pytest.raises(InvalidField):
        await applied(world, member, study_until=world.clock.now().date())


async def test_a_runner_lapses_at_the_end_of_the_study_period_and_may_apply_again(world: World):
    member, reviewer = await world.member(), await world.operator("reviewer")
    await applied(world, member, study_until=date(2026, 9, 3))
    await world.use(ReviewRunner)(member.id, reviewer, Approve())
    end = (await world.standing(member)).due_at
    assert end is not None
    world.clock.set(end)
    world.clock.advance(-SECOND)
    await world.pass_time()
    assert (await world.standing(member)).is_approved
    await world.pass_time(SECOND)
    assert (await world.standing(member)).verification_name == "lapsed"
    assert (await applied(world, member)).verification_name == "applied"
