"""Whoever owns the database, but not the keys, cannot change the audit record unnoticed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.crypto.key_ring import GivenRing, new_ring
from adapters.crypto.vault import Vault
from adapters.sql.audit_chain import LATE_MOST
from adapters.sql.database import SqlDatabase
from adapters.sql.migrations import with_async_driver
from errand_domain.ports.audit import AuditLine, Broken, Sound
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import commit
from tests.databases import APPEND_ONLY

pytestmark = pytest.mark.anyio

Tell = Callable[..., Awaitable[None]]


@pytest.fixture
async def owner(database: SqlDatabase, address: str) -> AsyncIterator[Tell]:
    """Somebody with every right in the database: triggers are no hindrance."""
    assert isinstance(database, SqlDatabase), "it has the newest schema, and is open while it is tampered with"
    async with _connected(address) as tell:
        for table in APPEND_ONLY:
            for deed in ("update", "delete"):
                await tell(_drop(address, table, deed))
        try:
            yield tell
        finally:
            for table in APPEND_ONLY:
                await tell("DELETE FROM {}", table)
                for deed in ("update", "delete"):
                    await tell(_create(address, table, deed))


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[Tell]:
    sqlite = address.startswith("sqlite")
    url = make_url(address).set(drivername="sqlite") if sqlite else with_async_driver(make_url(address))
    if sqlite:
        connection = sqlite3.connect(url.database, isolation_level=None)

        async def tell(statement: str, *values: object) -> None:
            connection.execute(statement.format(*values))

        yield tell
        connection.close()
        return
    engine = create_async_engine(url)

    async def tell(statement: str, *values: object) -> None:
        async with engine.begin() as transaction:
            await transaction.execute(text(statement.format(*values)))

    yield tell
    await engine.dispose()


def _name(table: str, deed: str) -> str:
    return f"{table}_refuses_{deed}"


def _drop(address: str, table: str, deed: str) -> str:
    if address.startswith("postgres"):
        return f"ALTER TABLE {table} DISABLE TRIGGER {_name(table, deed)}"
    return f"DROP TRIGGER {_name(table, deed)}"


def _create(address: str, table: str, deed: str) -> str:
    if address.startswith("postgres"):
        return f"ALTER TABLE {table} ENABLE TRIGGER {_name(table, deed)}"
    migration = import_module("adapters.sql.migrations.versions.0005_audit_chain")
    return str(migration.trigger("sqlite" if address.startswith("sqlite") else "mariadb", table, deed))


async def written(database: SqlDatabase, count: int = 5) -> Sound:
    for number in range(count):
        line = AuditLine(at=examples.NOW, actor_id=None, campus_id=None, action="see", subject=f"order:{number}")
        await commit(database, lambda tx, line=line: tx.audit.record(line))
    found = await database.audit_chain.verify()
    assert isinstance(found, Sound)
    return found


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {} + 1000", "DELETE FROM {}"])
async def test_the_database_refuses_to_change_what_was_recorded(database, address, table, deed):
    await written(database, 2)
    column = "sequence"
    async with _connected(address) as tell:
        with pytest.raises(Exception, match="append-only"):
            await tell(deed, table, column, column)
    assert isinstance(await database.audit_chain.verify(), Sound)


COLUMNS = "at, action, subject, detail, seal"
TAMPERINGS = {
    "a line changed": (["UPDATE audit SET detail = 'x' WHERE sequence = {2}"], 3),
    "a time changed": (["UPDATE audit SET at = (SELECT * FROM (SELECT MAX(at) FROM audit) t) WHERE sequence = {4}"], 5),
    "a line deleted": (["DELETE FROM audit WHERE sequence = {1}"], 2),
    "a line and its link deleted": (
        ["DELETE FROM audit WHERE sequence = {1}", "DELETE FROM audit_chain WHERE position = 2"],
        2,
    ),
    "two lines swapped": (
        [
            "UPDATE audit SET sequence = 999999 WHERE sequence = {1}",
            "UPDATE audit SET sequence = {1} WHERE sequence = {3}",
            "UPDATE audit SET sequence = {3} WHERE sequence = 999999",
        ],
        2,
    ),
    "two links swapped": (
        [
            "UPDATE audit_chain SET position = 99 WHERE position = 2",
            "UPDATE audit_chain SET position = 2 WHERE position = 4",
            "UPDATE audit_chain SET position = 4 WHERE position = 99",
        ],
        2,
    ),
    "a mark made up": (["UPDATE audit_chain SET mark = 'forged' WHERE position = 4"], 4),
    "a seal made up": (["UPDATE audit SET seal = NULL WHERE sequence = {4}"], 5),
    "a line slipped in": (
        ["INSERT INTO audit (at, action, subject, detail) SELECT at, action, 'order:9', detail FROM audit LIMIT 1"],
        6,
    ),
    "a line slipped in with a seal made up": (
        [
            f"INSERT INTO audit ({COLUMNS}) SELECT at, action, 'o', detail, '{'0' * 96}' FROM audit LIMIT 1",  # noqa: S608 - our own
        ],
        6,
    ),
    "a line slipped in with the seal of another": (
        [
            f"INSERT INTO audit ({COLUMNS}) SELECT at, action, 'o', detail, seal FROM audit LIMIT 1",  # noqa: S608 - our own
        ],
        6,
    ),
    "a line copied": (
        [
            f"INSERT INTO audit ({COLUMNS}) SELECT {COLUMNS} FROM audit WHERE sequence = {{0}}",  # noqa: S608 - our own
        ],
        6,
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_is_found_where_it_happened(database, owner, name):
    await written(database)
    async with database.begin() as tx:
        lines = [await tx.audit.count(f"order:{n}", "see") for n in range(5)]
    assert lines == [1] * 5
    first = await _first_sequence(database)
    statements, position = TAMPERINGS[name]
    for statement in statements:
        if "MAX(at)" in statement:
            line = AuditLine(at=examples.NOW.replace(year=2030), actor_id=None, campus_id=None, action="a", subject="b")
            await commit(database, lambda tx, line=line: tx.audit.record(line))
        await owner(statement, *range(first, first + 5))
    found = await database.audit_chain.verify()
    assert isinstance(found, Broken), name
    assert found.position == position


async def _first_sequence(database: SqlDatabase) -> int:
    from sqlalchemy import func, select

    from adapters.sql.statements import Statement
    from adapters.sql.tables.delivery import AUDIT

    return (await database._driver.fetch(Statement(select(func.min(AUDIT.c.sequence))), {}))[0][0]


async def test_a_tail_that_was_cut_off_is_found_with_the_head_that_was_noted(database, owner):
    noted = (await written(database)).head
    first = await _first_sequence(database)
    await owner("DELETE FROM audit WHERE sequence >= {}", first + 3)
    await owner("DELETE FROM audit_chain WHERE position > 3")
    assert isinstance(await database.audit_chain.verify(), Sound), "without the head nothing tells that there was more"
    found = await database.audit_chain.verify(expected=noted)
    assert isinstance(found, Broken)
    assert found.position == 4
    await written(database, 4)
    regrown = await database.audit_chain.verify(expected=noted)
    assert isinstance(regrown, Broken)
    assert regrown.position == noted.position


async def test_a_chain_made_anew_with_other_keys_is_found(database, owner):
    await written(database)
    await owner("DELETE FROM audit_chain")
    thief = SqlDatabase(database._driver, Vault(GivenRing(new_ring())))
    while await thief.audit_chain.link(limit=100):
        pass
    assert isinstance(await database.audit_chain.verify(), Broken)


async def test_a_line_that_was_committed_late_is_linked_after_those_before_it(database, owner):
    await written(database, 3)
    first = await _first_sequence(database)
    await owner("UPDATE audit SET sequence = {} WHERE sequence = {}", first + 50, first + 2)
    await owner("DELETE FROM audit_chain WHERE position = 3")
    assert await database.audit_chain.link(limit=9) == 1
    await owner("UPDATE audit SET sequence = {} WHERE sequence = {}", first + 20, first + 1)
    await owner("DELETE FROM audit_chain WHERE position >= 2")
    await owner("INSERT INTO audit_chain (position, sequence, mark) VALUES (2, {}, 'x')", first + 50 + LATE_MOST)
    await owner("UPDATE audit SET sequence = {} WHERE sequence = {}", first + 50 + LATE_MOST, first + 50)
    assert await database.audit_chain.link(limit=9) == 0, "what is far behind is left to the verification"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    line=st.integers(0, 5),
    column=st.sampled_from(["action", "subject", "detail"]),
    value=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20),
)
async def test_whatever_is_changed_in_whichever_line_is_found(sqlite, sqlite_url, line, column, value):
    def change() -> None:
        connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        connection.executescript(
            "DROP TRIGGER IF EXISTS audit_refuses_update; DROP TRIGGER IF EXISTS audit_refuses_delete;"
            "DROP TRIGGER IF EXISTS audit_chain_refuses_delete; DELETE FROM audit; DELETE FROM audit_chain"
        )
        connection.close()

    def tamper() -> None:
        connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        statement = "UPDATE audit SET {} = ? WHERE sequence = (SELECT sequence FROM audit_chain WHERE position = ?)"
        connection.execute(statement.format(column), (value, line + 1))
        connection.close()

    await asyncio.to_thread(change)
    await written(sqlite, 6)
    async with sqlite.begin() as tx:
        (before,) = await tx.audit.of_subject(f"order:{line}", limit=1)
    await asyncio.to_thread(tamper)
    found = await sqlite.audit_chain.verify()
    if evolve(before, **{column: value}) == before:
        assert isinstance(found, Sound)
    else:
        assert found == Broken(position=line + 1, why="the line was changed or moved, or the link was")
