"""Requests and answers as bytes: signatures are over bytes, so nothing between here and the socket may touch them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

from attrs import evolve, field, frozen

BODY_BYTES_MOST: Final = 16 * 1024 * 1024
"""A photo, as large as anybody may send it, and the form around it."""
NEVER_SENT: Final = 64

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


@frozen(kw_only=True)
class Asked:
    """A request as it came. Names of headers are in lower case, `query` is raw."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query, as they are signed."""
        return f"{self.path}?{self.query}" if self.query else self.path


@frozen(kw_only=True)
class Reply:
    """An answer as it goes out: perhaps late, and perhaps broken off before it is read."""

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes = b""
    delay_seconds: float = 0
    dropped: bool = False

    def late(self, seconds: float) -> "Reply":
        """The same answer, after the client has lost its patience."""
        return evolve(self, delay_seconds=seconds)


DROPPED: Final = Reply(dropped=True)
"""The connection dies: whoever asked does not learn whether anything was done."""


async def read(scope: Event, receive: Receive) -> Asked | None:
    """The request of that connection; `None` where it is larger than anybody here reads, or was broken off."""
    parts, length = list[bytes](), 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return None
        parts.append(event.get("body", b""))
        length += len(parts[-1])
        if length > BODY_BYTES_MOST:
            return None
        if not event.get("more_body"):
            break
    return Asked(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1") if scope.get("raw_path") else scope["path"],
        query=scope.get("query_string", b"").decode("latin-1"),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=b"".join(parts),
    )


async def write(reply: Reply, send: Send) -> None:
    """Send it. A dropped one promises more than it sends, at which the server breaks the connection off."""
    if reply.delay_seconds:
        await asyncio.sleep(reply.delay_seconds)
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    length = NEVER_SENT if reply.dropped else len(reply.body)
    headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if not reply.dropped:
        await send({"type": "http.response.body", "body": reply.body})
