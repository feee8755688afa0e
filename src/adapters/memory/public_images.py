"""Public images in memory."""

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from adapters.memory.tables import found
from errand_domain.ports.public_images import PublicImages


class MemoryPublicImages(PublicImages):
    """As public as the process, and as durable."""

    def __init__(self, *, pause: Pause = give_way) -> None:
        self._contents: dict[str, bytes] = {}
        self._pause = pause

    async def put(self, name: str, content: bytes) -> None:
        """Let everybody see it under that name."""
        await self._pause()
        self._contents[name] = bytes(content)

    async def get(self, name: str) -> bytes:
        """The image; raises `Missing`."""
        await self._pause()
        return found(self._contents.get(name), "picture")

    async def delete(self, name: str) -> None:
        """Remove it, if it is there."""
        await self._pause()
        self._contents.pop(name, None)
