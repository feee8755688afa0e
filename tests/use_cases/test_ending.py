"""Cancelling, confirming, completing by time, returning, disputing, reviewing."""

from typing import Any

import pytest
from attrs import evolve

from errand_domain.dispute.dispute import IllegalDisputeTransition, NotHeard, Ruling, SameEyes
from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.member.roles import Grant
from errand_domain.money import Money
from errand_domain.order import refusals as r
from errand_domain.order.order import Order
from errand_domain.order.states import AtPickup, Completed, Outcome, Proof
from errand_domain.review.review import AlreadyReviewed, ReviewTooEarly, ReviewTooLate
from errand_domain.use_cases.money.release_earning import ReleaseEarning
from errand_domain.use_cases.money.withdraw_earnings import RequestWithdrawal
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.orders.cancel_errand import CancelErrand, QuoteCancellation
from errand_domain.use_cases.orders.confirm_errand import ConfirmErrand
from errand_domain.use_cases.orders.deliver_item import DeliverItem
from errand_domain.use_cases.orders.dispute_order import OpenDispute, ReviewRuling, RuleDispute, StateCase
from errand_domain.use_cases.orders.report_return import ReportReturn
from errand_domain.use_cases.orders.resolve_order import CancelByOperations, ResolveReturn
from errand_domain.use_cases.orders.review_order import ReviewOrder
from errand_domain.use_cases.orders.view_dispute import ViewDispute
from errand_domain.use_cases.orders.watch_order import WatchOrder
from tests.domain.examples import AT_STATION, DAY, HOUR, MINUTE, OTHER_CAMPUS_ID, SECOND
from tests.use_cases.world import World

HALF = Ruling(refund=Money(200), runner=Money(100), runner_at_fault=True, reason="各担一半")


async def cancel(world: World, order: Order, *, fee: int = 0) -> Order:
    return await world.use(CancelErrand)(order.id, order.requester_id, reason="不需要了", confirmed_fee=Money(fee))


# -- Cancelling ----------------------------------------------------------------------------------------------


