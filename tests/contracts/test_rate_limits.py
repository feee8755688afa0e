"""Rate limits keep the same promises in one process and on Redis; there, for several servers at once."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from adapters.memory.rate_limits import MemoryRateLimits
from adapters.redis.line import RedisLine
from adapters.redis.rate_limits import RedisRateLimits
from errand_domain.errors import Conflict
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.testing import contracts, examples
from errand_domain.testing.contracts.racing import all_at_once
from errand_domain.testing.contracts.rate_limits import MINUTE

PATIENCE_SECONDS = 20
"""A machine that is busy with other tests must not look like a Redis that is gone."""


class NoTwin(RateLimits):
    """Whoever is asked though Redis answers."""

    async def take(self, key, *, most, per, at):
        raise AssertionError(f"Redis was not asked: {key} {most} {per} {at}")


async def lines(url: str, count: int) -> AsyncIterator[tuple[RedisRateLimits, ...]]:
    opened = [RedisLine(url, patience_seconds=PATIENCE_SECONDS) for _ in range(count)]
    try:
        yield tuple(RedisRateLimits(line, without=NoTwin()) for line in opened)
    finally:
        for line in opened:
            await line.close()


class TestMemory(contracts.RateLimitsContract):
    @pytest.fixture
    def adapter(self) -> RateLimits:
        return MemoryRateLimits()


class TestRedis(contracts.RateLimitsContract):
    @pytest.fixture
    async def adapter(self, redis_url: str) -> AsyncIterator[RateLimits]:
        async for (limits,) in lines(redis_url, 1):
            yield limits


async def test_several_servers_together_allow_as_many_as_one(redis_url: str):
    async for servers in lines(redis_url, 4):
        key = f"several {examples.fresh()}"
        takes = [partial(one.take, key, most=17, per=MINUTE, at=examples.NOW) for one in servers] * 25
        told = await all_at_once(takes)
        assert (told.count(None), told.count(MINUTE)) == (17, 83)
        assert not any(isinstance(one, Conflict) for one in told)
