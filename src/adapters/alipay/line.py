"""The HTTP client under the gateway: our own, opened when it is first used."""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Final

from httpx import AsyncBaseTransport

from adapters.outside.connections import Connections

ANSWER_BYTES_MOST: Final = 1 << 20


class NoAnswer(Exception):
    """Something came that is no answer: another status than 200, or more than any answer has."""


class Line:
    """Connections to Alipay. No proxy and no certificate comes from the environment; no redirect is followed."""

    def __init__(self, transport: AsyncBaseTransport | None = None) -> None:
        self._connections = Connections(transport)

    async def post(self, url: str, query: Mapping[str, str], form: Mapping[str, str]) -> bytes:
        """The body of the answer; raises `NoAnswer`, or what the client raises."""
        client = self._connections.client
        async with client.stream("POST", url, params=query, data=form) as response:
            return await _whole(response.status_code, response.aiter_bytes(), most=ANSWER_BYTES_MOST)

    async def get(self, url: str, *, bytes_most: int) -> bytes:
        """A file; raises `NoAnswer`, or what the client raises."""
        async with self._connections.client.stream("GET", url) as response:
            return await _whole(response.status_code, response.aiter_bytes(), most=bytes_most)

    async def close(self) -> None:
        """Let go of the connections; a later call opens new ones."""
        await self._connections.close()


async def _whole(status: int, pieces: AsyncIterator[bytes], *, most: int) -> bytes:
    if status != HTTPStatus.OK:
        raise NoAnswer(f"status {status}")
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > most:
            raise NoAnswer(f"more than {most} bytes")
    return bytes(body)