async def test_a_cancellation_fee_is_quoted_confirmed_and_credited_to_the_runner(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    world.clock.advance(3 * MINUTE)
    assert await world.use(QuoteCancellation)(order.id, requester.id) == Money(200)
    with pytest.raises(r.FeeNotConfirmed):
        await cancel(world, order)
    await cancel(world, order, fee=200)
    await world.settle_outside()
    assert await world.balance("runner_held", runner.id) == 200
    assert Money(world.provider.totals.refunded) == order.price.payable - Money(200)
    await world.prove()


async def test_a_cancellation_fee_becomes_available_like_other_earnings(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    world.clock.advance(3 * MINUTE)
    await cancel(world, order, fee=200)
    await world.pass_time(2 * DAY)
    assert await world.balance("runner_available", runner.id) == 200


async def test_cancelling_is_free_while_the_runner_is_late(world: World):
    order = await world.accepted(await world.member(), await world.runner())
    world.clock.advance(45 * MINUTE)
    assert (await cancel(world, order)).state.outcome == Outcome(refund=order.price.payable)  # type: ignore[union-attr]


@pytest.mark.parametrize("who", ["another member", "the runner"])
async def test_nobody_cancels_or_confirms_the_order_of_somebody_else(world: World, who: str):
    runner = await world.runner()
    order = await world.delivered(await world.member(), runner)
    other = await world.member() if who == "another member" else runner
    for act in (
        world.use(CancelErrand)(order.id, other.id, reason="算了"),
        world.use(QuoteCancellation)(order.id, other.id),
        world.use(ConfirmErrand)(order.id, other.id),
    ):
        with pytest.raises(Missing):
            await act
    assert await world.order(order) == order


async def test_nothing_is_cancelled_after_completion(world: World):
    order = await world.completed(await world.member(), await world.runner())
    with pytest.raises(r.IllegalTransition):
        await cancel(world, order, fee=999)
    operations = await world.operator("operations")
    with pytest.raises(r.IllegalTransition):
        await world.use(CancelByOperations)(order.id, operations, reason="误发")
    assert await world.refunds(order) == ()


async def test_a_stale_timer_does_not_cancel_an_order_that_has_moved_on(world: World):
    order = await world.picked_up(await world.member(), await world.runner())
    world.clock.advance(30 * DAY)
    assert await world.use(WatchOrder)(order.id) == order


async def test_an_order_that_nobody_takes_expires_and_everything_goes_back(world: World):
    order = await world.opened(await world.member(), tip=Money(100))
    await world.pass_time(2 * HOUR)
    assert (await world.order(order)).state_name == "expired"
    await world.settle_outside()
    assert world.provider.totals.refunded == order.price.payable.fen
    assert await world.totals() == {}


# -- Confirming ----------------------------------------------------------------------------------------------


async def by_requester(world: World, order: Order, _runner: Any) -> None:
    await world.use(ConfirmErrand)(order.id, order.requester_id)


async def by_code(world: World, order: Order, runner: Any) -> None:
    await world.use(DeliverItem)(order.id, runner.id, proof=Proof(), code=order.delivery_code)


async def by_time(world: World, _order: Order, _runner: Any) -> None:
    await world.pass_time(DAY)


@pytest.mark.parametrize("complete", [by_requester, by_code, by_time], ids=lambda act: act.__name__)
async def test_however_it_completes_the_runner_is_paid_the_same(world: World, complete: Any):
    requester, runner = await world.member(), await world.runner()
    order = await world.delivered(requester, runner)
    await complete(world, order, runner)
    assert isinstance((await world.order(order)).state, Completed)
    reward = order.price.reward
    assert await world.balance("runner_held", runner.id) == reward.share(8_500).fen
    assert await world.balance("campus_agent", world.campus.id) == reward.share(500).fen
    assert await world.balance("escrow", order.id) == 0
    await world.prove()


async def test_a_state_that_is_left_is_not_entered_again_and_pays_once(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    held = await world.balance("runner_held", runner.id)
    for act in (
        world.use(ConfirmErrand)(order.id, requester.id),
        world.use(DeliverItem)(order.id, runner.id, proof=Proof(), code=order.delivery_code),
    ):
        with pytest.raises(r.IllegalTransition):
            await act
    await world.use(WatchOrder)(order.id)
    assert await world.balance("runner_held", runner.id) == held
    await world.prove()


async def test_completion_by_time_waits_its_24_hours(world: World):
    order = await world.delivered(await world.member(), await world.runner())
    await world.pass_time(DAY - SECOND)
    assert (await world.order(order)).state_name == "delivered"


# -- Returning and operations --------------------------------------------------------------------------------


async def test_a_return_is_decided_by_operations_and_leaves_no_escrow(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.picked_up(requester, runner)
    await world.use(ReportReturn)(order.id, runner.id, reason="unreachable")
    operations = await world.operator("operations")
    outcome = Outcome(refund=Money(100), runner=Money(150))
    for who in (requester, runner, await world.operator("finance")):
        with pytest.raises(NotPermitted):
            await world.use(ResolveReturn)(order.id, who, outcome=outcome)
    await world.use(ResolveReturn)(order.id, operations, outcome=outcome)
    await world.settle_outside()
    assert await world.balance("runner_held", runner.id) == 150
    assert world.provider.totals.refunded == 100
    assert await world.balance("escrow", order.id) == 0
    await world.prove()


async def test_an_order_ended_by_operations_keeps_none_of_its_escrow_and_is_audited(world: World):
    order = await world.picked_up(await world.member(), await world.runner())
    operations = await world.operator("operations")
    await world.use(CancelByOperations)(order.id, operations, reason="误发")
    await world.settle_outside()
    assert await world.totals() == {}
    async with world.begin() as tx:
        (entry,) = await tx.audit.of_subject(f"order:{order.id}", limit=5)
    assert (entry.action, entry.detail) == ("order.cancelled", f"误发 (refund {order.held}, runner ¥0.00)")
    await world.prove()


async def test_operations_of_another_campus_decide_nothing_here(world: World):

    elsewhere = await world.member(grants=frozenset({Grant("operations", OTHER_CAMPUS_ID)}))
    order = await world.picked_up(await world.member(), await world.runner())
    with pytest.raises(Missing):
        await world.use(CancelByOperations)(order.id, elsewhere, reason="误发")


# -- Disputing -----------------------------------------------------------------------------------------------


async def disputed(world: World, requester: Any, runner: Any, *, heard: bool = True) -> Any:
    order = await world.completed(requester, runner)
    dispute = await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="盒子压坏了")
    return await world.use(StateCase)(order.id, runner.id, text="取件时就是坏的") if heard else dispute


async def test_a_dispute_freezes_held_earnings_until_it_is_ruled(world: World):
    requester, runner = await world.member(), await world.runner()
    dispute = await disputed(world, requester, runner)
    await world.pass_time(10 * DAY)
    assert await world.balance("runner_available", runner.id) == 0
    operations = await world.operator("operations")
    await world.use(RuleDispute)(dispute.id, operations, ruling=HALF)
    await world.settle_outside()
    assert await world.balance("runner_available", runner.id) == 100
    assert world.provider.totals.refunded == 200
    assert (await world.standing(runner)).credit == 85
    await world.prove()


async def test_a_claw_back_may_leave_a_debt_that_future_earnings_pay_off(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    await world.pass_time(2 * DAY)
    earned = await world.balance("runner_available", runner.id)
    withdrawal = await world.use(RequestWithdrawal)(runner.id, amount=Money(earned), provider="memory")
    dispute = await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="盒子压坏了")
    await world.pass_time()
    world.provider.confirm_payout(withdrawal.part_number(1))
    await world.use(StateCase)(order.id, runner.id, text="取件时就是坏的")
    everything = evolve(HALF, refund=order.price.reward, runner=Money(0))
    await world.use(RuleDispute)(dispute.id, await world.operator("operations"), ruling=everything)
    await world.settle_outside()
    assert await world.balance("runner_available", runner.id) == -earned
    await world.prove()
    await world.earned(runner, orders=2)
    assert await world.balance("runner_available", runner.id) == earned
    await world.prove()


async def test_a_dispute_that_was_lost_refunds_nothing(world: World):
    requester, runner = await world.member(), await world.runner()
    dispute = await disputed(world, requester, runner)
    order_id = dispute.order_id
    rejected = evolve(HALF, refund=Money(0), runner=Money(300), runner_at_fault=False)
    await world.use(RuleDispute)(dispute.id, await world.operator("operations"), ruling=rejected)
    await world.settle_outside()
    async with world.begin() as tx:
        assert await tx.refunds.of_order(order_id) == ()
    assert (await world.standing(runner)).credit == 100
    await world.prove()


@pytest.mark.parametrize("state", ["awaiting_payment", "open", "accepted"])
async def test_a_dispute_cannot_be_opened_from_any_state(world: World, state: str):
    requester, runner = await world.member(), await world.runner()
    order = {
        "awaiting_payment": lambda: world.published(requester),
        "open": lambda: world.opened(requester),
        "accepted": lambda: world.accepted(requester, runner),
    }[state]
    with pytest.raises(r.IllegalTransition):
        await world.use(OpenDispute)((await order()).id, requester.id, reason="other", text="不满意")


async def test_a_dispute_after_48_hours_is_too_late(world: World):
    requester = await world.member()
    order = await world.completed(requester, await world.runner())
    world.clock.advance(2 * DAY + SECOND)
    with pytest.raises(r.TooLate):
        await world.use(OpenDispute)(order.id, requester.id, reason="other", text="不满意")


async def test_nobody_is_ruled_against_unheard(world: World):
    requester, runner = await world.member(), await world.runner()
    dispute = await disputed(world, requester, runner, heard=False)
    operations = await world.operator("operations")
    with pytest.raises(NotHeard):
        await world.use(RuleDispute)(dispute.id, operations, ruling=HALF)
    world.clock.advance(DAY)
    assert (await world.use(RuleDispute)(dispute.id, operations, ruling=HALF)).state_name == "decided"


async def test_a_large_ruling_moves_nothing_before_a_second_operator_agrees(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner, tip=Money(8_000))
    dispute = await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text="坏了")
    await world.use(StateCase)(order.id, runner.id, text="没有")
    first, second = await world.operator("operations"), await world.operator("operations")
    large = evolve(HALF, refund=Money(6_000))
    before = await world.totals()
    assert (await world.use(RuleDispute)(dispute.id, first, ruling=large)).state_name == "proposed"
    with pytest.raises(SameEyes):
        await world.use(ReviewRuling)(dispute.id, first, agree=True)
    assert await world.totals() == before
    assert (await world.use(ReviewRuling)(dispute.id, second, agree=True)).state_name == "decided"
    await world.settle_outside()
    assert world.provider.totals.refunded == 6_000
    with pytest.raises(IllegalDisputeTransition):
        await world.use(RuleDispute)(dispute.id, first, ruling=HALF)
    await world.prove()


async def test_a_ruling_cannot_give_more_than_was_paid(world: World):
    requester, runner = await world.member(), await world.runner()
    dispute = await disputed(world, requester, runner)
    with pytest.raises(r.OutcomeUnbalanced):
        await world.use(RuleDispute)(
            dispute.id, await world.operator("operations"), ruling=evolve(HALF, refund=Money(4_000))
        )


async def test_a_dispute_is_there_for_its_sides_and_for_staff_only(world: World):
    requester, runner = await world.member(), await world.runner()
    dispute = await disputed(world, requester, runner)
    view = world.use(ViewDispute)
    for who in (requester, runner, await world.operator("auditor")):
        assert await view(dispute.order_id, who) == dispute
    for who in (await world.member(), await world.operator("reviewer")):
        with pytest.raises(Missing):
            await view(dispute.order_id, who)
    with pytest.raises(Missing):
        await world.use(StateCase)(dispute.order_id, (await world.member()).id, text="我也说")
    with pytest.raises(NotPermitted):
        await world.use(RuleDispute)(dispute.id, await world.operator("finance"), ruling=HALF)


async def test_a_release_timer_frees_nothing_that_a_dispute_has_frozen(world: World):
    requester, runner = await world.member(), await world.runner()
    dispute = await disputed(world, requester, runner)
    world.clock.advance(3 * DAY)
    earning = await world.use(ReleaseEarning)(dispute.order_id, 1)
    assert earning.state_name == "frozen"
    assert await world.balance("runner_available", runner.id) == 0


# -- Reviewing -----------------------------------------------------------------------------------------------


async def test_each_side_reviews_the_other_once_and_five_stars_are_good_for_credit(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    review = world.use(ReviewOrder)
    theirs = await review(order.id, requester.id, stars=5, tags=("fast",), text="很快 👍")
    await review(order.id, runner.id, stars=4, tags=(), text="")
    assert (theirs.subject_id, (await world.standing(runner)).credit) == (runner.id, 101)
    for who in (requester, runner):
        with pytest.raises(AlreadyReviewed):
            await review(order.id, who.id, stars=1, tags=(), text="")
    assert (await world.standing(runner)).credit == 101


async def test_a_review_comes_after_the_end_within_a_week_and_from_a_party(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.delivered(requester, runner)
    review = world.use(ReviewOrder)
    with pytest.raises(ReviewTooEarly):
        await review(order.id, requester.id, stars=5, tags=(), text="")
    await world.use(ConfirmErrand)(order.id, requester.id)
    with pytest.raises(Missing):
        await review(order.id, (await world.member()).id, stars=5, tags=(), text="")
    with pytest.raises(InvalidField):
        await review(order.id, requester.id, stars=6, tags=(), text="")
    world.clock.advance(7 * DAY + SECOND)
    with pytest.raises(ReviewTooLate):
        await review(order.id, requester.id, stars=5, tags=(), text="")


async def test_a_cancelled_order_is_not_reviewed(world: World):
    order = await cancel(world, await world.opened(await world.member()))
    with pytest.raises((ReviewTooEarly, Missing)):
        await world.use(ReviewOrder)(order.id, order.requester_id, stars=1, tags=(), text="")


async def test_the_requester_may_cancel_at_the_pickup_for_the_fee(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    world.clock.advance(3 * MINUTE)
    at_pickup = await world.use(ArriveAtPickup)(order.id, runner.id, proof=Proof(position=AT_STATION))
    assert isinstance(at_pickup.state, AtPickup)
    with pytest.raises(r.FeeNotConfirmed):
        await cancel(world, at_pickup)
    await cancel(world, at_pickup, fee=200)
    assert await world.balance("runner_held", runner.id) == 200
