"""One origin for all partners, on this machine alone; what is done in one call is done whole."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from sqlite3 import ProgrammingError

import httpx
import pytest

from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice
from tests.sandbox.core.shop import Shop
from tests.sandbox.serving import served

HERE = "127.0.0.1"
PATIENCE_SECONDS = 10


@asynccontextmanager
async def caller(outside, address: str | None = HERE) -> AsyncIterator[httpx.AsyncClient]:
    async def app(scope, receive, send) -> None:
        await Sandbox(outside)({**scope, "client": None if address is None else (address, 4711)}, receive, send)

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as made:
        yield made


@pytest.mark.parametrize("address", [HERE, "127.8.8.8", "::1"])
async def test_whoever_is_on_this_machine_is_answered(outside, address):
    async with caller(outside, address) as client:
        assert (await client.get("/shop/count")).text == "1"
        assert (await client.get("/sandbox")).status_code == 200


@pytest.mark.parametrize("address", ["192.168.1.7", "203.0.113.9", "fe80::1", "testclient", "", None])
@pytest.mark.parametrize("path", ["/shop/count", "/sandbox", "/sandbox/open"])
async def test_to_another_machine_there_is_no_sandbox(outside, shop, address, path):
    async with caller(outside, address) as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.text) == (404, "not found")
    assert shop.counts.get("calls") is None


@pytest.mark.parametrize("path", ["/", "/nobody", "/sandboxes", "/shopping"])
async def test_what_belongs_to_nobody_is_not_there(outside, path):
    async with caller(outside) as client:
        assert (await client.post(path)).status_code == 404


async def test_time_passes_before_anything_is_answered(outside, shop):
    async with caller(outside) as client:
        await client.get("/shop/count")
        await client.get("/sandbox/open")
    assert shop.counts["passed"] == 2


async def test_what_breaks_in_the_middle_has_not_begun(outside, shop):
    async with caller(outside) as client:
        assert (await client.post("/shop/break")).status_code == 500
        assert dict(shop.counts) == {}
        assert (await client.post("/shop/count")).text == "1"


async def test_while_it_is_served_it_carries_what_was_told_before(tmp_path, listener):
    before = Outside(Store(tmp_path / "books.sqlite3"), make_partners=lambda outside: (Shop(outside),))
    before.partners["corner-shop"].tell("1", listener.url)  # type: ignore[attr-defined]  # it is our shop
    before.store.close()
    after = Outside(Store(tmp_path / "books.sqlite3"), make_partners=lambda outside: (Shop(outside),))
    with served(lambda _: Sandbox(after)):
        await asyncio.wait_for(listener.arrived.wait(), PATIENCE_SECONDS)
    assert listener.heard == ["1 was paid"]
    with pytest.raises(ProgrammingError, match="closed"):
        after.courier.all()


async def test_it_speaks_http_only(outside):
    with pytest.raises(RuntimeError, match="HTTP only"):
        await Sandbox(outside)({"type": "websocket"}, None, None)  # type: ignore[arg-type]


async def test_the_inbox_is_whatever_the_installation_sent(outside):
    notices: Sequence[Notice] = [
        Notice(to=Way("phone", "+8613800000001"), text="验证码 123456", code="123456"),
        Notice(to=Way("phone", "+8613800000002"), text="已接单"),
    ]
    transport = httpx.ASGITransport(app=Sandbox(outside, inbox=lambda: notices), client=(HERE, 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        every = (await client.get("/sandbox/inbox")).json()["items"]
        one = (await client.get("/sandbox/inbox", params={"to": "+8613800000001"})).json()["items"]
        assert [item["text"] for item in every] == ["验证码 123456", "已接单"]
        assert one == [{"to": "+8613800000001", "text": "验证码 123456", "code": "123456"}]
        page = (await client.get("/sandbox")).text
    assert "已接单" in page
    assert ">123456<" in page
