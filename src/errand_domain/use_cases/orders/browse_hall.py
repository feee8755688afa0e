"""Look into the hall."""

from typing import Final

from attrs import frozen

from errand_domain.errors import InvalidField
from errand_domain.ids import MemberId
from errand_domain.order.refusals import RunnerNotApproved
from errand_domain.permissions import check, standing_of
from errand_domain.place import Point
from errand_domain.ports.hall import Hall, HallEntry, HallQuery
from errand_domain.ports.transaction import Begin

RADIUS_MOST_METRES: Final = 10_000
ENTRIES_MOST: Final = 50


@frozen(kw_only=True)
class BrowseHall:
    """An approved runner sees the open orders of their campus, nearest first, and nothing private of them."""

    begin: Begin
    hall: Hall

    async def __call__(
        self, runner_id: MemberId, *, around: Point, within_metres: int, limit: int
    ) -> tuple[HallEntry, ...]:
        """The nearest orders that this runner could take; raises `RunnerNotApproved`."""
        if not 0 < within_metres <= RADIUS_MOST_METRES:
            raise InvalidField("within_metres", f"must be from 1 to {RADIUS_MOST_METRES}")
        if not 0 < limit <= ENTRIES_MOST:
            raise InvalidField("limit", f"must be from 1 to {ENTRIES_MOST}")
        async with self.begin() as tx:
            runner = await tx.runners.find(runner_id)
        check("browse_hall", runner_id, relation=standing_of(runner))
        if runner is None:
            raise RunnerNotApproved
        return await self.hall.nearby(
            HallQuery(
                campus_id=runner.campus_id,
                viewer_id=runner_id,
                gender=runner.application.gender,
                around=around,
                within_metres=within_metres,
                limit=limit,
            )
        )
