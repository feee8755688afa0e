"""Rows that can be changed all or none: each change leaves behind how to undo it."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

Undo = list[Callable[[], None]]


class Rows(Generic[K, V]):
    """One table: values by key, in order of their first insertion."""

    def __init__(self, undo: Undo) -> None:
        self._rows: dict[K, V] = {}
        self._undo = undo

    def get(self, key: K) -> V | None:
        """The row of that key, if there is one."""
        return self._rows.get(key)

    def items(self) -> Iterator[tuple[K, V]]:
        """Every key with its row."""
        return iter(self._rows.items())

    def __iter__(self) -> Iterator[V]:
        """Every row."""
        return iter(self._rows.values())

    def __contains__(self, key: K) -> bool:
        """Whether there is a row of that key."""
        return key in self._rows

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def put(self, key: K, row: V) -> None:
        """Insert or replace."""
        if key in self._rows:
            before = self._rows[key]
            self._undo.append(lambda: self._rows.__setitem__(key, before))
        else:
            self._undo.append(lambda: self._rows.__delitem__(key))
        self._rows[key] = row

    def remove(self, key: K) -> None:
        """Remove the row of that key; what is not there stays away."""
        if key in self._rows:
            # An undone removal must find its old place again: readers rely on the order of insertion.
            before = dict(self._rows)
            self._undo.append(lambda: self._restore(before))
            del self._rows[key]

    def _restore(self, rows: dict[K, V]) -> None:
        self._rows = rows
