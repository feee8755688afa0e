"""What a requester asks for."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from attrs import Attribute, field, frozen

from errand_domain.campus import Admits, Gender
from errand_domain.errors import InvalidField
from errand_domain.money import NOTHING, Money
from errand_domain.place import Stop
from errand_domain.policy import Category
from errand_domain.text import line, paragraph

HandoverPlace = Literal["door", "gate"]
_HOUSE_GENDERS: Final[dict[Admits, Gender]] = {"women": "female", "men": "male"}


def aware(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """A moment with a time zone; a naive one would mean another instant on another server."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidField(attribute.name, "must be a time with its offset")


@frozen(kw_only=True)
class Window:
    """When the errand is wanted: from `earliest` until `latest`."""

    earliest: datetime = field(validator=aware)
    latest: datetime = field(validator=aware)

    def __attrs_post_init__(self) -> None:
        """Refuse a window that is empty or longer than a week."""
        if not timedelta(0) < self.latest - self.earliest <= timedelta(days=7):
            raise InvalidField("latest", "must be after earliest, within a week of it")


@frozen(kw_only=True)
class Handover:
    """Where the item changes hands, and who may therefore carry it.

    `admits` is the house rule of the building at the moment of publishing; `runner_gender` is
    what the requester asks for beyond it.
    """

    place: HandoverPlace = "gate"
    admits: Admits = "anyone"
    runner_gender: Gender | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a handover at a door that nobody, or nobody who is wanted, may reach."""
        if self.place == "door" and self.admits == "nobody":
            raise InvalidField("handover", "nobody may deliver to the door of this building")
        if self.runner_gender is not None and self._house_gender not in (None, self.runner_gender):
            raise InvalidField("handover", "the house rule does not let such a runner in")

    @property
    def _house_gender(self) -> Gender | None:
        if self.place == "gate" or self.admits not in _HOUSE_GENDERS:
            return None
        return _HOUSE_GENDERS[self.admits]

    @property
    def required_gender(self) -> Gender | None:
        """The only gender that may carry it, by house rule or by wish; `None` where anyone may."""
        return self.runner_gender or self._house_gender

    def allows(self, gender: Gender | None) -> bool:
        """Whether a runner of that self-declared gender may carry it."""
        return self.required_gender in (None, gender)


@frozen(kw_only=True)
class Terms:
    """The content of an order. `pickup_code` is secret until somebody has accepted."""

    category: Category
    pickup: Stop
    dropoff: Stop
    item: str = field(validator=line(most=80))
    weight_grams: int = 1_000
    note: str = field(default="", validator=paragraph(most=300))
    window: Window
    handover: Handover = Handover()
    pickup_code: str = field(default="", repr=False, validator=line(least=0, most=40))
    goods_advance: Money = NOTHING

    def __attrs_post_init__(self) -> None:
        """Refuse goods money outside a purchase, a purchase without it, and weights below one gram."""
        if bool(self.goods_advance) != (self.category == "purchase"):
            raise InvalidField("goods_advance", "is for a purchase, and a purchase needs it")
        if type(self.weight_grams) is not int or self.weight_grams < 1:
            raise InvalidField("weight_grams", "must be at least 1 gram")
