"""MariaDB, and MySQL, through asyncmy's own pool.

There is no UPDATE … RETURNING and no data-changing CTE here: a commit is a short transaction, and a lease is a locking
read that skips what others have locked, and then the marks.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncmy
from asyncmy import errors
from asyncmy.constants.CLIENT import FOUND_ROWS
from sqlalchemy import URL, Dialect
from sqlalchemy.dialects.mysql.asyncmy import dialect as asyncmy_dialect

from adapters.sql.drivers.driver import Driver, Lease, OnStatement
from adapters.sql.drivers.tls import secured
from adapters.sql.faults import Passing, SqlFault, Unavailable, Violated
from adapters.sql.statements import Parameters, Row, Statement
from adapters.sql.writes import Plan

POOL_CONNECTIONS: Final = 8
CONNECT_SECONDS_MOST: Final = 5
WAIT_SECONDS_MOST: Final = 10.0
STATEMENT_SECONDS_MOST: Final = 30
SETTINGS: Final = (
    "SET {isolation} = 'READ-COMMITTED', innodb_lock_wait_timeout = 5, sql_notes = 0, time_zone = '+00:00',"
    " sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'"
)
_PASSING: Final = {1205, 1213, 1020}
_DUPLICATE: Final = 1062
_CHECKED: Final = {4025, 3819}
_FOREIGN: Final = {1451, 1452, 1048}
_AWAY: Final = {1040, 1053, 1927, 2002, 2003, 2006, 2013, 2055}
_KEY: Final = re.compile(r"for key '(?:[^']*\.)?([^'.]+)'")
_CHECK: Final = re.compile(r"[Cc]onstraint [`'](?:[^`']*\.)?([^`'.]+)[`']")


class MariadbDriver(Driver):
    """A pool of connections in autocommit; a commit opens its transaction itself."""

    def __init__(self, pool: "asyncmy.Pool") -> None:
        self.dialect: Dialect = asyncmy_dialect()
        self.on_statement: OnStatement | None = None
        self._pool = pool

    @staticmethod
    async def connect(url: URL) -> "MariadbDriver":
        """Open the pool; raises `Unavailable`, or `AddressInvalid`."""
        url, tls = secured(url)
        address: dict[str, Any] = {
            **tls,
            "host": url.host or "127.0.0.1",
            "unix_socket": url.query.get("unix_socket"),
            "port": url.port or 3306,
            "user": url.username,
            "password": url.password or "",
            "database": url.database,
            "charset": "utf8mb4",
            "autocommit": True,
            "connect_timeout": CONNECT_SECONDS_MOST,
            "read_timeout": STATEMENT_SECONDS_MOST,
            "client_flag": FOUND_ROWS,
        }
        untyped: Any = asyncmy
        async with _translated():
            first = await untyped.connect(**address)
            is_mariadb = "mariadb" in first.get_server_info().lower()
            first.close()
            settings = SETTINGS.format(isolation="tx_isolation" if is_mariadb else "transaction_isolation")
            pool = await untyped.create_pool(
                minsize=1, maxsize=POOL_CONNECTIONS, pool_recycle=300, init_command=settings, **address
            )
        return MariadbDriver(pool)

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Rows, as committed by now; a connection that had died unnoticed is replaced once."""
        text = statement.text(self.dialect)
        arguments = tuple(text.arguments(parameters))
        try:
            return text.read(await self._fetch(text.sql, arguments))
        except Unavailable:
            return text.read(await self._fetch(text.sql, arguments))

    async def change(self, statement: Statement, parameters: Parameters) -> int:
        """One statement, committed by itself."""
        text = statement.text(self.dialect)
        async with self._cursor() as cursor:
            return await self._execute(cursor, text.sql, text.arguments(parameters))

    async def take(self, lease: Lease, parameters: Parameters) -> list[Row]:
        """A locking read that skips locked rows, then one mark per row."""
        look, mark = lease.look.text(self.dialect), lease.mark.text(self.dialect)
        async with self._transaction() as cursor:
            await self._execute(cursor, look.sql, look.arguments(parameters))
            rows = look.read(await cursor.fetchall())
            for row in rows:
                identity = {f"old_{name}": value for name, value in zip(lease.identity, row, strict=False)}
                await self._execute(cursor, mark.sql, mark.arguments({**parameters, **identity}))
        return rows

    async def commit(self, plan: Plan) -> None:
        """Step by step, in one transaction."""
        async with self._transaction() as cursor:
            for step in plan.steps:
                text = step.statement.text(self.dialect)
                try:
                    met = await self._execute(cursor, text.sql, text.arguments(step.parameters))
                except errors.IntegrityError as error:
                    raise _meaning(error, step.table_name) from error
                if step.refusal is not None and met != 1:
                    raise step.refusal()

    async def close(self) -> None:
        """Close the pool, waiting a little for what is under way."""
        self._pool.close()
        try:
            await asyncio.wait_for(self._pool.wait_closed(), WAIT_SECONDS_MOST)
        except TimeoutError:
            self._pool.terminate()

    async def _fetch(self, sql: str, arguments: tuple[Any, ...]) -> list[Row]:
        async with self._cursor() as cursor:
            await self._execute(cursor, sql, arguments)
            rows: list[Row] = await cursor.fetchall()
            return rows

    async def _execute(self, cursor: Any, sql: str, arguments: Sequence[object]) -> int:  # noqa: ANN401 - untyped
        if self.on_statement:
            self.on_statement(sql)
        await cursor.execute(sql, tuple(arguments))
        met: int = cursor.rowcount
        return met

    @asynccontextmanager
    async def _cursor(self) -> AsyncGenerator[Any]:
        async with _translated(), self._lent() as connection, connection.cursor() as cursor:
            yield cursor

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Any]:
        async with _translated(), self._lent() as connection:
            await connection.begin()
            try:
                async with connection.cursor() as cursor:
                    yield cursor
                await connection.commit()
            except BaseException:
                # A connection whose ROLLBACK does not go through is closed, which rolls back as well.
                try:
                    await asyncio.wait_for(connection.rollback(), 1)
                except BaseException:
                    connection.close()
                    raise
                raise

    @asynccontextmanager
    async def _lent(self) -> AsyncGenerator[Any]:
        connection = await asyncio.wait_for(self._pool.acquire(), WAIT_SECONDS_MOST)
        try:
            yield connection
        finally:
            await self._pool.release(connection)


@asynccontextmanager
async def _translated() -> AsyncGenerator[None]:
    """Asyncmy's errors as ours."""
    try:
        yield
    except errors.MySQLError as error:
        raise _meaning(error, "") from error
    except (OSError, TimeoutError) as error:
        if isinstance(error, Unavailable):
            raise
        raise Unavailable(str(error) or type(error).__name__) from error


def _meaning(error: errors.MySQLError, table_name: str) -> Exception:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    message = str(error.args[-1]) if error.args else type(error).__name__
    if code in _PASSING:
        return Passing(message)
    if code == _DUPLICATE:
        key = _KEY.search(message)
        name = key[1] if key else message
        return Violated(f"pk_{table_name}" if name == "PRIMARY" else name)
    if code in _CHECKED or code in _FOREIGN:
        check = _CHECK.search(message)
        return Violated(check[1] if check else message)
    if code in _AWAY or isinstance(error, errors.InterfaceError) or not code:
        return Unavailable(message)
    return SqlFault(message)
