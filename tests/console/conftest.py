"""A real browser, and the application served to it on a socket, with an operator who was invited."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from attrs import frozen
from dependency_injector.providers import Object
from playwright.async_api import Browser, Page, async_playwright

from adapters.memory.outside import MemoryNotices
from entrypoints.container import MEMORY, Container
from entrypoints.demo.serving import QuietServer
from entrypoints.http.app import create_app
from tests.databases import container_on
from tests.servers.browser import Chromium
from tests.servers.server import Missing
from tests.stage import Stage

EMAIL = "han.meimei@example.edu.cn"
QUIET = ("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync")
"""A browser that asks nobody but the server that it is sent to."""


@frozen(kw_only=True)
class Invitation:
    """The link that the operator was given, at the address where the application is served."""

    stage: Stage
    origin: str
    token: str

    @property
    def link(self) -> str:
        return f"{self.origin}/operator-invitation#{self.token}"


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window; started once.

    For one module and not for the session: as long as it lives all tests share one runner, and Hypothesis ends an
    example by an exception that no shared runner outlives.
    """
    try:
        (program,) = Chromium.programs()
    except Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"the suite must try the pages in a browser: {missing}")
        pytest.skip(str(missing))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def container(tmp_path: Path) -> AsyncIterator[Container]:
    async with container_on(MEMORY, tmp_path) as container:
        yield container


@pytest.fixture
async def invitation(container: Container) -> AsyncIterator[Invitation]:
    """Somebody was invited to work at a campus, and the application answers."""
    stage = await Stage.build(container)
    invited = await container.invite_operator()(EMAIL, None, role="finance", campus_id=stage.campus.id)
    assert invited.token is not None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_app(container), ws="none", lifespan="off", log_config=None, access_log=False)
        server = QuietServer(config)
        serving = asyncio.create_task(server.serve([listener]))
        yield Invitation(stage=stage, origin=f"http://127.0.0.1:{listener.getsockname()[1]}", token=invited.token)
        server.should_exit = True
        await serving


@pytest.fixture
def mail(container: Container) -> MemoryNotices:
    """Mail is carried here, so that mailboxes are asked."""
    mail = MemoryNotices(is_read=True)
    container.notices.override(Object(mail))
    return mail


@pytest.fixture
def complaints() -> list[str]:
    """What the browser had to say against the page."""
    return []


@pytest.fixture
async def page(browser: Browser, invitation: Invitation, complaints: list[str]) -> AsyncIterator[Page]:
    """An empty tab on a small phone, in which nothing may go wrong unnoticed."""
    context = await browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", timezone_id="UTC")
    await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=invitation.origin)
    context.set_default_timeout(10_000)
    page = await context.new_page()
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("console", lambda said: complaints.append(said.text) if is_ours(said.type, said.text) else None)
    yield page
    await context.close()
    assert complaints == []


def is_ours(kind: str, text: str) -> bool:
    """Whether the console says that the page is wrong; refusals and lost connections are what some tests are about."""
    return kind in ("error", "warning") and not text.startswith("Failed to load resource")
