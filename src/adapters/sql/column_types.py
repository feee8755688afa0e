"""Column types that mean the same on all three databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast, final
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, Double, Integer, LargeBinary, String, Text, TypeDecorator, Uuid
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
IDENTITY_BYTES: Final = 16


@final
class Identity(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, sixteen bytes elsewhere. Both sort as the UUID does, so version 7 sorts by time."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type as that database has it."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Uuid())
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary(IDENTITY_BYTES))
        return dialect.type_descriptor(mysql.BINARY(IDENTITY_BYTES))

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ANN401 - SQLAlchemy names the type in private
        """What turns a UUID into what the driver takes."""
        return None if dialect.name == "postgresql" else _to_bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ANN401, ARG002 - the signature is SQLAlchemy's
        """What turns the driver's value into a UUID."""
        return None if dialect.name == "postgresql" else _from_bytes


def _to_bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _from_bytes(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)


@final
class Instant(TypeDecorator[datetime]):
    """A moment to the microsecond, in UTC. Refuses naive times, which would mean another moment elsewhere.

    `TIMESTAMPTZ` on PostgreSQL, `DATETIME(6)` on MariaDB, microseconds since 1970 on SQLite.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type as that database has it."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(mysql.DATETIME(fsp=6))

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ANN401 - SQLAlchemy names the type in private
        """What turns an aware time into what the driver takes."""
        return {"postgresql": _aware, "sqlite": _to_microseconds}.get(dialect.name, _to_utc_naive)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ANN401, ARG002 - the signature is SQLAlchemy's
        """What turns the driver's value into an aware time."""
        return {"postgresql": None, "sqlite": _from_microseconds}.get(dialect.name, _from_utc_naive)


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("a time without its offset cannot be stored")
    return value


def _to_microseconds(value: datetime | None) -> int | None:
    value = _aware(value)
    return None if value is None else (value - EPOCH) // MICROSECOND


def _from_microseconds(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


def _to_utc_naive(value: datetime | None) -> datetime | None:
    value = _aware(value)
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None)


def _from_utc_naive(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


@final
class Word(TypeDecorator[str]):
    """Short text that is compared byte by byte: names of states, keys, hashes.

    The collation is the plainest each database has. MariaDB's and MySQL's others ignore case or trailing blanks.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type as that database has it."""
        length = cast("String", self.impl_instance).length
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.VARCHAR(length, collation="C"))
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(length))
        collation = "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"
        return dialect.type_descriptor(mysql.VARCHAR(length, charset="utf8mb4", collation=collation))


@final
class Document(TypeDecorator[str]):
    """JSON written by `documents`, opaque to the database: what is queried, summed or constrained has a column."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type as that database has it."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.MEDIUMTEXT(charset="utf8mb4"))
        return dialect.type_descriptor(Text())


Sequence64 = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit number that counts up by itself: SQLite counts up only what is called INTEGER."""

Fen = BigInteger
Metres = Double
