"""WeChat's check of texts, in its second version, which wants to know whose they are."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeVar

import msgspec

from adapters.outside.breaker import Breaker, Silence
from adapters.wechat.answers import Answer, Ok, Refused, Unknown
from adapters.wechat.api import WechatApi
from errand_domain.ports.content import ContentCheck, Scene, Utterance, Verdict, worst

T = TypeVar("T")
TEXT_PATH: Final = "/wxa/msg_sec_check"
CHARACTERS_MOST: Final = 2_500
OVERLAP: Final = 50
"""Pieces of a long text repeat the end of the one before: a word may not hide where it was cut."""
_VERSION: Final = 2
SCENES_AT_WECHAT: Final[Mapping[Scene, int]] = {"profile": 1, "review": 2, "dispute": 2, "order": 3, "chat": 4}
"""WeChat knows 1 profiles, 2 comments, 3 forums and 4 social logs."""


class _Result(msgspec.Struct, frozen=True):
    suggest: Literal["pass", "review", "risky"]
    label: int = 100


class _Judged(msgspec.Struct, frozen=True):
    result: _Result


class WechatContentCheck(ContentCheck):
    """Judges by WeChat alone. It raises `ConnectionError` for those whom WeChat does not know, too."""

    def __init__(self, api: WechatApi, *, breaker: Breaker | None = None) -> None:
        self._api = api
        self._breaker = breaker or Breaker("wechat_content")

    async def judge(self, utterance: Utterance) -> Verdict:
        """The strictest verdict on any part of the text."""
        openid = _known(utterance.wechat_identity)
        verdicts = list[Verdict]()
        for piece in pieces(utterance.text):
            asked = {
                "version": _VERSION,
                "openid": openid,
                "scene": SCENES_AT_WECHAT[utterance.scene],
                "content": piece,
            }
            with self._breaker.guard():
                answer = await self._api.post(TEXT_PATH, asked, _Judged)
                verdicts.append(_content(answer).result.suggest)
            if verdicts[-1] == "risky":
                break
        return worst(*verdicts)


def pieces(text: str) -> Iterator[str]:
    """The text in parts that WeChat takes; a blank text has none."""
    if not text.strip():
        return
    step = CHARACTERS_MOST - OVERLAP
    for begins in range(0, max(len(text) - OVERLAP, 1), step):
        yield text[begins : begins + CHARACTERS_MOST]


def _known(identity: str | None) -> str:
    if identity is None:
        raise ConnectionError("WeChat judges nobody whom it does not know")
    return identity


def _content(answer: Answer[T]) -> T:
    match answer:
        case Ok(content=content):
            return content
        case Refused():
            raise ConnectionError(answer.reason)
        case Unknown():
            raise Silence(answer.why)
