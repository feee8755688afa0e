"""Content cases in memory."""

from collections.abc import Sequence
from uuid import UUID

from adapters.memory.access import Access
from adapters.memory.tables import compare_and_set, found, insert
from errand_domain.content.case import ContentCase, ContentKind
from errand_domain.ids import CampusId, ContentCaseId
from errand_domain.ports.content_cases import ContentCases

WHAT = "content_case"


class MemoryContentCases(ContentCases):
    """Content cases in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, case_id: ContentCaseId) -> ContentCase:
        """The case as committed; raises `Missing`."""
        return found((await self._access.look()).content_cases.get(case_id), WHAT)

    async def at_campus(
        self, campus_id: CampusId, *, states: Sequence[str], limit: int, reported: bool = False
    ) -> tuple[ContentCase, ...]:
        """The campus's cases in the states of those names, oldest first; only those that members reported, if asked."""
        tables = await self._access.look()
        named = (case for case in tables.content_cases if case.campus_id == campus_id and case.state_name in states)
        chosen = (case for case in named if case.reports or not reported)
        return tuple(sorted(chosen, key=lambda case: (case.opened_at, case.id))[:limit])

    async def of_subject(self, kind: ContentKind, subject: UUID) -> tuple[ContentCase, ...]:
        """Every case about that thing, oldest first."""
        tables = await self._access.look()
        about = (case for case in tables.content_cases if (case.kind, case.subject) == (kind, subject))
        return tuple(sorted(about, key=lambda case: (case.opened_at, case.id)))

    def add(self, case: ContentCase) -> None:
        """A new case; a used id is `Stale`."""
        self._access.gather(lambda tables: insert(tables.content_cases, case.id, case, WHAT))

    def save(self, case: ContentCase) -> None:
        """Compare-and-set on the version."""
        self._access.gather(lambda tables: compare_and_set(tables.content_cases, case.id, case, WHAT))
