"""What is past its time, in memory."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from adapters.memory.access import Pause
from adapters.memory.rows import Rows
from adapters.memory.tables import Tables
from adapters.memory.timers import watched
from errand_domain.ids import CampusId
from errand_domain.ports.outbox import Tell
from errand_domain.ports.retained import ForgottenKind, Retained, RetainedKind


class MemoryRetained(Retained):
    """Looks at everything."""

    def __init__(self, tables: Tables, pause: Pause) -> None:
        self._tables = tables
        self._pause = pause

    async def count(self, kind: RetainedKind, *, before: datetime, campus_id: CampusId | None = None) -> int:
        """How many there are whose moment was before then."""
        await self._pause()
        match kind:
            case "order_details" | "file" | "expected_file" | "content_case" | "runner":
                due = (subject for subject, at in watched(self._tables, kind) if at is not None and at < before)
                return sum(campus_id in (None, _campus(self._tables, kind, subject)) for subject in due)
            case _:
                return 0 if campus_id else sum(at < before for _, at in _MOMENTS[kind](self._tables))

    async def forget(self, kind: ForgottenKind, *, before: datetime) -> int:
        """Drop those whose moment was before then."""
        await self._pause()
        over = [key for key, at in _MOMENTS[kind](self._tables) if at < before]
        rows = _ROWS[kind](self._tables)

        def write(_: Tables) -> None:
            for key in over:
                rows.remove(key)

        self._tables.change([write])
        return len(over)


def _campus(tables: Tables, kind: RetainedKind, subject: str) -> CampusId | None:
    """The campus that it is of, if it is of one."""
    match kind:
        case "order_details":
            return next((order.campus_id for order in tables.orders if str(order.id) == subject), None)
        case "content_case":
            return next((case.campus_id for case in tables.content_cases if str(case.id) == subject), None)
        case "runner":
            return next((runner.campus_id for runner in tables.runners if str(runner.member_id) == subject), None)
        case _:
            return None


def _notices(tables: Tables) -> Iterator[tuple[Any, datetime]]:
    for key, posted in tables.messages.items():
        if posted.parked and isinstance(posted.envelope.message, Tell):
            yield key, posted.due_at


_ROWS: Final[Mapping[ForgottenKind, Callable[[Tables], Rows[Any, Any]]]] = {
    "session": lambda tables: tables.sessions,
    "sign_in_code": lambda tables: tables.codes,
    "invitation": lambda tables: tables.invitations,
    "answer": lambda tables: tables.answers,
    "notice": lambda tables: tables.messages,
}
_MOMENTS: Final[Mapping[ForgottenKind, Callable[[Tables], Iterator[tuple[Any, datetime]]]]] = {
    "session": lambda tables: ((key, session.expires_at) for key, session in tables.sessions.items()),
    "sign_in_code": lambda tables: ((key, code.sent_at) for key, code in tables.codes.items()),
    "invitation": lambda tables: ((key, invitation.expires_at) for key, invitation in tables.invitations.items()),
    "answer": lambda tables: ((key, answer.reserved_at) for key, answer in tables.answers.items()),
    "notice": _notices,
}
