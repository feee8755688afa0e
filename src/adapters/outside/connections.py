"""One policy for every call to the outside: time limits, few connections, and nothing from the environment."""

from functools import cache
from ssl import SSLContext
from typing import Final

from httpx import AsyncBaseTransport, AsyncClient, AsyncHTTPTransport, Limits, Timeout, create_ssl_context

CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 8
CONNECTIONS_MOST: Final = 50
IDLE_CONNECTIONS_MOST: Final = 20
PATIENCE: Final = Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)


class Connections:
    """An HTTP client that is opened when it is first used. No proxy, no certificate, no redirect is followed."""

    def __init__(self, transport: AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._client: AsyncClient | None = None

    @property
    def client(self) -> AsyncClient:
        """The client; a call that names no time limit of its own has this one."""
        if self._client is None:
            self._client = AsyncClient(
                transport=self._transport or wire(), trust_env=False, follow_redirects=False, timeout=PATIENCE
            )
        return self._client

    async def close(self) -> None:
        """Let go of the connections; a later call opens new ones."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()


def wire() -> AsyncHTTPTransport:
    """Real connections, so many at the most."""
    limits = Limits(max_connections=CONNECTIONS_MOST, max_keepalive_connections=IDLE_CONNECTIONS_MOST)
    return AsyncHTTPTransport(verify=_trusted(), trust_env=False, limits=limits)


@cache
def _trusted() -> SSLContext:
    """Whom we believe about who they are, read once: each partner's line would read all of the world's issuers anew."""
    return create_ssl_context(trust_env=False)
