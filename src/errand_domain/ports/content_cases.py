"""Doubts about what was published."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from errand_domain.content.case import ContentCase, ContentKind
from errand_domain.ids import CampusId, ContentCaseId


class ContentCases(Protocol):
    """All content cases."""

    @abstractmethod
    async def get(self, case_id: ContentCaseId) -> ContentCase:
        """The case as committed; raises `Missing`."""

    @abstractmethod
    async def at_campus(
        self, campus_id: CampusId, *, states: Sequence[str], limit: int, reported: bool = False
    ) -> tuple[ContentCase, ...]:
        """The campus's cases in the states of those names, oldest first; only those that members reported, if asked."""

    @abstractmethod
    async def of_subject(self, kind: ContentKind, subject: UUID) -> tuple[ContentCase, ...]:
        """Every case about that thing, whatever became of it, oldest first: a few."""

    @abstractmethod
    def add(self, case: ContentCase) -> None:
        """A new case; `commit()` raises `Stale` where its id is used."""

    @abstractmethod
    def save(self, case: ContentCase) -> None:
        """The case, one version on; `commit()` raises `Stale` where somebody was first."""
