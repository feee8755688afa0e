"""What goes over the socket, and what becomes of a connection that is broken off or late."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wire import BODY_BYTES_MOST
from tests.sandbox.core.shop import LATE_SECONDS, Shop
from tests.sandbox.serving import TLS, served


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(Store(tmp_path / "books.sqlite3"), make_partners=lambda outside: (Shop(outside),))


@pytest.fixture
def client(outside: Outside) -> Iterator[httpx.Client]:
    with (
        served(lambda _: Sandbox(outside)) as address,
        httpx.Client(base_url=address, trust_env=False, verify=TLS) as made,
    ):
        yield made


def calls(shop: Shop) -> int:
    return shop.counts.get("calls", 0)


def test_a_dropped_request_is_a_broken_connection_and_nothing_was_done(client, outside, shop):
    outside.faults.ask("shop.count", "drop_request")
    with pytest.raises(httpx.TransportError):
        client.post("/shop/count")
    assert calls(shop) == 0
    assert client.post("/shop/count").text == "1"


def test_a_dropped_answer_is_a_broken_connection_and_all_was_done(client, outside, shop):
    outside.faults.ask("shop.count", "drop_answer")
    with pytest.raises(httpx.TransportError):
        client.post("/shop/count")
    assert calls(shop) == 1
    assert client.post("/shop/count").text == "2"


def test_a_late_answer_is_a_time_out_for_whoever_does_not_wait(client, outside):
    outside.faults.ask("shop.count", "delay", times=2)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/shop/count", timeout=httpx.Timeout(10, read=LATE_SECONDS / 3))
    patient = client.post("/shop/count", timeout=10)
    assert (patient.text, patient.elapsed.total_seconds() >= LATE_SECONDS) == ("2", True)


async def test_the_sandbox_goes_on_while_one_answer_is_late(outside, shop):
    shop.late_seconds = 3600
    outside.faults.ask("shop.count", "delay")
    sandbox = httpx.ASGITransport(Sandbox(outside))
    async with httpx.AsyncClient(transport=sandbox, base_url="http://127.0.0.1") as client:
        late = asyncio.create_task(client.post("/shop/count"))
        while calls(shop) == 0:  # noqa: ASYNC110 - the shop has no event to wait for
            await asyncio.sleep(0)
        assert (await client.post("/shop/count")).text == "2"
        assert not late.done()
        late.cancel()


def test_path_query_and_body_arrive_as_they_were_sent(client):
    answer = client.post("/shop/echo?a=%E6%96%B0&b=1%2B1&c", content=b"x" * 300_000)
    host = client.base_url.netloc.decode()
    assert answer.text == f"POST /shop/echo?a=%E6%96%B0&b=1%2B1&c {host} 300000"
    assert answer.headers["content-type"] == "text/plain"


def test_an_escaped_path_is_not_the_path_that_it_stands_for(client):
    assert client.get("/shop/%65cho").text == "1"


@pytest.mark.parametrize(("size", "status"), [(BODY_BYTES_MOST, 200), (BODY_BYTES_MOST + 1, 413)])
def test_a_body_has_its_limit(client, shop, size, status):
    assert client.post("/shop/count", content=b"x" * size).status_code == status
    assert calls(shop) == (1 if status == 200 else 0)


def test_a_body_without_a_length_has_the_same_limit(client, shop):
    answer = client.post("/shop/count", content=(b"x" * 65_536 for _ in range(BODY_BYTES_MOST // 65_536 + 1)))
    assert (answer.status_code, calls(shop)) == (413, 0)


def test_a_request_that_was_broken_off_is_no_request(client):
    with socket.create_connection((client.base_url.host, client.base_url.port)) as wire:
        wire.sendall(b"POST /shop/count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
    assert client.post("/shop/count").text == "1"
