"""Every race is run on every database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from entrypoints.container import MEMORY, Container
from tests.databases import DATABASES, container_on
from tests.stage import Stage


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    return MEMORY if request.param == "memory" else request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def container(database_url: str, tmp_path: Path) -> AsyncIterator[Container]:
    async with container_on(database_url, tmp_path) as container:
        yield container


@pytest.fixture
async def stage(container: Container) -> Stage:
    return await Stage.build(container)
