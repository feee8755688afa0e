"""The ASGI application of a process: the API, and beside it the worker where it is wanted."""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack
from typing import Any, Final

import structlog

from entrypoints.cli.logs import write_logs
from entrypoints.container import Container, running
from entrypoints.http.app import create_app
from entrypoints.http.security_log import log_keys
from entrypoints.settings import Settings, read_settings
from entrypoints.worker.worker import Worker, make_worker

WITH_WORKER: Final = "ERRAND_SERVE_WITH_WORKER"

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]
log = structlog.get_logger("serving")


def _nothing(_: Container) -> None:
    """What most servers do when they are ready."""


class Served:
    """Opens the installation when the server starts, and closes it when the server stops."""

    def __init__(
        self,
        settings: Settings,
        *,
        with_worker: bool,
        when_ready: Callable[[Container], None] = _nothing,
    ) -> None:
        self._settings = settings
        self._when_ready = when_ready
        self._with_worker = with_worker
        self._api: Application = _not_started

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """One connection, or the life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._api(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as closing:
            try:
                container = await closing.enter_async_context(running(self._settings))
                await prepare_partners(container)
                self._api = create_app(container)
                if self._with_worker:
                    closing.push_async_callback(_start(make_worker(container)))
            except Exception as fault:  # noqa: BLE001 - the server must hear it in its own language
                await send({"type": "lifespan.startup.failed", "message": f"{type(fault).__name__}: {fault}"})
                return
            await send({"type": "lifespan.startup.complete"})
            self._when_ready(container)
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def prepare_partners(container: Container) -> None:
    """Log the keys in use, make the partners and the content check, and fetch what they sign with, as far as it is."""
    log_keys(container)
    partners = container.partners()
    _ = partners.providers, container.content_check()
    if not await partners.prepare():
        log.warning("partners_without_keys")


def _start(worker: Worker) -> Callable[[], Awaitable[None]]:
    """Start the worker; what is returned stops it and waits for its end."""
    task = asyncio.create_task(worker.run(), name="worker")

    async def stop() -> None:
        worker.stop()
        await task

    return stop


async def _not_started(scope: Event, receive: Receive, send: Send) -> None:  # noqa: ARG001 - an ASGI application's
    raise RuntimeError("the server answers before it has started")


def served() -> Served:
    """For a server that makes its application in each of its processes: everything comes from the environment."""
    write_logs()
    return Served(read_settings(), with_worker=os.environ.get(WITH_WORKER) == "1")
