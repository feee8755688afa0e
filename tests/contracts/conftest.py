"""The databases that the contracts of stored things run on, empty for each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.sql import migrations
from adapters.sql.database import SqlDatabase
from errand_domain.testing.contracts import Database
from tests.databases import DATABASES, emptied
from tests.stage import vault

# The schema of an embedded database is made once for each worker, and copied for each test.
_made = set[Path]()


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest) -> str | None:
    """Where the database is; nowhere for the one in memory. Not async: servers are started outside the loop."""
    return None if request.param == "memory" else request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def database(address: str | None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """One of them; every contract runs on all."""
    if address is None:
        yield MemoryDatabase()
        return
    if address.startswith("sqlite"):
        template = tmp_path_factory.getbasetemp() / "schema.sqlite3"
        if template not in _made:
            await migrations.upgrade(f"sqlite:///{template}")
            _made.add(template)
        shutil.copy(template, address.removeprefix("sqlite:///"))
    else:
        await emptied(address)
    opened = await SqlDatabase.connect(address, vault())
    try:
        yield opened
    finally:
        await opened.close()
