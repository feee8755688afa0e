"""The hall: open orders near a runner, with nothing in them that is not public."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import frozen

from errand_domain.campus import Gender
from errand_domain.ids import CampusId, MemberId, OrderId
from errand_domain.money import Money
from errand_domain.order.terms import HandoverPlace, Window
from errand_domain.place import Point
from errand_domain.policy import Category


@frozen(kw_only=True)
class HallEntry:
    """An open order as any runner may see it: no name, no phone, no room, no code."""

    order_id: OrderId
    category: Category
    item: str
    reward: Money
    goods_advance: Money
    weight_grams: int
    pickup_name: str
    pickup_point: Point
    dropoff_name: str
    dropoff_point: Point
    trip_metres: int
    away_metres: int
    window: Window
    handover_place: HandoverPlace
    opened_at: datetime
    expires_at: datetime


@frozen(kw_only=True)
class HallQuery:
    """Whose hall: where they stand, how far they would go, and who they are."""

    campus_id: CampusId
    viewer_id: MemberId
    gender: Gender | None
    around: Point
    within_metres: int
    limit: int


class Hall(Protocol):
    """Open orders by distance to their pickup."""

    @abstractmethod
    async def nearby(self, query: HallQuery) -> tuple[HallEntry, ...]:
        """The nearest open orders of the campus within the radius that this viewer could take, nearest first.

        Left out are the viewer's own orders, those whose handover asks for another gender, and those of members whom
        the viewer avoids or who avoid the viewer. Every order that qualifies is found: recall is 1.
        """
