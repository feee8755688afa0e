"""Look at campuses and their places. Everybody may: it is what one sees before signing in."""

from typing import Final

from attrs import frozen

from errand_domain.campus import Building, Campus
from errand_domain.ids import CampusId
from errand_domain.ports.transaction import Begin

PLACES_MOST: Final = 50


@frozen(kw_only=True)
class ListCampuses:
    """All campuses of this installation."""

    begin: Begin

    async def __call__(self) -> tuple[Campus, ...]:
        """The campuses by name."""
        async with self.begin() as tx:
            return await tx.campuses.every()


@frozen(kw_only=True)
class ViewCampus:
    """One campus with its buildings and rules."""

    begin: Begin

    async def __call__(self, campus_id: CampusId) -> Campus:
        """The campus; raises `Missing`."""
        async with self.begin() as tx:
            return await tx.campuses.get(campus_id)


@frozen(kw_only=True)
class FindPlaces:
    """Buildings of a campus by a part of their name."""

    begin: Begin

    async def __call__(self, campus_id: CampusId, words: str) -> tuple[Building, ...]:
        """The buildings that hold every one of the words, in the campus's order; raises `Missing`."""
        async with self.begin() as tx:
            campus = await tx.campuses.get(campus_id)
        wanted = words.casefold().split()
        found = (b for b in campus.buildings if all(word in b.name.casefold() for word in wanted))
        return tuple(found)[:PLACES_MOST]
