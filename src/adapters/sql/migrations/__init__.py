"""The schema's history: Alembic revisions, and the functions that walk them.

Whoever starts a server calls `upgrade`; nothing else changes a schema.
"""

import asyncio
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import URL, Connection, create_engine, inspect, make_url, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.crypto.vault import Vault
from adapters.sql.drivers.tls import secured
from adapters.sql.faults import SqlFault, Unavailable
from adapters.sql.tables import METADATA

T = TypeVar("T")

FOLDER: Final = Path(__file__).parent
NEWEST: Final = "head"
NOTHING: Final = "base"
SEALING: Final = 3
"""The number of the revision that seals personal data."""


async def upgrade(url: str, revision: str = NEWEST, *, vault: Vault | None = None) -> None:
    """Bring the schema up to that revision; one that is there already stays as it is.

    Without a vault it refuses to seal or unseal rows that are there.
    """
    await _with_connection(url, lambda connection: command.upgrade(_config(connection, vault), revision))


async def downgrade(url: str, revision: str, *, vault: Vault | None = None) -> None:
    """Take the schema back to that revision, `base` being an empty database.

    Without a vault it refuses to go behind the sealing where there are rows, and then nothing has changed.
    """
    await _with_connection(url, lambda connection: _downgrade(connection, revision, vault))


def _downgrade(connection: Connection, revision: str, vault: Vault | None) -> None:
    """MariaDB commits each step by itself: what would stop the walk in its middle is asked before it begins."""
    behind = revision == NOTHING or (revision.isdecimal() and int(revision) < SEALING)
    if behind and vault is None and _has_people(connection):
        raise CommandError("there are rows to seal or to open, and no key ring was given")
    command.downgrade(_config(connection, vault), revision)


def _has_people(connection: Connection) -> bool:
    table = METADATA.tables["members"]
    if not inspect(connection).has_table(table.name):
        return False
    return connection.execute(select(table.c.id).limit(1)).first() is not None


async def current(url: str) -> str | None:
    """The revision of the schema; `None` for a database that has none. A file that is not there is not made."""
    if await asyncio.to_thread(_is_missing_file, make_url(url)):
        return None
    return await _with_connection(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


async def differences(url: str) -> list[Any]:
    """Where the schema differs from the tables that the program knows: nowhere, in a sound release."""
    return await _with_connection(url, _compare)


def _compare(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"include_object": belongs_to(connection.dialect.name)})
    with warnings.catch_warnings():
        # Said of the index on an expression, which only PostgreSQL has and reflects.
        warnings.filterwarnings("ignore", message="autogenerate skipping metadata-specified expression-based index")
        return list(compare_metadata(context, METADATA))


def belongs_to(dialect_name: str) -> Callable[..., bool]:
    """What a database of that dialect should have: the hall's index differs."""
    absent = "ix_orders_hall_cell" if dialect_name == "postgresql" else "ix_orders_hall"

    def include(_: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:  # noqa: ARG001, FBT001 - the signature is Alembic's
        return not (kind == "index" and name == absent)

    return include


def _config(connection: Connection, vault: Vault | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["vault"] = vault
    return config


async def _with_connection(url: str, work: Callable[[Connection], T]) -> T:
    """The work on a connection of its own, committed; errors of SQLAlchemy and of drivers become ours."""
    try:
        if make_url(url).get_backend_name() == "sqlite":
            return await asyncio.to_thread(_on_file, url, work)
        address, tls = secured(make_url(url))
        engine = create_async_engine(with_async_driver(address), connect_args=tls)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            await engine.dispose()
    except DBAPIError as error:
        raise (Unavailable if error.connection_invalidated else SqlFault)(str(error.orig)) from error
    except OSError as error:
        raise Unavailable(str(error)) from error
    except (SQLAlchemyError, CommandError) as error:
        raise SqlFault(str(error)) from error


def _is_missing_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(str(url.database)).exists()


def _on_file(url: str, work: Callable[[Connection], T]) -> T:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(make_url(url).set(drivername="sqlite"))
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


def with_async_driver(url: URL) -> URL:
    """The address with the asynchronous driver in its scheme."""
    driver = "postgresql+asyncpg" if url.get_backend_name() == "postgresql" else "mysql+asyncmy"
    return url.set(drivername=driver)
