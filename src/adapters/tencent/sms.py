"""One-time codes by text message, through Tencent Cloud."""

import asyncio
import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import msgspec
from attrs import field, frozen
from httpx import AsyncBaseTransport, ConnectError, ConnectTimeout, HTTPError, Response

from adapters.outside.breaker import Breaker, Silence
from adapters.outside.connections import Connections
from adapters.tencent.signing import CONTENT_TYPE, authorization
from errand_domain.member.member import WayKind
from errand_domain.ports.outside import Clock, Notice, Notices

URL: Final = "https://sms.tencentcloudapi.com"
REGION: Final = "ap-guangzhou"
CALL_SECONDS_MOST: Final = 9
_CODE: Final = re.compile(r"[A-Za-z.]{1,100}")


@frozen(kw_only=True)
class TencentSmsAccount:
    """What Tencent Cloud gave us. The template has one variable, which is the code."""

    secret_id: str = field(repr=False)
    secret_key: str = field(repr=False)
    app: str
    signature: str
    code_template: str

    def __attrs_post_init__(self) -> None:
        """Refuse, in one line that names the part and not its value, what could never work."""
        for name, pattern in (("secret_id", r"[!-~]{16,64}"), ("secret_key", r"[!-~]{16,64}")):
            if not re.fullmatch(pattern, getattr(self, name)):
                raise ValueError(f"{name} is not 16 to 64 characters without blanks")
        for name in ("app", "code_template"):
            if not re.fullmatch(r"[0-9]{1,20}", getattr(self, name)):
                raise ValueError(f"{name} is not a number")
        if not 1 <= len(self.signature) <= 20:  # noqa: PLR2004 - no approved signature is longer
            raise ValueError("signature is not 1 to 20 characters long")


class _Sent(msgspec.Struct, frozen=True):
    Code: str


class _Error(msgspec.Struct, frozen=True):
    Code: str


class _Inner(msgspec.Struct, frozen=True):
    SendStatusSet: tuple[_Sent, ...] = ()
    Error: _Error | None = None


class _Answer(msgspec.Struct, frozen=True):
    Response: _Inner


class TencentSms(Notices):
    """Sends the code of a notice in the words of an approved template. A notice without a code cannot be sent so.

    A message may not be sent twice, so a call is repeated only where no connection was made. `allow_plain_http` is
    for development.
    """

    def __init__(
        self,
        account: TencentSmsAccount,
        *,
        clock: Clock,
        url: str = URL,
        allow_plain_http: bool = False,
        patience_seconds: float = CALL_SECONDS_MOST,
        transport: AsyncBaseTransport | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        parts = urlsplit(url.rstrip("/"))
        if (
            parts.scheme not in ({"https", "http"} if allow_plain_http else {"https"})
            or not parts.hostname
            or parts.path
        ):
            raise ValueError("url is not an address that begins with https://")
        self._account = account
        self._clock = clock
        self._url = f"{parts.scheme}://{parts.netloc}/"
        self._host = parts.netloc
        self._patience_seconds = patience_seconds
        self._connections = Connections(transport)
        self._breaker = breaker or Breaker("tencent_sms")

    def reaches(self, kind: WayKind) -> bool:
        """Phones alone."""
        return kind == "phone"

    async def send(self, notice: Notice) -> None:
        """Hand it over; raises `ConnectionError` with Tencent's code, and never with the number."""
        if not notice.code:
            raise ConnectionError("a text message without a code has no approved template")
        body = msgspec.json.encode(
            {
                "PhoneNumberSet": [notice.to.value],
                "SmsSdkAppId": self._account.app,
                "TemplateId": self._account.code_template,
                "SignName": self._account.signature,
                "TemplateParamSet": [notice.code],
            }
        )
        with self._breaker.guard():
            _check(await self._answered(body))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._connections.close()

    async def _answered(self, body: bytes) -> Response:
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await self._posted(body)
        except (HTTPError, TimeoutError) as fault:
            raise Silence(f"no answer: {type(fault).__name__}") from None

    async def _posted(self, body: bytes) -> Response:
        try:
            return await self._post(body)
        except (ConnectError, ConnectTimeout):
            return await self._post(body)  # nothing went out

    async def _post(self, body: bytes) -> Response:
        timestamp = int(self._clock.now().timestamp())
        signed = authorization(
            secret_id=self._account.secret_id,
            secret_key=self._account.secret_key,
            service="sms",
            host=self._host,
            body=body,
            timestamp=timestamp,
        )
        headers = {
            "Authorization": signed,
            "Content-Type": CONTENT_TYPE,
            "Host": self._host,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(timestamp),
            "X-TC-Region": REGION,
        }
        return await self._connections.client.post(self._url, content=body, headers=headers)


def _check(response: Response) -> None:
    """Tencent answers 200 where every single message failed: each says so itself."""
    if response.status_code != HTTPStatus.OK:
        raise Silence(f"an answer with status {response.status_code}")
    try:
        answer = msgspec.json.decode(response.content, type=_Answer).Response
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ConnectionError("an answer that is not what was promised") from None
    if answer.Error is not None:
        raise ConnectionError(_told(answer.Error.Code))
    if not answer.SendStatusSet:
        raise ConnectionError("an answer about nobody")
    for one in answer.SendStatusSet:
        if one.Code != "Ok":
            raise ConnectionError(_told(one.Code))


def _told(code: str) -> str:
    return f"refused with {code}" if _CODE.fullmatch(code) else "refused"
