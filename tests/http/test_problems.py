"""Every refusal is problem+json, told alike whoever refuses."""

from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from attrs import fields
from litestar import Litestar
from litestar.testing import RequestFactory

from entrypoints.http.errors import refused, status_of, wire_name
from entrypoints.http.request_id import give_request_id
from errand_domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, all_refusals
from errand_domain.money import Money
from errand_domain.ports.orders import Orders
from tests.http.visitors import Visitor, problem_of
from tests.stage import Stage

EXAMPLE_FACTS = {
    "Literal": "signature",
    "int": 3,
    "str": "text",
    "Money": Money(250),
    "datetime": datetime(2026, 11, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("kind", all_refusals(), ids=lambda kind: kind.code)
def test_every_refusal_is_rendered(kind: type[DomainError]) -> None:
    import msgspec

    facts = {a.name: EXAMPLE_FACTS[getattr(a.type, "__name__", str(a.type))] for a in fields(kind)}
    request = RequestFactory(app=Litestar([], logging_config=None)).get("/")
    give_request_id(request.scope)  # type: ignore[arg-type]
    answer = refused(request, kind(**facts))
    body = msgspec.json.decode(answer.content)
    assert answer.media_type == "application/problem+json"
    assert body["status"] == answer.status_code == status_of(kind)
    assert body["code"] == kind.code
    assert body["title"] == kind.sentence
    assert not any("_" in name for name in body)
    assert "Money" not in str(body)
    kinds = {Invalid: {422, 413}, Forbidden: {403, 401}, NotFound: {404}, Conflict: {409, 429}}
    assert body["status"] in next(statuses for parent, statuses in kinds.items() if issubclass(kind, parent))


def test_a_field_is_named_as_clients_spell_it() -> None:
    assert wire_name("nick_name") == "nickName"
    assert wire_name("terms.pickup.building_id") == "terms.pickup.buildingId"
    assert wire_name("terms.goods_advance") == "terms.goodsAdvanceFen"
    assert wire_name("latest") == wire_name("terms.window.latest") == "terms.window.latest"
    assert wire_name("items[0].weightGrams") == "items[0].weightGrams"


async def test_money_in_a_refusal_is_told_in_fen(requester: Visitor, runner: Visitor, stage: Stage) -> None:
    from datetime import timedelta

    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    stage.clock.advance(timedelta(minutes=3))
    fee = await requester.sees(f"/orders/{order_id}/cancellation")
    assert fee == {"feeFen": 200}
    problem = await requester.refused(f"/orders/{order_id}/cancel", {"reason": "不需要了"})
    assert (problem["status"], problem["code"], problem["feeFen"]) == (409, "order.fee_not_confirmed", 200)
    cancelled = await requester.does(
        f"/orders/{order_id}/cancel", {"reason": "不需要了", "confirmedFeeFen": fee["feeFen"]}
    )
    assert cancelled["state"] == "cancelled"


async def test_what_is_not_there_is_a_problem_too(guest: Visitor) -> None:
    for path in ("/nothing", "/campuses/not-an-id", "/campuses/0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"):
        problem = problem_of(await guest.get(path))
        assert (problem["status"], problem["code"]) == (404, "not_found"), path


async def test_what_nobody_foresaw_tells_nothing_and_is_logged_without_values(stage: Stage, requester: Visitor) -> None:
    from dependency_injector.providers import Object

    async def failing(*_: Any, **__: Any) -> Orders:
        raise RuntimeError("the phone is +8613800000001")

    stage.use.list_orders.override(Object(type("Broken", (), {"placed": failing})()))
    with structlog.testing.capture_logs() as logs:
        answer = await requester.get("/orders")
    problem = problem_of(answer)
    assert (problem["status"], problem["code"]) == (500, "internal")
    assert "phone" not in answer.text
    (line,) = [entry for entry in logs if entry["event"] == "request failed"]
    assert f"urn:uuid:{line['request_id']}" == problem["instance"]
    assert line["fault"] == ["RuntimeError"]
    assert "13800000001" not in str(line)


async def test_asking_again_too_soon_says_when_to_come_back(guest: Visitor) -> None:
    address = {"kind": "email", "address": "Li.Lei@Example.EDU.cn"}
    await guest.does("/sign-in/codes", address)
    answer = await guest.post("/sign-in/codes", address | {"address": "li.lei@example.edu.cn"})
    problem = problem_of(answer)
    assert (problem["status"], problem["code"]) == (429, "sign_in.code_too_soon")
    assert answer.headers["retry-after"] == str(problem["seconds"])
