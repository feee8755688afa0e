"""A review: one to five stars, tags and a text; once by each side, for a week after the end."""

from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from attrs import field, frozen

from errand_domain.errors import Conflict, InvalidField, Missing
from errand_domain.ids import MemberId, OrderId, ReviewId
from errand_domain.text import paragraph

Tag = Literal["fast", "careful", "friendly", "on_time", "clear_terms", "slow", "careless", "rude", "wrong_terms"]
TAGS: Final[tuple[Tag, ...]] = get_args(Tag)
STARS_MOST: Final = 5


@frozen(str=False)
class AlreadyReviewed(Conflict):
    """Each side reviews an order once."""

    code = "review.already"
    sentence = "你已经评价过了"


@frozen(str=False)
class ReviewTooLate(Conflict):
    """The week for reviews is over."""

    code = "review.too_late"
    sentence = "已超过评价时间"


@frozen(str=False)
class ReviewTooEarly(Conflict):
    """Only an ended order is reviewed."""

    code = "review.too_early"
    sentence = "订单完成后才能评价"


@frozen(kw_only=True)
class Review:
    """What one party says of the other about one order."""

    id: ReviewId
    order_id: OrderId
    author_id: MemberId
    subject_id: MemberId
    stars: int
    tags: tuple[Tag, ...] = ()
    text: str = field(default="", validator=paragraph(most=300))
    at: datetime

    def __attrs_post_init__(self) -> None:
        """Refuse stars outside 1 to 5 and repeated tags."""
        if type(self.stars) is not int or not 1 <= self.stars <= STARS_MOST:
            raise InvalidField("stars", "must be from 1 to 5")
        if len(set(self.tags)) != len(self.tags):
            raise InvalidField("tags", "must not repeat")


def counterpart(author_id: MemberId, *, requester_id: MemberId, runner_id: MemberId | None) -> MemberId:
    """Who is reviewed when that member reviews; `Missing` unless they are one of the two."""
    if runner_id is not None and author_id == requester_id:
        return runner_id
    if author_id == runner_id:
        return requester_id
    raise Missing("order")


def check_time(ended_at: datetime | None, *, within: timedelta, at: datetime) -> None:
    """Raise unless the order has ended, and not too long ago."""
    if ended_at is None:
        raise ReviewTooEarly
    if at > ended_at + within:
        raise ReviewTooLate
