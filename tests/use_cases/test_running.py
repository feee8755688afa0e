"""Taking an errand from the hall and carrying it to the end."""

from datetime import timedelta
from typing import Any

import pytest

from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.ids import FileId
from errand_domain.member.member import Member
from errand_domain.money import Money
from errand_domain.order import refusals as r
from errand_domain.order.order import Order
from errand_domain.order.states import Completed, Open, Proof
from errand_domain.order.terms import Handover
from errand_domain.runner.verification import RunnerSuspended
from errand_domain.use_cases.members.manage_profile import BlockMember
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.orders.browse_hall import BrowseHall
from errand_domain.use_cases.orders.deliver_item import CodeLocked, DeliverItem
from errand_domain.use_cases.orders.give_up_errand import GiveUpErrand
from errand_domain.use_cases.orders.hand_over_errand import OfferErrand, ReassignErrand, TakeOverErrand
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from errand_domain.use_cases.orders.report_pickup_impossible import ReportPickupImpossible
from errand_domain.use_cases.runners.runner_standing import SwitchShift, ViewStanding
from tests.domain.examples import AT_STATION, CENTRE, HOUR, MINUTE, PURCHASE, SECOND
from tests.use_cases.world import World


async def accept(world: World, order: Order, runner: Member) -> Order:
    return await world.use(AcceptErrand)(order.id, runner.id)


# -- Who may take it -----------------------------------------------------------------------------------------


async def test_a_runner_does_not_accept_their_own_order(world: World):
    both = await world.runner()
    with pytest.raises(r.OwnOrder):
        await accept(world, await world.opened(both), both)


async def test_a_member_who_never_applied_accepts_nothing(world: World):
    with pytest.raises(r.RunnerNotApproved):
        await accept(world, await world.opened(await world.member()), await world.member())


async def test_a_suspended_runner_accepts_nothing(world: World):
    runner = await world.runner()
    async with world.begin() as tx:
        suspended = (await tx.runners.get(runner.id)).apply(RunnerSuspended(at=world.clock.now(), reason="投诉"))
        tx.runners.save(suspended)
        await tx.commit()
    with pytest.raises(r.RunnerNotApproved):
        await accept(world, await world.opened(await world.member()), runner)


async def test_a_runner_off_shift_accepts_nothing(world: World):
    runner = await world.runner()
    await world.use(SwitchShift)(runner.id, on=False)
    with pytest.raises(r.OffShift):
        await accept(world, await world.opened(await world.member()), runner)


async def test_a_runner_with_too_little_credit_accepts_nothing(world: World):
    runner = await world.runner(credit=59)
    with pytest.raises(r.CreditTooLow):
        await accept(world, await world.opened(await world.member()), runner)


async def test_the_rule_of_the_dormitory_is_enforced(world: World):
    order = await world.opened(await world.member(), handover=Handover(place="door"))
    for gender in ("male", None):
        with pytest.raises(r.HandoverNotAllowed):
            await accept(world, order, await world.runner(gender=gender))  # type: ignore[arg-type]
    assert (await accept(world, order, await world.runner(gender="female"))).state_name == "accepted"


@pytest.mark.parametrize("who_blocks", ["requester", "runner"])
async def test_two_who_avoid_each_other_do_not_meet(world: World, who_blocks: str):
    requester, runner = await world.member(), await world.runner()
    order = await world.opened(requester)
    one, other = (requester, runner) if who_blocks == "requester" else (runner, requester)
    await world.use(BlockMember)(one.id, other.id, blocked=True)
    with pytest.raises(r.Blocked):
        await accept(world, order, runner)
    await world.use(BlockMember)(one.id, other.id, blocked=False)
    assert (await accept(world, order, runner)).runner_id == runner.id


async def test_a_runner_carries_no_more_than_the_cap_and_more_after_delivering(world: World):
    requester, runner = await world.member(), await world.runner()
    orders = [await world.opened(requester) for _ in range(4)]
    for order in orders[:3]:
        await accept(world, order, runner)
    with pytest.raises(r.TooManyOpenOrders):
        await accept(world, orders[3], runner)
    await world.use(GiveUpErrand)(orders[0].id, runner.id, reason="other")
    assert (await accept(world, orders[3], runner)).runner_id == runner.id


async def test_an_unpaid_order_is_not_taken(world: World):
    with pytest.raises(r.OrderNotOpen):
        await accept(world, await world.published(await world.member()), await world.runner())


# -- The hall ------------------------------------------------------------------------------------------------


async def hall(world: World, runner: Member) -> list[Any]:
    return list(await world.use(BrowseHall)(runner.id, around=CENTRE, within_metres=5_000, limit=50))


