"""One merchant's connection to WeChat Pay, and the one place where its answers are judged."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar
from urllib.parse import urlsplit

import stamina
from httpx import AsyncBaseTransport, ConnectError, ConnectTimeout, HTTPError, ReadError, RemoteProtocolError

from adapters.wechat_pay.answers import Answer, Malformed, Unknown, understood
from adapters.wechat_pay.calls import Raw, Sdk
from adapters.wechat_pay.credentials import WechatPayCredentials
from adapters.wechat_pay.line import Line
from adapters.wechat_pay.sdk import NotVerified, guarded_sdk
from adapters.wechat_pay.shapes import Encrypted
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Merchant

T = TypeVar("T")
URL: Final = "https://api.mch.weixin.qq.com"
CURRENCY: Final = "CNY"
CALL_SECONDS_MOST: Final = 9
FILE_SECONDS_MOST: Final = 60
NOTIFY_URL_LENGTH_MOST: Final = 255
READ_TRIES: Final = 2
PAUSE_SECONDS: Final = 0.1
Call = Callable[[Sdk], Awaitable[Raw]]
_BREAKS: Final = (ConnectError, ConnectTimeout, ReadError, RemoteProtocolError)


class WechatPayGateway:
    """Asks WeChat Pay, and says what came of it: an answer that is verified, a refusal, or that nobody knows.

    Nothing is asked when it is made. `prepare` fetches platform certificates, where the credentials leave that to it.
    An answer is waited for `patience_seconds`, a file `file_patience_seconds`.
    """

    def __init__(
        self,
        credentials: WechatPayCredentials,
        *,
        url: str = URL,
        notify_url: str,
        clock: Clock,
        allow_plain_http: bool = False,
        patience_seconds: float = CALL_SECONDS_MOST,
        file_patience_seconds: float = FILE_SECONDS_MOST,
        transport: AsyncBaseTransport | None = None,
    ) -> None:
        schemes = {"https", "http"} if allow_plain_http else {"https"}
        self.url = _checked(url.rstrip("/"), "url", schemes, with_path=False)
        self.clock = clock
        self.merchant = Merchant(merchant=credentials.merchant, app=credentials.app, currency=CURRENCY)
        self._patience_seconds = patience_seconds
        self._file_patience_seconds = file_patience_seconds
        self._line = Line(transport)
        self._sdk = guarded_sdk(
            credentials,
            address=self.url,
            notify_url=_checked(notify_url, "notify_url", schemes, with_path=True),
            line=self._line,
            clock=clock,
        )

    async def prepare(self) -> bool:
        """Whether WeChat Pay's keys are known by now; without them every answer is lost, every notification refused."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._sdk.core.fetch_certificates()
        except (HTTPError, TimeoutError, ValueError):
            return False
        return self._sdk.core.knows_any()

    async def tell(self, call: Call, shape: type[T]) -> Answer[T]:
        """Make a call that may change something, once."""
        return await self._answer(call, shape)

    async def ask(self, call: Call, shape: type[T]) -> Answer[T]:
        """Make a call that changes nothing, again where the connection broke; no longer than one may take."""
        return await self._answer(_twice(call), shape)

    async def download(self, url: str, *, seconds: int) -> bytes | Unknown:
        """A file of WeChat Pay's own, which is not signed: whoever asked has a digest of it."""
        if not url.startswith(f"{self.url}/"):
            return Unknown(why="the file is not where WeChat Pay is")
        try:
            async with asyncio.timeout(min(seconds, self._file_patience_seconds)):
                status, body = await _twice(lambda sdk: sdk.download_bill(url))(self._sdk.calls)
        except (HTTPError, TimeoutError, _Broken) as fault:
            return _lost(fault)
        if status != 200 or isinstance(body, str):  # noqa: PLR2004 - JSON is what an error is written in
            return Unknown(why=f"no file, status {status}", status=status)
        return body

    def sign(self, *lines: str) -> str:
        """The merchant's signature of those lines, for the payer's app."""
        return self._sdk.calls.sign(lines)

    def knows_key(self, serial: str) -> bool:
        """Whether WeChat Pay signs with the key of that name, as far as we know. Nobody is asked."""
        return self._sdk.core.knows(serial)

    def is_signed(self, headers: Mapping[str, str], body: str) -> bool:
        """Whether WeChat Pay signed it. Nobody is asked."""
        return self._sdk.core.is_signed(headers, body)

    def decrypted(self, secret: Encrypted) -> str:
        """What was encrypted for us; raises `Malformed`."""
        return self._sdk.core.decrypted(secret)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._line.close()

    async def _answer(self, call: Call, shape: type[T]) -> Answer[T]:
        try:
            async with asyncio.timeout(self._patience_seconds):
                status, body = await call(self._sdk.calls)
        except (HTTPError, TimeoutError, NotVerified, Malformed, _Broken) as fault:
            return _lost(fault)
        return understood(status, body, shape)


class _Broken(Exception):
    """A connection broke; of the fault, only its name."""


def _twice(call: Call) -> Call:
    async def once(sdk: Sdk) -> Raw:
        try:
            return await call(sdk)
        except _BREAKS as fault:
            # What is tried again is logged as it is.
            raise _Broken(type(fault).__name__) from None

    async def calling(sdk: Sdk) -> Raw:
        async for attempt in stamina.retry_context(
            on=_Broken,
            attempts=READ_TRIES,
            timeout=CALL_SECONDS_MOST,
            wait_initial=PAUSE_SECONDS,
            wait_jitter=PAUSE_SECONDS,
        ):
            with attempt:
                return await once(sdk)
        raise AssertionError("a retry ends with an answer or an exception")

    return calling


def _lost(fault: Exception) -> Unknown:
    """The name of what went wrong: the rest of it may hold anything."""
    name = str(fault) if isinstance(fault, _Broken) else type(fault).__name__
    return Unknown(why=f"no answer that can be trusted: {name}")


def _checked(url: str, name: str, schemes: set[str], *, with_path: bool) -> str:
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname or len(url) > NOTIFY_URL_LENGTH_MOST:
        raise ValueError(f"{name} is not an address that begins with https://")
    if parts.query or parts.fragment or parts.username or (parts.path and not with_path):
        raise ValueError(f"{name} has something behind its {'path' if with_path else 'host'}, or a user in it")
    return url
