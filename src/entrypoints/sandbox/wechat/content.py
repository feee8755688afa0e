"""WeChat's checks of what people write: its verdict follows from words that whoever plays can write on purpose."""

import secrets
from collections.abc import Mapping
from typing import Final

from msgspec import DecodeError, Struct
from msgspec.json import decode

from entrypoints.sandbox.wechat.errors import WechatError

TEXT_PATH: Final = "/wxa/msg_sec_check"
VERSION: Final = 2
CHARACTERS_MOST: Final = 2_500
SCENES: Final = range(1, 5)
OPENID_LENGTH_LEAST: Final = 6
NORMAL: Final = 100
WORDS: Final[Mapping[str, tuple[str, int]]] = {
    "代考": ("risky", 20006),
    "枪支": ("risky", 20006),
    "毒品": ("risky", 20006),
    "违规": ("risky", 21000),
    "加微信": ("review", 10001),
    "兼职": ("review", 10001),
    "存疑": ("review", 21000),
}
"""What makes it say so, and the label that it gives; the first that is found counts."""


class TextAsked(Struct, frozen=True):
    """A text to be judged, in the second version of the interface."""

    version: int
    openid: str
    scene: int
    content: str
    title: str = ""
    nickname: str = ""
    signature: str = ""


def judge_text(body: bytes) -> Mapping[str, object]:
    """The verdict; raises `WechatError` with the code of the first thing that is wrong with what is asked."""
    if not body:
        raise WechatError(44002)
    try:
        asked = decode(body, type=TextAsked)
    except (DecodeError, RecursionError):
        raise WechatError(47001) from None
    if asked.version != VERSION or not asked.content or len(asked.content) > CHARACTERS_MOST:
        raise WechatError(47001)
    if len(asked.openid) < OPENID_LENGTH_LEAST:
        raise WechatError(40003)
    if asked.scene not in SCENES:
        raise WechatError(40129)
    suggest, label = verdict_on(f"{asked.title} {asked.nickname} {asked.signature} {asked.content}")
    return {
        "errcode": 0,
        "errmsg": "ok",
        "trace_id": secrets.token_hex(16),
        "result": {"suggest": suggest, "label": label},
        "detail": [{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}],
    }


def verdict_on(text: str) -> tuple[str, int]:
    """What WeChat suggests, and its label."""
    bare = "".join(text.split())
    return next((verdict for word, verdict in WORDS.items() if word in bare), ("pass", NORMAL))
