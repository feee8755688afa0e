"""With any one thing going wrong, at any step, every story ends rightly: by itself, or by a command that there is."""

from collections.abc import Callable

import click
import pytest

from entrypoints.cli.main import main
from entrypoints.sandbox.partners import OPERATIONS
from tests.faults import outcomes
from tests.faults.cells import CELLS, NOT_REACHED, TELLINGS, Cell, Telling
from tests.faults.ground import Ground
from tests.faults.operators import CONSOLE
from tests.faults.outcomes import Outcome
from tests.faults.playing import played, told
from tests.faults.summary import MATRIX
from tests.faults.world import Trouble

EXPECTED = outcomes.read()
BUSY_MOST = 3
"""Where patience is short, a busy machine may be late by itself, on top of what is asked for: then it is told again."""


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
async def test_whatever_goes_wrong_a_story_comes_to_a_right_end(
    cell: Cell, ground: Ground, record_property: Callable[[str, object], None]
):
    outcome = await played(ground, cell)
    for _ in range(BUSY_MOST if cell.kind == "delay" else 0):
        if outcome == EXPECTED[cell.name]:
            break
        outcome = await played(ground, cell)
    assert outcome == EXPECTED[cell.name]
    record_property(MATRIX, (cell.telling.name, outcome.by))


@pytest.mark.parametrize("telling", TELLINGS, ids=lambda telling: telling.name)
async def test_a_story_reaches_what_it_says_and_nothing_else_and_ends_by_itself(telling: Telling, ground: Ground):
    elsewhere = (
        Trouble(operation=operation, kind=kinds[0], times=1)
        for operation, kinds in OPERATIONS.items()
        if operation not in telling.reaches
    )
    world, outcome = await told(ground, telling, *elsewhere)
    assert world.times_met == 0
    assert outcome == Outcome(end=telling.end)


def test_every_operation_of_every_partner_is_a_step_of_some_story():
    reached = {operation for telling in TELLINGS for operation in telling.reaches}
    assert set(OPERATIONS) - reached == set(NOT_REACHED)


def test_the_table_is_that_of_the_partners_themselves(ground: Ground):
    assert ground.outside.faults.operations == OPERATIONS


def test_what_people_have_to_do_are_commands_that_there_are():
    commands = {command for outcome in EXPECTED.values() for command in outcome.commands} - {CONSOLE}
    assert commands
    for command in commands:
        name, *words = command.split()
        found: click.Command | None = main
        for word in words:
            assert isinstance(found, click.Group)
            found = found.get_command(click.Context(found), word)
        assert (name, found is not None) == ("errand", True), command
