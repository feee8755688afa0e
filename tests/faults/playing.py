"""One story, told once with one thing going wrong, to its end."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Final

import stamina

from adapters.wechat_pay.gateway import READ_TRIES
from tests.faults.books import prove
from tests.faults.cells import TIMES, Cell, Telling
from tests.faults.ground import Ground
from tests.faults.outcomes import Outcome
from tests.faults.world import Trouble, World

A_WHILE: Final = (timedelta(hours=1), timedelta(hours=1))
"""In which nothing may change any more."""


async def played(ground: Ground, cell: Cell) -> Outcome:
    """Tell the story of the cell, with its trouble; every end but a right one raises."""
    trouble = Trouble(operation=cell.operation, kind=cell.kind, times=TIMES[cell.often])
    world, outcome = await told(ground, cell.telling, trouble)
    assert world.times_met, "nothing went wrong"
    return outcome


async def told(ground: Ground, telling: Telling, *troubles: Trouble) -> tuple[World, Outcome]:
    """Tell the story from its beginning to its end, and prove that the end is right, and is one.

    Questions are asked as often as always, but without a pause in between.
    """
    ground.clear(hurried="delay" in {trouble.kind for trouble in troubles})
    silence = nullcontext() if telling.is_told else ground.outside.courier.muted()
    with silence, stamina.set_testing(True, attempts=READ_TRIES):
        world = await World.built(ground, provider=telling.provider, troubles=troubles)
        end = await telling.story(world)
        await world.passes(timedelta(0))
        world.mend()
        ground.calm()
        for pause in A_WHILE:
            await world.passes(pause)
        name = await end()
        await prove(world)
    return world, Outcome(end=name, commands=tuple(dict.fromkeys(world.operators.commands)))
