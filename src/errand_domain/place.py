"""Points, stops and distances on a campus. Coordinates are GCJ-02, the datum of Tencent Maps."""

import re
from math import asin, cos, isfinite, radians, sin, sqrt
from typing import Final

from attrs import Attribute, field, frozen, validators

from errand_domain.errors import InvalidField
from errand_domain.ids import BuildingId
from errand_domain.text import Validator, line

EARTH_RADIUS_METRES: Final = 6_371_008.8
_E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def _degrees(limit: float) -> Validator:
    def check(_: object, attribute: "Attribute[float]", value: object) -> None:
        if type(value) not in (int, float) or not isfinite(value) or abs(value) > limit:  # type: ignore[arg-type]  # narrowed by the first test
            raise InvalidField(attribute.name, f"must be from -{limit:g} to {limit:g} degrees")

    return check


def _telephone(_: object, attribute: "Attribute[str]", value: object) -> None:
    if type(value) is not str or not _E164.fullmatch(value):
        raise InvalidField(attribute.name, "must be a telephone number in E.164, as +8613800000000")


@frozen(kw_only=True)
class Point:
    """A position in degrees, GCJ-02."""

    latitude: float = field(validator=_degrees(90))
    longitude: float = field(validator=_degrees(180))

    def metres_to(self, other: "Point") -> int:
        """Great-circle distance in whole metres (haversine)."""
        a, b = radians(self.latitude), radians(other.latitude)
        half = sin((b - a) / 2) ** 2
        half += cos(a) * cos(b) * sin(radians(other.longitude - self.longitude) / 2) ** 2
        return round(2 * EARTH_RADIUS_METRES * asin(sqrt(min(half, 1))))


@frozen(kw_only=True)
class Contact:
    """Whom to call at a stop. Seen by the two parties of a live order and by nobody else."""

    name: str = field(repr=False, validator=line(most=20))
    phone: str = field(repr=False, validator=_telephone)


@frozen(kw_only=True)
class Stop:
    """Where an errand picks up or drops off.

    `name` is public and shown in the hall; `detail` (room, shelf, locker) and `contact` are not.
    """

    name: str = field(validator=line(most=60))
    point: Point
    building_id: BuildingId | None = None
    detail: str = field(default="", repr=False, validator=line(least=0, most=80))
    contact: Contact | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Distance:
    """How far it is to go, and whether a map said so or we estimated it."""

    metres: int = field(validator=validators.ge(0))
    estimated: bool
