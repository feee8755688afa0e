"""Ways of asking that many repositories share."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Integer, Select, bindparam, select, union_all
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from adapters.sql.statements import Row, Statement
from errand_domain.errors import Missing

A = TypeVar("A")

NEWEST: Final = UUID(int=2**128 - 1)
"""Later than any identity: where a list without `before` begins."""
LISTED_SIZES: Final = (1, 4, 16, 64, 256)


def only(rows: Sequence[Row], from_row: Callable[[Row], A], what: str) -> A:
    """The one row as an aggregate; raises `Missing`."""
    if not rows:
        raise Missing(what)
    return from_row(rows[0])


def first(rows: Sequence[Row], from_row: Callable[[Row], A]) -> A | None:
    """The first row as an aggregate, if there is one."""
    return from_row(rows[0]) if rows else None


def every(rows: Sequence[Row], from_row: Callable[[Row], A]) -> tuple[A, ...]:
    """All rows as aggregates."""
    return tuple(from_row(row) for row in rows)


class ByState:
    """A list of rows in several states, in order: one index range per state, each cut to the limit, then merged.

    A plain `state IN (…)` would sort everything that matches, or read past everything that does not.
    """

    def __init__(self, part: Select[Any], state: ColumnElement[str], *order: str, newest_first: bool) -> None:
        self._part = part
        self._state = state
        self._order = order
        self._newest_first = newest_first
        self.statement = cache(self._statement)

    def _statement(self, count: int) -> Statement:
        parts = [self._one(number) for number in range(count)]
        if count == 1:
            return Statement(parts[0])
        merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
        columns = [merged.c[name] for name in self._part.selected_columns.keys()]  # noqa: SIM118 - a collection
        limit = bindparam("limit", type_=Integer())
        return Statement(select(*columns).order_by(*self._directed(merged.c)).limit(limit))

    def _one(self, number: int) -> Select[Any]:
        table = self._state.table
        return (
            self._part.where(self._state == bindparam(f"state_{number}"))
            .order_by(*self._directed(table.c))
            .limit(bindparam("limit", type_=Integer()))
        )

    def _directed(self, columns: ReadOnlyColumnCollection[str, Any]) -> list[ColumnElement[Any]]:
        return [columns[name].desc() if self._newest_first else columns[name].asc() for name in self._order]

    @staticmethod
    def parameters(states: Sequence[str]) -> dict[str, str]:
        """The names of the states as parameters."""
        return {f"state_{number}": state for number, state in enumerate(states)}


def padded(values: Sequence[A]) -> list[A]:
    """At least one value, repeated up to the next listed size: few different statements serve lists of any length."""
    size = next((size for size in LISTED_SIZES if size >= len(values)), len(values))
    return [*values, *[values[-1]] * (size - len(values))]


def in_list(column: ColumnElement[Any], count: int) -> ColumnElement[bool]:
    """Whether the column is one of `value_0`, `value_1` and so on."""
    return column.in_([bindparam(f"value_{number}", type_=column.type) for number in range(count)])


def listed(values: Sequence[Any]) -> dict[str, Any]:
    """The parameters of `in_list`."""
    return {f"value_{number}": value for number, value in enumerate(values)}
