"""Reviews."""

from abc import abstractmethod
from typing import Protocol

from attrs import frozen

from errand_domain.ids import MemberId, OrderId, ReviewId
from errand_domain.review.review import Review


@frozen(kw_only=True)
class Rating:
    """How a member was rated: how often, and the sum of the stars."""

    count: int
    stars: int


class Reviews(Protocol):
    """All reviews. Each side of an order writes one."""

    @abstractmethod
    async def get(self, review_id: ReviewId) -> Review:
        """The review as committed; raises `Missing`."""

    @abstractmethod
    async def of_order(self, order_id: OrderId) -> tuple[Review, ...]:
        """Both reviews of the order, as far as written."""

    @abstractmethod
    async def of_subject(self, member_id: MemberId, *, before: ReviewId | None, limit: int) -> tuple[Review, ...]:
        """What was said of the member, newest first."""

    @abstractmethod
    async def rating(self, member_id: MemberId) -> Rating:
        """How the member was rated."""

    @abstractmethod
    def add(self, review: Review) -> None:
        """A new review; `commit()` raises `AlreadyReviewed` where that side has written one."""

    @abstractmethod
    def hide_text(self, review_id: ReviewId) -> None:
        """Nobody reads its text any more; stars and tags stay. Of a review that is not there, nothing is hidden."""
