"""Asking together: while one question is under way, those that come meanwhile wait and are then asked as one.

Nobody waits for company: with nothing under way a question leaves at once, so a quiet server is as quick as without. A
busy one sends fewer, larger statements, which is where the time of small statements goes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Gathering(Generic[Q, A]):
    """Questions of one kind. `ask_all` gives for each an answer, or an exception that is meant for it alone.

    With `by_powers` one, two, four, … are asked together, so that few different statements come of it.
    """

    def __init__(
        self,
        ask_all: Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]],
        *,
        together_most: int,
        under_way_most: int,
        by_powers: bool = False,
    ) -> None:
        self._ask_all = ask_all
        self._together_most = together_most
        self._under_way_most = under_way_most
        self._by_powers = by_powers
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = 0

    async def ask(self, question: Q) -> A:
        """The answer, once it is there."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._under_way < self._under_way_most:
            # A task of its own: whoever asked first may go away without taking the others' answers along.
            self._under_way += 1
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _work(self) -> None:
        """Ask until nobody waits. It stops being under way in the very step that finds nobody."""
        try:
            await self._ask_those_who_wait()
        finally:
            self._under_way -= 1

    async def _ask_those_who_wait(self) -> None:
        while self._waiting:
            self._waiting = [waiting for waiting in self._waiting if not waiting[1].done()]
            count = min(len(self._waiting), self._together_most)
            if not count:
                continue
            if self._by_powers:
                count = 1 << (count.bit_length() - 1)
            together = self._waiting[:count]
            del self._waiting[:count]
            answers: Sequence[A | Exception]
            try:
                answers = await self._ask_all([question for question, _ in together])
            except Exception as error:  # noqa: BLE001 - everyone who asked must hear of it
                answers = [error] * len(together)
            for (_, answer), outcome in zip(together, answers, strict=True):
                if answer.done():
                    continue
                if isinstance(outcome, Exception):
                    answer.set_exception(outcome)
                else:
                    answer.set_result(outcome)
