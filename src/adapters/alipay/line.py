"""The HTTP client under the gateway: our own, opened when it is first used."""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Final

from httpx import AsyncBaseTransport, AsyncClient, Limits, Timeout

CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 8
CONNECTIONS_MOST: Final = 50
IDLE_CONNECTIONS_MOST: Final = 20
ANSWER_BYTES_MOST: Final = 1 << 20
_TIMEOUT: Final = Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)


class NoAnswer(Exception):
    """Something came that is no answer: another status than 200, or more than any answer has."""


class Line:
    """Connections to Alipay. No proxy and no certificate comes from the environment; no redirect is followed."""

    def __init__(self, transport: AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._client: AsyncClient | None = None

    async def post(self, url: str, query: Mapping[str, str], form: Mapping[str, str]) -> bytes:
        """The body of the answer; raises `NoAnswer`, or what the client raises."""
        client = self._opened()
        async with client.stream("POST", url, params=query, data=form, timeout=_TIMEOUT) as response:
            return await _whole(response.status_code, response.aiter_bytes(), most=ANSWER_BYTES_MOST)

    async def get(self, url: str, *, bytes_most: int) -> bytes:
        """A file; raises `NoAnswer`, or what the client raises."""
        async with self._opened().stream("GET", url, timeout=_TIMEOUT) as response:
            return await _whole(response.status_code, response.aiter_bytes(), most=bytes_most)

    async def close(self) -> None:
        """Let go of the connections; a later call opens new ones."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    def _opened(self) -> AsyncClient:
        if self._client is None:
            self._client = AsyncClient(
                transport=self._transport,
                trust_env=False,
                follow_redirects=False,
                limits=Limits(max_connections=CONNECTIONS_MOST, max_keepalive_connections=IDLE_CONNECTIONS_MOST),
                timeout=_TIMEOUT,
            )
        return self._client


async def _whole(status: int, pieces: AsyncIterator[bytes], *, most: int) -> bytes:
    if status != HTTPStatus.OK:
        raise NoAnswer(f"status {status}")
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > most:
            raise NoAnswer(f"more than {most} bytes")
    return bytes(body)
