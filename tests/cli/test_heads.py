"""Nobody fills the memory with a head that never ends, nor keeps a connection by one that never comes."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from structlog.testing import capture_logs

from entrypoints.cli.bounded_heads import HEAD_BYTES_MOST, BoundedHeads
from entrypoints.container import MEMORY
from entrypoints.demo.serving import QuietServer
from tests.demo.serving import Process, free_port

PATIENCE: Any = 0.1  # seconds; whole ones for people who set it, and nothing asks for that
Ask = Callable[[], Awaitable[tuple[StreamReader, StreamWriter]]]


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Says how long the body was."""
    assert scope["type"] == "http"
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message["body"]), message["more_body"]
    body = str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Hurried(BoundedHeads):
    """The same, for a test that waits to the end."""

    head_seconds_most = 0.01


@asynccontextmanager
async def serving(protocol: type[BoundedHeads]) -> AsyncIterator[Ask]:
    config = uvicorn.Config(
        echo, http=protocol, lifespan="off", ws="none", log_config=None, timeout_keep_alive=PATIENCE
    )
    config.load()
    server = QuietServer(config)
    listener = await asyncio.get_running_loop().create_server(
        lambda: protocol(config, server.server_state, {}), "127.0.0.1", 0
    )
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        yield lambda: asyncio.open_connection("127.0.0.1", port)


async def answer(reader: StreamReader) -> tuple[bytes, bytes]:
    """Status line and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head.partition(b"\r\n")[0], await reader.readexactly(length)


def post(body: bytes, *, padding: int = 0) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: x\r\nX: %b\r\nContent-Length: %d\r\n\r\n%b" % (b"p" * padding, len(body), body)


@pytest.mark.parametrize(
    "endless",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"p" * 3_000_000,
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 500_000,
        b"GET /" + b"p" * 3_000_000,
        post(b"before") + b"GET /" + b"p" * 3_000_000,
    ],
    ids=["one field", "many fields", "address", "after another"],
)
async def test_a_head_without_an_end_is_not_read_to_it(endless: bytes):
    async with serving(BoundedHeads) as connect:
        reader, writer = await connect()
        with capture_logs() as logs:
            writer.write(endless)
            try:
                told = await reader.read()
            except ConnectionError:  # what was still on its way was thrown away together with the answer
                told = b""
        writer.close()
    assert [line["event"] for line in logs] == ["head_too_long"]
    assert b" 200 " not in told.partition(b"6")[2]


async def test_what_clients_send_fits_however_long_the_body_and_however_many_come_after_another():
    async with serving(BoundedHeads) as connect:
        reader, writer = await connect()
        for length, padding in ((0, HEAD_BYTES_MOST // 2), (2_000_000, 10), (3, HEAD_BYTES_MOST // 2), (0, 0)):
            writer.write(post(b"b" * length, padding=padding))
            assert await answer(reader) == (b"HTTP/1.1 200 OK", str(length).encode())
        writer.write(post(b"one") + post(b"three"))
        assert [await answer(reader), await answer(reader)] == [(b"HTTP/1.1 200 OK", n) for n in (b"3", b"5")]
        writer.close()


async def test_whoever_waits_between_two_requests_is_not_hurried():
    """The server's own patience with an idle connection ends this one, and not that with a head."""
    async with serving(Hurried) as connect:
        reader, writer = await connect()
        with capture_logs() as logs:
            writer.write(post(b"one"))
            assert await answer(reader) == (b"HTTP/1.1 200 OK", b"3")
            assert await reader.read() == b""
        writer.close()
    assert logs == []


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost:", post(b"one") + b"GET /"])
async def test_a_head_that_does_not_come_to_its_end_in_time_ends_the_connection(begun: bytes):
    async with serving(Hurried) as connect:
        reader, writer = await connect()
        with capture_logs() as logs:
            writer.write(begun)
            await reader.read()
        writer.close()
    assert [line["event"] for line in logs] == ["head_too_slow"]


AMBIGUOUS = {
    "a length and chunks": "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /",
    "chunks and a length": "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nGET /",
    "two lengths": "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length with a sign": "Content-Length: +2\r\n\r\n{}",
    "a blank before the colon": "Content-Length : 2\r\n\r\n{}",
    "chunks that are not the last coding": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "almost chunks": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a size that is no number": "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    "a folded field": "X: a\r\n Content-Length: 2\r\n\r\n{}",
    "a bare line feed": "Content-Length: 0\nX: y\r\n\r\n",
    "a zero byte": "X: a\0b\r\n\r\n",
}
"""Where the end of a request could be read in two ways, and a proxy in front might read the other."""


@pytest.mark.parametrize("rest", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_a_request_whose_end_could_be_read_in_two_ways_is_refused_and_nothing_after_it_is_read(rest: str):
    async with serving(BoundedHeads) as connect:
        reader, writer = await connect()
        writer.write(f"POST / HTTP/1.1\r\nHost: x\r\n{rest}\r\n\r\n".encode())
        told = await reader.read()
        writer.close()
    assert told.startswith(b"HTTP/1.1 400 ")
    assert told.count(b"HTTP/1.1 ") == 1


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_the_service_is_served_so_opens_no_socket_and_does_not_say_what_serves_it(tmp_path: Path):
    port = free_port()
    settings = {"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, "ERRAND_DATABASE_URL": MEMORY}
    service = Process("serve", "--port", str(port), log=tmp_path / "serve.log", settings=settings)
    service.start()
    try:
        address = f"http://127.0.0.1:{port}/health/live"
        service.await_answer(address)
        answers = [httpx.get(address), httpx.get(address, headers=UPGRADE)]
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * HEAD_BYTES_MOST)
            refusal = client.makefile("rb").read()
    finally:
        service.kill()
    assert refusal.startswith(b"HTTP/1.1 431 ")
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("server" not in answer.headers for answer in answers)
