"""UUIDv7 as RFC 9562 lays it out, until the standard library has it in every Python that we support."""

from collections.abc import Callable
from secrets import randbits
from threading import Lock
from time import time_ns
from uuid import UUID

from errand_domain.ports.outside import Ids

_RANDOM_BITS = 74  # 12 beside the version, 62 after the variant
_STEP_BITS = 32  # a random step keeps the next identity unguessable and still leaves room for 2**42 a millisecond


class SystemIds(Ids):
    """UUIDv7, strictly rising within the process: in one millisecond the random part counts up (method 2).

    `nanoseconds` is the time since 1970, and `bits` gives so many random ones.
    """

    def __init__(self, *, nanoseconds: Callable[[], int] = time_ns, bits: Callable[[int], int] = randbits) -> None:
        self._nanoseconds, self._bits = nanoseconds, bits
        self._last = 0
        self._lock = Lock()

    def new(self) -> UUID:
        """A new identity, greater than every one before it, even where the clock was put back."""
        with self._lock:
            fresh = (self._nanoseconds() // 1_000_000) << _RANDOM_BITS | self._bits(_RANDOM_BITS)
            if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                fresh = self._last + 1 + self._bits(_STEP_BITS)
            self._last = fresh
        return _laid_out(fresh)


def _laid_out(number: int) -> UUID:
    """48 bits of time, version 7, 12 random bits, variant, 62 random bits."""
    moment, random = number >> _RANDOM_BITS, number & ((1 << _RANDOM_BITS) - 1)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=(moment & ((1 << 48) - 1)) << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)
