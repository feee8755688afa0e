"""Timers in SQL: a due column on each aggregate's own row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import frozen
from sqlalchemy import Table

from adapters.sql.drivers.driver import Driver, Lease
from adapters.sql.leases import lease
from adapters.sql.retries import patiently
from adapters.sql.tables.content import CONTENT_CASES
from adapters.sql.tables.money import ATTEMPTS, EARNINGS, REFUNDS, WITHDRAWALS
from adapters.sql.tables.ordering import EXPECTED_FILES, FILES, ORDERS
from adapters.sql.tables.people import RUNNERS
from errand_domain.ports.timers import TimerKind, Timers


def _timer(table: Table, due: str, *identity: str) -> Lease:
    return lease(table, identity=identity, due=due, columns=(due,), order=(due,))


_LEASES: Final[Mapping[TimerKind, Lease]] = {
    "order": _timer(ORDERS, "due_at", "id"),
    "attempt": _timer(ATTEMPTS, "query_at", "id"),
    "refund": _timer(REFUNDS, "query_at", "number"),
    "earning": _timer(EARNINGS, "release_at", "order_id", "round"),
    "withdrawal": _timer(WITHDRAWALS, "query_at", "id"),
    "runner": _timer(RUNNERS, "due_at", "member_id"),
    "image": _timer(FILES, "judged_by", "id"),
    "order_details": _timer(ORDERS, "details_until", "id"),
    "file": _timer(FILES, "erase_at", "id"),
    "expected_file": _timer(EXPECTED_FILES, "erase_at", "id"),
    "content_case": _timer(CONTENT_CASES, "erase_at", "id"),
}


@frozen
class SqlTimers(Timers):
    """Finds due rows by the index on their due column; whoever saves the row ends the lease."""

    driver: Driver

    async def take(self, kind: TimerKind, *, now: datetime, leased_until: datetime, limit: int) -> tuple[str, ...]:
        """The subjects that are due and not leased, earliest first, leased to the caller."""
        parameters = {"now": now, "until": leased_until, "limit": limit}
        rows = await patiently(lambda: self.driver.take(_LEASES[kind], parameters))
        return tuple(":".join(map(str, identity)) for *identity, _ in sorted(rows, key=lambda row: row[-1]))
