"""The container reaches the handlers, also where a provider was replaced after the start."""

import httpx
from dependency_injector.providers import Object
from litestar import Litestar

from adapters.redis.line import RedisLine
from entrypoints.http.app import create_app, handlers_of
from entrypoints.http.dependencies import use_cases
from errand_domain.errors import Stale
from tests.http.visitors import Visitor, problem_of
from tests.stage import Stage


async def test_a_provider_that_is_replaced_answers_from_then_on(guest: Visitor, stage: Stage) -> None:
    async def nobody() -> tuple[()]:
        return ()

    assert len((await guest.sees("/campuses"))["items"]) == 1
    with stage.use.list_campuses.override(Object(nobody)):
        assert (await guest.sees("/campuses"))["items"] == []
    assert len((await guest.sees("/campuses"))["items"]) == 1


async def test_every_use_case_is_a_dependency_by_its_type(stage: Stage) -> None:
    found = use_cases(stage.use)
    for name in ("accept_errand", "quote_errand", "recognise", "list_orders"):
        returned = found[name].dependency.__annotations__["return"]
        assert returned.__name__.lower() == name.replace("_", "")


async def test_a_handler_asks_for_one_use_case_at_most(app: Litestar, stage: Stage) -> None:
    provided = set(use_cases(stage.use))
    for key, handler in handlers_of(app).items():
        asked = provided & set(handler.parsed_fn_signature.parameters)
        assert len(asked) <= 1, key


async def test_what_may_be_gone_in_a_moment_says_when_to_try_again(requester: Visitor, stage: Stage) -> None:
    async def beaten(*_: object, **__: object) -> None:
        raise Stale("order")

    order_id = await requester.publishes()
    with stage.use.confirm_errand.override(Object(beaten)):
        answer = await requester.post(f"/orders/{order_id}/confirm")
    assert (answer.status_code, problem_of(answer)["code"]) == (409, "stale")
    assert answer.headers["retry-after"] == "2"


async def test_health_and_figures_are_told_without_a_token(guest: Visitor, stage: Stage) -> None:
    async def ask(path: str) -> httpx.Response:
        return await guest.http.get(f"http://errand{path}")

    async def failing() -> None:
        raise ConnectionError

    assert (await ask("/health/live")).text == "live\n"
    assert (await ask("/health/ready")).status_code == 200
    with stage.use.list_campuses.override(Object(failing)):
        assert (await ask("/health/ready")).status_code == 503
    stage.use.redis.override(RedisLine("redis://127.0.0.1:9/0"))
    without_redis = Visitor(create_app(stage.use), stage)
    ready = await without_redis.http.get("http://errand/health/ready")
    assert (ready.status_code, ready.text) == (200, "ready\nredis: degraded\n")
    await guest.get(f"/campuses/{stage.campus.id}")
    figures = (await ask("/metrics")).text
    line = 'errand_http_requests_total{method="GET",route="/api/v1/campuses/{campus_id}",status="200"} 1.0'
    assert line in figures
    assert str(stage.campus.id) not in figures
    assert 'route="none",status="404"' not in figures
    await guest.get("/nothing-of-the-kind")
    assert 'route="none",status="404"} 1.0' in (await ask("/metrics")).text
