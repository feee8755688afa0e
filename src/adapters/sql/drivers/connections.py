"""A few connections, lent and taken back.

The driver's own pool wraps every loan in a proxy, a shield and two timers, which costs as much as a small statement.
This one hands a free connection over without leaving the coroutine, and drops one whose last use did not end cleanly.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from adapters.sql.faults import Unavailable

WAIT_SECONDS_MOST: Final = 10.0
CLOSE_SECONDS_MOST: Final = 5.0


class Connections:
    """At most so many connections, opened when they are first needed; the one used last is lent first."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], *, most: int) -> None:
        self._connect = connect
        self._most = most
        self._open = 0
        self._free: list[Any] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._is_closed = False

    @asynccontextmanager
    async def lent(self, *, is_sound_after: Callable[[Exception], bool]) -> AsyncGenerator[Any]:
        """A connection. After an exception that it is not sound after, nobody knows what it does: it is dropped."""
        connection = self._take_free() or await self._wait()
        try:
            yield connection
        except Exception as error:
            if is_sound_after(error):
                self._give_back(connection)
            else:
                self._drop(connection)
            raise
        except BaseException:
            self._drop(connection)
            raise
        else:
            self._give_back(connection)

    def _take_free(self) -> Any:  # noqa: ANN401 - the driver's connection has no types
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed():
                return connection
            self._open -= 1
        return None

    async def _wait(self) -> Any:  # noqa: ANN401 - the driver's connection has no types
        while not self._is_closed:
            if self._open < self._most:
                return await self._new()
            turn: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                connection = await asyncio.wait_for(turn, WAIT_SECONDS_MOST)
            except TimeoutError:
                raise Unavailable("every connection was busy for too long") from None
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled() and turn.result() is not None:
                    self._give_back(turn.result())
                raise
            if connection is not None:
                return connection
        raise Unavailable("the database was closed")

    async def _new(self) -> Any:  # noqa: ANN401 - the driver's connection has no types
        self._open += 1
        try:
            return await self._connect()
        except BaseException:
            self._open -= 1
            self._call_next(None)
            raise

    def _give_back(self, connection: Any) -> None:  # noqa: ANN401 - the driver's connection has no types
        if self._is_closed or connection.is_closed():
            self._drop(connection)
        elif not self._call_next(connection):
            self._free.append(connection)

    def _drop(self, connection: Any) -> None:  # noqa: ANN401 - the driver's connection has no types
        self._open -= 1
        connection.terminate()
        self._call_next(None)

    def _call_next(self, connection: Any) -> bool:  # noqa: ANN401 - the driver's connection has no types
        """Give the connection, or with `None` the right to open one, to whoever waits longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    async def close(self) -> None:
        """Close what is free now, and what is lent when it comes back."""
        self._is_closed = True
        for connection in self._free:
            with suppress(Exception):
                await asyncio.wait_for(connection.close(), CLOSE_SECONDS_MOST)
        self._free.clear()
        while self._call_next(None):
            pass
