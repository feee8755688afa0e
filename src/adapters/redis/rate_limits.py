"""Rate limits that all servers share."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from adapters.redis.line import RedisGone, RedisLine
from errand_domain.ports.rate_limits import RateLimits

if TYPE_CHECKING:
    from redis.asyncio import Redis

PREFIX: Final = "errand:limit:"
MICROSECOND: Final = timedelta(microseconds=1)
MILLISECOND: Final = timedelta(milliseconds=1)

# The moments that were allowed, the newest first, in microseconds since 1970: whole numbers below 2^53, which Lua's
# floats hold exactly; they are stored as they were sent, since Lua would print them shortened.
TAKE: Final = """
local most, per, at = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local newest = redis.call('LINDEX', KEYS[1], 0)
if newest and tonumber(newest) > tonumber(at) then at = newest end
local oldest = redis.call('LINDEX', KEYS[1], most - 1)
if oldest and tonumber(oldest) + per > tonumber(at) then
    return string.format('%.0f', tonumber(oldest) + per - tonumber(at))
end
redis.call('LPUSH', KEYS[1], at)
redis.call('LTRIM', KEYS[1], 0, most - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return ''
"""


class RedisRateLimits(RateLimits):
    """One script asks and counts, so nobody comes between; without Redis, each process counts for itself.

    A key lasts for twice its window on Redis's own clock, and no longer: one that no more is asked for goes by itself.
    """

    def __init__(self, line: RedisLine, *, without: RateLimits) -> None:
        self._line = line
        self._without = without
        self._take = line.redis.register_script(TAKE)

    async def take(self, key: str, *, most: int, per: timedelta, at: datetime) -> timedelta | None:
        """`None`, or how long to wait."""
        numbers = (most, per // MICROSECOND, _microseconds(at), 2 * per // MILLISECOND)
        try:
            answer = await self._line.ask(partial(self._asked, PREFIX + key, numbers))
        except RedisGone:
            return await self._without.take(key, most=most, per=per, at=at)
        return int(answer) * MICROSECOND if answer else None

    async def _asked(self, key: str, numbers: tuple[int, ...], redis: "Redis") -> str:
        return cast("str", await self._take(keys=[key], args=list(numbers), client=redis))


def _microseconds(at: datetime) -> int:
    return (at - datetime.fromtimestamp(0, at.tzinfo)) // MICROSECOND
