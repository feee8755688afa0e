"""A database of each kind, its schema up to date, empty for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql.database import SqlDatabase
from adapters.sql.migrations import async_url, upgrade
from adapters.sql.tables import METADATA

DIALECTS = ("sqlite", "postgres", "mariadb")


class Statements:
    """The statements that a database was sent, newest last."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """What is sent inside the block."""
        sent: list[str] = []
        self._database.listen(sent.append)
        try:
            yield sent
        finally:
            self._database.listen(None)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'errand.sqlite3'}"


@pytest.fixture(scope="session")
def ready_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated database; parametrized by dialect, see `database`."""
    url = request.getfixturevalue({"sqlite": "sqlite_file"}.get(request.param, f"{request.param}_url"))
    asyncio.run(upgrade(url))
    yield url


@pytest.fixture
async def database(request: pytest.FixtureRequest, ready_url: str) -> AsyncIterator[SqlDatabase]:
    """An empty database of each kind."""
    await empty(ready_url)
    database = await SqlDatabase.connect(ready_url)
    yield database
    await database.close()


@pytest.fixture
def statements(database: SqlDatabase) -> Statements:
    """Counts what the database is sent."""
    return Statements(database)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever asks for a database is asked of all three."""
    if "ready_url" in metafunc.fixturenames:
        metafunc.parametrize("ready_url", DIALECTS, indirect=True, scope="session")


async def empty(url: str) -> None:
    """Delete every row."""
    tables = list(reversed(METADATA.sorted_tables))
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.begin() as connection:
            for table in tables:
                connection.execute(table.delete())
        engine.dispose()
        return
    asynchronous = create_async_engine(async_url(url))
    async with asynchronous.begin() as connection:
        if url.startswith("postgresql"):
            names = ", ".join(table.name for table in tables)
            await connection.execute(text(f"TRUNCATE {names} CASCADE"))
        else:
            for table in tables:
                await connection.execute(table.delete())
    await asynchronous.dispose()


def file_of(url: str) -> Path:
    """The file of an SQLite address."""
    return Path(url.removeprefix("sqlite:///"))