async def test_the_hall_shows_what_this_runner_could_take_and_nothing_private(world: World):
    runner, requester, avoided = await world.runner(), await world.member(), await world.member()
    shown = await world.opened(requester)
    await world.opened(runner)
    await world.published(requester)
    await world.opened(avoided)
    await world.opened(requester, handover=Handover(runner_gender="female"))
    await accept(world, await world.opened(requester), await world.runner())
    await world.use(BlockMember)(runner.id, avoided.id, blocked=True)
    (entry,) = await hall(world, runner)
    assert entry.order_id == shown.id
    assert entry.reward == shown.price.reward
    for secret in ("512", "小林", "+8613800000001", "6-2-1045", shown.delivery_code, "货架"):
        assert secret not in repr(entry)


async def test_the_hall_is_for_approved_runners(world: World):
    with pytest.raises(r.RunnerNotApproved):
        await hall(world, await world.member())


@pytest.mark.parametrize(("within_metres", "limit"), [(0, 10), (10_001, 10), (100, 0), (100, 51)])
async def test_the_hall_is_asked_within_bounds(world: World, within_metres: int, limit: int):
    runner = await world.runner()
    with pytest.raises(InvalidField):
        await world.use(BrowseHall)(runner.id, around=CENTRE, within_metres=within_metres, limit=limit)


# -- Giving up, not coming, passing on -----------------------------------------------------------------------


async def test_giving_up_costs_credit_and_is_explained_line_by_line(world: World):
    runner = await world.runner()
    order = await world.accepted(await world.member(), runner)
    reopened = await world.use(GiveUpErrand)(order.id, runner.id, reason="vehicle")
    assert isinstance(reopened.state, Open)
    standing = await world.use(ViewStanding)(runner.id)
    assert standing.runner.credit == 95
    assert [(line.reason, line.points, line.order_id) for line in standing.lines] == [("gave_up", -5, order.id)]


async def test_the_fourth_give_up_of_a_day_is_refused_and_the_next_day_counts_anew(world: World):
    runner, requester = await world.runner(), await world.member()
    give_up = world.use(GiveUpErrand)
    for _ in range(3):
        order = await world.accepted(requester, runner)
        await give_up(order.id, runner.id, reason="other")
    order = await world.accepted(requester, runner)
    with pytest.raises(r.TooManyGiveUps):
        await give_up(order.id, runner.id, reason="other")
    world.clock.advance(timedelta(hours=12))  # noon at the campus becomes midnight
    assert isinstance((await give_up(order.id, runner.id, reason="other")).state, Open)


async def test_a_runner_who_does_not_come_loses_the_order_and_credit(world: World):
    runner = await world.runner()
    order = await world.accepted(await world.member(), runner)
    await world.pass_time(HOUR - SECOND)
    assert (await world.order(order)).runner_id == runner.id
    await world.pass_time(SECOND)
    assert isinstance((await world.order(order)).state, Open)
    assert (await world.standing(runner)).credit == 90


async def test_arriving_late_costs_credit_and_arriving_in_time_does_not(world: World):
    for minutes, credit in ((45, 100), (46, 98)):
        runner = await world.runner()
        order = await world.accepted(await world.member(), runner)
        world.clock.advance(minutes * MINUTE)
        await world.use(ArriveAtPickup)(order.id, runner.id, proof=Proof(position=AT_STATION))
        assert (await world.standing(runner)).credit == credit


async def test_the_earnings_follow_who_delivers(world: World):
    requester, first, second = await world.member(), await world.runner(), await world.runner()
    order = await world.accepted(requester, first)
    await world.use(OfferErrand)(order.id, first.id, to=second.id)
    await world.use(TakeOverErrand)(order.id, second.id)
    photo = await world.photo(order, second)
    await world.use(PickUpItem)(order.id, second.id, photos=(photo,))
    await world.use(DeliverItem)(order.id, second.id, proof=Proof(), code=order.delivery_code)
    assert await world.balance("runner_held", first.id) == 0
    assert await world.balance("runner_held", second.id) > 0
    with pytest.raises(Missing):
        await world.use(DeliverItem)(order.id, first.id, proof=Proof(), code=order.delivery_code)


async def test_nobody_takes_over_what_was_not_offered_to_them(world: World):
    order = await world.accepted(await world.member(), await world.runner())
    with pytest.raises(Missing):
        await world.use(TakeOverErrand)(order.id, (await world.runner()).id)


async def test_operations_reassign_and_it_is_written_down(world: World):
    operations, auditor = await world.operator("operations"), await world.operator("auditor")
    second = await world.runner()
    order = await world.accepted(await world.member(), await world.runner())
    with pytest.raises(NotPermitted):
        await world.use(ReassignErrand)(order.id, auditor, to=second.id)
    await world.use(ReassignErrand)(order.id, operations, to=second.id)
    assert (await world.order(order)).runner_id == second.id
    async with world.begin() as tx:
        (entry,) = await tx.audit.of_subject(f"order:{order.id}", limit=10)
    assert (entry.action, entry.actor_id) == ("order.reassigned", operations.id)


