"""Who sees what: each viewer gets what is theirs, and to anybody else it is not there."""

from typing import Any

import pytest

from errand_domain.errors import DomainError, InvalidField, Missing, NotPermitted
from errand_domain.ids import FileId, OrderId
from errand_domain.order.events import RunnerAccepted
from errand_domain.ports.images import NotAnImage
from errand_domain.use_cases.files.stored_files import FILE_BYTES_MOST, FetchFile, FileTooLarge, UploadFile
from errand_domain.use_cases.money.view_earnings import ListWithdrawals, ViewEarnings
from errand_domain.use_cases.money.view_money_at_campus import ListCampusWithdrawals
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.orders.hand_over_errand import OfferErrand
from errand_domain.use_cases.orders.view_order import ListOrders, OrderHistory, ReadPickupCode, ViewOrder
from tests.domain.examples import RECEIPT
from tests.use_cases.world import PNG, World

ANY_PHASE: Any = ("awaiting_payment", "waiting", "in_progress", "completed", "closed")


def private(view: object) -> set[str]:
    """Which secrets of the order can be read in there."""
    order = getattr(view, "order")  # noqa: B009 - any view
    stops = (order.terms.pickup, order.terms.dropoff)
    shown = {stop.detail for stop in stops} | {stop.contact.phone for stop in stops if stop.contact}
    shown |= {order.terms.pickup_code, order.delivery_code, getattr(view, "delivery_code", None) or ""}
    return shown & {"3 号货架", "5 楼 512", "+8613800000001", "6-2-1045"} | {s for s in shown if s.isdigit()}


STOPS = {"3 号货架", "5 楼 512", "+8613800000001"}


async def test_each_viewer_of_a_live_order_sees_what_they_need_and_no_more(world: World):
    requester, runner, colleague = await world.member(), await world.runner(), await world.runner()
    order = await world.accepted(requester, runner)
    await world.use(OfferErrand)(order.id, runner.id, to=colleague.id)
    view = world.use(ViewOrder)
    assert private(await view(order.id, requester)) == STOPS | {order.delivery_code}
    assert private(await view(order.id, runner)) == STOPS
    assert private(await view(order.id, colleague)) == set()
    assert private(await view(order.id, await world.operator("operations"))) == STOPS


