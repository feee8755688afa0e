"""A member takes along what is held about them."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from adapters.memory.outside import MemoryNotices
from errand_domain.use_cases.background.deliver_message import SENTENCES
from tests.http.visitors import PNG, Visitor, problem_of
from tests.stage import Stage

pytestmark = pytest.mark.anyio


async def test_everything_that_the_member_gave_is_in_it(requester: Visitor, runner: Visitor):
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    proof = await runner.uploads(f"/orders/{order_id}/proofs", purpose="proof")
    answer = await runner.post("/me/exports")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert "content-length" not in answer.headers, "it is sent while it is made"
    archive = ZipFile(BytesIO(answer.content))
    assert archive.testzip() is None
    told = json.loads(archive.read("data.json"))
    assert told["member"]["id"] == runner.id
    assert told["runner"]["application"]["real_name"] == "王小明"
    assert told["runner"]["application"]["student_number"] == "20260001"
    assert "+8613800000002" in json.dumps(told["member"])
    assert [order["id"] for order in told["orders_run"]] == [order_id]
    images = [name for name in archive.namelist() if name.startswith("files/")]
    assert len(images) == len(told["files"]) == 2
    assert f"files/proof-{proof}.png" in images
    assert all(archive.read(name) == PNG for name in images)


async def test_of_the_other_party_it_tells_what_one_may_see_and_no_file(requester: Visitor, runner: Visitor):
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    await runner.uploads(f"/orders/{order_id}/proofs", purpose="proof")
    archive = ZipFile(BytesIO((await requester.post("/me/exports")).content))
    told = archive.read("data.json").decode()
    assert archive.namelist() == ["data.json"]
    assert "20260001" not in told
    assert "王小明" not in told
    assert "+8613800000002" not in told


async def test_one_a_day_and_then_it_says_when(requester: Visitor):
    assert (await requester.post("/me/exports")).status_code == 200
    refused = await requester.post("/me/exports")
    assert problem_of(refused)["code"] == "too_many_requests"
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 24 * 60 * 60


async def test_it_is_recorded_and_the_member_is_told(requester: Visitor, stage: Stage):
    from entrypoints.worker.worker import make_worker

    await requester.post("/me/exports")
    async with stage.begin() as tx:
        (line,) = await tx.audit.of_subject(f"member:{requester.id}", limit=5)
    assert (line.action, str(line.actor_id)) == ("member.exported", requester.id)
    await make_worker(stage.use).drain()
    notices = stage.use.notices()
    assert isinstance(notices, MemoryNotices)
    assert SENTENCES["data_exported"] in [notice.text for notice in notices.inbox]


async def test_the_zip_is_kept_nowhere_whatever_key_comes_with_it(requester: Visitor, stage: Stage):
    key = {"Idempotency-Key": "take-it-along-1"}
    assert (await requester.post("/me/exports", headers=key)).status_code == 200
    assert (await requester.post("/me/exports", headers=key)).status_code == 429
    assert len(stage.use.database()._tables.answers) == 0  # the store itself is looked at


async def test_a_guest_takes_nothing(guest: Visitor):
    assert (await guest.post("/me/exports")).status_code == 401
