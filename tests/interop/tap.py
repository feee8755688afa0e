"""What we send, byte for byte: a server of few words on this machine."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from attrs import field, frozen


@frozen(kw_only=True)
class Sent:
    """A request as it travelled. Names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@frozen
class Tap:
    """Keeps what comes, and answers one thing after the other; the last is answered for ever."""

    answers: list[tuple[int, Mapping[str, str], bytes]]
    sent: list[Sent] = field(factory=list)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The address of it."""
        server = await asyncio.start_server(self._hear, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        method, target, _ = head.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.sent.append(Sent(method=method, target=target, headers=headers, body=body))
        status, named, told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        said = {**named, "connection": "close", "content-length": str(len(told))}
        written = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        writer.write(f"HTTP/1.1 {status} \r\n{written}\r\n".encode() + told)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
