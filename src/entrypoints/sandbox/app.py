"""The outside world on loopback: every partner at the root of one origin, and a console for people beside them."""

import asyncio
import ipaddress
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Final

from entrypoints.sandbox.console.page import PREFIX
from entrypoints.sandbox.console.web import make_console
from entrypoints.sandbox.inbox import Mailboxes
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.wire import Event, Receive, Reply, Send, read, write
from errand_domain.ports.outside import Notice

NOT_THERE: Final = Reply(status=404, headers={"content-type": "text/plain"}, body=b"not found")
TOO_LARGE: Final = Reply(status=413, headers={"content-type": "text/plain"}, body=b"too large")

Inbox = Callable[[], Sequence[Notice]]
Mail = Callable[[], AbstractAsyncContextManager[None]]


class Sandbox:
    """The ASGI application. To anybody on another machine there is no sandbox."""

    def __init__(self, outside: Outside, *, inbox: Inbox | None = None, mail: Mail | None = None) -> None:
        """The mail server, where there is one, lives as long as the application."""
        self.outside = outside
        self._mail = mail
        self._console = make_console(outside, inbox or Mailboxes(outside.store).all)

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """One connection, or the life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] != "http":
            raise RuntimeError("the sandbox speaks HTTP only")
        elif not _is_here(scope):
            await write(NOT_THERE, send)
        elif scope["path"] == PREFIX or scope["path"].startswith(f"{PREFIX}/"):
            await self._console(scope, receive, send)  # type: ignore[arg-type]  # the same mappings under other names
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Event, receive: Receive, send: Send) -> None:
        asked = await read(scope, receive)
        if asked is None:
            await write(TOO_LARGE, send)
            return
        partner = next((one for one in self.outside.partners.values() if one.owns(asked.path)), None)
        if partner is None:
            await write(NOT_THERE, send)
            return
        with self.outside.store.together():
            self.outside.pass_time()
            reply = partner.serve(asked)
        await write(reply, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as closing:
            closing.callback(self.outside.store.close)
            if self._mail is not None:
                await closing.enter_async_context(self._mail())
            stopping = asyncio.Event()
            carrying = asyncio.create_task(self.outside.courier.run(stopping), name="courier")
            await send({"type": "lifespan.startup.complete"})
            await receive()
            stopping.set()
            await carrying
        await send({"type": "lifespan.shutdown.complete"})


def _is_here(scope: Event) -> bool:
    client = scope.get("client")
    try:
        return client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False
