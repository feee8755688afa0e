"""The photo of a student card on a reviewer's machine: readable by its owner alone, and gone when it was seen."""

import asyncio
import os
import shlex
from pathlib import Path
from tempfile import mkstemp
from typing import Final

import click

EXTENSIONS: Final = {"image/jpeg": ".jpg", "image/png": ".png"}


class CardOnDisk:
    """One photo at a time. `put_away` deletes it; putting away nothing changes nothing."""

    def __init__(self, opener: str | None) -> None:
        self._opener = opener
        self._path: Path | None = None

    async def show(self, content: bytes, media_type: str) -> Path:
        """Write the photo to a file of mode 0600, and open it with the command if there is one."""
        self.put_away()
        handle, name = mkstemp(prefix="errand-card-", suffix=EXTENSIONS.get(media_type, ""))
        self._path = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if self._opener:
            await self._open(self._opener, name)
        return self._path

    def put_away(self) -> None:
        """Delete the photo."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None

    @staticmethod
    async def _open(opener: str, name: str) -> None:
        try:
            process = await asyncio.create_subprocess_exec(*shlex.split(opener), name)
        except (OSError, ValueError) as fault:
            raise click.UsageError(f"--open {opener!r} cannot be run: {fault}") from None
        await process.wait()
