"""What the SDK speaks through: our own HTTP client, opened when it is first used."""

from typing import Final

from httpx import AsyncBaseTransport, AsyncClient, Limits, Response, Timeout

CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 8
CONNECTIONS_MOST: Final = 50
IDLE_CONNECTIONS_MOST: Final = 20
SERIAL_DIGITS: Final = 40
SERIAL_HEADER: Final = "Wechatpay-Serial"
_TIMEOUT: Final = Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)


class Line:
    """The two methods of an HTTP client that the SDK calls. No proxy and no certificate comes from the environment.

    Two faults of SDK 2.0.4 are put right on the way, because here is where its requests pass:

    - A POST without a body is signed as empty and handed over as the JSON `null`; it goes out empty, as it was signed.
    - A certificate's serial is handed over without its leading zeros; it goes out with them. That serials have 40
      digits is unverified against the live service.
    """

    def __init__(self, transport: AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._client: AsyncClient | None = None

    async def get(self, url: str, headers: dict[str, str]) -> Response:
        """Ask."""
        return await self._opened().get(url, headers=headers, timeout=_TIMEOUT)

    async def post(self, url: str, content: str, headers: dict[str, str]) -> Response:
        """Tell."""
        body = "" if content == "null" else content
        serial = headers.get(SERIAL_HEADER)
        if serial is not None and serial.isalnum():  # the id of a public key has underscores
            headers = headers | {SERIAL_HEADER: serial.rjust(SERIAL_DIGITS, "0")}
        return await self._opened().post(url, content=body, headers=headers, timeout=_TIMEOUT)

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
                limits=Limits(max_connections=CONNECTIONS_MOST, max_keepalive_connections=IDLE_CONNECTIONS_MOST),
                timeout=_TIMEOUT,
            )
        return self._client
