"""A real mail server on loopback, in the test's own loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd import smtp


@asynccontextmanager
async def mail_served(handler: object) -> AsyncIterator[int]:
    """The port at which that handler gets what is sent. Whoever is still connected at the end is let go of."""
    loop, sessions = asyncio.get_running_loop(), list[smtp.SMTP]()

    def session() -> smtp.SMTP:
        sessions.append(smtp.SMTP(handler, hostname="mail.test"))
        return sessions[-1]

    server = await loop.create_server(session, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    for one in sessions:
        if one.transport is not None:
            one.transport.abort()
    await asyncio.sleep(0)
