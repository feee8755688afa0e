"""How a figure is taken: rounds side by side, the median of each, and the ratio with its spread."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Final

from attrs import frozen

SECONDS: Final = 3.0
ROUNDS: Final = 5

Once = Callable[[int], Awaitable[object]]
"""One operation; its argument counts operations from 0 and is given out once."""


@frozen(kw_only=True)
class Figure:
    """A rate beside the floor it is compared with, both taken in turns in the same minutes."""

    what: str
    floor: str
    rates: tuple[float, ...]
    floors: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Round by round: this rate divided by the floor's."""
        return tuple(rate / floor for rate, floor in zip(self.rates, self.floors, strict=True))

    def line(self) -> str:
        """One line of the report's table."""
        low, high = min(self.ratios), max(self.ratios)
        return (
            f"| {self.what} | {median(self.rates):,.0f}/s | {self.floor} | {median(self.floors):,.0f}/s "
            f"| **{median(self.ratios):.2f}** | {low:.2f} to {high:.2f} |"
        )


async def rate(once: Once, *, clients: int, first: int, most: int, seconds: float = SECONDS) -> tuple[float, int]:
    """Operations a second by that many clients at once, and how many operations were used up.

    `first` is where the counting goes on, `most` where the supply ends.
    """
    used, done, started = first, 0, time.perf_counter()
    until = started + seconds

    async def client() -> None:
        nonlocal used, done
        while time.perf_counter() < until and used < most:
            mine, used = used, used + 1
            await once(mine)
            done += 1

    await asyncio.gather(*(client() for _ in range(clients)))
    return done / (time.perf_counter() - started), used


async def side_by_side(
    what: str,
    once: Once,
    *,
    clients: int,
    most: int,
    floor: str,
    floor_rate: Callable[[], Awaitable[float]],
    rounds: int = ROUNDS,
) -> Figure:
    """The figure: a round of the floor, a round of ours, in turns."""
    rates, floors, used = list[float](), list[float](), 0
    for _ in range(rounds):
        floors.append(await floor_rate())
        share = used + (most - used) // max(rounds - len(rates), 1)
        taken, used = await rate(once, clients=clients, first=used, most=share)
        rates.append(taken)
    return Figure(what=what, floor=floor, rates=tuple(rates), floors=tuple(floors))


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    head = "| what | rate | floor | floor's rate | ratio | spread |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(figure.line() for figure in figures) + "\n"