async def test_the_list_hides_what_the_detail_hides(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    lists = world.use(ListOrders)
    (placed,) = await lists.placed(requester.id, phases=ANY_PHASE, before=None, limit=10)
    (run,) = await lists.run(runner.id, phases=ANY_PHASE, before=None, limit=10)
    assert private(placed) <= STOPS
    assert private(run) == STOPS
    assert placed.order.delivery_code == run.order.delivery_code == ""
    assert placed.order.id == order.id


async def test_after_the_errand_the_runner_sees_no_room_and_no_phone(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    assert private(await world.use(ViewOrder)(order.id, runner)) == set()
    assert private(await world.use(ViewOrder)(order.id, requester)) == STOPS


async def test_not_yours_looks_like_not_there(world: World):
    order = await world.accepted(await world.member(), await world.runner())
    stranger, other_runner = await world.member(), await world.runner()
    reviewer = await world.operator("reviewer")
    for who in (stranger, other_runner, reviewer):
        for order_id in (order.id, OrderId(world.ids.new())):
            said = set[str]()
            for act in (world.use(ViewOrder)(order_id, who), world.use(OrderHistory)(order_id, who)):
                with pytest.raises(DomainError) as refusal:
                    await act
                said.add(str(refusal.value))
            assert said == {"not_found (what=order)"}


async def test_the_pickup_code_is_read_by_the_runner_from_acceptance_to_pickup_only(world: World):
    requester, runner = await world.member(), await world.runner()
    read = world.use(ReadPickupCode)
    opened = await world.opened(requester)
    accepted = await world.accepted(requester, runner)
    carried = await world.picked_up(requester, runner)
    assert await read(accepted.id, runner.id) == "6-2-1045"
    assert await read(accepted.id, requester.id) == "6-2-1045"
    for order_id in (opened.id, carried.id):
        with pytest.raises(Missing):
            await read(order_id, runner.id)
    with pytest.raises(Missing):
        await read(accepted.id, (await world.runner()).id)


async def test_a_runner_who_lost_the_order_cannot_read_its_code_any_more(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    with pytest.raises(Missing):
        await world.use(ReadPickupCode)(order.id, runner.id)


async def test_every_reading_of_the_pickup_code_is_recorded(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    for _ in range(3):
        await world.use(ReadPickupCode)(order.id, runner.id)
    async with world.begin() as tx:
        entries = await tx.audit.of_subject(f"order:{order.id}", limit=10)
    assert [(entry.action, entry.actor_id) for entry in entries] == [("order.pickup_code_read", runner.id)] * 3


async def test_the_parties_and_staff_read_what_has_happened(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.accepted(requester, runner)
    for who in (requester, runner, await world.operator("auditor")):
        history = await world.use(OrderHistory)(order.id, who)
        assert [recorded.version for recorded in history] == [2, 3]
        assert isinstance(history[-1].event, RunnerAccepted)


async def test_lists_hold_ones_own_orders_newest_first_and_go_on_where_they_stopped(world: World):
    requester, other = await world.member(), await world.member()
    orders = [await world.published(requester) for _ in range(5)]
    await world.published(other)
    placed = world.use(ListOrders).placed
    first = await placed(requester.id, phases=ANY_PHASE, before=None, limit=3)
    rest = await placed(requester.id, phases=ANY_PHASE, before=first[-1].order.id, limit=3)
    found = [view.order.id for view in (*first, *rest)]
    assert found == [order.id for order in reversed(orders)]


async def test_staff_list_the_orders_of_their_own_campus(world: World):
    await world.published(await world.member())
    listing = world.use(ListOrders).at_campus
    views = await listing(world.campus.id, await world.operator("operations"), states=(), before=None, limit=9)
    assert [action.name for action in views[0].actions] == ["cancel"]
    with pytest.raises(NotPermitted):
        await listing(world.campus.id, await world.member(), states=(), before=None, limit=9)


# -- Files ---------------------------------------------------------------------------------------------------


async def test_a_proof_is_seen_by_its_parties_and_by_staff_whose_look_is_recorded(world: World):
    requester, runner, staff = await world.member(), await world.runner(), await world.operator("operations")
    order = await world.accepted(requester, runner)
    photo = await world.photo(order, runner)
    fetch = world.use(FetchFile)
    for who in (runner, requester, staff):
        assert (await fetch(photo, who)).content == PNG
    async with world.begin() as tx:
        entries = await tx.audit.of_subject(f"file:{photo}", limit=10)
    assert [(entry.action, entry.actor_id) for entry in entries] == [("file.seen", staff.id)]
    for who in (await world.member(), await world.runner(), await world.operator("reviewer")):
        with pytest.raises(Missing):
            await fetch(photo, who)


async def test_a_student_card_is_seen_by_its_owner_and_by_reviewers_whose_look_is_recorded(world: World):
    runner, reviewer = await world.runner(), await world.operator("reviewer")
    upload, fetch = world.use(UploadFile), world.use(FetchFile)
    card = await upload(runner.id, PNG, purpose="student_card")
    assert (await fetch(card.id, runner)).file == card
    await fetch(card.id, reviewer)
    async with world.begin() as tx:
        assert await tx.audit.count(f"file:{card.id}", "file.seen") == 1
    for who in (await world.member(), await world.operator("operations"), await world.operator("finance")):
        with pytest.raises(Missing):
            await fetch(card.id, who)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg onload=x>", b"%PDF-1.7", b"\x89PN", b"MZ\x90"],
    ids=["empty", "gif", "svg", "pdf", "half a png", "exe"],
)
async def test_what_is_not_an_image_is_refused_whatever_its_name(world: World, content: bytes):
    with pytest.raises(NotAnImage):
        await world.use(UploadFile)((await world.member()).id, content, purpose="student_card")


async def test_a_file_over_eight_megabytes_is_refused(world: World):
    large = PNG + bytes(FILE_BYTES_MOST)
    with pytest.raises(FileTooLarge):
        await world.use(UploadFile)((await world.member()).id, large, purpose="student_card")


async def test_a_proof_is_for_an_order_of_ones_own_and_a_card_for_none(world: World):
    runner = await world.runner()
    order = await world.accepted(await world.member(), await world.runner())
    upload = world.use(UploadFile)
    with pytest.raises(Missing):
        await upload(runner.id, PNG, purpose="proof", order_id=order.id)
    with pytest.raises(InvalidField):
        await upload(runner.id, PNG, purpose="proof")
    with pytest.raises(InvalidField):
        await upload(runner.id, PNG, purpose="student_card", order_id=order.id)
    with pytest.raises(Missing):
        await world.use(FetchFile)(FileId(RECEIPT), runner)


# -- Money ---------------------------------------------------------------------------------------------------


async def test_a_runner_sees_balances_and_the_orders_they_came_from(world: World):
    runner = await world.runner()
    first = await world.completed(await world.member(), runner)
    second = await world.completed(await world.member(), runner)
    income = await world.use(ViewEarnings)(runner.id, before=None, limit=10)
    assert [earning.order_id for earning in income.earnings] == [second.id, first.id]
    assert income.held_fen == sum(earning.amount.fen for earning in income.earnings)
    assert (income.available_fen, income.withdrawing_fen) == (0, 0)


async def test_withdrawals_are_listed_for_their_runner_and_for_those_who_see_money(world: World):
    runner = await world.runner()
    await world.earned(runner)
    await world.withdraw(runner, 100)
    (own,) = await world.use(ListWithdrawals)(runner.id, before=None, limit=10)
    listing = world.use(ListCampusWithdrawals)
    finance = await world.operator("finance")
    assert await listing(world.campus.id, finance, states=("succeeded",), limit=10) == (own,)
    with pytest.raises(NotPermitted):
        await listing(world.campus.id, await world.operator("operations"), states=("succeeded",), limit=10)
