"""Many at once without a clock or a thread: a seed decides who takes the next step."""

from collections.abc import Coroutine, Generator
from random import Random
from typing import Any, TypeVar

from attrs import Factory, define, field

from errand_domain.errors import DomainError

T = TypeVar("T")


class _Turn:
    """What a task awaits where a real database or provider would let others run."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Crashed(Exception):
    """The process died while it was doing this."""


@define
class Task:
    """Something under way, and what came of it."""

    coroutine: Coroutine[Any, Any, Any]
    result: object = None
    is_done: bool = False
    steps: int = 0
    crash_after: int | None = None


@define
class Scheduler:
    """Steps coroutines from pause to pause. The same seed gives the same interleaving."""

    random: Random
    tasks: list[Task] = field(default=Factory(list))

    async def pause(self) -> None:
        """Give the turn away; adapters in memory await this."""
        await _Turn()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one to its end with nobody in between; what it raises is raised."""
        try:
            while True:
                coroutine.send(None)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def race(self, *coroutines: Coroutine[Any, Any, Any]) -> list[object]:
        """Run all at the same time; each one's result, or the refusal that it met."""
        tasks = [Task(coroutine) for coroutine in coroutines]
        waiting = list(tasks)
        while waiting:
            task = self.random.choice(waiting)
            self.step(task)
            if task.is_done:
                waiting.remove(task)
        return [task.result for task in tasks]

    def step(self, task: Task) -> None:
        """One step of one task, or its death."""
        task.steps += 1
        try:
            if task.crash_after is not None and task.steps > task.crash_after:
                task.coroutine.close()
                task.result, task.is_done = Crashed(), True
            else:
                task.coroutine.send(None)
        except StopIteration as end:
            task.result, task.is_done = end.value, True
        except (DomainError, ConnectionError) as refusal:
            task.result, task.is_done = refusal, True


def seeded(seed: int) -> Scheduler:
    """A scheduler for that seed."""
    return Scheduler(Random(seed))  # noqa: S311 - replayed, not secret
