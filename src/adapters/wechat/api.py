"""One mini-program's connection to WeChat."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from httpx import AsyncBaseTransport, HTTPError, Response

from adapters.wechat.answers import Answer, Refused, Unknown, picture, understood
from adapters.wechat.line import Line
from adapters.wechat.token import PATH, AccessToken, AccessTokens, Granted, ProcessTokenCache, TokenCache
from errand_domain.ports.outside import Clock

T = TypeVar("T")
Read = Callable[[int, bytes], Answer[T]]
"""What a status and a body mean."""
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

    @property
    def app(self) -> str:
        """The app in whose name it asks."""
        return self._app

    async def post(self, path: str, body: object, shape: type[T]) -> Answer[T]:
        """Make a call with the app's token, once more where WeChat does not take the token."""
        return await self._in_time(self._post(path, body, partial(understood, shape=shape)))

    async def picture(self, path: str, body: object) -> Answer[bytes]:
        """Make a call that is answered with a picture."""
        return await self._in_time(self._post(path, body, picture))

    async def get_with_secret(self, path: str, shape: type[T], **query: str) -> Answer[T]:
        """Ask with the app's secret in the place of a token. The query is neither logged nor told."""
        hidden = {"appid": self._app, "secret": self._secret, **query}
        return await self._exchanged(self._line.get(path, hidden), partial(understood, shape=shape))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._line.close()

    async def _in_time(self, call: Awaitable[Answer[T]]) -> Answer[T]:
        try:
            async with asyncio.timeout(POST_SECONDS_MOST):
                return await call
        except TimeoutError:
            return Unknown(why="no answer in time")

    async def _post(self, path: str, body: object, read: Read[T]) -> Answer[T]:
        token = await self._tokens.current()
        if not isinstance(token, AccessToken):
            return token
        answer = await self._exchanged(self._line.post(path, body, token=token.text), read)
        if not isinstance(answer, Refused) or answer.meaning != "token":
            return answer
        token = await self._tokens.another(token)
        if not isinstance(token, AccessToken):
            return token
        return await self._exchanged(self._line.post(path, body, token=token.text), read)

    async def _fetch_token(self) -> Answer[Granted]:
        wanted = {
            "grant_type": "client_credential",
            "appid": self._app,
            "secret": self._secret,
            "force_refresh": False,
        }
        return await self._exchanged(self._line.post(PATH, wanted), partial(understood, shape=Granted))

    async def _exchanged(self, asking: Awaitable[Response], read: Read[T]) -> Answer[T]:
        try:
            async with asyncio.timeout(self._patience_seconds):
                response = await asking
        except (HTTPError, TimeoutError) as fault:
            # The name of what went wrong and no more: the rest of it may hold anything.
            return Unknown(why=f"no answer: {type(fault).__name__}")
        return read(response.status_code, response.content)
