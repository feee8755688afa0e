"""SQLite in this process: one writer thread that commits together what is waiting, and readers beside it.

Each waiting commit runs in a savepoint of its own inside one transaction, so that one that fails harms no other, and
all of them share one flush to the disk. Nobody hears of success before that flush.
"""

import asyncio
import queue
import re
import sqlite3
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from sqlalchemy import URL, Dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect

from adapters.sql.drivers.driver import Driver, Lease, OnStatement
from adapters.sql.faults import Passing, SqlFault, Unavailable, Violated
from adapters.sql.statements import Parameters, Row, Statement
from adapters.sql.writes import Plan

READERS: Final = 4
TOGETHER_MOST: Final = 256
BUSY_MILLISECONDS: Final = 5_000
STATEMENTS_KEPT: Final = 512
PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",
)
_UNIQUE: Final = re.compile(r"UNIQUE constraint failed: (.+)")
_CHECK: Final = re.compile(r"CHECK constraint failed: (.+)")

Work = Callable[[sqlite3.Connection], Any]


@frozen
class Job:
    """One commit that waits for the writer, and who waits for it."""

    work: Work
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class SqliteDriver(Driver):
    """A database file, opened once for writing and a few times for reading."""

    def __init__(self, path: str) -> None:
        self.dialect: Dialect = sqlite_dialect()
        self.on_statement: OnStatement | None = None
        self._path = path
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._reading = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._connection = self._open()
        self._writer = threading.Thread(target=self._write, name="sqlite-writer", daemon=True)
        self._closed = False
        self._writer.start()

    @staticmethod
    async def connect(url: URL) -> "SqliteDriver":
        """Open the file, making it if need be; raises `Unavailable`. A database in memory has no second connection."""
        path = url.database
        if not path or ":memory:" in path:
            raise Unavailable("an SQLite database needs a file")
        try:
            await asyncio.to_thread(Path(path).parent.mkdir, parents=True, exist_ok=True)
            return await asyncio.to_thread(SqliteDriver, path)
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(str(error)) from error

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Rows, as committed by now."""
        text = statement.text(self.dialect)
        arguments = text.arguments(parameters)
        self._tell(text.sql)
        if statement.is_gathered:
            # A look-up by key is over sooner than a thread would have heard of it.
            return text.read(self._with_reader(lambda reader: reader.execute(text.sql, arguments).fetchall()))
        return text.read(await self._read(lambda reader: reader.execute(text.sql, arguments).fetchall()))

    async def change(self, statement: Statement, parameters: Parameters) -> int:
        """One statement, committed with whatever else is waiting."""
        text = statement.text(self.dialect)
        arguments = text.arguments(parameters)
        self._tell(text.sql)
        met: int = await self._submit(lambda writer: writer.execute(text.sql, arguments).rowcount)
        return met

    async def take(self, lease: Lease, parameters: Parameters) -> list[Row]:
        """Picked and marked in one statement; the only writer needs to skip nobody."""
        text = lease.at_once.text(self.dialect)
        arguments = text.arguments(parameters)
        self._tell(text.sql)
        return text.read(await self._submit(lambda writer: writer.execute(text.sql, arguments).fetchall()))

    async def commit(self, plan: Plan) -> None:
        """All steps in one savepoint."""
        prepared = [
            ((text := step.statement.text(self.dialect)).sql, text.arguments(step.parameters), step.refusal)
            for step in plan.steps
        ]
        for sql, _, _ in prepared:
            self._tell(sql)

        def work(writer: sqlite3.Connection) -> None:
            for sql, arguments, refusal in prepared:
                met = writer.execute(sql, arguments).rowcount
                if refusal is not None and met != 1:
                    raise refusal()

        await self._submit(work)

    async def close(self) -> None:
        """Finish what is waiting, then close."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
            await asyncio.to_thread(self._writer.join)
            await asyncio.to_thread(self._readers.shutdown)
            for connection in (self._connection, *self._connections):
                connection.close()

    def _tell(self, sql: str) -> None:
        if self.on_statement:
            self.on_statement(sql)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS_KEPT,
            timeout=BUSY_MILLISECONDS / 1_000,
        )
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection

    async def _read(self, work: Work) -> Any:  # noqa: ANN401 - whatever the work gives
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._with_reader, work)

    def _with_reader(self, work: Work) -> Any:  # noqa: ANN401 - whatever the work gives
        reader: sqlite3.Connection | None = getattr(self._reading, "connection", None)
        with _translated():
            if reader is None:
                reader = self._reading.connection = self._open()
                reader.execute("PRAGMA query_only = ON")
                self._connections.append(reader)
            return work(reader)

    async def _submit(self, work: Work) -> Any:  # noqa: ANN401 - whatever the work gives
        if self._closed:
            raise Unavailable("the database was closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._waiting.put(Job(work, done, loop))
        # A caller that goes away must not make the writer trip over its future.
        return await asyncio.shield(done)

    def _write(self) -> None:
        """The writer's life: wait for one, take what else is there, commit, tell."""
        while (first := self._waiting.get()) is not None:
            jobs: list[Job] = [first]
            last = False
            while len(jobs) < TOGETHER_MOST and not self._waiting.empty():
                job = self._waiting.get()
                if job is None:
                    last = True
                    break
                jobs.append(job)
            _tell_all(jobs, self._commit_together(jobs))
            if last:
                return

    def _commit_together(self, jobs: list[Job]) -> list[Any]:
        """What each job returned or raised, after the flush."""
        writer = self._connection
        try:
            with _translated():
                writer.execute("BEGIN IMMEDIATE")
                outcomes = [self._in_savepoint(job.work) for job in jobs]
                writer.execute("COMMIT")
                return outcomes
        except Exception as error:  # noqa: BLE001 - whatever it is, everyone who waits must hear of it
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            return [error] * len(jobs)

    def _in_savepoint(self, work: Work) -> Any:  # noqa: ANN401 - whatever the work gives
        writer = self._connection
        writer.execute("SAVEPOINT one")
        try:
            with _translated():
                outcome = work(writer)
        except Exception as error:
            if not writer.in_transaction:
                raise  # SQLite gave the whole transaction up (disk full, I/O): nobody's work is there
            writer.execute("ROLLBACK TO one")
            outcome = error
        writer.execute("RELEASE one")
        return outcome


def _tell_all(jobs: list[Job], outcomes: list[Any]) -> None:
    """Wake everyone who waited: one call per event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for job, outcome in zip(jobs, outcomes, strict=True):
        by_loop.setdefault(job.loop, []).append((job.done, outcome))
    for loop, answers in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: "list[tuple[asyncio.Future[Any], Any]]") -> None:
    for done, outcome in answers:
        if done.done():
            continue
        if isinstance(outcome, Exception):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)


@contextmanager
def _translated() -> Generator[None]:
    """Make the driver's errors ours."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Violated(_constraint(str(error))) from error
    except sqlite3.OperationalError as error:
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        raise (Passing if busy else _operational(error))(str(error)) from error
    except sqlite3.Error as error:
        raise SqlFault(str(error)) from error


def _operational(error: sqlite3.OperationalError) -> type[Exception]:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return SqlFault if code == sqlite3.SQLITE_ERROR else Unavailable


def _constraint(message: str) -> str:
    """The constraint's name, or for a unique key its columns, `orders.quote_id`, which is all that SQLite tells."""
    found = _CHECK.search(message) or _UNIQUE.search(message)
    return found[1] if found else message
