"""The promises of `errand_domain.ports.rate_limits`."""

from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.ports.rate_limits import RateLimits
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES
from errand_domain.testing.contracts.racing import all_at_once

MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)


class RateLimitsContract:
    """Give a fixture `adapter`."""

    pytestmark = pytest.mark.anyio

    async def test_so_many_are_allowed_and_the_next_one_waits(self, adapter: RateLimits) -> None:
        key, take = _key(), partial(adapter.take, most=3, per=MINUTE)
        for second in (0, 10, 20):
            assert await take(key, at=examples.NOW + timedelta(seconds=second)) is None
        assert await take(key, at=examples.NOW + timedelta(seconds=20)) == timedelta(seconds=40)

    async def test_there_is_room_again_when_the_told_time_is_over_and_no_earlier(self, adapter: RateLimits) -> None:
        key, take = _key(), partial(adapter.take, most=1, per=MINUTE)
        assert await take(key, at=examples.NOW) is None
        assert await take(key, at=examples.NOW + MINUTE - MICROSECOND) == MICROSECOND
        assert await take(key, at=examples.NOW + MINUTE) is None

    async def test_a_call_that_was_refused_does_not_count(self, adapter: RateLimits) -> None:
        key, take = _key(), partial(adapter.take, most=1, per=MINUTE)
        assert await take(key, at=examples.NOW) is None
        for second in range(1, 60):
            assert await take(key, at=examples.NOW + timedelta(seconds=second)) == timedelta(seconds=60 - second)
        assert await take(key, at=examples.NOW + MINUTE) is None

    async def test_one_key_does_not_use_up_another_one(self, adapter: RateLimits) -> None:
        one, other = _key(), _key()
        assert await adapter.take(one, most=1, per=MINUTE, at=examples.NOW) is None
        assert await adapter.take(other, most=1, per=MINUTE, at=examples.NOW) is None
        assert await adapter.take(one, most=1, per=MINUTE, at=examples.NOW) == MINUTE

    async def test_a_clock_that_is_behind_another_makes_no_room(self, adapter: RateLimits) -> None:
        key, take = _key(), partial(adapter.take, most=2, per=MINUTE)
        assert await take(key, at=examples.NOW) is None
        assert await take(key, at=examples.NOW - timedelta(seconds=2)) is None
        assert await take(key, at=examples.NOW - timedelta(seconds=1)) == MINUTE

    async def test_of_a_hundred_at_once_exactly_so_many_are_allowed(self, adapter: RateLimits) -> None:
        key = _key()
        told = await all_at_once([partial(adapter.take, key, most=17, per=MINUTE, at=examples.NOW)] * 100)
        assert sorted(told, key=str) == [MINUTE] * 83 + [None] * 17

    @given(
        most=st.integers(1, 4),
        steps=st.lists(st.integers(0, 30_000_001) | st.sampled_from([10_000_000, 20_000_000, 60_000_000]), max_size=40),
    )
    @SOME_EXAMPLES
    async def test_it_answers_as_the_definition_does(self, adapter: RateLimits, most: int, steps: list[int]) -> None:
        """The definition: all that was allowed is remembered, and the calls of the window are counted."""
        key, at, allowed = _key(), examples.NOW, list[timedelta]()
        for step in steps:
            at += step * MICROSECOND
            since = at - examples.NOW
            window = [moment for moment in allowed if moment + MINUTE > since]
            told = await adapter.take(key, most=most, per=MINUTE, at=at)
            if len(window) < most:
                assert told is None
                allowed.append(since)
            else:
                assert told == window[0] + MINUTE - since
        for begin in allowed:
            assert sum(begin <= moment < begin + MINUTE for moment in allowed) <= most


def _key() -> str:
    return f"key {examples.fresh()}"
