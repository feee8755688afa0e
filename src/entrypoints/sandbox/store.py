"""What the partners keep, in one SQLite file: written before it is told, it survives restarts and kill -9."""

import sqlite3
from collections.abc import Generator, Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from typing import Any, Final, TypeVar

from cattrs.preconf.json import JsonConverter, make_converter

BUSY_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.01
FILE_MODE: Final = 0o600
IN_MEMORY: Final = ":memory:"
_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS kept (
        name TEXT, key TEXT, document TEXT NOT NULL, PRIMARY KEY (name, key)
    ) WITHOUT ROWID
"""
K = TypeVar("K")


class Store:
    """Tables of frozen documents by key. What is written inside `together` is written whole, or not at all."""

    def __init__(self, path: Path | None = None) -> None:
        """Keep it in that file, readable by this user alone; without one, in memory."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=FILE_MODE)
        self._connection = sqlite3.connect(
            path or IN_MEMORY, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._lock = RLock()
        _write_ahead(self._connection)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(_SCHEMA)

    def table(self, name: str, kind: type[K]) -> "Table[K]":
        """The documents of that kind under that name."""
        return Table(self._connection, self._lock, name, kind)

    @contextmanager
    def together(self) -> Generator[None, None, None]:
        """One transaction; one inside another joins it. Other threads wait, so nothing may be awaited in it."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class Table(MutableMapping[str, K]):
    """Documents by key, in the order of their keys."""

    def __init__(self, connection: sqlite3.Connection, lock: RLock, name: str, kind: type[K]) -> None:
        self._connection = connection
        self._lock = lock
        self._name = name
        self._kind = kind

    def __getitem__(self, key: str) -> K:
        found = self._rows("SELECT document FROM kept WHERE name = ? AND key = ?", key)
        if not found:
            raise KeyError(key)
        return _CONVERTER.loads(found[0][0], self._kind)

    def __setitem__(self, key: str, value: K) -> None:
        self._rows("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", key, _CONVERTER.dumps(value))

    def __delitem__(self, key: str) -> None:
        if not self._rows("DELETE FROM kept WHERE name = ? AND key = ? RETURNING key", key):
            raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter([row[0] for row in self._rows("SELECT key FROM kept WHERE name = ? ORDER BY key")])

    def __len__(self) -> int:
        return int(self._rows("SELECT count(*) FROM kept WHERE name = ?")[0][0])

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, (self._name, *values)).fetchall()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Keep a log beside the file; SQLite does not wait here for another who opens the same new file, so we do."""
    patience_ends = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if monotonic() > patience_ends:
                raise
            sleep(PAUSE_SECONDS)
        else:
            return


def _converter() -> JsonConverter:
    converter = make_converter()
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    return converter


_CONVERTER: Final = _converter()
