"""Pages of rows, newest first: identities are UUIDv7, so the greater one is the newer one."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

V = TypeVar("V")


def newest_first(rows: Iterable[V], identity: Callable[[V], UUID], *, before: UUID | None, limit: int) -> tuple[V, ...]:
    """At most `limit` rows by falling identity, continuing after `before`."""
    older = (row for row in rows if before is None or identity(row) < before)
    return tuple(sorted(older, key=identity, reverse=True)[:limit])
