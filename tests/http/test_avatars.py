"""Pictures of members over HTTP: sent, judged, seen by everybody at an address that stays, and removed."""

from pathlib import Path

import httpx
import pytest
from attrs import evolve
from dependency_injector.providers import Object

from adapters.memory.image_check import MemoryImageCheck
from entrypoints.container import MEMORY, running
from entrypoints.http.app import create_app
from entrypoints.settings import SettingsInvalid, read_settings
from entrypoints.worker.worker import make_worker
from tests.http.visitors import PNG, Visitor, problem_of
from tests.stage import Stage, settings


async def send(visitor: Visitor) -> str:
    """A picture, judged harmless by the worker; its address."""
    container = visitor.stage.use
    container.image_check.override(Object(MemoryImageCheck()))
    await visitor.http.put("/me", json={"nickname": "小李", "campusId": str(visitor.stage.campus.id)})
    answer = await visitor.http.post("/me/avatar", files={"file": ("it.png", PNG, "image/png")})
    assert answer.status_code == 201, answer.text
    assert (await visitor.sees("/me"))["avatarUrl"] is None
    await make_worker(container).drain()
    url = (await visitor.sees("/me"))["avatarUrl"]
    assert isinstance(url, str)
    return url


async def got(visitor: Visitor, url: str) -> httpx.Response:
    """What anybody sees at that address."""
    transport = httpx.ASGITransport(app=visitor.app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport) as http:
        return await http.get(url)


async def test_everybody_sees_a_picture_at_an_address_that_stays_until_it_is_removed(requester: Visitor) -> None:
    url = await send(requester)
    assert url.startswith("http://127.0.0.1:8000/api/v1/public-images/")
    answer = await got(requester, url)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PNG, "image/png")
    assert answer.headers["cache-control"] == "public, max-age=2592000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    removed = await requester.http.delete("/me/avatar")
    assert (removed.status_code, removed.json()["avatarUrl"]) == (200, None)
    await make_worker(requester.stage.use).drain()
    assert problem_of(await got(requester, url))["code"] == "not_found"


async def test_the_other_party_sees_the_runners_picture(requester: Visitor, runner: Visitor) -> None:
    url = await send(runner)
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    assert (await requester.sees(f"/orders/{order_id}"))["runner"]["avatarUrl"] == url


@pytest.mark.parametrize("name", ["x", "..%2F..%2Fsecret", f"{'0' * 64}.jpg", f"{'0' * 64}.svg", "%00"])
async def test_what_is_no_picture_is_not_there(requester: Visitor, name: str) -> None:
    assert (await requester.get(f"/public-images/{name}")).status_code == 404


async def test_where_there_is_a_network_pictures_are_seen_there(tmp_path: Path) -> None:
    known = evolve(settings(MEMORY, tmp_path), cdn_base="https://cdn.example.edu.cn/public")
    async with running(known) as container:
        stage = await Stage.build(container)
        requester = await Visitor(create_app(stage.use), stage).signs_in("+8613800000001")
        assert (await send(requester)).startswith("https://cdn.example.edu.cn/public/")


@pytest.mark.parametrize("written", ["cdn.example.edu.cn", "ftp://cdn.example.edu.cn", "https://"])
def test_the_address_of_a_network_must_be_one(written: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"^ERRAND_CDN_BASE must be an address"):
        read_settings({"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, "ERRAND_CDN_BASE": written})
