"""Faults that a test asks a provider for, in advance."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Literal, TypeVar

from attrs import frozen

from errand_domain.ports.payments import Declined, Lost

Operation = Literal["start", "query", "close", "refund", "query_refund", "send", "query_payout", "cancel"]


@frozen(kw_only=True)
class LoseBefore:
    """The request gets lost: nothing happens there, and no answer comes."""


@frozen(kw_only=True)
class LoseAfter:
    """The work is done there, and the answer gets lost."""


@frozen(kw_only=True)
class Decline:
    """The provider refuses."""

    reason: str = "declined on request"


A = TypeVar("A")
Fault = LoseBefore | LoseAfter | Decline


class Faults:
    """Faults in waiting, for each operation in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Operation, deque[Fault]] = defaultdict(deque)

    def ask_for(self, operation: Operation, *faults: Fault) -> None:
        """The next calls of that operation meet these."""
        self._waiting[operation].extend(faults)

    def meet(self, operation: Operation, work: Callable[[], A]) -> A | Declined | Lost:
        """Do the work, unless a fault waits for this operation; the answer as it then arrives."""
        waiting = self._waiting[operation]
        fault = waiting.popleft() if waiting else None
        match fault:
            case LoseBefore():
                return Lost(why="the request did not arrive")
            case LoseAfter():
                work()
                return Lost(why="the answer did not arrive")
            case Decline():
                return Declined(reason=fault.reason)
            case None:
                return work()
