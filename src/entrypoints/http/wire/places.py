"""Points, stops and distances, and campuses with their buildings."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.addresses import e164
from entrypoints.http.wire.shapes import Asked, Fen, Told, under
from errand_domain.campus import Admits, Building, BuildingKind, Campus
from errand_domain.ids import BuildingId
from errand_domain.place import Contact, Distance, Point, Stop
from errand_domain.policy import Category, Policy

Latitude = Annotated[float, Meta(ge=-90, le=90, description="Degrees, GCJ-02.")]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="Degrees, GCJ-02.")]


class PointAsked(Asked, kw_only=True, frozen=True):
    """A position in degrees, GCJ-02, the datum of Tencent Maps."""

    latitude: Latitude
    longitude: Longitude


class PointTold(Told, kw_only=True, frozen=True):
    """A position in degrees, GCJ-02."""

    latitude: float
    longitude: float


class ContactAsked(Asked, kw_only=True, frozen=True):
    """Whom to call at a stop. A Chinese mobile number, or any with its `+`."""

    name: Annotated[str, Meta(max_length=20)]
    phone: Annotated[str, Meta(max_length=40)]


class ContactTold(Told, kw_only=True, frozen=True):
    """Whom to call at a stop; told to the parties of a live order only."""

    name: str
    phone: str


class StopAsked(Asked, kw_only=True, frozen=True):
    """Where an errand picks up or drops off. `name` is public; `detail` (room, shelf) and `contact` are not."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    point: PointAsked
    building_id: UUID | None = None
    detail: Annotated[str, Meta(max_length=80)] = ""
    contact: ContactAsked | None = None


class StopTold(Told, kw_only=True, frozen=True):
    """A stop, as far as this viewer may know it."""

    name: str
    point: PointTold
    building_id: UUID | None
    detail: str
    contact: ContactTold | None


class DistanceTold(Told, kw_only=True, frozen=True):
    """How far it is to go. `isEstimated` says that no map was asked."""

    metres: int
    is_estimated: bool


class BuildingTold(Told, kw_only=True, frozen=True):
    """A named place of a campus, and whom its house rule lets past the door."""

    id: UUID
    name: str
    kind: BuildingKind
    point: PointTold
    admits: Admits


class PolicyTold(Told, kw_only=True, frozen=True):
    """The numbers of a campus that concern its members."""

    categories: tuple[Category, ...]
    base_fen: Fen
    included_metres: int
    tip_most_fen: Fen
    goods_advance_most_fen: Fen
    weight_most_grams: int
    quote_life_seconds: int
    pay_within_seconds: int
    open_for_seconds: int
    arrive_within_seconds: int
    arrival_radius_metres: int
    cancel_free_for_seconds: int
    cancel_fee_fen: Fen
    complete_after_seconds: int
    dispute_within_seconds: int
    review_within_seconds: int
    open_orders_most: int
    credit_floor: int
    withdrawal_least_fen: Fen
    withdrawal_most_per_day_fen: Fen


class CampusTold(Told, kw_only=True, frozen=True):
    """One school site."""

    id: UUID
    name: str
    time_zone: str
    is_open: bool


class CampusWholeTold(Told, kw_only=True, frozen=True):
    """One school site with its boundary, buildings and public numbers."""

    id: UUID
    name: str
    time_zone: str
    is_open: bool
    boundary: tuple[PointTold, ...]
    buildings: tuple[BuildingTold, ...]
    policy: PolicyTold


class CampusesTold(Told, kw_only=True, frozen=True):
    """Every campus of this installation."""

    items: tuple[CampusTold, ...]


class PlacesTold(Told, kw_only=True, frozen=True):
    """Buildings that match."""

    items: tuple[BuildingTold, ...]


def point_of(asked: PointAsked) -> Point:
    """The point."""
    return Point(latitude=asked.latitude, longitude=asked.longitude)


def stop_of(asked: StopAsked, path: str) -> Stop:
    """The stop; refusals name the field from `path` down."""
    with under(path):
        return Stop(
            name=asked.name,
            point=point_of(asked.point),
            building_id=BuildingId(asked.building_id) if asked.building_id else None,
            detail=asked.detail,
            contact=_contact_of(asked.contact) if asked.contact else None,
        )


def _contact_of(asked: ContactAsked) -> Contact:
    with under("contact"):
        return Contact(name=asked.name, phone=e164(asked.phone))


def tell_point(point: Point) -> PointTold:
    """The point as it is told."""
    return PointTold(latitude=point.latitude, longitude=point.longitude)


def tell_stop(stop: Stop) -> StopTold:
    """The stop as it is told: what this viewer may not see is blank in it already."""
    contact = stop.contact
    return StopTold(
        name=stop.name,
        point=tell_point(stop.point),
        building_id=stop.building_id,
        detail=stop.detail,
        contact=ContactTold(name=contact.name, phone=contact.phone) if contact else None,
    )


def tell_distance(distance: Distance) -> DistanceTold:
    """The distance as it is told."""
    return DistanceTold(metres=distance.metres, is_estimated=distance.estimated)


def tell_building(building: Building) -> BuildingTold:
    """The building as it is told."""
    return BuildingTold(
        id=building.id,
        name=building.name,
        kind=building.kind,
        point=tell_point(building.point),
        admits=building.admits,
    )


def tell_campus(campus: Campus) -> CampusTold:
    """The campus in one line."""
    return CampusTold(id=campus.id, name=campus.name, time_zone=campus.time_zone, is_open=campus.open)


def tell_whole_campus(campus: Campus) -> CampusWholeTold:
    """The campus with all that members may know."""
    return CampusWholeTold(
        id=campus.id,
        name=campus.name,
        time_zone=campus.time_zone,
        is_open=campus.open,
        boundary=tuple(map(tell_point, campus.boundary)),
        buildings=tuple(map(tell_building, campus.buildings)),
        policy=_tell_policy(campus.policy),
    )


def _tell_policy(policy: Policy) -> PolicyTold:
    tariff, withdrawals = policy.tariff, policy.withdrawals
    return PolicyTold(
        categories=policy.categories,
        base_fen=tariff.base.fen,
        included_metres=tariff.included_metres,
        tip_most_fen=tariff.tip_most.fen,
        goods_advance_most_fen=tariff.goods_advance_most.fen,
        weight_most_grams=tariff.weight_most_grams,
        quote_life_seconds=int(policy.quote_life.total_seconds()),
        pay_within_seconds=int(policy.pay_within.total_seconds()),
        open_for_seconds=int(policy.open_for.total_seconds()),
        arrive_within_seconds=int(policy.arrive_within.total_seconds()),
        arrival_radius_metres=policy.arrival_radius_metres,
        cancel_free_for_seconds=int(policy.cancel_free_for.total_seconds()),
        cancel_fee_fen=policy.cancel_fee.fen,
        complete_after_seconds=int(policy.complete_after.total_seconds()),
        dispute_within_seconds=int(policy.dispute_within.total_seconds()),
        review_within_seconds=int(policy.review_within.total_seconds()),
        open_orders_most=policy.open_orders_most,
        credit_floor=policy.credit.floor,
        withdrawal_least_fen=withdrawals.least.fen,
        withdrawal_most_per_day_fen=withdrawals.most_per_day.fen,
    )
