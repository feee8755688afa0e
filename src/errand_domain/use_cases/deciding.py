"""Deciding again: the one answer to having lost a race.

A use case reads, decides and commits; if somebody else was first, its commit raises `Stale`. It then
reads what is true now and decides anew, and the refusal that comes out is the right one: the second
runner hears that the order is taken, not that a version number differs.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from errand_domain.errors import Stale

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")

DECISIONS_MOST: Final = 8


def decided_anew_when_stale(
    act: Callable[Concatenate[S, P], Awaitable[R]],
) -> Callable[Concatenate[S, P], Awaitable[R]]:
    """Run the action again, a bounded number of times, while its commit meets `Stale`."""

    @wraps(act)
    async def acting(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(DECISIONS_MOST - 1):
            try:
                return await act(self, *args, **kwargs)
            except Stale:
                continue
        return await act(self, *args, **kwargs)

    return acting
