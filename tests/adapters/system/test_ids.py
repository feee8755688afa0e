"""UUIDv7 by the letter of RFC 9562, whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor
from time import time
from uuid import RFC_4122

import pytest

from adapters.system.ids import SystemIds


def test_the_first_48_bits_are_the_time_in_milliseconds():
    before = int(time() * 1000)
    identity = SystemIds().new()
    assert before <= identity.int >> 80 <= int(time() * 1000)


@pytest.mark.parametrize("random", [0, (1 << 74) - 1])
def test_identities_rise_when_the_clock_stands_still_or_runs_back(random):
    moments = iter([5_000_000, 5_000_000, 4_000_000, 1_000_000, 5_999_999, 6_000_000])
    source = SystemIds(nanoseconds=lambda: next(moments) * 1_000, bits=lambda count: random & ((1 << count) - 1))
    made = [source.new() for _ in range(6)]
    assert made == sorted(set(made))
    assert {(identity.version, identity.variant) for identity in made} == {(7, RFC_4122)}


def test_threads_get_different_identities():
    source = SystemIds()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: source.new(), range(20_000)))
    assert len(set(made)) == len(made)
