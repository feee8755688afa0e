"""A campus: its boundary, its buildings and who may enter them, and its policy."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from attrs import field, frozen

from errand_domain.errors import Conflict, Invalid, InvalidField
from errand_domain.ids import BuildingId, CampusId
from errand_domain.place import Point, Stop
from errand_domain.policy import Policy
from errand_domain.text import line

Gender = Literal["female", "male"]
Admits = Literal["anyone", "women", "men", "nobody"]
BuildingKind = Literal["dormitory", "teaching", "canteen", "parcel_station", "shop", "library", "gate", "other"]


@frozen(str=False)
class OutsideCampus(Invalid):
    """A stop lies outside the boundary of the campus."""

    code = "campus.outside"
    sentence = "地点不在校区范围内"

    stop: str


@frozen(str=False)
class CampusClosed(Conflict):
    """The campus takes no new orders for now."""

    code = "campus.closed"
    sentence = "该校区暂停接单"


@frozen(kw_only=True)
class Building:
    """A named place on the campus and whom its house rule lets past the door."""

    id: BuildingId
    name: str = field(validator=line(most=40))
    kind: BuildingKind
    point: Point
    admits: Admits = "anyone"


@frozen(kw_only=True)
class Campus:
    """One school site. The boundary is a simple polygon of at least three points."""

    id: CampusId
    name: str = field(validator=line(most=40))
    time_zone: str = "Asia/Shanghai"
    boundary: tuple[Point, ...]
    buildings: tuple[Building, ...] = ()
    policy: Policy = Policy()
    open: bool = True
    version: int = 1

    def __attrs_post_init__(self) -> None:
        """Refuse a boundary that encloses nothing."""
        if len(self.boundary) < 3:  # noqa: PLR2004 - a polygon
            raise InvalidField("boundary", "must have at least three points")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its day and night are counted."""
        return ZoneInfo(self.time_zone)

    def day_start(self, at: datetime) -> datetime:
        """The midnight with which the campus's day began."""
        return at.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def contains(self, point: Point) -> bool:
        """Whether the point lies inside the boundary (even-odd rule)."""
        inside, previous = False, self.boundary[-1]
        for corner in self.boundary:
            if (corner.latitude > point.latitude) != (previous.latitude > point.latitude):
                slope = (previous.longitude - corner.longitude) / (previous.latitude - corner.latitude)
                if point.longitude < corner.longitude + slope * (point.latitude - corner.latitude):
                    inside = not inside
            previous = corner
        return inside

    def building(self, building_id: BuildingId | None) -> Building | None:
        """The building of that id, if it is one of ours."""
        return next((b for b in self.buildings if b.id == building_id), None)

    def check_stop(self, stop: Stop, named: str = "stop") -> None:
        """Raise `OutsideCampus` or `InvalidField` unless the stop is a place of this campus."""
        if stop.building_id is not None and self.building(stop.building_id) is None:
            raise InvalidField(f"{named}.building_id", "is no building of this campus")
        if not self.contains(stop.point):
            raise OutsideCampus(stop.name)

    def admits_at(self, stop: Stop) -> Admits:
        """Whom the house rule lets past the door at that stop."""
        building = self.building(stop.building_id)
        return building.admits if building else "anyone"
