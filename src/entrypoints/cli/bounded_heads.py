"""Requests whose head is bounded: by itself the server would read it whatever its length, for as long as it comes.

A proxy in front bounds both as well. This is for where there is none, or one that was told otherwise.
"""

import asyncio
from typing import Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MOST: Final = 64 * 1024
"""Far above what clients send. What comes in one piece with the end of a head was read already, and is let be."""
HEAD_SECONDS_MOST: Final = 30.0
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_log = structlog.get_logger("serving")


class BoundedHeads(HttpToolsProtocol):
    """A connection that is closed where a head is too long, or does not come to its end in time."""

    head_seconds_most = HEAD_SECONDS_MOST
    _is_head_due = True
    _head_bytes = 0
    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """The first head is due from now on."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._come()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head that was due before, and still is, has become too long."""
        self._head_bytes += len(data) if self._is_head_due else 0
        super().data_received(data)
        if self._head_bytes > HEAD_BYTES_MOST and not self.transport.is_closing():
            _log.warning("head_too_long")
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A further head is due from its first byte on."""
        super().on_message_begin()
        if self._due is None:
            self._expect()

    def on_headers_complete(self) -> None:
        """The head is here; what follows is a body, which the application bounds."""
        self._come()
        super().on_headers_complete()

    def _expect(self) -> None:
        self._is_head_due = True
        self._due = self.loop.call_later(self.head_seconds_most, self._give_up)

    def _come(self) -> None:
        self._is_head_due, self._head_bytes = False, 0
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _give_up(self) -> None:
        _log.warning("head_too_slow")
        self.transport.close()
