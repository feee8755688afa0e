"""Identities that come out the same in every run."""

from datetime import datetime
from uuid import UUID

from adapters.memory.clock import START
from errand_domain.ports.outside import Ids

_VERSION_AND_VARIANT = (7 << 76) | (0b10 << 62)


class MemoryIds(Ids):
    """UUIDv7s that count up from 1, all of the same moment. Two with different `stream`s never meet."""

    def __init__(self, *, moment: datetime = START, stream: int = 0) -> None:
        milliseconds = int(moment.timestamp() * 1000)
        self._fixed = (milliseconds << 80) | _VERSION_AND_VARIANT | ((stream & 0xFFF) << 64)
        self._count = 0

    def new(self) -> UUID:
        """The next identity."""
        self._count += 1
        return UUID(int=self._fixed | self._count)
