"""PostgreSQL through asyncpg.

A commit whose steps do not depend on one another is one statement, see `postgres_text.composed`: one round trip, and
no lock that outlives it. Commits of one shape that wait at the same time share a statement, and so do questions after
single rows; a shared commit that fails is played again one by one, so that each hears its own refusal.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it ships none
from sqlalchemy import URL, Dialect
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from adapters.sql.drivers.connections import Connections
from adapters.sql.drivers.driver import Driver, Lease, OnStatement
from adapters.sql.drivers.gathering import Gathering
from adapters.sql.drivers.postgres_text import GUARD, asked_for_many, composed
from adapters.sql.drivers.tls import secured
from adapters.sql.faults import Passing, SqlFault, Unavailable, Violated
from adapters.sql.statements import Parameters, Row, Statement, Text
from adapters.sql.tables.money import BALANCES
from adapters.sql.writes import Plan, Step
from errand_domain.errors import DomainError

POOL_CONNECTIONS: Final = 8
CONNECT_SECONDS_MOST: Final = 5.0
STATEMENT_SECONDS_MOST: Final = 30.0
PARAMETERS_MOST: Final = 2_000
COMPOSED_MOST: Final = 500
ASKED_TOGETHER_MOST: Final = 64
COMMITTED_TOGETHER_MOST: Final = 16
QUESTIONS_UNDER_WAY: Final = 1
COMMITS_UNDER_WAY: Final = 2
SETTINGS: Final = {
    "application_name": "errand",
    "default_transaction_isolation": "read committed",
    # Every query here reads a range of one index in its order. The hall's is one that the planner would rather collect
    # and sort, for it takes any circle to hold a thousandth of all orders.
    "enable_bitmapscan": "off",
    "jit": "off",  # compiling a plan costs more than any of these statements
    "lock_timeout": "5s",
    # And so whatever the values are: planning anew for them costs more than most of these statements.
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "1.1",  # disks without heads, and what is asked for is mostly in memory
    "statement_timeout": "30s",
    "timezone": "UTC",
}
_PASSING: Final = {"40001", "40P01", "55P03"}
_VIOLATED: Final = {"23505", "23514", "23503", "23502"}
_AWAY: Final = ("08", "53", "57")

Shape = tuple[tuple[Statement, bool], ...]


class PostgresDriver(Driver):
    """A few connections that run statements prepared once each."""

    def __init__(self, connections: Connections) -> None:
        self.dialect: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]  # the dialect has no types
        self.on_statement: OnStatement | None = None
        self._connections = connections
        self._composed: dict[Shape, str] = {}
        self._questions: dict[Statement, Gathering[list[Any], list[Row]]] = {}
        self._commits: dict[Shape, Gathering[tuple[Step, ...], bool]] = {}

    @staticmethod
    async def connect(url: URL) -> "PostgresDriver":
        """Open a first connection; raises `Unavailable`, or `AddressInvalid`."""
        address, tls = secured(url)
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        untyped: Any = asyncpg
        driver = PostgresDriver(
            Connections(
                partial(
                    untyped.connect,
                    plain,
                    timeout=CONNECT_SECONDS_MOST,
                    command_timeout=STATEMENT_SECONDS_MOST,
                    statement_cache_size=1_000,
                    max_cacheable_statement_size=0,
                    server_settings=SETTINGS,
                    **tls,
                ),
                most=POOL_CONNECTIONS,
            )
        )
        await driver.run("SELECT 1", [])
        return driver

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Rows, as committed by now; a connection that had died unnoticed is replaced once."""
        text = statement.text(self.dialect)
        arguments = text.arguments(parameters)
        if statement.is_gathered:
            return text.read(await self._gathered(statement, text).ask(arguments))
        try:
            return text.read(await self.run(text.sql, arguments))
        except Unavailable:
            return text.read(await self.run(text.sql, arguments))

    async def change(self, statement: Statement, parameters: Parameters) -> int:
        """One statement, committed by itself."""
        text = statement.text(self.dialect)
        async with self._connection() as connection:
            return await self._execute(connection, text.sql, text.arguments(parameters))

    async def take(self, lease: Lease, parameters: Parameters) -> list[Row]:
        """Picked with SKIP LOCKED and marked in one statement."""
        text = lease.at_once.text(self.dialect)
        return text.read(await self.run(text.sql, text.arguments(parameters)))

    async def commit(self, plan: Plan) -> None:
        """As one statement where the steps allow it; refused so, again step by step, which names the refusal."""
        if plan.independent:
            shape = tuple((step.statement, step.refusal is not None) for step in plan.steps)
            gathering = self._commits.get(shape)
            if gathering is None:
                gathering = Gathering(
                    self._commit_all,
                    together_most=COMMITTED_TOGETHER_MOST,
                    under_way_most=COMMITS_UNDER_WAY,
                    by_powers=True,
                )
                if len(self._commits) < COMPOSED_MOST:
                    self._commits[shape] = gathering
            if await gathering.ask(plan.steps):
                return
        async with self._connection() as connection, connection.transaction():
            for step in plan.steps:
                text = step.statement.text(self.dialect)
                met = await self._execute(connection, text.sql, text.arguments(step.parameters))
                if step.refusal is not None and met != 1:
                    raise step.refusal()

    async def close(self) -> None:
        """Close every connection."""
        await self._connections.close()

    async def run(self, sql: str, arguments: list[Any]) -> list[Row]:
        """The statement as it stands, on any connection."""
        async with self._connection() as connection:
            if self.on_statement:
                self.on_statement(sql)
            rows: list[Row] = await connection.fetch(sql, *arguments)
            return rows

    def _gathered(self, statement: Statement, text: Text) -> "Gathering[list[Any], list[Row]]":
        gathering = self._questions.get(statement)
        if gathering is None:
            gathering = self._questions[statement] = Gathering(
                partial(self._ask_all, text.sql, asked_for_many(text.sql)),
                together_most=ASKED_TOGETHER_MOST,
                under_way_most=QUESTIONS_UNDER_WAY,
            )
        return gathering

    async def _ask_all(self, one: str, many: str, asked: Sequence[list[Any]]) -> Sequence[list[Row]]:
        try:
            return await self._answers(one, many, asked)
        except Unavailable:
            return await self._answers(one, many, asked)

    async def _answers(self, one: str, many: str, asked: Sequence[list[Any]]) -> Sequence[list[Row]]:
        if len(asked) == 1:
            return [await self.run(one, asked[0])]
        answers = [list[Row]() for _ in asked]
        columns: list[list[Any]] = [list(column) for column in zip(*asked, strict=True)]
        for row in await self.run(many, columns):
            place: int = row[0]
            answers[place - 1].append(row[1:])
        return answers

    async def _commit_all(self, commits: Sequence[tuple[Step, ...]]) -> Sequence[bool | Exception]:
        """For each commit whether it was done; `False` where only its single steps explain why not."""
        if len(commits) > 1:
            together = [step for steps in sorted(commits, key=_first_row) for step in steps]
            keys = [(step.table_name, step.key) for step in together if step.key is not None]
            if len(set(keys)) == len(keys):
                try:
                    if await self._commit_as_one(tuple(together)):
                        return [True] * len(commits)
                except (Passing, SqlFault, Refused):
                    pass  # one of them failed and undid all: each is played again by itself
        return [await self._commit_alone(steps) for steps in commits]

    async def _commit_alone(self, steps: tuple[Step, ...]) -> bool | Exception:
        try:
            return await self._commit_as_one(steps)
        except Refused as refused:
            step = steps[refused.number]
            if step.refusal is None or step.table_name == BALANCES.name:
                return False  # a balance only says no once it is known that the transfers are new
            return step.refusal()
        except Exception as error:  # noqa: BLE001 - it is the outcome of this commit and of no other
            return error

    async def _commit_as_one(self, steps: tuple[Step, ...]) -> bool:
        """Whether it was done; `False` after a violation that only the single steps explain."""
        texts = [step.statement.text(self.dialect) for step in steps]
        arguments = [
            argument for step, text in zip(steps, texts, strict=True) for argument in text.arguments(step.parameters)
        ]
        if len(arguments) > PARAMETERS_MOST:
            return False
        shape = tuple((step.statement, step.refusal is not None) for step in steps)
        sql = self._composed.get(shape)
        if sql is None:
            sql = composed([text.sql for text in texts], [is_guarded for _, is_guarded in shape])
            if len(self._composed) < COMPOSED_MOST:
                self._composed[shape] = sql
        try:
            await self.run(sql, arguments)
        except Violated:
            return False
        except SqlFault as fault:
            guard = GUARD.search(str(fault.__cause__))
            if guard is None:
                raise
            raise Refused(int(guard[1])) from None
        return True

    async def _execute(self, connection: Any, sql: str, arguments: list[Any]) -> int:  # noqa: ANN401 - asyncpg has no types
        if self.on_statement:
            self.on_statement(sql)
        status: str = await connection.execute(sql, *arguments)
        return int(status.rpartition(" ")[2])

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Any]:
        """A connection whose errors are ours."""
        try:
            async with self._connections.lent(is_sound_after=_is_answer) as connection:
                yield connection
        except asyncpg.PostgresError as error:
            raise _meaning(error) from error
        except (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError) as error:
            if isinstance(error, Unavailable):
                raise
            raise Unavailable(str(error) or type(error).__name__) from error


class Refused(Exception):
    """A guarded write of a composed statement did not meet its row."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _first_row(steps: tuple[Step, ...]) -> str:
    """What commits are sorted by, so that two servers lock the same rows in the same order."""
    return str(steps[0].key)


def _is_answer(error: Exception) -> bool:
    """Whether somebody said no and the connection goes on: the server to a statement, or a rolled back decision."""
    if isinstance(error, DomainError):
        return True
    return isinstance(error, asyncpg.PostgresError) and not (getattr(error, "sqlstate", None) or "").startswith(_AWAY)


def _meaning(error: asyncpg.PostgresError) -> Exception:
    code: str = getattr(error, "sqlstate", None) or ""
    if code in _PASSING:
        return Passing(str(error))
    if code in _VIOLATED:
        return Violated(getattr(error, "constraint_name", None) or code)
    if code.startswith(_AWAY):
        return Unavailable(str(error))
    return SqlFault(str(error))
