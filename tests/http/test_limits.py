"""Whoever asks too often waits, costs the database nothing meanwhile, and does not use up what others may."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from attrs import evolve
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler

from entrypoints.container import Container, running
from entrypoints.http.app import create_app, handlers_of
from entrypoints.http.gate import PUBLIC
from entrypoints.http.limits import LIMITS, UNKNOWN_SESSIONS, counted_address, route_class
from entrypoints.http.proxies import with_peers_address
from entrypoints.http.whence import arrival_of
from errand_domain.ports.rate_limits import RateLimits
from tests.databases import emptied
from tests.http.conftest import session_for
from tests.http.visitors import API, Visitor, problem_of
from tests.stage import Stage, settings

PROXY: Final = "10.1.2.3"
FIRST: Final = 20
"""So many are allowed in this test, for which it would take long to ask as often as the table says."""


class Fewer(RateLimits):
    """The real limits, each with less room."""

    def __init__(self, real: RateLimits) -> None:
        self._real = real

    async def take(self, key, *, most, per, at):
        return await self._real.take(key, most=min(most, FIRST), per=per, at=at)


@pytest.fixture
async def container(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Container]:
    """An installation that holds people to limits, behind a proxy of its own."""
    held = evolve(settings(sqlite_url, tmp_path), rate_limits=True, trusted_proxies=("10.0.0.0/8",))
    await emptied(sqlite_url)
    async with running(held) as container:
        container.rate_limits.override(Fewer(container.rate_limits()))
        yield container


def at_address(app: Litestar, address: str, token: str = "") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(address, 1), raise_app_exceptions=False)  # type: ignore[arg-type]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=transport, base_url=f"http://errand{API}", headers=headers)


async def asked(client: httpx.AsyncClient, path: str, times: int, **more: Any) -> list[int]:
    return [(await client.get(path, **more)).status_code for _ in range(times)]


async def test_a_member_who_asks_too_often_waits_and_costs_no_statement(app: Litestar, stage: Stage) -> None:
    member = await stage.member()
    client = at_address(app, "192.0.2.1", await session_for(stage, member))
    assert await asked(client, "/me", FIRST) == [200] * FIRST
    sent = list[str]()
    stage.use.database().listen(sent.append)
    answer = await client.get("/me")
    problem = problem_of(answer)
    assert (answer.status_code, problem["code"], problem["title"]) == (
        429,
        "too_many_requests",
        "操作太频繁，请稍后再试",
    )
    assert answer.headers["retry-after"] == str(problem["seconds"]) == "60"
    assert sent == []
    stage.clock.advance(timedelta(seconds=59))
    assert (await client.get("/me")).headers["retry-after"] == "1"
    stage.clock.advance(timedelta(seconds=1))
    assert (await client.get("/me")).status_code == 200


async def test_a_member_has_one_measure_for_all_sessions_and_addresses_and_another_for_each_class(
    app: Litestar, stage: Stage
) -> None:
    member, other = await stage.member(), await stage.member()
    clients = [at_address(app, f"192.0.2.{n}", await session_for(stage, member)) for n in (1, 2)]
    for client in clients:
        await asked(client, "/me", FIRST // 2)
    for client in clients:
        assert (await client.get("/me")).status_code == 429
        assert (await client.post("/quotes", json={})).status_code == 422
    neighbour = at_address(app, "192.0.2.1", await session_for(stage, other))
    assert (await neighbour.get("/me")).status_code == 200


async def test_tokens_of_no_session_are_counted_by_their_address_and_then_no_more_looked_up(
    app: Litestar, stage: Stage
) -> None:
    known = at_address(app, "192.0.2.1", await session_for(stage, await stage.member()))
    assert (await known.get("/me")).status_code == 200
    guesses = [at_address(app, "192.0.2.1", f"guess-{n}") for n in range(FIRST + 1)]
    told = [(await guess.get("/me")).status_code for guess in guesses]
    assert told == [401] * FIRST + [429]
    sent = list[str]()
    stage.use.database().listen(sent.append)
    refused = await guesses[0].get("/me")
    assert (refused.status_code, refused.headers["retry-after"], sent) == (429, "60", [])
    assert (await known.get("/me")).status_code == 200, "who is known is not kept out by whoever guesses beside them"
    assert (await at_address(app, "192.0.2.2", "guess").get("/me")).status_code == 401
    stage.clock.advance(timedelta(minutes=1))
    assert (await guesses[0].get("/me")).status_code == 401


async def test_a_campus_behind_one_address_comes_back_all_at_once_after_a_restart(app: Litestar, stage: Stage) -> None:
    """However many sessions are new to a server: those that are good do not count against their address."""
    people = [at_address(app, "192.0.2.1", await session_for(stage, await stage.member())) for _ in range(FIRST + 5)]
    for phone in people:
        assert (await phone.get("/me")).status_code == 200


async def test_an_ended_session_lets_nobody_in_though_it_is_remembered(app: Litestar, stage: Stage) -> None:
    client = at_address(app, "192.0.2.1", await session_for(stage, await stage.member()))
    (session,) = (await client.get("/sessions")).json()["items"]
    assert (await client.delete(f"/sessions/{session['id']}")).status_code == 204
    assert (await client.get("/me")).status_code == 401


async def test_without_a_session_an_address_has_its_measure(app: Litestar) -> None:
    codes = {"kind": "phone", "address": "+8613800000001"}
    one, other = at_address(app, "192.0.2.1"), at_address(app, "192.0.2.2")
    told = [(await one.post("/sign-in/codes", json=codes)).status_code for _ in range(FIRST + 1)]
    assert told[0] == 204
    answer = await one.post("/sign-in/codes", json={"kind": "phone", "address": "+8613800000002"})
    assert problem_of(answer)["code"] == "too_many_requests"
    assert (await one.get("/campuses")).status_code == 200
    answer = await other.post("/sign-in/codes", json={"kind": "phone", "address": "+8613800000002"})
    assert answer.status_code == 204


async def test_nobody_but_our_own_proxy_is_believed_about_an_address(app: Litestar) -> None:
    stranger, proxy = at_address(app, "192.0.2.1"), at_address(app, PROXY)
    for n in range(FIRST):
        await stranger.get("/campuses", headers={"X-Forwarded-For": f"198.51.100.{n}"})
    assert await asked(stranger, "/campuses", 1, headers={"X-Forwarded-For": "198.51.100.99"}) == [429]
    for n in range(FIRST):
        # What the client itself has written stands before what our proxy has added.
        forged = {"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7, {('10.9.9.9', '::ffff:10.9.9.9')[n % 2]}"}
        assert await asked(proxy, "/campuses", 1, headers=forged) == [200]
    assert await asked(proxy, "/campuses", 1, headers={"X-Forwarded-For": "198.51.100.7"}) == [429]
    assert await asked(proxy, "/campuses", 1, headers={"X-Forwarded-For": "198.51.100.8"}) == [200]


@pytest.mark.parametrize(
    ("said", "peer"),
    [
        ("10.0.0.0/8", "::ffff:10.1.2.3"),
        ("::ffff:10.0.0.0/104", "10.1.2.3"),
        ("::ffff:10.1.2.3/128", "10.1.2.3"),
        ("10.1.2.3/32", "::ffff:a01:203"),
        ("0.0.0.0/0", "::ffff:192.0.2.1"),
        ("2001:db8::/32", "2001:db8::1"),
    ],
)
async def test_our_own_proxy_is_known_in_whichever_version_its_address_is_written(said: str, peer: str) -> None:
    assert await believed(said, peer) == "198.51.100.7"


@pytest.mark.parametrize(
    ("said", "peer"),
    [
        ("10.0.0.0/8", "::ffff:11.1.2.3"),
        ("10.0.0.0/8", "::10.1.2.3"),
        ("10.0.0.0/8", "64:ff9b::10.1.2.3"),
        ("2001:db8::/32", "10.1.2.3"),
    ],
)
async def test_another_address_is_no_proxy_of_ours_in_any_version(said: str, peer: str) -> None:
    assert await believed(said, peer) == peer


async def believed(said: str, peer: str) -> str:
    """The client that the application sees behind that peer, where the settings say that of our proxies."""
    seen = list[str]()

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", b"198.51.100.7")]}
    await with_peers_address(app, (said,))(scope, None, None)  # type: ignore[arg-type]
    return seen[0]


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        (("192.0.2.1", 1), "192.0.2.1"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::", 1), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.1", 1), "192.0.2.1"),
        (("no address", 1), ""),
        (None, ""),
    ],
)
def test_an_address_counts_by_itself_and_of_version_six_by_its_network(client, counted) -> None:
    assert counted_address({"client": client}) == counted  # type: ignore[typeddict-item]


def test_the_list_of_sessions_has_no_other_network_for_an_address_that_is_written_as_version_six() -> None:
    asked = {"type": "http", "client": ("::ffff:192.0.2.1", 1), "headers": []}
    assert arrival_of(Request(asked), "", "").place == "192.0.2.*"  # type: ignore[arg-type]


async def test_providers_are_never_kept_from_telling(app: Litestar) -> None:
    provider = at_address(app, "192.0.2.1")
    told = [(await provider.post("/notifications/wechat-pay", content=b"")).status_code for _ in range(2 * FIRST)]
    assert 429 not in told


async def test_a_refused_request_is_not_kept_as_the_answer_to_its_key(app: Litestar, stage: Stage) -> None:
    client = at_address(app, "192.0.2.1", await session_for(stage, await stage.member()))
    for _ in range(FIRST):
        await client.post("/quotes", json={})
    key = {"Idempotency-Key": "one-and-the-same"}
    assert (await client.post("/quotes", json={}, headers=key)).status_code == 429
    stage.clock.advance(timedelta(minutes=1))
    assert (await client.post("/quotes", json={}, headers=key)).status_code == 422


def handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    return {k: h for k, h in handlers_of(app).items() if k[0] != "OPTIONS" and k[1].startswith(API)}


async def test_every_route_has_a_limit_but_those_where_providers_tell(app: Litestar) -> None:
    classes = {key: route_class(handler) for key, handler in handlers(app).items()}
    unlimited = {path for (_, path), kind in classes.items() if kind == "unlimited"}
    assert unlimited == {f"{API}/notifications/{{channel}}"}
    assert {kind for kind in classes.values() if kind != "unlimited"} == set(LIMITS)
    for key, handler in handlers(app).items():
        if classes[key] != "unlimited":
            is_public = handler.opt.get("access") == PUBLIC["access"]
            assert LIMITS[classes[key]].by == ("address" if is_public else "member"), key
    assert UNKNOWN_SESSIONS.by == "address"


async def test_the_description_names_the_refusal_everywhere(guest: Visitor) -> None:
    document = (await guest.http.get("http://errand/schema/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            told = operation["responses"]["429"]
            assert "`too_many_requests`" in told["description"], (path, method)
            assert "Retry-After" in told["headers"], (path, method)


async def test_limits_that_are_off_hold_nobody(container: Container, tmp_path: Path) -> None:
    free = Container(settings=evolve(settings("memory:", tmp_path), rate_limits=False))
    free.rate_limits.override(container.rate_limits())
    assert await asked(at_address(create_app(free), "192.0.2.1"), "/campuses", FIRST + 1) == [200] * (FIRST + 1)
