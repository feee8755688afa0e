"""Campuses in memory."""

from adapters.memory.access import Access
from adapters.memory.tables import compare_and_set, found, insert
from errand_domain.campus import Campus
from errand_domain.ids import CampusId
from errand_domain.ports.campuses import Campuses


class MemoryCampuses(Campuses):
    """Campuses in memory, never old."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, campus_id: CampusId) -> Campus:
        """The campus; raises `Missing`."""
        return found((await self._access.look()).campuses.get(campus_id), "campus")

    async def every(self) -> tuple[Campus, ...]:
        """All campuses by name."""
        return tuple(sorted((await self._access.look()).campuses, key=lambda campus: (campus.name, campus.id)))

    def add(self, campus: Campus) -> None:
        """A new campus; a used id is `Stale`."""
        self._access.gather(lambda tables: insert(tables.campuses, campus.id, campus, "campus"))

    def save(self, campus: Campus) -> None:
        """Compare-and-set on the version."""
        self._access.gather(lambda tables: compare_and_set(tables.campuses, campus.id, campus, "campus"))
