"""The HTTP client under everything that WeChat is asked."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec
from httpx import AsyncBaseTransport, Request, Response

from adapters.outside.connections import Connections, wire

_HIDDEN: Final = "hidden_query"


class Line:
    """Asks WeChat, opened when it is first used. No proxy and no certificate comes from the environment."""

    def __init__(self, url: str, *, allow_plain_http: bool, transport: AsyncBaseTransport | None = None) -> None:
        self._url = _checked(url.rstrip("/"), allow_plain_http=allow_plain_http)
        self._connections = Connections(_HiddenQuery(transport or wire()))

    async def post(self, path: str, body: object, *, token: str = "") -> Response:
        """Send it, its characters as they are; raises what httpx raises, without a token in it."""
        return await self._connections.client.post(
            f"{self._url}{path}",
            content=msgspec.json.encode(body),
            headers={"Content-Type": "application/json"},
            extensions={_HIDDEN: {"access_token": token} if token else {}},
        )

    async def get(self, path: str, hidden: Mapping[str, str]) -> Response:
        """Ask with a query that nobody else may read; raises what httpx raises, without it."""
        return await self._connections.client.get(f"{self._url}{path}", extensions={_HIDDEN: hidden})

    async def close(self) -> None:
        """Let go of the connections; a later call opens new ones."""
        await self._connections.close()


class _HiddenQuery(AsyncBaseTransport):
    """Puts the access token, or the app's secret, into the address behind the client's back.

    WeChat wants them there, and an HTTP client logs addresses and puts them into its exceptions.
    """

    def __init__(self, inner: AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: Request) -> Response:
        """Send it on with what was hidden."""
        extensions = dict(request.extensions)
        url = request.url.copy_merge_params(extensions.pop(_HIDDEN, {}))
        sent = Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)
        return await self._inner.handle_async_request(sent)

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._inner.aclose()


def _checked(url: str, *, allow_plain_http: bool) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ({"https", "http"} if allow_plain_http else {"https"}) or not parts.hostname:
        raise ValueError("url is not an address that begins with https://")
    if parts.path or parts.query or parts.fragment or parts.username:
        raise ValueError("url has something behind its host, or a user in it")
    return url
