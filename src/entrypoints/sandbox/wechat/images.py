"""WeChat's check of images: it fetches what it is to judge, and pushes a verdict that follows from the colours.

A red image is risky, a yellow one is for review, every other one passes: colours survive that an image is made anew.
Whoever plays may also say beforehand what the next verdict is, whatever the image.
"""

import json
import secrets
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from attrs import evolve, frozen
from msgspec import DecodeError, Struct
from msgspec.json import decode
from PIL import Image, UnidentifiedImageError

from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter
from entrypoints.sandbox.wechat.content import NORMAL, OPENID_LENGTH_LEAST, SCENES, VERSION
from entrypoints.sandbox.wechat.errors import WechatError
from entrypoints.sandbox.wechat.keys import WechatKeys
from errand_domain.ports.outside import Clock

IMAGE_PATH: Final = "/wxa/media_check_async"
IMAGE_CHECKED: Final = "wechat.notify.image"
IMAGES, NEXT = "images", "next"
EVENT: Final = "wxa_media_check"
AN_IMAGE: Final = 2
PUSHES_AT: Final = "/api/v1/notifications/wechat"
"""On the server that the image is fetched from, where nothing else is set in the console."""
COULD_NOT_FETCH: Final = -1008
BRIGHT, DARK = 170, 90
LABELS: Final[Mapping[str, int]] = {"pass": NORMAL, "review": 10001, "risky": 20002}


class _ImageAsked(Struct, frozen=True):
    media_url: str
    media_type: int
    version: int
    scene: int
    openid: str


@frozen(kw_only=True)
class _Said:
    """What the next verdict is to be."""

    verdict: str


class ImageDesk:
    """Takes images, and tells later what it thinks of them. Pushes go to `push_url`, or to the image's own server."""

    def __init__(self, outside: Outside, keys: WechatKeys, clock: Clock, *, partner: str, push_url: str = "") -> None:
        self._said = outside.store.table("wechat.verdicts", _Said)
        self._outside = outside
        self._keys = keys
        self._clock = clock
        self._partner = partner
        self._push_url = push_url

    def submit(self, body: bytes) -> Mapping[str, object]:
        """Take an image; raises `WechatError` with the code of the first thing that is wrong with what is asked."""
        asked = _read(body)
        trace, now = f"{secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}", self._clock.now()
        event = {
            "ToUserName": "gh_sandbox",
            "FromUserName": asked.openid,
            "CreateTime": int(now.timestamp()),
            "MsgType": "event",
            "Event": EVENT,
            "appid": self._keys.app,
            "trace_id": trace,
            "version": VERSION,
        }
        letter = Letter(
            id=f"{now:%Y%m%d%H%M%S}-{IMAGE_CHECKED}-{trace}",
            partner=self._partner,
            operation=IMAGE_CHECKED,
            url=self._push_url or urljoin(asked.media_url, PUSHES_AT),
            content=json.dumps(event),
            reads=asked.media_url,
        )
        self._outside.courier.post(letter)
        return {"errcode": 0, "errmsg": "ok", "trace_id": trace}

    def say(self, verdict: str) -> Mapping[str, object]:
        """The next image gets that verdict; raises `LookupError` for one that there is not."""
        if verdict not in LABELS:
            raise LookupError(verdict)
        self._said[NEXT] = _Said(verdict=verdict)
        return {"next": verdict}

    def judged(self, letter: Letter, image: bytes | None) -> Letter:
        """The letter with the verdict in it; with none where the image could not be fetched, or is none."""
        verdict = colour_of(image)
        if verdict is not None and NEXT in self._said:
            verdict = self._said.pop(NEXT).verdict
        return evolve(letter, content=json.dumps(json.loads(letter.content) | _told(verdict)), reads="")


def colour_of(content: bytes | None) -> str | None:
    """The verdict that follows from the colours; `None` for what is no image."""
    try:
        with Image.open(BytesIO(content or b"")) as image:
            red, green, blue = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]  # three of them, in that mode
    except (UnidentifiedImageError, OSError):
        return None
    if red < BRIGHT or blue > DARK:
        return "pass"
    return "risky" if green < DARK else "review" if green > BRIGHT else "pass"


def _told(verdict: str | None) -> Mapping[str, Any]:
    part: dict[str, Any] = {"strategy": "content_model", "errcode": 0 if verdict else COULD_NOT_FETCH}
    if verdict is None:
        return {"detail": [part]}
    result = {"suggest": verdict, "label": LABELS[verdict]}
    return {"result": result, "detail": [part | result | {"prob": 90}]}


def _read(body: bytes) -> _ImageAsked:
    if not body:
        raise WechatError(44002)
    try:
        asked = decode(body, type=_ImageAsked)
    except (DecodeError, RecursionError):
        raise WechatError(47001) from None
    if asked.version != VERSION or asked.media_type != AN_IMAGE:
        raise WechatError(47001)
    if len(asked.openid) < OPENID_LENGTH_LEAST:
        raise WechatError(40003)
    if asked.scene not in SCENES:
        raise WechatError(40129)
    if urlsplit(asked.media_url).scheme not in {"http", "https"}:
        raise WechatError(40066)
    return asked
