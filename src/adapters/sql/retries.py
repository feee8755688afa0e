"""Trying again what ran into somebody else's lock."""

import asyncio
from collections.abc import Awaitable, Callable
from random import uniform
from typing import Final, TypeVar

from adapters.sql.faults import Passing, Unavailable

T = TypeVar("T")

TRIES_MOST: Final = 8
FIRST_PAUSE_SECONDS: Final = 0.005
PAUSE_SECONDS_MOST: Final = 0.5


async def patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """What the attempt gives; after a `Passing` fault again, at most eight times in all, then `Unavailable`.

    The pauses double and are jittered over their whole length, so that two that met once do not meet again.
    """
    ceiling = FIRST_PAUSE_SECONDS
    for _ in range(TRIES_MOST - 1):
        try:
            return await attempt()
        except Passing:
            await asyncio.sleep(uniform(0, ceiling))  # noqa: S311 - spreads load, guards nothing
            ceiling = min(ceiling * 2, PAUSE_SECONDS_MOST)
    try:
        return await attempt()
    except Passing as fault:
        raise Unavailable(f"still in conflict after {TRIES_MOST} tries: {fault}") from fault
