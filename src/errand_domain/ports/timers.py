"""What is due: timers are a column of the aggregate that they watch."""

from abc import abstractmethod
from datetime import datetime
from typing import Final, Literal, Protocol, get_args

TimerKind = Literal[
    "order",
    "attempt",
    "refund",
    "earning",
    "withdrawal",
    "runner",
    "image",
    "order_details",
    "file",
    "expected_file",
    "content_case",
]
TIMER_KINDS: Final[tuple[TimerKind, ...]] = get_args(TimerKind)
ERASING: Final[tuple[TimerKind, ...]] = ("order_details", "file", "expected_file", "content_case")
"""Those that only erase: months after the fact, a minute does not matter."""


class Timers(Protocol):
    """Finds aggregates whose time has come. Whoever acts on one decides again on what is true then.

    Any number of workers may take: a due aggregate is with one of them until its lease is over. The
    subject is the id as text; an earning's is `order:round`.
    """

    @abstractmethod
    async def take(self, kind: TimerKind, *, now: datetime, leased_until: datetime, limit: int) -> tuple[str, ...]:
        """The subjects that are due and not leased, earliest first, leased to the caller."""
