"""One mini-program's connection to WeChat."""

import asyncio
import re
from typing import Final, TypeVar

from httpx import AsyncBaseTransport, HTTPError

from adapters.wechat.answers import Answer, Refused, Unknown, understood
from adapters.wechat.line import Line
from adapters.wechat.token import PATH, AccessToken, AccessTokens, Granted, ProcessTokenCache, TokenCache
from errand_domain.ports.outside import Clock

T = TypeVar("T")
URL: Final = "https://api.weixin.qq.com"
CALL_SECONDS_MOST: Final = 9
POST_SECONDS_MOST: Final = 15
_APP: Final = re.compile(r"[0-9A-Za-z_-]{1,32}")
_SECRET: Final = re.compile(r"[0-9A-Za-z]{32}")


class WechatApi:
    """Asks WeChat in the name of one app, and says what came of it. Nothing is asked when it is made.

    Raises `ValueError`, in one line that names the argument, where that could never work. `allow_plain_http` is for
    development. An answer is waited for `patience_seconds`.
    """

    def __init__(
        self,
        app: str,
        secret: str,
        *,
        url: str = URL,
        clock: Clock,
        allow_plain_http: bool = False,
        patience_seconds: float = CALL_SECONDS_MOST,
        cache: TokenCache | None = None,
        transport: AsyncBaseTransport | None = None,
    ) -> None:
        if not _APP.fullmatch(app):
            raise ValueError("app is not up to 32 letters and digits")
        if not _SECRET.fullmatch(secret):
            raise ValueError("secret is not 32 letters and digits")
        self._app = app
        self._secret = secret
        self._patience_seconds = patience_seconds
        self._line = Line(url, allow_plain_http=allow_plain_http, transport=transport)
        self._tokens = AccessTokens(self._fetch_token, clock=clock, cache=cache or ProcessTokenCache())

    async def post(self, path: str, body: object, shape: type[T]) -> Answer[T]:
        """Make a call with the app's token, once more where WeChat does not take the token."""
        try:
            async with asyncio.timeout(POST_SECONDS_MOST):
                return await self._post(path, body, shape)
        except TimeoutError:
            return Unknown(why="no answer in time")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._line.close()

    async def _post(self, path: str, body: object, shape: type[T]) -> Answer[T]:
        token = await self._tokens.current()
        if not isinstance(token, AccessToken):
            return token
        answer = await self._exchange(path, body, shape, token=token.text)
        if not isinstance(answer, Refused) or answer.meaning != "token":
            return answer
        token = await self._tokens.another(token)
        if not isinstance(token, AccessToken):
            return token
        return await self._exchange(path, body, shape, token=token.text)

    async def _fetch_token(self) -> Answer[Granted]:
        wanted = {
            "grant_type": "client_credential",
            "appid": self._app,
            "secret": self._secret,
            "force_refresh": False,
        }
        return await self._exchange(PATH, wanted, Granted)

    async def _exchange(self, path: str, body: object, shape: type[T], *, token: str = "") -> Answer[T]:
        try:
            async with asyncio.timeout(self._patience_seconds):
                response = await self._line.post(path, body, token=token)
        except (HTTPError, TimeoutError) as fault:
            # The name of what went wrong and no more: the rest of it may hold anything.
            return Unknown(why=f"no answer: {type(fault).__name__}")
        return understood(response.status_code, response.content, shape)
