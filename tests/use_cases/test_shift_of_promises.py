"""What was promised for an errand stands when it changes hands, and broken promises count each time."""

from asyncio import gather

import pytest

from errand_domain.errors import Missing
from errand_domain.member.member import Member
from errand_domain.money import NOTHING
from errand_domain.order.order import Order
from errand_domain.order.refusals import ColleagueUnavailable, RunnerNotApproved
from errand_domain.order.states import Accepted, Open, Proof
from errand_domain.use_cases.members.manage_profile import BlockMember
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.orders.cancel_errand import QuoteCancellation
from errand_domain.use_cases.orders.give_up_errand import GiveUpErrand
from errand_domain.use_cases.orders.hand_over_errand import OfferErrand, ReassignErrand, TakeOverErrand
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from errand_domain.use_cases.runners.runner_standing import SwitchShift, ViewStanding
from tests.domain.examples import AT_STATION, MINUTE, OTHER_CAMPUS_ID, SECOND
from tests.use_cases.world import World, orders_of


async def hand_over(world: World, order: Order, giver: Member, taker: Member) -> Order:
    await world.use(OfferErrand)(order.id, giver.id, to=taker.id)
    return await world.use(TakeOverErrand)(order.id, taker.id)


def promise(order: Order) -> Accepted:
    assert isinstance(order.state, Accepted)
    return order.state


# -- Changing hands ------------------------------------------------------------------------------------------


async def test_two_runners_who_pass_an_errand_to_and_fro_win_no_time(world: World):
    one, other = await world.runner(), await world.runner()
    order = await world.accepted(await world.member(), one)
    promised = promise(order)
    for _ in range(3):
        world.clock.advance(5 * MINUTE)
        order = await hand_over(world, order, one, other)
        one, other = other, one
    assert promise(order).no_show_at == promised.no_show_at
    assert promise(order).assignment.arrive_by == promised.assignment.arrive_by
    world.clock.set(promised.no_show_at)
    await world.pass_time()
    assert isinstance((await world.order(order)).state, Open)


async def test_operations_may_grant_more_time(world: World):
    order = await world.accepted(await world.member(), await world.runner())
    world.clock.advance(20 * MINUTE)
    second, operations = await world.runner(), await world.operator("operations")
    after = await world.use(ReassignErrand)(order.id, operations, to=second.id)
    assert promise(after).no_show_at > promise(order).no_show_at


@pytest.mark.parametrize("by_operations", [False, True])
async def test_a_change_of_hands_gives_the_requester_no_new_free_minutes(world: World, by_operations: bool):
    requester, first, second = await world.member(), await world.runner(), await world.runner()
    order = await world.accepted(requester, first)
    world.clock.advance(world.campus.policy.cancel_free_for + SECOND)
    if by_operations:
        await world.use(ReassignErrand)(order.id, await world.operator("operations"), to=second.id)
    else:
        await hand_over(world, order, first, second)
    assert await world.use(QuoteCancellation)(order.id, requester.id) == world.campus.policy.cancel_fee


