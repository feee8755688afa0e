"""What a member takes along is theirs: the words that they wrote, and what was said of them, but not by whom."""

from collections.abc import Mapping
from typing import Any

import pytest

from errand_domain.errors import Missing
from errand_domain.use_cases.members.export_member import ExportMember
from errand_domain.use_cases.members.take_export import TakeExport
from errand_domain.use_cases.orders.dispute_order import OpenDispute, StateCase
from errand_domain.use_cases.orders.review_order import ReviewOrder
from tests.use_cases.world import World

STATED = {"requester": "箱子是湿的", "runner": "拿到时就是湿的"}
REVIEWED = {"requester": "有点慢", "runner": "地址写得清楚"}


def words(carried: Mapping[str, Any], what: str) -> list[str]:
    return [one["text"] for one in carried[what]]


async def test_nobody_takes_the_words_of_the_other_side_along_as_their_own(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.completed(requester, runner)
    await world.use(ReviewOrder)(order.id, requester.id, stars=2, tags=(), text=REVIEWED["requester"])
    await world.use(ReviewOrder)(order.id, runner.id, stars=5, tags=(), text=REVIEWED["runner"])
    await world.use(OpenDispute)(order.id, requester.id, reason="damaged", text=STATED["requester"])
    await world.use(StateCase)(order.id, runner.id, text=STATED["runner"])
    for member, side, other in ((requester, "requester", "runner"), (runner, "runner", "requester")):
        carried = await world.use(ExportMember)(member.id)
        assert words(carried, "statements") == [STATED[side]]
        assert words(carried, "reviews_by_the_member") == [REVIEWED[side]]
        assert words(carried, "reviews_of_the_member") == [REVIEWED[other]]
        (said_of_them,) = carried["reviews_of_the_member"]
        assert {"author_id", "order_id"}.isdisjoint(said_of_them)


async def test_nobody_takes_what_is_held_about_somebody_else_also_not_as_staff(world: World):
    member = await world.member()
    for somebody in (await world.member(), await world.operator("admin", "auditor", "operations")):
        with pytest.raises(Missing):
            await world.use(TakeExport)(member.id, by=somebody)
    for by in (member, None):
        assert (await world.use(TakeExport)(member.id, by=by)).facts["member"]["id"] == str(member.id)
