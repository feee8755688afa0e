"""A transaction that somebody overtakes: between its reads and its commit something else happens, from begin to end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from errand_domain.ports.transaction import Begin, Transaction


class _Overtaken:
    def __init__(self, tx: Transaction, before_commit: Callable[[], Awaitable[None]]) -> None:
        self._tx, self._before_commit = tx, before_commit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def commit(self) -> None:
        """What was gathered, after what came between."""
        await self._before_commit()
        await self._tx.commit()


def overtaken(begin: Begin, meanwhile: Callable[[], Awaitable[object]], *, commit: int = 1) -> Callable[[], Any]:
    """The same database, where `meanwhile` happens once: before the first commit, or the one of that number."""
    left = commit

    async def before_commit() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            await meanwhile()

    @asynccontextmanager
    async def slow() -> AsyncIterator[Any]:
        async with begin() as tx:
            yield _Overtaken(tx, before_commit)

    return slow
