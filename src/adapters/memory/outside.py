"""Maps and notices without anybody outside."""

from collections import deque

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from errand_domain.member.member import WayKind
from errand_domain.place import Distance, Point
from errand_domain.ports.outside import Maps, Notice, Notices

DETOUR_PER_CENT = 130
INBOX_MOST = 1_000


class MemoryMaps(Maps):
    """Estimates: the great circle times a factor for the detours that paths make."""

    def __init__(self, *, detour_per_cent: int = DETOUR_PER_CENT, pause: Pause = give_way) -> None:
        self._detour_per_cent = detour_per_cent
        self._pause = pause

    async def walking(self, start: Point, end: Point) -> Distance:
        """An estimate of the walking distance."""
        await self._pause()
        return Distance(metres=start.metres_to(end) * self._detour_per_cent // 100, estimated=True)


class MemoryNotices(Notices):
    """An inbox that keeps the last messages, for tests to look into.

    Owners of phones and mailboxes do not, unless `is_read`.
    """

    def __init__(self, *, most: int = INBOX_MOST, is_read: bool = False, pause: Pause = give_way) -> None:
        self._is_read = is_read
        self._inbox: deque[Notice] = deque(maxlen=most)
        self._failures = 0
        self._pause = pause

    @property
    def inbox(self) -> tuple[Notice, ...]:
        """What was sent, newest first."""
        return tuple(self._inbox)

    def fail_next(self, times: int = 1) -> None:
        """The carrier will not take the next messages."""
        self._failures += times

    async def send(self, notice: Notice) -> None:
        """Put it into the inbox; raises `ConnectionError` where a failure was asked for."""
        await self._pause()
        if self._failures:
            self._failures -= 1
            raise ConnectionError("the carrier does not answer")
        self._inbox.appendleft(notice)

    def reaches(self, kind: WayKind) -> bool:
        """What was said when it was made; nobody is written to by their WeChat identity."""
        return self._is_read and kind != "wechat"
