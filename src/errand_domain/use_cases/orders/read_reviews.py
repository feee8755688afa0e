"""What is said of members, and how they are rated."""

from datetime import datetime

from attrs import frozen

from errand_domain.ids import MemberId, OrderId, ReviewId
from errand_domain.order.actions import relation_of
from errand_domain.permissions import check
from errand_domain.ports.reviews import Rating
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.review.review import Tag, counterpart


@frozen(kw_only=True)
class Said:
    """One review as others read it: not by whom, and not about which order."""

    id: ReviewId
    stars: int
    tags: tuple[Tag, ...]
    text: str
    at: datetime


@frozen(kw_only=True)
class ReadReviews:
    """The parties of an order read what was said of each other; everybody reads what was said of themselves."""

    begin: Begin

    async def __call__(self, member_id: MemberId, *, before: ReviewId | None, limit: int) -> tuple[Said, ...]:
        """What was said of the member who asks, newest first."""
        check("read_own_reviews", member_id, relation="self")
        async with self.begin() as tx:
            return await _said(tx, member_id, before=before, limit=limit)

    async def of_counterpart(
        self, order_id: OrderId, member_id: MemberId, *, before: ReviewId | None, limit: int
    ) -> tuple[Said, ...]:
        """What was said of the other party of that order; to anybody but its two parties it is not there."""
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            relation = relation_of(order, member_id)
            check("read_reviews_of_other_party", member_id, relation=relation, of="order")
            subject = counterpart(member_id, requester_id=order.requester_id, runner_id=order.runner_id)
            return await _said(tx, subject, before=before, limit=limit)


@frozen(kw_only=True)
class ReadRating:
    """Any member sees how another was rated on the whole."""

    begin: Begin

    async def __call__(self, member_id: MemberId, viewer_id: MemberId) -> Rating:
        """The rating; raises `Missing` for a member who is not there."""
        check("see_ratings", viewer_id)
        async with self.begin() as tx:
            await tx.members.get(member_id)
            return await tx.reviews.rating(member_id)


async def _said(tx: Transaction, subject: MemberId, *, before: ReviewId | None, limit: int) -> tuple[Said, ...]:
    found = await tx.reviews.of_subject(subject, before=before, limit=limit)
    return tuple(Said(id=r.id, stars=r.stars, tags=r.tags, text=r.text, at=r.at) for r in found)
