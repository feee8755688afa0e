"""An export as a zip, made while it is sent: no more than one image of it is ever held, and none is stored."""

import json
from collections.abc import AsyncIterator, Mapping
from io import RawIOBase
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from errand_domain.ports.files import StoredFile

DATA: Final = "data.json"
FOLDER: Final = "files"
MEDIA_TYPE: Final = "application/zip"
_EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png"}


class _Pipe(RawIOBase):
    """What the zip writes, until it is taken. It cannot go back, and so the zip does not ask it to."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        """It is for writing alone."""
        return True

    def write(self, content: Any, /) -> int:  # noqa: ANN401 - whatever is a buffer
        """Keep it until it is taken."""
        self._written += content
        return len(content)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


async def zipped(facts: Mapping[str, Any], files: AsyncIterator[tuple[StoredFile, bytes]]) -> AsyncIterator[bytes]:
    """The zip in pieces: `data.json`, and the images in `files/`."""
    pipe = _Pipe()
    with ZipFile(pipe, "w") as archive:
        written = json.dumps(facts, ensure_ascii=False, indent=2)
        archive.writestr(DATA, written, compress_type=ZIP_DEFLATED)
        yield pipe.take()
        async for file, content in files:
            name = f"{FOLDER}/{file.purpose}-{file.id}.{_EXTENSIONS.get(file.media_type, 'bin')}"
            archive.writestr(name, content, compress_type=ZIP_STORED)
            yield pipe.take()
    yield pipe.take()
