"""What is due, in memory."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

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
        due = sorted((at, subject) for subject, at in _watched(self._tables, kind) if at is not None and at <= now)
        free = [subject for _, subject in due if not self._is_leased(kind, subject, now)][:limit]

        def lease(tables: Tables) -> None:
            for subject in free:
                tables.leases.put((kind, subject), leased_until)

        self._tables.change([lease])
        return tuple(free)

    def _is_leased(self, kind: TimerKind, subject: str, now: datetime) -> bool:
        until = self._tables.leases.get((kind, subject))
        return until is not None and now < until


def _watched(tables: Tables, kind: TimerKind) -> Iterator[tuple[str, datetime | None]]:
    """Every aggregate of that kind with its timer."""
    match kind:
        case "order":
            return ((str(order.id), order.due_at) for order in tables.orders)
        case "attempt":
            return ((str(attempt.id), attempt.query_at) for attempt in tables.attempts)
        case "refund":
            return ((refund.number, refund.query_at) for refund in tables.refunds)
        case "earning":
            return ((f"{earning.order_id}:{earning.round}", earning.release_at) for earning in tables.earnings)
        case "withdrawal":
            return ((str(withdrawal.id), withdrawal.query_at) for withdrawal in tables.withdrawals)
        case "runner":
            return ((str(runner.member_id), runner.due_at) for runner in tables.runners)
    assert_never(kind)
