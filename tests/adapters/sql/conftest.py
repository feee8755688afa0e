"""A database of each kind with the newest schema, empty for each test, and a count of what it is sent."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from adapters.sql import migrations
from adapters.sql.database import SqlDatabase
from tests.databases import emptied
from tests.stage import vault

DIALECTS = ("sqlite", "postgres", "mariadb")


@pytest.fixture(params=DIALECTS)
def address(request: pytest.FixtureRequest) -> str:
    """Not async: servers are started outside the loop."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def database(address: str) -> AsyncIterator[SqlDatabase]:
    await emptied(address)
    opened = await SqlDatabase.connect(address, vault())
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[SqlDatabase]:
    await migrations.upgrade(sqlite_url)
    opened = await SqlDatabase.connect(sqlite_url, vault())
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
def sent(database: SqlDatabase) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with sent() as statements:` collects the text of every statement that the block sends."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        statements: list[str] = []
        database.listen(statements.append)
        try:
            yield statements
        finally:
            database.listen(None)

    return collect
