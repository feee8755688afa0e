"""Who was refused, and whose study is over, is forgotten after a time: what happened stays, and who it was does not."""

import pytest
from attrs import evolve

from errand_domain.errors import DomainError
from errand_domain.ids import OrderId
from errand_domain.member.member import Member
from errand_domain.money import Money
from errand_domain.policy import Policy
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import Lapsed, Rejected, StudentNumberTaken
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.recipes import clearing, runner_available
from errand_domain.use_cases.members.export_member import ExportMember
from errand_domain.use_cases.operators.manage_campus import ChangePolicy
from errand_domain.use_cases.orders.dispute_order import OpenDispute
from errand_domain.use_cases.runners.look_at_application import LookAtApplication
from errand_domain.use_cases.runners.review_runner import Approve, Reject, Suspend
from errand_domain.use_cases.runners.runner_standing import SwitchShift, ViewStanding
from errand_domain.use_cases.runners.watch_runner import LOOK_AGAIN_AFTER, WatchRunner
from tests.domain.examples import DAY, MINUTE, SECOND
from tests.simulation.scheduler import seeded
from tests.use_cases.test_privacy import STUDENT_NUMBER, applied, card, decide, is_kept
from tests.use_cases.world import World

KEPT = Policy().keep_documents_for
REASON = "照片上是另一位同学"
PERSONAL = ("林小雨", STUDENT_NUMBER, "female", REASON)


async def refused(world: World, member: Member) -> Runner:
    return await decide(world, await applied(world, member), Reject(reason=REASON))


async def lapsed(world: World, *, suspended: bool = False) -> tuple[Member, Runner]:
    """A runner whose study period has just ended."""
    member = await world.member()
    decisions = (Approve(), Suspend(reason=REASON)) if suspended else (Approve(),)
    runner = await decide(world, await applied(world, member), *decisions)
    await world.pass_time(2 * KEPT)
    assert runner.lapses_at is not None
    await world.pass_time(runner.lapses_at - world.clock.now())
    return member, await world.standing(member)


def known(runner: Runner) -> set[str]:
    """What the runner's row says of who it is, also where a repr is silent."""
    shown = runner.application
    text = " ".join(map(str, (runner, shown.real_name, shown.student_number, shown.gender)))
    return {word for word in PERSONAL if word in text}


# -- Refused -------------------------------------------------------------------------------------------------


async def test_who_was_refused_is_forgotten_with_the_card_and_that_they_were_is_not(world: World):
    member = await world.member()
    photo = await card(world, member)
    was = await decide(world, await applied(world, member, photo=photo), Reject(reason=REASON))
    await world.pass_time(KEPT - SECOND)
    assert known(await world.standing(member)) == set(PERSONAL)
    assert await is_kept(world, photo)
    await world.pass_time(SECOND)
    bare = await world.standing(member)
    assert known(bare) == set()
    assert not await is_kept(world, photo)
    assert isinstance(was.verification, Rejected)
    assert isinstance(bare.verification, Rejected)
    for name in ("rejected_at", "rejected_by"):
        assert getattr(bare.verification, name) == getattr(was.verification, name)
    assert (bare.campus_id, bare.credit, bare.due_at) == (was.campus_id, was.credit, None)
    exported = str(await world.use(ExportMember)(member.id))
    assert [word for word in PERSONAL if word in exported] == []


async def test_a_reviewer_who_looks_later_finds_that_there_is_nothing(world: World):
    member = await world.member()
    await refused(world, member)
    await world.pass_time(KEPT)
    shown = await world.use(LookAtApplication)(member.id, await world.operator("reviewer"))
    assert (shown.is_erased, shown.card_photo, shown.student_number) == (True, None, None)


@pytest.mark.parametrize("days", [0, 1, KEPT.days, 3 * KEPT.days])
async def test_whoever_was_refused_applies_again_at_any_time(world: World, days: int):
    member = await world.member()
    await refused(world, member)
    await world.pass_time(days * DAY)
    again = await decide(world, await applied(world, member), Approve())
    await world.pass_time(KEPT)
    after = await world.standing(member)
    assert (after.is_approved, after.application.real_name) == (True, "林小雨")
    assert after.application.submitted_at == again.application.submitted_at


