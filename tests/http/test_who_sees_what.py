"""Nobody sees or touches what is not theirs; what is not theirs is not there."""

import re
from typing import Any

import httpx
import pytest

from tests.http.visitors import NORTH_GATE, Visitor

SECRETS = ("13800138000", "Room 512", "8-2-3041", "李雷")
HERE = {"latitude": NORTH_GATE.latitude, "longitude": NORTH_GATE.longitude}
STEPS: tuple[tuple[str, Any], ...] = (
    ("pay", {"provider": "memory"}),
    ("tip", {"amountFen": 100, "provider": "memory"}),
    ("cancel", {"reason": "不需要了"}),
    ("give-up", {"reason": "other"}),
    ("offer", {"runnerId": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"}),
    ("arrive", {"photos": []}),
    ("report-impossible", {"reason": "closed"}),
    ("pick-up", {"photos": []}),
    ("deliver", {"code": "123456"}),
    ("return", {"reason": "refused"}),
    ("confirm", None),
    ("dispute", {"reason": "other", "text": "?"}),
    ("dispute/statements", {"text": "?"}),
    ("review", {"stars": 1}),
    ("pickup-code", None),
)


def without_instance(answer: httpx.Response) -> bytes:
    return re.sub(rb'"instance":"[^"]*"', b"", answer.content)


async def test_the_hall_shows_nothing_private(requester: Visitor, runner: Visitor) -> None:
    await requester.opens()
    hall = await runner.get("/hall", params=HERE)
    assert len(hall.json()["items"]) == 1
    for secret in SECRETS:
        assert secret not in hall.text
    assert requester.id not in hall.text


async def test_only_an_approved_runner_looks_into_the_hall(stranger: Visitor) -> None:
    answer = await stranger.get("/hall", params=HERE)
    assert (answer.status_code, answer.json()["code"]) == (403, "runner.not_approved")


async def test_nobody_takes_their_own_order(runner: Visitor) -> None:
    order_id = await runner.opens()
    assert (await runner.get("/hall", params=HERE)).json()["items"] == []
    assert (await runner.refused(f"/orders/{order_id}/accept"))["code"] == "order.own"


async def test_the_runner_sees_where_to_go_only_while_the_errand_lasts(requester: Visitor, runner: Visitor) -> None:
    order_id = await requester.opens()
    path = f"/orders/{order_id}"
    assert (await runner.get(path)).status_code == 404
    await runner.does(f"{path}/accept")
    seen = await runner.sees(path)
    assert seen["relation"] == "runner"
    assert seen["terms"]["dropoff"]["contact"] == {"name": "李雷", "phone": "+8613800138000"}
    assert seen["deliveryCode"] is None
    assert "8-2-3041" not in str(seen)
    await runner.does(f"{path}/give-up", {"reason": "emergency"})
    assert (await runner.get(path)).status_code == 404
    assert (await runner.post(f"{path}/pickup-code")).status_code == 404


async def test_the_requester_sees_the_code_and_the_runner_by_nickname(requester: Visitor, runner: Visitor) -> None:
    assert (await runner.http.put("/me", json={"nickname": "小跑"})).json()["nickname"] == "小跑"
    order_id = await requester.opens()
    assert (await requester.sees(f"/orders/{order_id}"))["runner"] is None
    await runner.does(f"/orders/{order_id}/accept")
    seen = await requester.sees(f"/orders/{order_id}")
    assert seen["runner"] == {"nickname": "小跑", "avatarUrl": None}
    assert re.fullmatch(r"\d{6}", seen["deliveryCode"])
    assert runner.id not in str(seen)
    assert "王小明" not in str(seen)


async def test_an_order_of_others_is_not_there_whatever_is_tried(
    requester: Visitor, runner: Visitor, stranger: Visitor
) -> None:
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    nobodys = "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"
    for path in ("", "/history", "/cancellation", "/dispute"):
        theirs = await stranger.get(f"/orders/{order_id}{path}")
        nothing = await stranger.get(f"/orders/{nobodys}{path}")
        assert theirs.status_code == 404, path
        assert without_instance(theirs) == without_instance(nothing), path
    for step, body in STEPS:
        theirs = await stranger.post(f"/orders/{order_id}/{step}", body)
        nothing = await stranger.post(f"/orders/{nobodys}/{step}", body)
        assert theirs.status_code == 404, (step, theirs.text)
        assert without_instance(theirs) == without_instance(nothing), step
    assert (await requester.sees(f"/orders/{order_id}"))["state"] == "accepted"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("orders/{order}/cancel", {"reason": "x"}),
        ("orders/{order}/reassign", {"runnerId": "{member}"}),
        ("orders/{order}/resolve-return", {"refundFen": 0}),
        ("runners/{member}/decisions", {"decision": "suspend", "reason": "x"}),
        ("messages/{member}/retry", None),
    ],
)
async def test_operators_routes_refuse_members(
    requester: Visitor, runner: Visitor, stranger: Visitor, path: str, body: Any
) -> None:
    order_id = await requester.opens()
    filled = path.format(order=order_id, member=runner.id)
    if body:
        body = {
            name: value.format(member=runner.id) if isinstance(value, str) else value for name, value in body.items()
        }
    problem = await stranger.refused(f"/operator/{filled}", body)
    assert (problem["status"], problem["code"]) == (403, "not_permitted")
    for listed in ("runners", "orders", "disputes", "withdrawals", "refunds/abnormal", "messages/parked"):
        answer = await stranger.get(f"/operator/{listed}", params={"campus": str(stranger.stage.campus.id)})
        assert answer.status_code == 403, listed


async def test_the_lists_show_each_member_their_own(requester: Visitor, runner: Visitor, stranger: Visitor) -> None:
    first, second = await requester.opens(), await requester.opens()
    await runner.does(f"/orders/{first}/accept")
    listed = await requester.sees("/orders", params={"limit": 1})
    assert [order["id"] for order in listed["items"]] == [second]
    rest = await requester.sees("/orders", params={"limit": 1, "before": listed["next"]})
    assert [order["id"] for order in rest["items"]] == [first]
    waiting = await requester.sees("/orders", params={"phase": ["waiting"]})
    assert [order["id"] for order in waiting["items"]] == [second]
    running = await runner.sees("/orders", params={"role": "runner"})
    assert [(order["id"], order["relation"]) for order in running["items"]] == [(first, "runner")]
    assert (await stranger.sees("/orders")) == {"items": [], "next": None}
    assert (await stranger.sees("/orders", params={"role": "runner"}))["items"] == []


async def test_staff_see_the_order_but_no_code(requester: Visitor, operator: Visitor) -> None:
    order_id = await requester.opens()
    seen = await operator.sees(f"/orders/{order_id}")
    assert seen["relation"] == "operations"
    assert seen["deliveryCode"] is None
    assert "8-2-3041" not in str(seen)
    listed = await operator.sees("/operator/orders", params={"campus": str(operator.stage.campus.id), "state": "open"})
    assert [order["id"] for order in listed["items"]] == [order_id]


async def test_the_account_shows_its_addresses_masked(requester: Visitor) -> None:
    me = await requester.sees("/me")
    assert me["ways"] == [{"kind": "phone", "masked": "+86138****01"}]
