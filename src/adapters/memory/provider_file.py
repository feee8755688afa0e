"""The provider's books in an SQLite file: they survive restarts, and several processes share them.

For demonstrations, where a server and a worker are two processes and the provider is neither of them.
"""

import sqlite3
from collections.abc import Generator, Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.strategies import configure_tagged_union

from adapters.memory.provider_books import KeptPayment, KeptPayout, KeptRefund, ProviderBooks, Together
from errand_domain.ports.payments import (
    PayoutAnswer,
    RefundDone,
    RefundImpossible,
    RefundNeedsPerson,
    RefundUnderWay,
)

BUSY_SECONDS: Final = 10.0
FILE_MODE: Final = 0o600
_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS kept (
        provider TEXT, kind TEXT, number TEXT, document TEXT NOT NULL, PRIMARY KEY (provider, kind, number)
    ) WITHOUT ROWID
"""
K = TypeVar("K")


class FileTable(MutableMapping[str, K]):
    """One kind of what a provider keeps, by our number. Writes last as soon as their transaction ends."""

    def __init__(self, connection: sqlite3.Connection, provider: str, kind: type[K]) -> None:
        self._connection = connection
        self._key = (provider, kind.__name__)
        self._kind = kind

    def __getitem__(self, number: str) -> K:
        found = self._connection.execute(
            "SELECT document FROM kept WHERE provider = ? AND kind = ? AND number = ?", (*self._key, number)
        ).fetchone()
        if found is None:
            raise KeyError(number)
        return _CONVERTER.loads(found[0], self._kind)

    def __setitem__(self, number: str, value: K) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", (*self._key, number, _CONVERTER.dumps(value))
        )

    def __delitem__(self, number: str) -> None:
        self._connection.execute(
            "DELETE FROM kept WHERE provider = ? AND kind = ? AND number = ?", (*self._key, number)
        )

    def __iter__(self) -> Iterator[str]:
        rows = self._connection.execute(
            "SELECT number FROM kept WHERE provider = ? AND kind = ? ORDER BY number", self._key
        ).fetchall()
        return iter([row[0] for row in rows])

    def __len__(self) -> int:
        count: int = self._connection.execute(
            "SELECT count(*) FROM kept WHERE provider = ? AND kind = ?", self._key
        ).fetchone()[0]
        return count


def books_in_file(path: Path, provider: str) -> ProviderBooks:
    """The provider's books in that file, which is made if need be and readable by this user alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=FILE_MODE)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(_SCHEMA)
    return ProviderBooks(
        payments=FileTable(connection, provider, KeptPayment),
        refunds=FileTable(connection, provider, KeptRefund),
        payouts=FileTable(connection, provider, KeptPayout),
        together=_transactions(connection),
    )


def _transactions(connection: sqlite3.Connection) -> Together:
    """What is done inside is one transaction, and other processes wait for it; one inside another joins it."""

    @contextmanager
    def together() -> Generator[None, None, None]:
        if connection.in_transaction:
            yield
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    return together


def _converter() -> JsonConverter:
    converter = make_converter()
    converter.register_unstructure_hook(UUID, str)
    converter.register_structure_hook(UUID, lambda text, _: UUID(text))
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    for union in (RefundDone | RefundUnderWay | RefundImpossible | RefundNeedsPerson, PayoutAnswer):
        configure_tagged_union(union, converter, tag_name="is")
    return converter


_CONVERTER: Final = _converter()
