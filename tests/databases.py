"""Every database that a test may be run on, clean, behind the same container."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import delete, make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import migrations
from adapters.sql.tables import METADATA
from entrypoints.container import MEMORY, Container, running
from tests.stage import settings

DATABASES: Final = ("memory", "sqlite", "postgres", "mariadb")
APPEND_ONLY: Final = ("audit", "audit_chain")
_migrated = set[str]()


async def emptied(url: str) -> str:
    """The address of a database that has the newest schema and no rows; the schema is made once a process."""
    if url not in _migrated:
        await migrations.upgrade(url)
        _migrated.add(url)
    elif make_url(url).get_backend_name() != "sqlite":
        await _delete_everything(url)
    return url


async def _delete_everything(url: str) -> None:
    """Delete row by row: both servers take a hundred times as long to truncate a table that holds hardly anything."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            is_postgres = engine.dialect.name == "postgresql"
            if is_postgres:
                # The audit record refuses even this, but not to whoever may set this.
                await connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in reversed(METADATA.sorted_tables):
                if is_postgres or table.name not in APPEND_ONLY:
                    await connection.execute(delete(table))
                elif (await connection.execute(select(table).limit(1))).first():
                    await connection.execute(text(f"TRUNCATE TABLE {table.name}"))
    finally:
        await engine.dispose()


@asynccontextmanager
async def container_on(url: str, folder: Path) -> AsyncIterator[Container]:
    """A container on that database, empty and migrated."""
    if url != MEMORY:
        await emptied(url)
    async with running(settings(url, folder)) as container:
        yield container