async def test_a_refused_number_is_free_from_the_decision_on_and_the_first_to_apply_has_it(world: World):
    first, second = await world.member(), await world.member()
    await refused(world, first)
    await applied(world, second)
    with pytest.raises(StudentNumberTaken):
        await applied(world, first)
    await world.pass_time(KEPT)
    assert known(await world.standing(first)) == set()
    assert (await world.standing(second)).application.student_number == STUDENT_NUMBER


async def test_credit_and_its_lines_outlive_what_was_erased(world: World):
    member, _ = await lapsed(world)
    order_id, now = OrderId(world.ids.new()), world.clock.now()
    async with world.begin() as tx:
        runner = await tx.runners.get(member.id)
        after, line = runner.move_credit("late", order_id, Policy().credit, order_version=1, at=now)
        tx.runners.save(after)
        tx.runners.add_credit(line)
        await tx.commit()
    runner = await applied(world, member, study_until=now.date() + 900 * DAY)
    await decide(world, runner, Reject(reason=REASON))
    await world.pass_time(KEPT)
    standing = await world.use(ViewStanding)(member.id)
    assert known(standing.runner) == set()
    assert (standing.runner.credit, standing.lines) == (after.credit, (line,))


async def test_who_was_refused_before_there_was_a_time_for_it_is_forgotten_with_the_card_or_at_once(world: World):
    with_card, without = await world.member(), await world.member()
    for member in (with_card, without):
        runner = await refused(world, member)
        verification = evolve(runner.verification, details_until=None)
        old = evolve(runner.touched(), verification=verification)
        async with world.begin() as tx:
            tx.runners.save(old if member is with_card else evolve(old, application=old.application.without_card()))
            await tx.commit()
    await world.pass_time()
    assert [bool(known(await world.standing(member))) for member in (with_card, without)] == [True, False]
    await world.pass_time(KEPT)
    assert known(await world.standing(with_card)) == set()


# -- Lapsed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suspended", [False, True])
async def test_a_runner_whose_study_is_over_is_forgotten_some_time_later(world: World, suspended: bool):
    member, was = await lapsed(world, suspended=suspended)
    await world.pass_time(KEPT - SECOND)
    assert known(await world.standing(member)) == set(PERSONAL) - {REASON}
    await world.pass_time(SECOND)
    bare = await world.standing(member)
    assert known(bare) == set()
    assert isinstance(was.verification, Lapsed)
    assert isinstance(bare.verification, Lapsed)
    assert (bare.verification.lapsed_at, bare.credit, bare.due_at) == (was.verification.lapsed_at, was.credit, None)
    with pytest.raises(DomainError):
        await world.use(SwitchShift)(member.id, on=True)


async def test_whoever_studies_on_applies_again_and_is_not_forgotten(world: World):
    member, _ = await lapsed(world)
    await world.pass_time(KEPT - SECOND)
    await applied(world, member, study_until=world.clock.now().date() + 900 * DAY)
    await world.pass_time(SECOND)
    assert (await world.standing(member)).application.real_name == "林小雨"


async def test_a_lapsed_number_is_free_once_it_is_forgotten(world: World):
    _, other = await lapsed(world), await world.member()
    until = world.clock.now().date() + 900 * DAY
    with pytest.raises(StudentNumberTaken):
        await applied(world, other, study_until=until)
    await world.pass_time(KEPT)
    await applied(world, other, study_until=until)


async def test_the_time_is_that_of_the_campus(world: World):
    await world.use(ChangePolicy)(
        world.campus.id, None, change=lambda policy: evolve(policy, keep_documents_for=2 * KEPT), summary="longer"
    )
    member, _ = await lapsed(world)
    await world.pass_time(2 * KEPT - SECOND)
    assert known(await world.standing(member))
    await world.pass_time(SECOND)
    assert known(await world.standing(member)) == set()


