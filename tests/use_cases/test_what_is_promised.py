"""What members and staff were promised to be able to read."""

import json
from typing import get_args

import pytest
from attrs import fields

from errand_domain.errors import Missing, NotPermitted
from errand_domain.ids import MemberId
from errand_domain.member.member import Member
from errand_domain.order.states import STATES
from errand_domain.ports.reviews import Rating
from errand_domain.runner import verification
from errand_domain.runner.verification import Verification
from errand_domain.settlement import withdrawal_states
from errand_domain.settlement.withdrawal_states import WithdrawalState
from errand_domain.use_cases.background.deliver_message import SENTENCES
from errand_domain.use_cases.members.export_member import STAFF_BY_ROLE, ExportMember, plain
from errand_domain.use_cases.operators.manage_members import BarMember
from errand_domain.use_cases.operators.read_audit import ReadAudit
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.orders.read_reviews import ReadRating, ReadReviews
from errand_domain.use_cases.orders.review_order import ReviewOrder
from tests.domain.examples import NOON, OPERATOR, OTHER_CAMPUS_ID
from tests.use_cases.world import World


async def reviewed(world: World, requester: Member, runner: Member, *, stars: int, text: str) -> object:
    order = await world.completed(requester, runner)
    await world.use(ReviewOrder)(order.id, requester.id, stars=stars, tags=("fast",), text=text)
    return order.id


async def test_a_party_reads_what_others_said_of_the_other_party_and_not_who_said_it(world: World):
    first, second, runner = await world.member(), await world.member(), await world.runner()
    await reviewed(world, first, runner, stars=5, text="很快")
    order = await world.accepted(second, runner)
    (said,) = await world.use(ReadReviews).of_counterpart(order.id, second.id, before=None, limit=9)
    assert (said.stars, said.text, said.tags) == (5, "很快", ("fast",))
    assert not hasattr(said, "author_id")
    assert not hasattr(said, "order_id")
    assert await world.use(ReadReviews)(runner.id, before=None, limit=9) == (said,)
    with pytest.raises(Missing):
        await world.use(ReadReviews).of_counterpart(order.id, first.id, before=None, limit=9)


async def test_any_member_sees_how_another_is_rated_on_the_whole(world: World):
    requester, runner = await world.member(), await world.runner()
    for stars in (5, 4):
        await reviewed(world, requester, runner, stars=stars, text="")
    assert await world.use(ReadRating)(runner.id, runner.id) == Rating(count=2, stars=9)
    with pytest.raises(Missing):
        await world.use(ReadRating)(MemberId(world.ids.new()), runner.id)


async def test_an_auditor_reads_the_record_of_their_own_campus_and_nobody_else_does(world: World):
    member, admin = await world.member(campus_id=world.campus.id), await world.operator("admin")
    await world.use(BarMember)(member.id, admin, campus_id=world.campus.id, barred=True, reason="刷单")
    read, subject = world.use(ReadAudit), f"member:{member.id}"
    (line,) = await read(world.campus.id, await world.operator("auditor"), subject=subject, limit=9)
    assert (line.action, line.actor_id, line.detail) == ("member.barred", admin.id, "刷单")
    with pytest.raises(NotPermitted):
        await read(world.campus.id, await world.operator("operations"), subject=subject, limit=9)
    with pytest.raises(NotPermitted):
        await read(OTHER_CAMPUS_ID, await world.operator("auditor"), subject=subject, limit=9)


async def test_finance_hears_of_a_refund_that_waits_for_a_person(world: World):
    requester, finance = await world.member(), await world.operator("finance")
    operations = await world.operator("operations")
    order = await world.opened(requester)
    world.provider.next_refund("needs_person")
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    await world.settle_outside()
    told = {n.to for n in world.notices.inbox if n.text.startswith(SENTENCES["refund_abnormal"])}
    assert told == {finance.ways[0]}
    assert operations.ways[0] not in told


async def test_a_member_takes_along_all_that_is_held_about_them(world: World):
    requester, runner = await world.member(nickname="小林"), await world.runner()
    order = await world.completed(requester, runner)
    await world.use(ReviewOrder)(order.id, runner.id, stars=4, tags=(), text="说明清楚")
    taken = await world.use(ExportMember)(requester.id)
    assert taken["member"]["nickname"] == "小林"
    (placed,) = taken["orders_placed"]
    assert (placed["id"], placed["state_name"]) == (str(order.id), "completed")
    assert placed["terms"]["dropoff"]["contact"]["phone"] == "+8613800000001"
    assert [review["text"] for review in taken["reviews_of_the_member"]] == ["说明清楚"]
    carried = await world.use(ExportMember)(runner.id)
    assert carried["runner"]["application"]["real_name"] == "林小雨"
    assert [earning["order_id"] for earning in carried["money"]["earnings"]] == [str(order.id)]
    assert carried["money"]["balances_fen"]["runner_held"] > 0
    assert len(carried["files"]) == 2
    assert [review["stars"] for review in carried["reviews_by_the_member"]] == [4]
    written = json.dumps([taken, carried], ensure_ascii=False)
    assert "+8613800000001" not in json.dumps(carried), "the requester's contact is the requester's"
    assert "林小雨" not in json.dumps(taken, ensure_ascii=False)
    assert "token_hash" not in written


async def test_an_export_names_no_staff_but_the_role_in_which_they_decided(world: World):
    runner = await world.runner()
    taken = await world.use(ExportMember)(runner.id)
    assert taken["runner"]["verification"]["approved_by"] == "reviewer"
    assert str(OPERATOR) not in json.dumps(taken)
    rejected = verification.Rejected(rejected_at=NOON, rejected_by=OPERATOR, reason="照片不清楚")
    assert plain(rejected)["rejected_by"] == "reviewer"
    assert plain(withdrawal_states.Approved(approved_by=OPERATOR))["approved_by"] == "finance"
    assert plain(withdrawal_states.Approved(approved_by=None))["approved_by"] is None


@pytest.mark.parametrize("states", [get_args(Verification), get_args(WithdrawalState), STATES])
def test_whoever_a_state_names_is_a_party_or_told_by_their_role(states: tuple[type, ...]):
    named = {
        (kind, attribute.name) for kind in states for attribute in fields(kind) if "MemberId" in str(attribute.type)
    }
    assert {(kind, name) for kind, name in named if name not in ("runner_id", "offered_to")} <= set(STAFF_BY_ROLE)
