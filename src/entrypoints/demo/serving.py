"""The sandbox beside the service, in one process and one loop: two servers, one of which leaves the signals alone."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn

from entrypoints.demo.clock import MovableClock
from entrypoints.demo.folder import DemoFolder
from entrypoints.sandbox.app import Inbox, Sandbox
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partners import make_partners
from entrypoints.sandbox.store import Store

STOP_SECONDS: Final = 5
HERE: Final = "127.0.0.1"
PORTS_TRIED: Final = 50
QUIET_SECONDS: Final = 0.01


class NoFreePort(Exception):
    """Every port that was tried is taken."""


class QuietServer(uvicorn.Server):
    """A server that leaves the signals of the process to somebody else."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield


def listening(first: int) -> socket.socket:
    """A socket on that port, or on the next one that nobody has; raises `NoFreePort`."""
    for port in range(first, min(first + PORTS_TRIED, 2**16)):
        listener = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio sends at once only where it knows that it is TCP
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HERE, port))
            listener.listen()  # a port that is bound and not listened at may be bound by another process as well
        except OSError:
            listener.close()
        else:
            return listener
    raise NoFreePort(f"no free port from {first} to {first + PORTS_TRIED - 1}")


def address_of(listener: socket.socket) -> str:
    """Where it is reached."""
    return f"http://{HERE}:{listener.getsockname()[1]}"


def played(folder: DemoFolder, clock: MovableClock) -> Outside:
    """The outside world of the demonstration, by that clock."""
    push_url = f"{folder.addresses.service}/api/v1/notifications/wechat"
    partners = make_partners(folder.partner_keys, clock, push_url=push_url)
    return Outside(Store(folder.partner_books), make_partners=partners)


@asynccontextmanager
async def sandbox_served(outside: Outside, listener: socket.socket, inbox: Inbox) -> AsyncGenerator[None, None]:
    """The sandbox answers on that socket."""
    config = uvicorn.Config(
        Sandbox(outside, inbox=inbox),
        http="httptools",
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = QuietServer(config)
    serving = asyncio.create_task(server.serve([listener]), name="sandbox")
    while not server.started and not serving.done():  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(QUIET_SECONDS)
    try:
        yield
    finally:
        server.should_exit = True
        await serving
