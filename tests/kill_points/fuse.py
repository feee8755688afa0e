"""A process that dies at a chosen point between two effects: before or after a call, before or after a commit."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from inspect import iscoroutinefunction
from typing import Any

from attrs import evolve, fields

from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.money.providers import Providers


class Killed(BaseException):
    """The process is gone: nobody catches this but whoever starts the next one."""


class Fuse:
    """Counts the points that are passed, and blows at one of them."""

    def __init__(self, blows_at: int | None = None) -> None:
        self.blows_at = blows_at
        self.passed: list[str] = []

    def __call__(self, point: str) -> None:
        self.passed.append(point)
        if len(self.passed) == self.blows_at:
            raise Killed(point)

    @property
    def has_blown(self) -> bool:
        return self.blows_at is not None and len(self.passed) >= self.blows_at


class FusedTransaction(Transaction):
    """A transaction around whose commit the process may die."""

    def __init__(self, real: Transaction, fuse: Fuse) -> None:
        for name in Transaction.__annotations__:
            setattr(self, name, getattr(real, name))
        self._real, self._fuse = real, fuse

    async def commit(self) -> None:
        self._fuse("before a commit")
        await self._real.commit()
        self._fuse("after a commit")


def fused_begin(begin: Begin, fuse: Fuse) -> Begin:
    @asynccontextmanager
    async def opening() -> AsyncGenerator[Transaction, None]:
        async with begin() as real:
            yield FusedTransaction(real, fuse)

    def open_one() -> AbstractAsyncContextManager[Transaction]:
        return opening()

    return open_one


class FusedDesk:
    """A provider's desk around whose every call the process may die."""

    def __init__(self, real: Any, fuse: Fuse) -> None:
        self._real, self._fuse = real, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._guarded(name, found) if iscoroutinefunction(found) else found

    def _guarded(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        async def calling(*args: Any, **kwargs: Any) -> Any:
            self._fuse(f"before {name}")
            answer = await call(*args, **kwargs)
            self._fuse(f"after {name}")
            return answer

        return calling


def fused_providers(providers: Providers, fuse: Fuse) -> Providers:
    desks: dict[str, Mapping[str, Any]] = {
        one.name: {name: FusedDesk(desk, fuse) for name, desk in getattr(providers, one.name).items()}
        for one in fields(Providers)
    }
    return evolve(providers, **desks)
