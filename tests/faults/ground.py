"""The ground that worlds are played on: the sandbox and the service, each behind a socket of its own in one loop.

Keys, sockets and gateways take longer to make than a world takes to live, so they stay, and worlds come and go.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from socket import socket
from typing import Any, Final

import uvicorn
from anyio import create_task_group, sleep
from attrs import evolve, frozen
from dependency_injector.providers import Object
from httpx import AsyncClient, AsyncHTTPTransport

from adapters.memory.database import MemoryDatabase
from adapters.system.clock import SystemClock
from adapters.wechat.api import WechatApi
from adapters.wechat.shipping import WechatShipping
from entrypoints.container import MEMORY, Container
from entrypoints.demo.clock import MovableClock
from entrypoints.demo.serving import QuietServer, address_of, listening
from entrypoints.http.app import create_app
from entrypoints.partners import Part, Patience, find_partners
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partners import environment, make_partners
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wechat_pay.keys import MERCHANT
from entrypoints.settings import Settings, read_settings
from errand_domain.use_cases.money.providers import Providers

START: Final = datetime.combine(datetime.now(UTC).date() - timedelta(days=30), time(0), UTC)
"""Eight in the morning in China, long enough ago that every bill of the days to come can be fetched."""
HURRIED: Final = Patience(answer_seconds=0.15, file_seconds=0.15)
LATE_SECONDS: Final = 0.25
PATIENT: Final = Patience(answer_seconds=30, file_seconds=30)
MANNERS: Final = Manners(
    answer_late_seconds=LATE_SECONDS,
    settles_after=timedelta(minutes=30),
    balance_before_fen=1_000_000,
    speed=1_000_000,
)
"""Notifications that were not understood are tried again whenever the courier walks, which is when the test says so."""
SECRET: Final = "5e" * 32


@frozen
class Ground:
    """Two sides that are configured to each other. Each world begins with both of them knowing nothing."""

    outside: Outside
    container: Container
    clock: MovableClock
    store: Store
    browser: AsyncClient
    _settings: Settings
    _parts: Mapping[Patience, Part]
    _wire: AsyncHTTPTransport

    def clear(self, *, hurried: bool) -> None:
        """Everything is forgotten on both sides. Whoever is hurried does not wait until a late answer comes."""
        self.clock.stand(START)
        self.outside.faults.clear()
        self.store._connection.execute("DELETE FROM kept")
        self._override(self.container.database, MemoryDatabase())
        self._override(self.container.payment_providers, self._providers(HURRIED if hurried else PATIENT))

    def calm(self) -> None:
        """From here on everybody waits for an answer, however slow the machine is: nothing is late on purpose."""
        self._override(self.container.payment_providers, self._providers(PATIENT))

    def _override(self, provider: Any, value: object) -> None:
        provider.reset_override()
        provider.override(Object(value))

    def _providers(self, patience: Patience) -> Providers:
        """Those of the settings. WeChat's token is kept in the process: each world has to ask for its own."""
        given = self._settings.partners
        api = WechatApi(
            given["ERRAND_WECHAT_APP"],
            given["ERRAND_WECHAT_SECRET"],
            url=given["ERRAND_WECHAT_GATEWAY"],
            clock=SystemClock(),
            allow_plain_http=True,
            patience_seconds=patience.answer_seconds,
            transport=self._wire,
        )
        shipping = WechatShipping(api, merchant=MERCHANT, clock=SystemClock())
        return evolve(self._parts[patience].providers, shipping={"wechat_pay": shipping})


@asynccontextmanager
async def prepared(keys: Keys, files: Path) -> AsyncGenerator[Ground, None]:
    """The ground, as long as it is held."""
    async with AsyncExitStack() as closing:
        sockets = [closing.enter_context(listening(0)) for _ in range(2)]
        sandbox_url, service_url = map(address_of, sockets)
        clock, store = MovableClock(START), Store()
        closing.callback(store.close)
        outside = Outside(store, manners=MANNERS, make_partners=make_partners(keys, clock))
        settings = read_settings(
            {
                "ERRAND_MODE": "development",
                "ERRAND_RATE_LIMITS": "off",
                "ERRAND_SECRET_KEY": SECRET,
                "ERRAND_DATABASE_URL": MEMORY,
                "ERRAND_FILES_FOLDER": str(files),
                "ERRAND_PUBLIC_URL": service_url,
                **environment(keys, sandbox_url),
            }
        )
        container = Container(settings=settings)
        container.clock.override(Object(clock))
        parts = {patience: find_partners(settings, patience=patience) for patience in (PATIENT, HURRIED)}
        for close in (close for part in parts.values() for close in part.closing):
            closing.push_async_callback(close)
        browser = await closing.enter_async_context(AsyncClient(trust_env=False, timeout=PATIENT.answer_seconds))
        wire = await closing.enter_async_context(AsyncHTTPTransport(trust_env=False))
        ground = Ground(outside, container, clock, store, browser, settings, parts, wire)
        for application, listener in zip((Sandbox(outside), create_app(container)), sockets, strict=True):
            await closing.enter_async_context(_served(application, listener))
        yield ground


@asynccontextmanager
async def _served(application: Callable[..., Any], listener: socket) -> AsyncGenerator[None, None]:
    """No courier walks by himself here: without a lifespan there is nobody who would send him."""
    config = uvicorn.Config(
        application,
        http="httptools",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = QuietServer(config)
    async with create_task_group() as group:
        group.start_soon(server.serve, [listener])
        while not server.started:  # noqa: ASYNC110 - the server has no event to wait for
            await sleep(0.001)
        yield
        server.should_exit = True
