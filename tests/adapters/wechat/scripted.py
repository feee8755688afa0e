"""A WeChat that says what a test wants to hear, and remembers what it was asked."""

import json
from collections import deque
from typing import Any

from attrs import frozen
from httpx import AsyncBaseTransport, ByteStream, Request, Response

from adapters.memory.clock import MemoryClock
from adapters.memory.pauses import give_way
from adapters.wechat.api import WechatApi
from errand_domain.testing import examples

APP = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789ABCDEF"
TOKEN_PATH = "/cgi-bin/stable_token"


@frozen(kw_only=True)
class Asked:
    path: str
    token: str | None
    body: Any
    raw: bytes
    timeout: dict[str, float]


class ScriptedWechat(AsyncBaseTransport):
    """Gives out tokens t1, t2, …, unless told otherwise, and answers other calls from its script, else with ok."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: deque[object] = deque()
        self.token_script: deque[object] = deque()
        self.refused_tokens: set[str | None] = set()
        self.content_type = "text/plain"
        self._tokens = 0

    @property
    def calls(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.path != TOKEN_PATH]

    @property
    def token_calls(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == TOKEN_PATH]

    async def handle_async_request(self, request: Request) -> Response:
        raw = await request.aread()
        await give_way()
        self.asked.append(
            Asked(
                path=request.url.path,
                token=request.url.params.get("access_token"),
                body=json.loads(raw),
                raw=raw,
                timeout=request.extensions["timeout"],
            )
        )
        answer = self._answer(self.asked[-1])
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Response):
            return answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
        return Response(200, headers={"Content-Type": self.content_type}, stream=ByteStream(content))

    def _answer(self, asked: Asked) -> object:
        if asked.token in self.refused_tokens:
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if asked.path != TOKEN_PATH:
            return self.script.popleft() if self.script else {"errcode": 0, "errmsg": "ok"}
        if self.token_script:
            return self.token_script.popleft()
        self._tokens += 1
        return {"access_token": f"t{self._tokens}", "expires_in": 7_200}


@frozen
class Pair:
    """WeChat, our side of it, and the clock of our side."""

    wechat: ScriptedWechat
    api: WechatApi
    clock: MemoryClock


def pair() -> Pair:
    wechat, clock = ScriptedWechat(), MemoryClock(examples.NOW)
    return Pair(wechat, WechatApi(APP, SECRET, clock=clock, transport=wechat), clock)
