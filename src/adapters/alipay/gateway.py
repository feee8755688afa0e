"""One merchant's connection to Alipay's gateway, and the one place where its answers are judged."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import stamina
from httpx import (
    AsyncBaseTransport,
    ConnectError,
    ConnectTimeout,
    HTTPError,
    InvalidURL,
    ReadError,
    RemoteProtocolError,
)

from adapters.alipay.answers import Answer, Malformed, Unknown, claimed, understood
from adapters.alipay.china_time import written_in_china
from adapters.alipay.credentials import AlipayCredentials
from adapters.alipay.envelope import opened
from adapters.alipay.line import Line, NoAnswer
from adapters.alipay.signing import SIGN_TYPE, request_text, sign
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Merchant

T = TypeVar("T")
URL: Final = "https://openapi.alipay.com/gateway.do"
CURRENCY: Final = "CNY"
CALL_SECONDS_MOST: Final = 9
DOWNLOAD_SECONDS_MOST: Final = 60
READ_TRIES: Final = 2
URL_LENGTH_MOST: Final = 255
_BROKEN: Final = (ConnectError, ConnectTimeout, ReadError, RemoteProtocolError)


class AlipayGateway:
    """Asks Alipay, and says what came of it: an answer that is verified, a refusal, or that nobody knows.

    Nothing is asked when it is made. Raises `ValueError` for addresses that are not https, unless plain http is
    allowed (in development), and for certificates that have expired by now. An answer is waited for `patience_seconds`,
    a file `file_patience_seconds`.
    """

    def __init__(
        self,
        credentials: AlipayCredentials,
        *,
        url: str = URL,
        notify_url: str,
        clock: Clock,
        allow_plain_http: bool = False,
        patience_seconds: float = CALL_SECONDS_MOST,
        file_patience_seconds: float = DOWNLOAD_SECONDS_MOST,
        transport: AsyncBaseTransport | None = None,
    ) -> None:
        self._schemes = frozenset({"https", "http"} if allow_plain_http else {"https"})
        _check_address(url, "url", self._schemes)
        _check_address(notify_url, "notify_url", self._schemes)
        credentials.check_dates(clock.now())
        self.clock = clock
        self.merchant = Merchant(merchant=credentials.seller, app=credentials.app, currency=CURRENCY)
        self.has_certificates = credentials.has_certificates
        self.keys = credentials.alipay_keys()
        self._url = url
        self._notify_url = notify_url
        self._own_key = credentials.own_key
        self._certificates = credentials.named_certificates()
        self._patience_seconds = patience_seconds
        self._file_patience_seconds = file_patience_seconds
        self._line = Line(transport)

    async def tell(self, method: str, content: Mapping[str, object], shape: type[T]) -> Answer[T]:
        """Make a call that may change something, once."""
        return await self._answer(method, lambda: self._post(method, content), shape)

    async def ask(self, method: str, content: Mapping[str, object], shape: type[T]) -> Answer[T]:
        """Make a call that changes nothing, again where the connection broke; no longer than one may take."""
        return await self._answer(method, lambda: _twice(lambda: self._post(method, content)), shape)

    async def download(self, url: str, *, bytes_most: int) -> bytes | Unknown:
        """A file that Alipay's signed answer named. It may lie anywhere, but not behind plain http."""
        try:
            _check_address(url, "the file's url", self._schemes, length_most=None)
            async with asyncio.timeout(self._file_patience_seconds):
                return await _twice(lambda: self._line.get(url, bytes_most=bytes_most))
        except (HTTPError, InvalidURL, TimeoutError, NoAnswer, ValueError) as fault:
            return _lost(fault)

    def order_text(self, method: str, content: Mapping[str, object], **more: str) -> str:
        """A signed request as the payer's app or browser hands it to Alipay: parameters in the form of a query.

        Alipay tells our notification address what becomes of it.
        """
        parameters = self._signed(method, content, {"notify_url": self._notify_url, **more})
        return urlencode(sorted(parameters.items()), quote_via=quote_plus)

    def order_url(self, method: str, content: Mapping[str, object], **more: str) -> str:
        """A signed request as an address to open in a browser."""
        return f"{self._url}?{self.order_text(method, content, **more)}"

    async def close(self) -> None:
        """Let go of the connections."""
        await self._line.close()

    async def _post(self, method: str, content: Mapping[str, object]) -> bytes:
        """What is asked goes in the body, where no log of addresses has it; the rest in the address."""
        parameters = self._signed(method, content, {})
        form = {"biz_content": parameters.pop("biz_content")}
        return await self._line.post(self._url, parameters, form)

    def _signed(self, method: str, content: Mapping[str, object], more: Mapping[str, str]) -> dict[str, str]:
        parameters = {
            "app_id": self.merchant.app,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": SIGN_TYPE,
            "timestamp": written_in_china(self.clock.now()),
            "version": "1.0",
            **self._certificates,
            **{name: value for name, value in more.items() if value},
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }
        return {**parameters, "sign": sign(request_text(parameters), self._own_key)}

    async def _answer(self, method: str, call: Callable[[], Awaitable[bytes]], shape: type[T]) -> Answer[T]:
        try:
            async with asyncio.timeout(self._patience_seconds):
                body = await call()
            envelope = opened(body, f"{method.replace('.', '_')}_response")
        except (HTTPError, TimeoutError, NoAnswer, Malformed) as fault:
            return _lost(fault)
        if not self.keys.is_signed(envelope.content, envelope.signature, envelope.certificate_serial):
            return Unknown(why=f"an answer that is not signed by Alipay: {claimed(envelope.content)}")
        return understood(envelope.content, shape)


async def _twice(call: Callable[[], Awaitable[bytes]]) -> bytes:
    async for attempt in stamina.retry_context(
        on=_BROKEN, attempts=READ_TRIES, timeout=CALL_SECONDS_MOST, wait_initial=0.1, wait_max=0.5
    ):
        with attempt:
            return await call()
    raise AssertionError("a retry ends with an answer or an exception")


def _lost(fault: Exception) -> Unknown:
    """The name of what went wrong: the rest of it may hold anything."""
    return Unknown(why=f"no answer that can be trusted: {type(fault).__name__}")


def _check_address(url: str, name: str, schemes: frozenset[str], *, length_most: int | None = URL_LENGTH_MOST) -> None:
    parts = urlsplit(url)
    is_long = length_most is not None and len(url) > length_most
    if parts.scheme not in schemes or not parts.hostname or is_long:
        raise ValueError(f"{name} is not an address that begins with https://")
    if parts.username or (length_most is not None and (parts.query or parts.fragment)):
        raise ValueError(f"{name} has a user in it, or something behind its path")
