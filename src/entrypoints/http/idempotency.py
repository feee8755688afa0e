"""A POST that is repeated with its `Idempotency-Key` gets the answer that it got, byte for byte."""

import re
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, cast

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

from entrypoints.container import Container
from entrypoints.http.errors import Unreadable
from entrypoints.http.noted import note_facts
from errand_domain.errors import InvalidField
from errand_domain.ports.answers import Answer, Answers

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from errand_domain.member.member import Member
    from errand_domain.member.session import Session

HEADER: Final = "Idempotency-Key"
NOT_KEPT: Final = {"answer": "not_kept"}
"""What a handler says whose answer is private beyond what may lie in a table: a key has no effect there."""
LEASE: Final = timedelta(minutes=1)
_VISIBLE: Final = re.compile(r"[\x21-\x7e]{8,64}")
_NAME: Final = HEADER.lower().encode()
_SERVER_FAULT: Final = 500


class Idempotency(ASGIMiddleware):
    """Keeps the answers to members' POSTs that carry a key; without a key it only looks for the header.

    Faults of ours and answers that ask to try again are not kept: the next try is a fresh one, after the lease.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, container: Container) -> None:
        self._answers = container.answers
        self._clock = container.clock

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raises `KeyForOther` or `StillWorking`, or `InvalidField` for a key that is none."""
        asked = cast("HTTPScope", scope)
        key = _key(asked) if asked["method"] == "POST" else None
        member: Member | None = cast("dict[str, Any]", scope).get("user")
        handler = cast("HTTPRouteHandler", asked["route_handler"])
        if key is None or member is None or handler.opt.get("answer") == NOT_KEPT["answer"]:
            await next_app(scope, receive, send)
            return
        body = await _read(receive, most=handler.resolve_request_max_body_size())
        answers = cast("Answers", self._answers())
        now = self._clock().now()
        kept = await answers.reserve(
            member.id, key, request_digest=digest_of(asked, body), now=now, leased_until=now + LEASE
        )
        if kept is not None:
            note_facts(scope, repeated="yes")
            await _replay(kept, send)
            return
        told = list[Message]()

        async def listen(message: Message) -> None:
            told.append(message)

        await next_app(scope, _given(body, receive), listen)
        answer, is_final = _answer(told)
        if is_final:
            await answers.keep(member.id, key, answer)
        for message in told:
            await send(message)


def _key(scope: HTTPScope) -> str | None:
    for name, value in scope["headers"]:
        if name == _NAME:
            key = value.decode("latin-1")
            if not _VISIBLE.fullmatch(key):
                raise InvalidField(HEADER, "must be 8 to 64 visible ASCII characters")
            return key
    return None


def digest_of(scope: HTTPScope, body: bytes) -> str:
    """What was asked: method, address and body; the boundary of a multipart body is chosen anew by each client.

    And whether it was asked as staff: what was told to two factors is not told again to one.
    """
    media_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    boundary = re.search(rb'boundary="?([^";]+)', media_type)
    asked = body.replace(boundary[1], b"") if boundary else body
    session: Session | None = cast("dict[str, Any]", scope).get("auth")
    powers = "as staff " if session is not None and session.strength == "two_factors" else ""
    line = f"{powers}{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n"
    return sha256(line + asked).hexdigest()


async def _read(receive: Receive, *, most: int | None) -> bytes:
    """The whole body; raises where it is longer than the route takes."""
    parts, length = list[bytes](), 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise Unreadable(detail="the body ended too early")
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if most is not None and length > most:
            raise HTTPException(status_code=413)
        if not message.get("more_body", False):
            return b"".join(parts)


def _given(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands the body over once, and then says what the real one says."""
    is_given = False

    async def give() -> HTTPReceiveMessage:
        nonlocal is_given
        if is_given:
            return await receive()  # type: ignore[return-value]  # ASGI's own message type
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


def _answer(told: list[Message]) -> tuple[Answer, bool]:
    """What was answered, and whether that is the last word on the matter."""
    start: Any = told[0]
    headers = {name.lower(): value for name, value in start["headers"]}
    answer = Answer(
        status=start["status"],
        media_type=headers.get(b"content-type", b"").decode("latin-1"),
        body=b"".join(message.get("body", b"") for message in told[1:]),  # type: ignore[misc]  # ASGI messages are dictionaries of their own kind
    )
    return answer, answer.status < _SERVER_FAULT and b"retry-after" not in headers


async def _replay(kept: Answer, send: Send) -> None:
    headers = [(b"content-length", str(len(kept.body)).encode()), (b"idempotency-replayed", b"true")]
    if kept.media_type:
        headers.append((b"content-type", kept.media_type.encode("latin-1")))
    await send({"type": "http.response.start", "status": kept.status, "headers": headers})
    await send({"type": "http.response.body", "body": kept.body, "more_body": False})
