"""One empty database per xdist worker, so that no worker sees another's rows."""

import asyncio
from typing import Final

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

# The driver quotes nothing here: a name is ours, `errand_gw0`, and made of these alone.
NAME_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def fresh_database(server_url: str, name: str) -> str:
    """Drop and create the database, and return its URL."""
    if not NAME_LETTERS.issuperset(name):
        raise ValueError(f"not a database name of ours: {name!r}")
    url = make_url(server_url)
    asyncio.run(_carry_out(url, _drop(url, name), f"CREATE DATABASE {name}"))
    return url.set(database=name).render_as_string(hide_password=False)


def drop_database(server_url: str, name: str) -> None:
    """Drop the database, whoever is still connected."""
    url = make_url(server_url)
    asyncio.run(_carry_out(url, _drop(url, name)))


def _drop(url: URL, name: str) -> str:
    return f"DROP DATABASE IF EXISTS {name}" + (" WITH (FORCE)" if url.get_backend_name() == "postgresql" else "")


async def _carry_out(url: URL, *statements: str) -> None:
    # Outside a transaction: PostgreSQL creates databases in no other way.
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()
