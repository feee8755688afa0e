"""Reviews in memory."""

from attrs import evolve

from adapters.memory.access import Access
from adapters.memory.pages import newest_first
from adapters.memory.tables import Tables, found, insert
from errand_domain.ids import MemberId, OrderId, ReviewId
from errand_domain.ports.reviews import Rating, Reviews
from errand_domain.review.review import AlreadyReviewed, Review


class MemoryReviews(Reviews):
    """Reviews in memory; each side of an order writes one."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, review_id: ReviewId) -> Review:
        """The review as committed; raises `Missing`."""
        return found((await self._access.look()).reviews.get(review_id), "review")

    async def of_order(self, order_id: OrderId) -> tuple[Review, ...]:
        """Both reviews of the order, as far as written."""
        tables = await self._access.look()
        mine = (review for review in tables.reviews if review.order_id == order_id)
        return tuple(sorted(mine, key=lambda review: review.id))

    async def of_subject(self, member_id: MemberId, *, before: ReviewId | None, limit: int) -> tuple[Review, ...]:
        """What was said of the member, newest first."""
        tables = await self._access.look()
        said = (review for review in tables.reviews if review.subject_id == member_id)
        return newest_first(said, lambda review: review.id, before=before, limit=limit)

    async def rating(self, member_id: MemberId) -> Rating:
        """How the member was rated."""
        tables = await self._access.look()
        stars = [review.stars for review in tables.reviews if review.subject_id == member_id]
        return Rating(count=len(stars), stars=sum(stars))

    def add(self, review: Review) -> None:
        """A new review; `AlreadyReviewed` where that side has written one."""

        def write(tables: Tables) -> None:
            side = (review.order_id, review.author_id)
            if any((other.order_id, other.author_id) == side for other in tables.reviews):
                raise AlreadyReviewed
            insert(tables.reviews, review.id, review, "review")

        self._access.gather(write)

    def hide_text(self, review_id: ReviewId) -> None:
        """Empty its text."""

        def write(tables: Tables) -> None:
            review = tables.reviews.get(review_id)
            if review is not None:
                tables.reviews.put(review_id, evolve(review, text=""))

        self._access.gather(write)
