"""What is told of an order whose time is over: that it was, and nothing of anybody."""

from datetime import datetime

from entrypoints.worker.worker import make_worker
from tests.http.test_who_sees_what import SECRETS
from tests.http.visitors import Visitor
from tests.stage import Stage


async def test_an_order_whose_time_is_over_says_so_and_tells_nothing_of_people(
    requester: Visitor, guest: Visitor, stage: Stage
) -> None:
    order_id = await requester.opens()
    path, worker = f"/orders/{order_id}", make_worker(stage.use)
    stage.clock.advance(stage.campus.policy.open_for)
    await worker.drain()
    before = await requester.sees(path)
    assert (before["state"], before["detailsRemovedAt"]) == ("expired", None)
    assert {secret for secret in SECRETS if secret in str(before)} == {"13800138000", "Room 512", "李雷"}
    stage.clock.advance(stage.campus.policy.keep_order_details_for)
    await worker.drain()
    again = await guest.signs_in("+8613800000001")
    after = await again.sees(path)
    assert datetime.fromisoformat(after["detailsRemovedAt"]) == stage.clock.now()
    assert {secret for secret in SECRETS if secret in str(after)} == set()
    assert (after["terms"]["item"], after["terms"]["dropoff"]["contact"]) == ("（内容已移除）", None)
    assert [after[name] for name in ("state", "price", "placedAt")] == [
        before[name] for name in ("state", "price", "placedAt")
    ]
    assert [line["event"] for line in (await again.sees(f"{path}/history"))["items"]] == [
        "payment_confirmed",
        "order_expired",
    ]
    (listed,) = (await again.sees("/orders", params={"role": "requester"}))["items"]
    assert listed["detailsRemovedAt"] == after["detailsRemovedAt"]
