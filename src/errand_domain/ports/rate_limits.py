"""How often somebody may do something: what is counted may be lost, and nothing about money or orders rests on it."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen

from errand_domain.errors import Conflict


@frozen(str=False)
class TooManyRequests(Conflict):
    """That was asked for too often; the same request may be sent again after so many seconds."""

    code = "too_many_requests"
    sentence = "操作太频繁，请稍后再试"

    seconds: int


class RateLimits(Protocol):
    """A sliding log for each key: the moments of the last calls that were allowed, and of no others.

    No window that is `per` long, wherever it begins (its begin counted, its end not), holds more than `most` allowed
    calls of a key; and a call is refused only where its window is full. A key is always asked with the same `per`.
    A moment before one that was counted already counts as that one: several servers' clocks may differ a little.

    What was counted may be forgotten: where more keys are in use than are kept, and where what remembers goes away.
    Then more is allowed, never less.
    """

    @abstractmethod
    async def take(self, key: str, *, most: int, per: timedelta, at: datetime) -> timedelta | None:
        """`None`: allowed, and counted. Else how long to wait until the window has room: refused, and not counted.

        Whoever asks at the same time, `most` of them are allowed at the most.
        """