async def test_the_free_minutes_run_from_the_acceptance_wherever_the_runner_is(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    await world.use(ArriveAtPickup)(order.id, runner.id, proof=Proof(position=AT_STATION))
    assert await world.use(QuoteCancellation)(order.id, requester.id) == NOTHING
    world.clock.advance(world.campus.policy.cancel_free_for + SECOND)
    assert await world.use(QuoteCancellation)(order.id, requester.id) == world.campus.policy.cancel_fee


# -- What an offer tells -------------------------------------------------------------------------------------


async def test_an_offer_tells_nothing_about_a_colleague_who_cannot_take_it(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    resting, blocking = await world.runner(), await world.runner()
    await world.use(SwitchShift)(resting.id, on=False)
    await world.use(BlockMember)(blocking.id, requester.id, blocked=True)
    nobody, poor = await world.member(), await world.runner(credit=41)
    for colleague in (resting, blocking, nobody, poor, requester, runner):
        with pytest.raises(ColleagueUnavailable) as refusal:
            await world.use(OfferErrand)(order.id, runner.id, to=colleague.id)
        assert refusal.value.facts() == {}


async def test_offering_again_to_the_same_colleague_changes_nothing(world: World):
    runner, colleague = await world.runner(), await world.runner()
    order = await world.accepted(await world.member(), runner)
    offered = await world.use(OfferErrand)(order.id, runner.id, to=colleague.id)
    assert await world.use(OfferErrand)(order.id, runner.id, to=colleague.id) == offered
    assert await world.order(order) == offered


async def test_what_was_not_offered_is_not_there_whoever_asks(world: World):
    order = await world.accepted(await world.member(), await world.runner())
    for asker in (await world.runner(), await world.member()):
        with pytest.raises(Missing):
            await world.use(TakeOverErrand)(order.id, asker.id)
    with pytest.raises(Missing):
        await world.use(TakeOverErrand)(world.ids.new(), asker.id)


async def test_who_is_no_runner_learns_nothing_of_an_order_by_accepting_it(world: World):
    stranger, requester = await world.member(), await world.member()
    taken = await world.accepted(requester, await world.runner())
    for order_id in (taken.id, (await world.opened(requester)).id, world.ids.new()):
        with pytest.raises(RunnerNotApproved):
            await world.use(AcceptErrand)(order_id, stranger.id)


async def test_a_runner_of_another_campus_finds_no_order_here(world: World):
    elsewhere = await world.runner()
    requester = await world.member()
    orders = [await world.opened(requester), await world.accepted(requester, await world.runner())]
    await world.move_to(elsewhere, OTHER_CAMPUS_ID)
    for order in orders:
        with pytest.raises(Missing):
            await world.use(AcceptErrand)(order.id, elsewhere.id)


# -- Broken promises -----------------------------------------------------------------------------------------


async def test_giving_one_order_up_again_costs_again(world: World):
    runner, rules = await world.runner(), world.campus.policy.credit
    order = await world.opened(await world.member())
    for times in (1, 2, 3):
        await world.use(AcceptErrand)(order.id, runner.id)
        await world.use(GiveUpErrand)(order.id, runner.id, reason="other")
        standing = await world.use(ViewStanding)(runner.id)
        assert standing.runner.credit == rules.start + times * rules.gave_up
        assert len(standing.lines) == times


async def test_of_many_orders_given_up_at_once_no_more_go_through_than_a_day_allows(world: World):
    policy = world.campus.policy
    runner, requester = await world.runner(), await world.member()
    orders = [await world.accepted(requester, runner) for _ in range(policy.open_orders_most)]
    first = orders.pop()
    await world.use(GiveUpErrand)(first.id, runner.id, reason="other")
    orders += [await world.accepted(requester, runner)]
    give_up = world.use(GiveUpErrand)
    came = await gather(*(give_up(order.id, runner.id, reason="other") for order in orders), return_exceptions=True)
    assert len(orders_of(came)) == policy.give_ups_per_day - 1
    standing = await world.use(ViewStanding)(runner.id)
    assert standing.runner.credit == policy.credit.start + policy.give_ups_per_day * policy.credit.gave_up
    assert len(standing.lines) == policy.give_ups_per_day


async def test_coming_late_costs_the_same_whether_the_runner_says_so_or_picks_up_at_once(world: World):
    policy = world.campus.policy
    for picks_up_at_once in (False, True):
        runner = await world.runner()
        order = await world.accepted(await world.member(), runner)
        world.clock.set(promise(order).assignment.arrive_by + policy.runner_late_after + SECOND)
        if not picks_up_at_once:
            await world.use(ArriveAtPickup)(order.id, runner.id, proof=Proof(position=AT_STATION))
        await world.use(PickUpItem)(order.id, runner.id, photos=(await world.photo(order, runner),))
        assert (await world.standing(runner)).credit == policy.credit.start + policy.credit.late
