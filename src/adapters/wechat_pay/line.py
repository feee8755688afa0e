"""What the SDK speaks through: our own HTTP client, opened when it is first used."""

from typing import Final

from httpx import AsyncBaseTransport, Response

from adapters.outside.connections import Connections

SERIAL_DIGITS: Final = 40
SERIAL_HEADER: Final = "Wechatpay-Serial"


class Line:
    """The two methods of an HTTP client that the SDK calls. No proxy and no certificate comes from the environment.

    Two faults of SDK 2.0.4 are put right on the way, because here is where its requests pass:

    - A POST without a body is signed as empty and handed over as the JSON `null`; it goes out empty, as it was signed.
    - A certificate's serial is handed over without its leading zeros; it goes out with them. That serials have 40
      digits is unverified against the live service.
    """

    def __init__(self, transport: AsyncBaseTransport | None = None) -> None:
        self._connections = Connections(transport)

    async def get(self, url: str, headers: dict[str, str]) -> Response:
        """Ask."""
        return await self._connections.client.get(url, headers=headers)

    async def post(self, url: str, content: str, headers: dict[str, str]) -> Response:
        """Tell."""
        body = "" if content == "null" else content
        serial = headers.get(SERIAL_HEADER)
        if serial is not None and serial.isalnum():  # the id of a public key has underscores
            headers = headers | {SERIAL_HEADER: serial.rjust(SERIAL_DIGITS, "0")}
        return await self._connections.client.post(url, content=body, headers=headers)

    async def close(self) -> None:
        """Let go of the connections; a later call opens new ones."""
        await self._connections.close()
