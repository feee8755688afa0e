"""The line to Redis: short time-outs, and an answer for when it is gone."""

from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, Final, TypeVar, cast

import structlog
from attrs import frozen
from prometheus_client import Gauge
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")
PATIENCE_SECONDS: Final = 0.25
AGAIN_SECONDS: Final = 5.0
CONNECTIONS_MOST: Final = 50
DEGRADED: Final = Gauge("errand_redis_degraded", "1 where Redis does not answer and this process does without it.")

_log = structlog.get_logger("errand.redis")


class RedisGone(Exception):
    """Redis did not answer, or not in time, or could not do what it was asked."""


@frozen(kw_only=True)
class RedisFacts:
    """Which Redis it is, and whether it writes each change to a disk: nothing that is kept there is worth that."""

    version: str
    writes_to_disk: bool


class RedisLine:
    """One process's connections to Redis.

    After a failure Redis is not asked for some seconds, so that nobody waits for what is known to be gone. That it went
    away is logged once, and that it came back; the gauge tells which it is.
    """

    def __init__(
        self,
        url: str,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        again_seconds: float = AGAIN_SECONDS,
        time: Callable[[], float] = monotonic,
    ) -> None:
        # The client's own types leave these words open.
        pool = cast("Any", BlockingConnectionPool).from_url(
            url,
            max_connections=CONNECTIONS_MOST,
            timeout=patience_seconds,
            socket_timeout=patience_seconds,
            socket_connect_timeout=patience_seconds,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        self.redis: Redis = Redis.from_pool(pool)
        self._again_seconds = again_seconds
        self._time = time
        self._not_before = 0.0
        self._is_gone = False

    @property
    def is_degraded(self) -> bool:
        """Whether the last call failed."""
        return self._is_gone

    async def ask(self, question: Callable[[Redis], Awaitable[T]]) -> T:
        """What Redis answers; raises `RedisGone`, at once where it was found to be gone a moment ago."""
        if self._is_gone and self._time() < self._not_before:
            raise RedisGone
        try:
            answer = await question(self.redis)
        except (RedisError, OSError, TimeoutError) as fault:
            self._went_away(fault)
            raise RedisGone from fault
        self._came_back()
        return answer

    async def is_there(self) -> bool:
        """Whether Redis answers now."""
        try:
            await self.ask(_ping)
        except RedisGone:
            return False
        return True

    async def facts(self) -> RedisFacts:
        """What it says of itself, for somebody who asks whether it is well; raises `RedisGone`, and logs nothing."""
        try:
            told = await _introduce(self.redis)
        except (RedisError, OSError, TimeoutError) as fault:
            raise RedisGone from fault
        return RedisFacts(version=str(told["redis_version"]), writes_to_disk=bool(told.get("aof_enabled")))

    async def close(self) -> None:
        """Let go of the connections."""
        await self.redis.aclose()

    def _went_away(self, fault: Exception) -> None:
        self._not_before = self._time() + self._again_seconds
        if not self._is_gone:
            self._is_gone = True
            DEGRADED.set(1)
            # The kind alone: a message may hold the address, and with it a password.
            _log.warning("redis_degraded", fault=type(fault).__name__)

    def _came_back(self) -> None:
        if self._is_gone:
            self._is_gone = False
            DEGRADED.set(0)
            _log.info("redis_back")


async def _introduce(redis: Redis) -> Mapping[str, object]:
    return cast("Mapping[str, object]", await cast("Any", redis).info())  # as above


async def _ping(redis: Redis) -> object:
    return await redis.exists("errand:ping")
