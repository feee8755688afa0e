"""PostgreSQL through asyncpg's own pool.

A commit whose steps do not depend on one another is one statement: each step is a CTE, and the SELECT at the end looks
whether every compare-and-set met its row. One that did not makes that SELECT fail, and with it everything. So a commit
is one round trip, and no lock outlives a round trip.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
from sqlalchemy import URL, Dialect
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from adapters.sql.drivers.driver import Driver, Lease, OnStatement
from adapters.sql.faults import Passing, SqlFault, Unavailable, Violated
from adapters.sql.statements import Parameters, Row, Statement
from adapters.sql.tables.money import BALANCES
from adapters.sql.writes import Plan, Step

POOL_CONNECTIONS: Final = 8
CONNECT_SECONDS_MOST: Final = 5.0
WAIT_SECONDS_MOST: Final = 10.0
STATEMENT_SECONDS_MOST: Final = 30.0
PARAMETERS_MOST: Final = 2_000
COMPOSED_MOST: Final = 500
SETTINGS: Final = {
    "application_name": "errand",
    "default_transaction_isolation": "read committed",
    # Every query here reads a range of one index in its order. The hall's is one that the planner would rather collect
    # and sort, for it takes any circle to hold a thousandth of all orders.
    "enable_bitmapscan": "off",
    "jit": "off",  # compiling a plan costs more than any of these statements
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "timezone": "UTC",
}
_PASSING: Final = {"40001", "40P01", "55P03"}
_VIOLATED: Final = {"23505", "23514", "23503", "23502"}
_AWAY: Final = ("08", "53", "57")
_GUARD: Final = re.compile(r"errand write (\d+) met")
_SLOT: Final = re.compile(r"\$(\d+)")


class PostgresDriver(Driver):
    """A pool of connections that run statements prepared once each."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self.dialect: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]
        self.on_statement: OnStatement | None = None
        self._pool = pool
        self._composed: dict[tuple[Any, ...], str] = {}

    @staticmethod
    async def connect(url: URL) -> "PostgresDriver":
        """Open the pool; raises `Unavailable`."""
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with _translated():
            pool = await asyncpg.create_pool(
                plain,
                min_size=1,
                max_size=POOL_CONNECTIONS,
                max_inactive_connection_lifetime=300,
                timeout=CONNECT_SECONDS_MOST,
                command_timeout=STATEMENT_SECONDS_MOST,
                statement_cache_size=1_000,
                max_cacheable_statement_size=0,
                server_settings=SETTINGS,
                reset=_leave_as_it_is,
            )
        return PostgresDriver(pool)

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Rows, as committed by now; a connection that had died unnoticed is replaced once."""
        text = statement.text(self.dialect)
        arguments = text.arguments(parameters)
        try:
            return text.read(await self._fetch(text.sql, arguments))
        except Unavailable:
            return text.read(await self._fetch(text.sql, arguments))

    async def change(self, statement: Statement, parameters: Parameters) -> int:
        """One statement, committed by itself."""
        text = statement.text(self.dialect)
        async with self._connection() as connection:
            return await self._execute(connection, text.sql, text.arguments(parameters))

    async def take(self, lease: Lease, parameters: Parameters) -> list[Row]:
        """Picked with SKIP LOCKED and marked in one statement."""
        text = lease.at_once.text(self.dialect)
        return text.read(await self._fetch(text.sql, text.arguments(parameters)))

    async def commit(self, plan: Plan) -> None:
        """As one statement where the steps allow it; refused so, again step by step, which names the refusal."""
        if plan.independent and await self._commit_as_one(plan.steps):
            return
        async with self._connection() as connection, connection.transaction():
            for step in plan.steps:
                text = step.statement.text(self.dialect)
                met = await self._execute(connection, text.sql, text.arguments(step.parameters))
                if step.refusal is not None and met != 1:
                    raise step.refusal()

    async def close(self) -> None:
        """Close the pool, waiting a little for what is under way."""
        try:
            await asyncio.wait_for(self._pool.close(), WAIT_SECONDS_MOST)
        except TimeoutError:
            self._pool.terminate()

    async def _commit_as_one(self, steps: tuple[Step, ...]) -> bool:
        """Whether it was done; `False` after a violation that only the single steps explain."""
        texts = [step.statement.text(self.dialect) for step in steps]
        arguments = [
            argument for step, text in zip(steps, texts, strict=True) for argument in text.arguments(step.parameters)
        ]
        if len(arguments) > PARAMETERS_MOST:
            return False
        shape = tuple((step.statement, step.refusal is None) for step in steps)
        sql = self._composed.get(shape)
        if sql is None:
            sql = composed([text.sql for text in texts], [step.refusal is not None for step in steps])
            if len(self._composed) < COMPOSED_MOST:
                self._composed[shape] = sql
        try:
            await self._fetch(sql, arguments)
        except Violated:
            return False
        except SqlFault as fault:
            guard = _GUARD.search(str(fault.__cause__))
            if guard is None:
                raise
            step = steps[int(guard[1])]
            if step.refusal is None or step.table_name == BALANCES.name:
                return False  # a balance only says no once it is known that the transfers are new
            raise step.refusal() from None
        return True

    async def _fetch(self, sql: str, arguments: list[Any]) -> list[Row]:
        async with self._connection() as connection:
            if self.on_statement:
                self.on_statement(sql)
            rows: list[Row] = await connection.fetch(sql, *arguments)
            return rows

    async def _execute(self, connection: Any, sql: str, arguments: list[Any]) -> int:
        if self.on_statement:
            self.on_statement(sql)
        status: str = await connection.execute(sql, *arguments)
        return int(status.rpartition(" ")[2])

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Any]:
        async with _translated(), self._pool.acquire(timeout=WAIT_SECONDS_MOST) as connection:
            yield connection


async def _leave_as_it_is(_: Any) -> None:
    """Spare the round trip of a reset: no statement of ours leaves anything behind on a connection."""


def composed(statements: list[str], guarded: list[bool]) -> str:
    """The statements as CTEs of one, which fails where a guarded one did not meet exactly one row."""
    parts, shift = list[str](), 0
    for number, statement in enumerate(statements):
        numbers = [int(slot) for slot in _SLOT.findall(statement)]
        moved = _SLOT.sub(lambda slot, by=shift: f"${int(slot[1]) + by}", statement)  # type: ignore[misc]
        parts.append(f"w{number} AS ({moved} RETURNING 1)")
        shift += max(numbers, default=0)
    guards = "".join(
        f" WHEN (SELECT count(*) FROM w{number}) <> 1"
        # The count in the text keeps the planner from working the cast out, and failing, beforehand.
        f" THEN CAST('errand write {number} met ' || (SELECT count(*) FROM w{number}) || ' rows' AS INTEGER)"
        for number, is_guarded in enumerate(guarded)
        if is_guarded
    )
    return f"WITH {', '.join(parts)} SELECT {f'CASE{guards} ELSE 1 END' if guards else '1'}"


@asynccontextmanager
async def _translated() -> AsyncGenerator[None]:
    """Asyncpg's errors as ours."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _meaning(error) from error
    except (asyncpg.InterfaceError, OSError, TimeoutError) as error:
        if isinstance(error, Unavailable):
            raise
        raise Unavailable(str(error) or type(error).__name__) from error


def _meaning(error: asyncpg.PostgresError) -> Exception:
    code = error.sqlstate or ""
    if code in _PASSING:
        return Passing(str(error))
    if code in _VIOLATED:
        return Violated(getattr(error, "constraint_name", None) or code)
    if code.startswith(_AWAY):
        return Unavailable(str(error))
    return SqlFault(str(error))
