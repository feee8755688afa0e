"""From upload to end, over real sockets: submitted by the worker, fetched and judged by WeChat, pushed, withheld."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from attrs import evolve
from dependency_injector.providers import Object
from PIL import Image

from adapters.memory.clock import MemoryClock
from adapters.memory.outside import MemoryNotices
from entrypoints.container import MEMORY, Container, running
from entrypoints.http.app import create_app
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partners import environment, make_partners
from entrypoints.sandbox.store import Store
from entrypoints.settings import read_settings
from entrypoints.worker.worker import make_worker
from errand_domain.ids import MemberId
from errand_domain.member.member import Way
from errand_domain.testing.examples import NOW
from errand_domain.use_cases.background.deliver_message import SENTENCES
from tests.http.conftest import staff
from tests.http.visitors import Visitor, problem_of
from tests.pictures import written
from tests.sandbox.serving import QuietServer, served
from tests.stage import SECRET, Stage, played_by

RED = written(Image.new("RGB", (60, 40), (220, 30, 40)), "JPEG")
GREEN = written(Image.new("RGB", (60, 40), (30, 120, 60)), "JPEG")


class Town:
    """The service on a port, WeChat on another, and two people with an errand between them."""

    def __init__(self, stage: Stage, wechat: str) -> None:
        self.stage, self.wechat = stage, wechat
        self.guest = Visitor(create_app(stage.use), stage)

    async def people(self) -> "Town":
        self.operator = await staff(self.guest, self.stage, await self.stage.operator())
        self.requester = await self.guest.signs_in("+8613800000001")
        self.runner = await self.guest.signs_in("+8613800000002")
        await self.runner.becomes_runner(self.operator)
        async with self.stage.begin() as tx:
            runner = await tx.members.get(MemberId(UUID(self.runner.id)))
            tx.members.save(runner.link(Way("wechat", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")))
            await tx.commit()
        self.order_id = await self.requester.opens()
        await self.runner.does(f"/orders/{self.order_id}/accept")
        return self

    async def uploads(self, content: bytes) -> str:
        """A proof that nobody has judged."""
        return await self.runner.uploads(f"/orders/{self.order_id}/proofs", content)

    async def judge(self) -> None:
        """The worker submits what waits, and WeChat fetches it and pushes what it thinks."""
        await make_worker(self.stage.use).drain()
        async with httpx.AsyncClient(base_url=self.wechat) as http:
            assert (await http.post("/sandbox/courier/deliver")).status_code == 200
            letters = (await http.get("/sandbox/courier")).json()["items"]
        assert letters
        assert all(letter["understood"] for letter in letters), letters
        await make_worker(self.stage.use).drain()

    async def judged(self, content: bytes) -> str:
        """A proof that was judged."""
        proof = await self.uploads(content)
        await self.judge()
        return proof

    async def cases(self) -> list[Any]:
        """What waits for operations."""
        listed = await self.operator.sees("/operator/content", params={"campus": str(self.stage.campus.id)})
        return list(listed["items"])

    async def looks_at(self, file_id: str) -> list[tuple[str, str | None]]:
        """Who has looked, by the record."""
        async with self.stage.begin() as tx:
            lines = await tx.audit.of_subject(f"file:{file_id}", limit=9)
        return [(line.action, str(line.actor_id) if line.actor_id else None) for line in reversed(lines)]

    def told(self) -> str:
        """What people were told."""
        notices = self.stage.use.notices()
        assert isinstance(notices, MemoryNotices)
        return " ".join(notice.text for notice in notices.inbox)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
async def town(tmp_path: Path, keys: Keys) -> AsyncIterator[Town]:
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def sandbox(_: str) -> Sandbox:
            partners = make_partners(keys, MemoryClock(NOW))
            return Sandbox(Outside(Store(tmp_path / "sandbox.sqlite3"), make_partners=partners))

        with served(sandbox) as wechat:
            async with (
                running(settings(tmp_path, keys, public_url, wechat)) as container,
                serving(container, listener) as stage,
            ):
                yield await Town(stage, wechat).people()


def settings(folder: Path, keys: Keys, public_url: str, wechat: str) -> Any:
    ours = {
        "ERRAND_MODE": "development",
        "ERRAND_DATABASE_URL": MEMORY,
        "ERRAND_SECRET_KEY": SECRET.hex(),
        "ERRAND_FILES_FOLDER": str(folder / "files"),
        "ERRAND_RATE_LIMITS": "off",
        "ERRAND_PUBLIC_URL": public_url,
        "ERRAND_CONTENT_IMAGES": "wechat",
    }
    return read_settings({**environment(keys, wechat), **ours, "ERRAND_PAYMENTS": "", "ERRAND_MINI_PROGRAM": "memory"})


@asynccontextmanager
async def serving(container: Container, listener: socket.socket) -> AsyncIterator[Stage]:
    """The service on that socket, in the loop of the test; its payments are played by the test."""
    pushes = container.payment_providers().notifications
    stage = await Stage.build(container)
    container.payment_providers.override(Object(evolve(played_by(stage.provider), notifications=pushes)))
    server = QuietServer(uvicorn.Config(create_app(container), ws="none", log_config=None, access_log=False))
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0.01)
    try:
        yield stage
    finally:
        server.should_exit = True
        await task


async def test_a_red_proof_is_withheld_and_a_green_one_is_not(town: Town):
    green = await town.judged(GREEN)
    assert (await town.requester.get(f"/files/{green}")).status_code == 200
    assert await town.cases() == []

    red = await town.uploads(RED)
    seen = (await town.requester.get(f"/files/{red}")).content
    link = (await town.requester.does(f"/files/{red}/links"))["url"]
    await town.judge()
    for viewer in (town.requester, town.runner, town.operator):
        problem = problem_of(await viewer.get(f"/files/{red}"))
        assert (problem["status"], problem["code"]) == (404, "file.withheld")
        assert (await viewer.refused(f"/files/{red}/links"))["code"] == "file.withheld"
    assert problem["title"] == "该图片未通过内容检查，已停止展示"
    assert problem_of(await town.guest.get(link.partition("/api/v1")[2]))["code"] == "file.withheld"
    (case,) = await town.cases()
    assert (case["kind"], case["subject"], case["doubt"], case["quote"]) == ("image", red, "risky", "")

    shown = await town.operator.get(f"/operator/content/{case['id']}/image")
    assert (shown.content, shown.headers["cache-control"]) == (seen, "private, no-store")
    assert (await town.requester.get(f"/operator/content/{case['id']}/image")).status_code == 403
    assert await town.looks_at(red) == [("file.seen_by_check", None), ("file.seen", town.operator.id)]

    decided = await town.operator.does(f"/operator/content/{case['id']}/decisions", {"decision": "clear"})
    assert decided["state"] == "cleared"
    assert (await town.requester.get(f"/files/{red}")).content == seen
    assert (await town.operator.get(f"/operator/content/{case['id']}/image")).status_code == 404
    assert SENTENCES["image_withheld"] in town.told()
