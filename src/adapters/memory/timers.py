"""What is due, in memory."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from adapters.memory.access import Pause
from adapters.memory.tables import Tables
from errand_domain.ports.timers import TimerKind, Timers


class MemoryTimers(Timers):
    """Finds what is due by looking at every aggregate."""

    def __init__(self, tables: Tables, pause: Pause) -> None:
        self._tables = tables
        self._pause = pause

    async def take(self, kind: TimerKind, *, now: datetime, leased_until: datetime, limit: int) -> tuple[str, ...]:
        """The subjects that are due and not leased, earliest first, leased to the caller."""
        await self._pause()
        due = sorted((at, subject) for subject, at in watched(self._tables, kind) if at is not None and at <= now)
        free = [subject for _, subject in due if not self._is_leased(kind, subject, now)][:limit]

        def lease(tables: Tables) -> None:
            for subject in free:
                tables.leases.put((kind, subject), leased_until)

        self._tables.change([lease])
        return tuple(free)

    def _is_leased(self, kind: TimerKind, subject: str, now: datetime) -> bool:
        until = self._tables.leases.get((kind, subject))
        return until is not None and now < until


def watched(tables: Tables, kind: TimerKind) -> Iterator[tuple[str, datetime | None]]:
    """Every aggregate of that kind with its timer."""
    return _WATCHED[kind](tables)


_WATCHED: Final[Mapping[TimerKind, Callable[[Tables], Iterator[tuple[str, datetime | None]]]]] = {
    "order": lambda tables: ((str(order.id), order.due_at) for order in tables.orders),
    "attempt": lambda tables: ((str(attempt.id), attempt.query_at) for attempt in tables.attempts),
    "refund": lambda tables: ((refund.number, refund.query_at) for refund in tables.refunds),
    "earning": lambda tables: ((f"{e.order_id}:{e.round}", e.release_at) for e in tables.earnings),
    "withdrawal": lambda tables: ((str(withdrawal.id), withdrawal.query_at) for withdrawal in tables.withdrawals),
    "runner": lambda tables: ((str(runner.member_id), runner.due_at) for runner in tables.runners),
    "image": lambda tables: ((str(file.id), file.judged_by) for file in tables.files),
    "order_details": lambda tables: ((str(order.id), order.details_until) for order in tables.orders),
    "file": lambda tables: ((str(file.id), file.erase_at) for file in tables.files),
    "expected_file": lambda tables: ((str(file_id), until) for file_id, until in tables.expected_files.items()),
    "content_case": lambda tables: ((str(case.id), case.erase_at) for case in tables.content_cases),
}
