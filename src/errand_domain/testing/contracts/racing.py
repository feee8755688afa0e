"""Many at once: the only way to find out who wins."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from anyio import create_task_group

from errand_domain.errors import DomainError

T = TypeVar("T")


async def all_at_once(actions: Sequence[Callable[[], Awaitable[T]]]) -> list[T | DomainError]:
    """Run every action at the same time; each one's result, or the refusal that it met."""
    results: list[T | DomainError] = []

    async def run(action: Callable[[], Awaitable[T]]) -> None:
        try:
            results.append(await action())
        except DomainError as refusal:
            results.append(refusal)

    async with create_task_group() as group:
        for action in actions:
            group.start_soon(run, action)
    return results


def refusals(results: Sequence[object]) -> list[type[DomainError]]:
    """The kinds of refusal among the results."""
    return [type(result) for result in results if isinstance(result, DomainError)]
