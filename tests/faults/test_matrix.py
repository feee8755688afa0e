"""With any one thing going wrong, at any step, every story ends rightly: by itself, or by a command that there is."""

from collections.abc import AsyncIterator

import pytest

from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.partners import OPERATIONS
from tests.faults.cells import CELLS, NOT_REACHED, TELLINGS, Cell, Telling
from tests.faults.ground import Ground, prepared
from tests.faults.playing import played, told


@pytest.fixture(scope="session")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    """One for all worlds of this process."""
    folder = tmp_path_factory.mktemp("faults")
    async with prepared(Keys(folder / "keys"), folder) as ground:
        yield ground


@pytest.mark.parametrize("telling", TELLINGS, ids=lambda telling: telling.name)
async def test_where_nothing_goes_wrong_a_story_ends_as_it_should_and_by_itself(telling: Telling, ground: Ground):
    _, outcome = await told(ground, telling)
    assert (outcome.end, outcome.commands) == (telling.end, ())


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
async def test_whatever_goes_wrong_a_story_comes_to_a_right_end(cell: Cell, ground: Ground):
    assert (await played(ground, cell)).end


def test_every_operation_of_every_partner_is_a_step_of_some_story():
    reached = {operation for telling in TELLINGS for operation in telling.reaches}
    assert set(OPERATIONS) - reached == set(NOT_REACHED)
