"""The sandbox fetches an image, judges it by its colours or by what was said before, and pushes a verdict we hear."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from adapters.system.clock import SystemClock
from adapters.wechat.push import WechatPush
from entrypoints.sandbox.wechat.images import IMAGE_PATH, colour_of
from entrypoints.sandbox.wechat_pay.keys import APP, MERCHANT
from errand_domain.ports.notifications import ImageReport, NothingForUs
from tests.pictures import JPEG, written
from tests.sandbox.wechat.playing import OPENID, Listener, playing

COLOURS = {"risky": (220, 30, 40), "review": (230, 210, 40), "pass": (30, 120, 60)}


def coloured(verdict: str) -> bytes:
    return written(Image.new("RGB", (40, 30), COLOURS[verdict]), "JPEG")


@asynccontextmanager
async def showing(content: bytes, status: int = 200) -> AsyncIterator[str]:
    """A server that has one image."""

    async def show(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(show, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/image"


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
async def play(tmp_path: Path, listener: Listener):
    async with listener.listening() as address, playing(tmp_path, push_url=address) as made:
        yield made


def asked(url: str, **changes: object) -> dict[str, object]:
    return {"media_url": url, "media_type": 2, "version": 2, "scene": 3, "openid": OPENID} | changes


async def heard(play, listener):
    """What our own adapter hears of the push."""
    await play.outside.courier.deliver_due()
    sealing = play.keys.sealing
    ours = WechatPush(app=APP, merchant=MERCHANT, token=sealing.token, key=sealing.key, clock=SystemClock())
    return [await ours.read(delivery) for delivery in listener.heard]


@pytest.mark.parametrize("verdict", COLOURS)
async def test_an_image_is_fetched_and_judged_by_its_colours(play, listener, verdict):
    async with showing(coloured(verdict)) as url:
        taken = await play.post(IMAGE_PATH, asked(url))
        assert taken["errcode"] == 0
        assert await heard(play, listener) == [ImageReport(trace=taken["trace_id"], verdict=verdict)]


async def test_whoever_plays_says_what_the_next_verdict_is(play, listener):
    for said in ("risky", "review"):
        answer = await play.http.post(f"/sandbox/wechat/images/next/{said}")
        assert answer.status_code == 200
    assert (await play.http.post("/sandbox/wechat/images/next/ugly")).status_code == 404
    async with showing(JPEG) as url:
        for _ in range(2):
            await play.post(IMAGE_PATH, asked(url))
            await play.outside.courier.deliver_due()
    assert [told.verdict for told in await heard(play, listener)] == ["review", "pass"]


@pytest.mark.parametrize(("content", "status"), [(b"", 404), (b"<html>", 200), (JPEG, 403)])
async def test_what_cannot_be_fetched_or_is_no_image_gets_no_verdict(play, listener, content, status):
    async with showing(content, status) as url:
        await play.post(IMAGE_PATH, asked(url))
        assert await heard(play, listener) == [NothingForUs(about="wxa_media_check, no verdict")]


async def test_nothing_is_fetched_but_from_the_loopback_address(play, listener):
    """Any address of this machine leads to it on Linux; the courier does not even try."""
    async with showing(coloured("risky")) as url:
        await play.post(IMAGE_PATH, asked(url.replace("127.0.0.1", "0.0.0.0")))  # noqa: S104 - nobody listens there
        assert await heard(play, listener) == [NothingForUs(about="wxa_media_check, no verdict")]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"version": 1}, 47001),
        ({"media_type": 1}, 47001),
        ({"media_type": "2"}, 47001),
        ({"openid": "x"}, 40003),
        ({"scene": 5}, 40129),
        ({"media_url": "file:///etc/passwd"}, 40066),
    ],
)
async def test_what_wechat_would_not_take_is_refused_with_its_code(play, changes, errcode):
    told = await play.post(IMAGE_PATH, asked("http://127.0.0.1:1/image", **changes))
    assert told["errcode"] == errcode
    assert play.letters() == []


async def test_whoever_has_no_token_has_nothing_judged(play):
    assert (await play.post(IMAGE_PATH, asked("http://127.0.0.1:1/image"), token="none"))["errcode"] == 40001


def test_an_ordinary_photo_is_harmless():
    assert colour_of(JPEG) == "pass"
