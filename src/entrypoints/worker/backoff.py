"""When a message that could not be delivered is tried again, and when no more."""

from datetime import timedelta
from random import Random
from typing import Final

TRIES_MOST: Final = 10
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=10)


def pause_after(tries: int, chance: Random) -> timedelta:
    """Twice as long after each try, at most ten minutes; a random part of it, so that a crowd does not return at once.

    `tries` counts the tries before this one.
    """
    whole = min(FIRST_PAUSE * (1 << min(tries, TRIES_MOST)), LONGEST_PAUSE)
    return whole * chance.uniform(0.5, 1)
