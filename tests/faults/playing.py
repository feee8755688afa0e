"""One story, told once: what it came to, what people had to do for that, and what it reached."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Final

from attrs import frozen

from tests.faults.books import prove
from tests.faults.cells import TIMES, Cell, Telling
from tests.faults.ground import Ground
from tests.faults.world import Trouble, World

A_WHILE: Final = (timedelta(hours=1), timedelta(hours=1))
"""In which nothing may change any more."""


@frozen(kw_only=True)
class Outcome:
    """How it ended, and by which commands: by none, where it came to its end by itself."""

    end: str
    commands: tuple[str, ...] = ()


async def played(ground: Ground, cell: Cell) -> Outcome:
    """Tell the story of the cell, with its trouble; every end but a right one raises."""
    trouble = Trouble(operation=cell.operation, kind=cell.kind, times=TIMES[cell.often])
    world, outcome = await told(ground, cell.telling, trouble)
    assert world.times_met, "nothing went wrong"
    return outcome


async def told(ground: Ground, telling: Telling, trouble: Trouble | None = None) -> tuple[World, Outcome]:
    """Tell the story from its beginning to its end, and prove that the end is right, and is one."""
    ground.clear(hurried=trouble is not None and trouble.kind == "delay")
    with nullcontext() if telling.is_told else ground.outside.courier.muted():
        world = await World.built(ground, provider=telling.provider, trouble=trouble)
        end = await telling.story(world)
        await world.passes(timedelta(0))
        world.mend()
        for pause in A_WHILE:
            await world.passes(pause)
        name = await end()
        await prove(world)
    return world, Outcome(end=name, commands=tuple(dict.fromkeys(world.operators.commands)))
