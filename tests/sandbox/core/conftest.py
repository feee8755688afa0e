"""A sandbox with one small shop in it, without sockets and with, and somebody who hears what it tells."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from attrs import field, frozen

from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from tests.sandbox.core.shop import Shop


@frozen
class Listener:
    """Where notifications arrive: it keeps them, and answers what it is told to, `ok` by itself."""

    heard: list[str] = field(factory=list)
    answers: list[str] = field(factory=list)
    targets: list[str] = field(factory=list)
    address: list[str] = field(factory=list)
    arrived: asyncio.Event = field(factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.address[0]}/notify"

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(line for line in head.lower().splitlines() if line.startswith("content-length: "))
        body = await reader.readexactly(int(length.removeprefix("content-length: ")))
        self.heard.append(body.decode())
        self.targets.append(head.split(" ")[1])
        status, _, told = (self.answers.pop(0) if self.answers else "200 ok").partition(" ")
        if status.isdecimal():
            more = f"Location: {told}\r\n" if status == "302" else ""
            writer.write(f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(told)}\r\n\r\n{told}".encode())
            await writer.drain()
        writer.close()
        self.arrived.set()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    made = Listener()
    async with await asyncio.start_server(made.hear, "127.0.0.1", 0) as server:
        made.address.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield made


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / "books.sqlite3")
    yield made
    made.close()


@pytest.fixture
def outside(store: Store) -> Outside:
    return Outside(store, make_partners=lambda outside: (Shop(outside),))


@pytest.fixture
def shop(outside: Outside) -> Shop:
    (found,) = outside.partners.values()
    assert isinstance(found, Shop)
    return found
