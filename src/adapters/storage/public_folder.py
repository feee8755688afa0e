"""Public images in a folder."""

from asyncio import to_thread
from pathlib import Path

from adapters.storage.folder import remove_file, write_file
from errand_domain.errors import Missing
from errand_domain.member.picture import is_picture_name
from errand_domain.ports.public_images import PublicImages


class FolderPublicImages(PublicImages):
    """A file per name in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, content: bytes) -> None:
        """Let everybody see it under that name."""
        await to_thread(write_file, self._path(name), content)

    async def get(self, name: str) -> bytes:
        """The image; raises `Missing`."""
        try:
            return await to_thread(self._path(name).read_bytes)
        except FileNotFoundError:
            raise Missing("picture") from None

    async def delete(self, name: str) -> None:
        """Remove it, if it is there."""
        await to_thread(remove_file, self._path(name))

    def _path(self, name: str) -> Path:
        return self._folder / checked(name)


def checked(name: str) -> str:
    """The name; raises `Missing` where it is none: it becomes part of a path."""
    if not is_picture_name(name):
        raise Missing("picture")
    return name
