"""Content in doubt over HTTP: operations see it and decide, and nobody else."""

from tests.http.visitors import Visitor
from tests.stage import Stage

DOUBTFUL = "加微信聊"


async def test_operations_list_what_is_in_doubt_and_remove_it(requester: Visitor, operator: Visitor, stage: Stage):
    order_id = await requester.publishes(note=DOUBTFUL)
    (case,) = (await operator.sees("/operator/content", params={"campus": str(stage.campus.id)}))["items"]
    assert (case["kind"], case["subject"], case["state"], case["doubt"]) == ("order", order_id, "open", "doubtful")
    assert DOUBTFUL in case["quote"]
    path = f"/operator/content/{case['id']}/decisions"
    assert (await operator.refused(path, {"decision": "remove"}))["code"] == "field.invalid"
    decided = await operator.does(path, {"decision": "remove", "reason": "含有广告"})
    assert (decided["state"], decided["reason"]) == ("removed", "含有广告")
    assert (await requester.sees(f"/orders/{order_id}"))["phase"] == "closed"
    assert (await operator.refused(path, {"decision": "clear"}))["code"] == "content.illegal_transition"
    listed = await operator.sees("/operator/content", params={"campus": str(stage.campus.id)})
    assert listed["items"] == []


async def test_who_is_not_of_operations_sees_and_decides_nothing(requester: Visitor, stage: Stage):
    await requester.publishes(note=DOUBTFUL)
    answer = await requester.get("/operator/content", params={"campus": str(stage.campus.id)})
    assert answer.status_code == 403
