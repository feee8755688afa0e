"""A broken database, for the negative control: it writes whole rows back and never looks at their version."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from inspect import iscoroutinefunction
from typing import Any

from attrs import evolve

from errand_domain.errors import Stale
from errand_domain.ports.transaction import Begin, Transaction


class _Recorded:
    """A repository whose reads are real and whose writes are only written down."""

    def __init__(self, name: str, real: object, writes: list[tuple[str, str, tuple[Any, ...]]]) -> None:
        self._name, self._real, self._writes = name, real, writes

    def __getattr__(self, method: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self._real, method)
        if iscoroutinefunction(found):
            return found

        def write(*args: Any, **kwargs: Any) -> None:
            self._writes.append((self._name, method, (args, kwargs)))

        return write


class _Forgetful:
    def __init__(self, tx: Transaction, begin: Begin) -> None:
        self._tx, self._begin = tx, begin
        self._writes: list[tuple[str, str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> _Recorded:
        return _Recorded(name, getattr(self._tx, name), self._writes)

    async def commit(self) -> None:
        """Write everything over whatever is there."""
        while True:
            try:
                async with self._begin() as fresh:
                    for name, method, (args, kwargs) in self._writes:
                        repository = getattr(fresh, name)
                        saved = await _over(repository, name, args) if method == "save" else args
                        getattr(repository, method)(*saved, **kwargs)
                    await fresh.commit()
            except Stale:
                continue
            return


async def _over(repository: Any, name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same aggregate, dressed up as the successor of whatever is stored."""
    mine, *events = args
    stored = await repository.get(mine.member_id if name == "runners" else mine.id)
    return (evolve(mine, version=stored.version + max(len(events), 1)), *events)


def forgetful(begin: Begin) -> Callable[[], Any]:
    """The same database without its version check."""

    @asynccontextmanager
    async def broken() -> AsyncIterator[Any]:
        async with begin() as tx:
            yield _Forgetful(tx, begin)

    return broken
