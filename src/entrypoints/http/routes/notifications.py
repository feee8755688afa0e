"""Where providers tell us what happened. Anybody can post here: what is not proved to be theirs is refused.

A provider tells again until it hears that we understood, so it hears that only when all is committed. Everything else
is an error to it, in its own words, and soon enough for its patience.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from attrs import frozen
from litestar import Request, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from entrypoints.http.dependencies import Uses
from entrypoints.http.errors import status_of
from entrypoints.http.gate import PUBLIC
from entrypoints.http.limits import UNLIMITED
from errand_domain.errors import DomainError
from errand_domain.ports.notifications import Delivery
from errand_domain.use_cases.background.receive_notification import ReceiveNotification

BODY_BYTES_MOST: Final = 64 * 1024
ANSWER_SECONDS_MOST: Final = 4.0  # WeChat Pay and WeChat wait for five
UNAVAILABLE: Final = 503
UNKNOWN: Final = "unknown"
"""What the log calls a channel that there is not: whoever asks for it may have written anything into the address."""

Asked = Request[Any, Any, Any]
log = structlog.get_logger("notifications")


@frozen(kw_only=True)
class Manner:
    """How a provider wants to be answered."""

    status: int
    understood: bytes
    refused: bytes
    media_type: str


USUAL: Final = Manner(status=200, understood=b"success", refused=b"failure", media_type="text/plain")
"""Of a provider that nobody here has heard of: an embedder's own."""
MANNERS: Final[Mapping[str, Manner]] = {
    "wechat-pay": Manner(
        status=204,
        understood=b"",
        refused='{"code": "FAIL", "message": "通知未被接收"}'.encode(),
        media_type="application/json",
    ),
    "alipay": USUAL,
    "wechat": USUAL,
}


@post("/{channel:str}", request_max_body_size=BODY_BYTES_MOST)
async def receive(
    channel: FromPath[str], request: Asked, receive_notification: Uses[ReceiveNotification]
) -> Response[bytes]:
    """Believe what is verified; the answer says whether the provider may forget it."""
    manner = _manner(channel)
    called = channel if receive_notification.knows(channel) else UNKNOWN
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MOST):
            told = await receive_notification(channel, await _delivery(request))
    except DomainError as refusal:
        log.warning("notification_refused", channel=called, refusal=str(refusal))
        return _answer(manner, manner.refused, status_of(type(refusal)))
    except TimeoutError:
        log.warning("notification_too_slow", channel=called)
        return _answer(manner, manner.refused, UNAVAILABLE)
    except HTTPException:  # it is not even a request that we take
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it was, the provider must tell again
        log.error("notification_failed", channel=called, fault=type(fault).__name__)  # noqa: TRY400 - it may quote
        return _answer(manner, manner.refused, UNAVAILABLE)
    log.info("notification_received", channel=called, told=type(told).__name__)
    return _answer(manner, manner.understood, manner.status)


@get("/{channel:str}")
async def greet(
    channel: FromPath[str], request: Asked, receive_notification: Uses[ReceiveNotification]
) -> Response[bytes]:
    """A provider tries the address before it uses it."""
    manner = _manner(channel)
    try:
        wanted = await receive_notification.greet(channel, await _delivery(request))
    except DomainError as refusal:
        return _answer(manner, manner.refused, status_of(type(refusal)))
    return Response(wanted.encode(), media_type="text/plain")


async def _delivery(request: Asked) -> Delivery:
    """The request as it came, its body byte for byte."""
    return Delivery(
        headers={name.lower(): value for name, value in request.headers.items()},
        query={name: str(value) for name, value in request.query_params.items()},
        body=await request.body(),
    )


def _manner(channel: str) -> Manner:
    return MANNERS.get(channel, USUAL)


def _answer(manner: Manner, body: bytes, status: int) -> Response[bytes]:
    return Response(body, status_code=status, media_type=manner.media_type)


NOTIFICATIONS = Router(
    "/notifications", route_handlers=[receive, greet], opt={**PUBLIC, **UNLIMITED}, include_in_schema=False
)
