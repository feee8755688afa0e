"""Every race is run on every database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from entrypoints.container import Container
from tests.databases import DATABASES, database_container
from tests.stage import Stage


@pytest.fixture(params=DATABASES)
async def container(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Container]:
    async with database_container(request, tmp_path) as container:
        yield container


@pytest.fixture
async def stage(container: Container) -> Stage:
    return await Stage.build(container)
