"""A POST repeated with its key is answered as it was, and done once."""

from typing import Any

import pytest

from tests.http.conftest import staff
from tests.http.visitors import PNG, Visitor, problem_of
from tests.stage import Stage

KEY = {"Idempotency-Key": "0198f0a4-tip-1"}


async def test_a_repeated_request_gets_the_same_bytes_and_is_done_once(requester: Visitor, stage: Stage) -> None:
    order_id = await requester.opens()
    tip = {"amountFen": 200, "provider": "memory"}
    first = await requester.post(f"/orders/{order_id}/tip", tip, headers=KEY)
    again = await requester.post(f"/orders/{order_id}/tip", tip, headers=KEY)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert len(stage.provider.open_payments()) == 1


async def test_a_refusal_is_repeated_as_well(requester: Visitor) -> None:
    order_id = await requester.publishes()
    answers = [await requester.post(f"/orders/{order_id}/confirm", headers=KEY) for _ in range(2)]
    assert answers[0].status_code == 409
    assert answers[0].content == answers[1].content
    assert answers[1].headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("other", ["body", "route"])
async def test_the_same_key_for_another_request_is_a_conflict(requester: Visitor, other: str) -> None:
    order_id = await requester.opens()
    body = {"amountFen": 200, "provider": "memory"}
    await requester.does(f"/orders/{order_id}/tip", body, headers=KEY)
    changed = body | {"amountFen": 300} if other == "body" else body
    step = "tip" if other == "body" else "pay"
    problem = await requester.refused(f"/orders/{order_id}/{step}", changed, headers=KEY)
    assert (problem["status"], problem["code"]) == (409, "request.key_reused")


async def test_keys_belong_to_their_member(requester: Visitor, runner: Visitor) -> None:
    order_id = await requester.opens()
    await requester.does(f"/orders/{order_id}/tip", {"amountFen": 1, "provider": "memory"}, headers=KEY)
    assert (await runner.does("/runner/shift", {"on": False}, headers=KEY)) == {"isOnShift": False}


async def test_a_request_that_is_still_worked_on_asks_to_wait(requester: Visitor, stage: Stage) -> None:
    from datetime import timedelta
    from uuid import UUID

    from entrypoints.http.idempotency import LEASE, digest_of
    from errand_domain.ids import MemberId

    path = f"/api/v1/me/blocks/{stage.new_id()}"
    scope: Any = {"method": "POST", "path": path, "query_string": b"", "headers": []}
    await stage.use.answers().reserve(
        MemberId(UUID(requester.id)),
        KEY["Idempotency-Key"],
        request_digest=digest_of(scope, b""),
        now=stage.clock.now(),
        leased_until=stage.clock.now() + LEASE,
    )
    answer = await requester.http.post(f"http://errand{path}", headers=KEY)
    assert (answer.status_code, problem_of(answer)["code"]) == (409, "request.in_progress")
    assert answer.headers["retry-after"]
    stage.clock.advance(LEASE + timedelta(seconds=1))
    assert (await requester.http.post(f"http://errand{path}", headers=KEY)).status_code == 404


@pytest.mark.parametrize("key", ["short", "x" * 65, "with a blank", "tab\there-1", "umlautü-1"])
async def test_a_key_that_is_none_is_refused(requester: Visitor, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    problem = await requester.refused("/me/blocks/0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60", headers=headers)
    assert (problem["status"], problem["field"]) == (422, "Idempotency-Key")


async def test_an_upload_is_repeated_though_its_boundary_is_new(requester: Visitor) -> None:
    order_id = await requester.publishes()
    ids = set[str]()
    for boundary in ("first-boundary", "second-boundary"):
        answer = await requester.http.post(
            f"/orders/{order_id}/proofs",
            files={"file": ("a.png", PNG, "image/png")},
            headers=KEY | {"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        assert answer.status_code == 201, answer.text
        ids.add(answer.json()["id"])
    assert len(ids) == 1


async def test_a_fault_of_ours_is_not_kept(requester: Visitor, stage: Stage) -> None:
    from datetime import timedelta

    from dependency_injector.providers import Object

    from entrypoints.http.idempotency import LEASE

    async def failing(*_: Any, **__: Any) -> None:
        raise RuntimeError

    order_id = await requester.opens()
    with stage.use.confirm_errand.override(Object(failing)):
        assert (await requester.post(f"/orders/{order_id}/confirm", headers=KEY)).status_code == 500
    stage.clock.advance(LEASE + timedelta(seconds=1))
    assert (await requester.post(f"/orders/{order_id}/confirm", headers=KEY)).status_code == 409


async def test_signing_in_keeps_no_answers(guest: Visitor) -> None:
    body = {"kind": "phone", "address": "13800000007"}
    assert (await guest.post("/sign-in/codes", body, headers=KEY)).status_code == 204
    assert (await guest.post("/sign-in/codes", body, headers=KEY)).status_code == 429


async def test_what_staff_were_told_with_two_factors_is_not_repeated_to_one(
    guest: Visitor, requester: Visitor, stage: Stage
) -> None:
    member, order_id = await stage.operator(), await requester.opens()
    strong = await staff(guest, stage, member)
    weak = await staff(guest, stage, member, strength="one_factor")
    asked = (f"/operator/orders/{order_id}/cancel", {"reason": "误发"})
    told = await strong.does(*asked, headers=KEY)
    assert await strong.does(*asked, headers=KEY) == told
    assert (await weak.refused(*asked, headers=KEY))["code"] == "request.key_reused"
    assert (await weak.refused(*asked))["code"] == "not_permitted"
