"""Images that everybody may see who knows their name: nothing else is ever public."""

from abc import abstractmethod
from typing import Protocol


class PublicImages(Protocol):
    """Images by name, not sealed. Each call raises `StoreUnreachable`, too."""

    @abstractmethod
    async def put(self, name: str, content: bytes) -> None:
        """Let everybody see it under that name, whose ending says its type; the same name again replaces it."""

    @abstractmethod
    async def get(self, name: str) -> bytes:
        """The image; raises `Missing`, also for what is no name of a picture."""

    @abstractmethod
    async def delete(self, name: str) -> None:
        """Remove it; removing what is not there changes nothing."""