async def earning(world: World) -> tuple[Member, Runner]:
    """A runner who lapses with money that nobody has taken out."""
    member = await world.member()
    runner = await decide(world, await applied(world, member), Approve())
    await world.use(SwitchShift)(member.id, on=True)
    await world.earned(member)
    await world.pass_time(KEPT)
    assert runner.lapses_at is not None
    await world.pass_time(runner.lapses_at - world.clock.now())
    return member, await world.standing(member)


async def test_nobody_is_forgotten_who_has_money_and_everybody_who_has_taken_it(world: World):
    member, _ = await earning(world)
    await world.pass_time(3 * KEPT)
    runner = await world.standing(member)
    assert runner.application.real_name == "林小雨"
    assert runner.due_at == world.clock.now() + LOOK_AGAIN_AFTER
    await world.withdraw(member, await world.balance("runner_available", member.id))
    await world.pass_time(LOOK_AGAIN_AFTER)
    assert known(await world.standing(member)) == set()
    await world.prove()


async def test_whoever_was_refused_with_money_from_before_keeps_the_name_until_it_is_out_and_not_the_card(world: World):
    member, _ = await earning(world)
    photo = await card(world, member)
    runner = await applied(world, member, photo=photo, study_until=world.clock.now().date() + 900 * DAY)
    await decide(world, runner, Reject(reason=REASON))
    await world.pass_time(KEPT)
    after = await world.standing(member)
    assert "林小雨" in known(after)
    assert (after.application.card_photo, await is_kept(world, photo)) == (None, False)
    await world.withdraw(member, await world.balance("runner_available", member.id))
    await world.pass_time(LOOK_AGAIN_AFTER)
    assert known(await world.standing(member)) == set()


async def test_a_debt_keeps_nobodys_name(world: World):
    member, _ = await lapsed(world)
    owed, at = runner_available(member.id), world.clock.now()
    debt = Transfer(key="a debt", debit=owed, credit=clearing("memory"), amount=Money(100), at=at)
    async with world.begin() as tx:
        tx.ledger.post(debt)
        await tx.commit()
    assert await world.balance("runner_available", member.id) == -100
    await world.pass_time(KEPT)
    assert known(await world.standing(member)) == set()


async def test_nobody_is_forgotten_whose_last_order_is_disputed(world: World):
    requester, member = await world.member(), await world.member()
    runner = await decide(world, await applied(world, member), Approve())
    await world.use(SwitchShift)(member.id, on=True)
    assert runner.lapses_at is not None
    await world.pass_time(runner.lapses_at - world.clock.now() - SECOND)
    order = await world.delivered(requester, member)
    await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="坏了", evidence=())
    await world.pass_time(MINUTE)
    assert (await world.standing(member)).verification_name == "lapsed"
    await world.pass_time(2 * KEPT)
    assert "林小雨" in known(await world.standing(member))


# -- At once -------------------------------------------------------------------------------------------------


def test_whoever_applies_again_as_they_are_forgotten_has_a_whole_application():
    seen = set[int]()
    for seed in range(40):
        scheduler = seeded(seed)
        world = scheduler.run(World.built(pause=scheduler.pause))
        member = scheduler.run(world.member())
        scheduler.run(refused(world, member))
        world.clock.advance(KEPT - SECOND)
        photo = scheduler.run(card(world, member))
        world.clock.advance(SECOND)
        came, _ = scheduler.race(applied(world, member, photo=photo), world.use(WatchRunner)(member.id))
        assert isinstance(came, Runner), f"seed {seed}"
        after = scheduler.run(world.standing(member))
        assert (after.verification_name, after.application.card_photo) == ("applied", photo), f"seed {seed}"
        assert scheduler.run(is_kept(world, photo)), f"seed {seed}"
        seen.add(after.version)
    assert len(seen) == 2, "either may be first"


async def test_a_timer_that_fires_too_early_or_twice_changes_nothing(world: World):
    member = await world.member()
    runner = await refused(world, member)
    assert await world.use(WatchRunner)(member.id) == runner
    await world.pass_time(KEPT)
    bare = await world.standing(member)
    assert await world.use(WatchRunner)(member.id) == bare
