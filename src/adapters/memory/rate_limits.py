"""Rate limits within one process."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from errand_domain.ports.rate_limits import RateLimits

KEYS_MOST: Final = 20_000


class MemoryRateLimits(RateLimits):
    """Keeps so many keys at the most: where one more is asked for, the one that was idle for the longest is forgotten.

    Whoever is being refused keeps asking, and so is the last to be forgotten.
    """

    def __init__(self, *, keys_most: int = KEYS_MOST, pause: Pause = give_way) -> None:
        self._keys_most = keys_most
        self._pause = pause
        self._allowed = OrderedDict[str, deque[datetime]]()

    async def take(self, key: str, *, most: int, per: timedelta, at: datetime) -> timedelta | None:
        """`None`, or how long to wait."""
        await self._pause()
        allowed = self._allowed.setdefault(key, deque())
        self._allowed.move_to_end(key)
        if len(self._allowed) > self._keys_most:
            self._allowed.popitem(last=False)
        at = max(at, allowed[-1]) if allowed else at
        while allowed and allowed[0] + per <= at:
            allowed.popleft()
        if len(allowed) >= most:
            return allowed[-most] + per - at
        allowed.append(at)
        return None
