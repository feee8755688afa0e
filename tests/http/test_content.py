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


async def test_what_is_reported_is_looked_at_by_operations_who_do_not_learn_by_whom(
    requester: Visitor, runner: Visitor, operator: Visitor, stage: Stage
):
    order_id = await requester.opens()
    asked = {"kind": "order", "subject": order_id, "reason": "fraud", "text": "要求先转账"}
    first = await runner.does("/reports", asked)
    assert set(first) == {"id", "reason", "at"}
    assert await runner.does("/reports", {**asked, "reason": "abuse"}) == first
    assert (await requester.refused("/reports", asked))["code"] == "report.own"
    assert (await runner.refused("/reports", {**asked, "text": "长" * 301}))["code"] == "field.invalid"
    (case,) = (await operator.sees("/operator/content", params={"campus": str(stage.campus.id)}))["items"]
    assert (case["doubt"], case["reports"]) == ("reported", 1)
    assert [(said["reason"], said["text"]) for said in case["complaints"]] == [("fraud", "要求先转账")]
    assert (await runner.sees("/me"))["id"] not in str(case)


async def test_operations_open_a_case_about_what_was_let_pass(requester: Visitor, operator: Visitor):
    order_id = await requester.publishes()
    asked = {"kind": "order", "subject": order_id, "reason": "有人投诉"}
    case = await operator.does("/operator/content", asked)
    assert (case["doubt"], case["reason"], case["state"]) == ("opened", "有人投诉", "open")
    assert (await operator.does("/operator/content", {**asked, "reason": "再看"}))["id"] == case["id"]
    assert (await operator.refused("/operator/content", {**asked, "withhold": True}))["code"] == "field.invalid"
    assert (await requester.refused("/operator/content", asked))["code"] == "not_permitted"
