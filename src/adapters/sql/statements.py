"""Statements: built once with SQLAlchemy Core, turned into text once per dialect, run on the driver itself.

Running Core statements through an engine costs more than the round trip (the compiler's cache key, the result object,
the greenlet bridge). Here the dialect's compiler is asked once; after that a statement is its text, the order of its
parameters and one conversion per parameter and column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Column, Dialect, Insert, Table, bindparam, insert
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql import ClauseElement, ColumnElement
from sqlalchemy.types import TypeEngine

from adapters.sql.column_types import Convert

Row = Sequence[Any]
Parameters = Mapping[str, Any]
Build = Callable[[str], ClauseElement]
"""Makes the clause for a dialect's name, where dialects differ."""


@frozen(kw_only=True)
class Text:
    """A statement as one driver takes it; `sources` says of what is selected from which column it comes."""

    sql: str
    slots: tuple[tuple[str, Any, Convert | None], ...]
    columns: tuple[Convert | None, ...]
    plain: bool
    sources: tuple[str, ...]
    table_name: str

    def arguments(self, parameters: Parameters) -> list[Any]:
        """The parameters in the driver's order and form."""
        return [
            convert(parameters.get(name, default)) if convert else parameters.get(name, default)
            for name, default, convert in self.slots
        ]

    def read(self, rows: Iterable[Row]) -> list[Row]:
        """The driver's rows with our types."""
        if self.plain:
            return list(rows)
        columns = self.columns
        return [
            tuple(convert(value) if convert else value for convert, value in zip(columns, row, strict=True))
            for row in rows
        ]


class Statement:
    """One statement. Give the clause, or a function from the dialect's name to the clause.

    `is_gathered` says that it reads a row or few by a key and is asked often, so that a driver may ask it for several
    callers at once.
    """

    __slots__ = ("_build", "_texts", "is_gathered")

    def __init__(self, clause: ClauseElement | Build, *, is_gathered: bool = False) -> None:
        self.is_gathered = is_gathered
        self._build: Build = clause if not isinstance(clause, ClauseElement) else lambda _: clause
        self._texts: dict[str, Text] = {}

    def text(self, dialect: Dialect) -> Text:
        """The statement for that dialect, made at first use."""
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = compiled(self._build(dialect.name), dialect)
        return text


def compiled(clause: ClauseElement, dialect: Dialect) -> Text:
    """The clause as text, with the conversions that its types ask for."""
    done: Any = clause.compile(dialect=dialect)
    slots = tuple(
        (name, done.binds[name].effective_value, _binder(done.binds[name].type, dialect)) for name in done.positiontup
    )
    selected: Any = getattr(clause, "exported_columns", ())
    columns = tuple(_reader(column.type, dialect) for column in selected)
    table: Any = getattr(clause, "table", None)
    return Text(
        sql=str(done),
        slots=slots,
        columns=columns,
        plain=not any(columns),
        sources=tuple(map(_source, selected)),
        table_name="" if table is None else str(table.name),
    )


def _source(selected: ColumnElement[Any]) -> str:
    """`table.column` of a selected column, however many subqueries it came through; nothing for what is computed."""
    for column in selected.base_columns:
        if isinstance(column, Column):
            return f"{column.table.name}.{column.name}"
    return ""


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


_INSERTS: Final[dict[str, Callable[[Table], Any]]] = {
    "postgresql": postgresql_insert,
    "sqlite": sqlite_insert,
    "mysql": mysql_insert,
    "mariadb": mysql_insert,
}


def dialect_insert(dialect_name: str, table: Table) -> Any:  # noqa: ANN401 - three classes without a common one
    """The dialect's own INSERT, which knows about conflicts."""
    return _INSERTS[dialect_name](table)


def insert_rows(table: Table, columns: Sequence[str], count: int) -> Insert:
    """An INSERT of that many rows; parameters are `column__row`."""
    return insert(table).values(
        [{name: bindparam(f"{name}__{row}", type_=table.c[name].type) for name in columns} for row in range(count)]
    )


def numbered(rows: Sequence[Parameters]) -> dict[str, Any]:
    """The parameters of `insert_rows`."""
    return {f"{name}__{row}": value for row, values in enumerate(rows) for name, value in values.items()}