# -- Proofs --------------------------------------------------------------------------------------------------


async def test_a_runner_does_not_complete_their_own_delivery_without_proof(world: World):
    runner = await world.runner()
    order = await world.picked_up(await world.member(), runner)
    for proof, code, refusal in (
        (Proof(), None, r.ProofMissing),
        (Proof(), "000000" if order.delivery_code != "000000" else "1", r.WrongDeliveryCode),
    ):
        with pytest.raises(refusal):
            await world.use(DeliverItem)(order.id, runner.id, proof=proof, code=code)
    assert (await world.order(order)).state_name == "picked_up"


async def test_the_delivery_code_is_locked_after_five_wrong_ones_and_photo_and_position_remain(world: World):
    runner = await world.runner()
    order = await world.picked_up(await world.member(), runner)
    deliver = world.use(DeliverItem)
    for _ in range(5):
        with pytest.raises(r.WrongDeliveryCode):
            await deliver(order.id, runner.id, proof=Proof(), code="wrong")
    with pytest.raises(CodeLocked):
        await deliver(order.id, runner.id, proof=Proof(), code=order.delivery_code)
    proof = Proof(photos=(await world.photo(order, runner),), position=order.terms.dropoff.point)
    assert (await deliver(order.id, runner.id, proof=proof, code=None)).state_name == "delivered"


async def test_the_code_completes_what_was_delivered_by_photo(world: World):
    runner = await world.runner()
    order = await world.delivered(await world.member(), runner)
    done = await world.use(DeliverItem)(order.id, runner.id, proof=Proof(), code=order.delivery_code)
    assert isinstance(done.state, Completed)
    await world.prove()


async def test_a_photo_of_somebody_else_or_of_another_order_proves_nothing(world: World):
    requester, runner = await world.member(), await world.runner()
    order, other = await world.accepted(requester, runner), await world.accepted(requester, runner)
    foreign, nobodys = await world.photo(order, requester), FileId(world.ids.new())
    told = set[str]()
    for photo in (foreign, await world.photo(other, runner), nobodys):
        with pytest.raises(InvalidField) as refusal:
            await world.use(PickUpItem)(order.id, runner.id, photos=(photo,))
        told.add(str(refusal.value))
    assert len(told) == 1, "nobody learns which photos there are"


async def test_the_price_of_purchased_goods_is_charged_and_reaches_the_runner(world: World):
    requester, runner = await world.member(), await world.runner()
    purchase: dict[str, Any] = {"category": "purchase", "goods_advance": PURCHASE.goods_advance}
    order = await world.picked_up(requester, runner, cost=1_234, **purchase)
    await world.use(DeliverItem)(order.id, runner.id, proof=Proof(), code=order.delivery_code)
    await world.settle_outside()
    service = order.price.reward.share(8_500)
    assert await world.balance("runner_held", runner.id) == service.fen + 1_234
    assert world.provider.totals.refunded == 3_000 - 1_234
    await world.prove()


async def test_a_purchase_over_its_advance_is_refused(world: World):
    requester, runner = await world.member(), await world.runner()
    with pytest.raises(r.AdvanceExceeded):
        await world.picked_up(requester, runner, cost=3_001, category="purchase", goods_advance=PURCHASE.goods_advance)


async def test_the_arrival_fee_is_credited_to_the_runner(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    await world.use(ArriveAtPickup)(order.id, runner.id, proof=Proof(position=AT_STATION))
    photo = await world.photo(order, runner)
    await world.use(ReportPickupImpossible)(order.id, runner.id, reason="wrong_code", photos=(photo,))
    await world.settle_outside()
    assert await world.balance("runner_held", runner.id) == 200
    assert Money(world.provider.totals.refunded) == order.price.payable - Money(200)
    await world.prove()


@pytest.mark.parametrize("act", ["arrive", "pick up", "deliver", "give up", "report"])
async def test_to_another_runner_the_order_is_not_there(world: World, act: str):
    order, other = await world.accepted(await world.member(), await world.runner()), await world.runner()
    acts: dict[str, Any] = {
        "arrive": lambda: world.use(ArriveAtPickup)(order.id, other.id, proof=Proof(position=AT_STATION)),
        "pick up": lambda: world.use(PickUpItem)(order.id, other.id, photos=()),
        "deliver": lambda: world.use(DeliverItem)(order.id, other.id, proof=Proof(), code=order.delivery_code),
        "give up": lambda: world.use(GiveUpErrand)(order.id, other.id, reason="other"),
        "report": lambda: world.use(ReportPickupImpossible)(order.id, other.id, reason="closed", photos=()),
    }
    with pytest.raises(Missing):
        await acts[act]()
    assert await world.order(order) == order
