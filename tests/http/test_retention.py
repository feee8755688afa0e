"""What is told of an order whose time is over: that it was, and nothing of anybody."""

from datetime import datetime

from entrypoints.http.wire.runners import DETAILS_REMOVED
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


async def test_who_was_refused_is_told_that_their_details_are_erased_and_applies_again(
    requester: Visitor, operator: Visitor, guest: Visitor, stage: Stage
) -> None:
    application = {
        "campusId": str(stage.campus.id),
        "realName": "欧阳修远",
        "studentNumber": "2026990417",
        "cardPhoto": await requester.uploads("/files"),
        "studyUntil": "2029-06-30",
        "gender": "male",
        "agreementVersion": "2026-11-01",
    }
    await requester.does("/runner/application", application)
    decision = {"decision": "reject", "reason": "照片上是另一位同学"}
    await operator.does(f"/operator/runners/{requester.id}/decisions", decision)
    before = await requester.sees("/runner/application")
    assert (before["verification"], before["remark"], before["detailsRemoved"]) == (
        "rejected",
        "照片上是另一位同学",
        False,
    )
    stage.clock.advance(stage.campus.policy.keep_documents_for)
    await make_worker(stage.use).drain()
    again = await guest.signs_in("+8613800000001")
    after = await again.sees("/runner/application")
    assert after == before | {"remark": DETAILS_REMOVED, "gender": None, "detailsRemoved": True}
    application["cardPhoto"] = await again.uploads("/files")
    assert (await again.does("/runner/application", application))["verification"] == "applied"
    assert not (await again.sees("/runner/application"))["detailsRemoved"]
