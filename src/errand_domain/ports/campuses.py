"""Campuses."""

from abc import abstractmethod
from typing import Protocol

from errand_domain.campus import Campus
from errand_domain.ids import CampusId


class Campuses(Protocol):
    """All campuses. They change rarely: an adapter may answer from a copy a few seconds old."""

    @abstractmethod
    async def get(self, campus_id: CampusId) -> Campus:
        """The campus; raises `Missing`."""

    @abstractmethod
    async def every(self) -> tuple[Campus, ...]:
        """All campuses by name."""

    @abstractmethod
    def add(self, campus: Campus) -> None:
        """A new campus."""

    @abstractmethod
    def save(self, campus: Campus) -> None:
        """The campus, one version on; `commit()` raises `Stale` where somebody was first."""
