"""Say what it was like."""

from attrs import frozen

from errand_domain.ids import MemberId, OrderId, ReviewId
from errand_domain.order.actions import relation_of
from errand_domain.order.states import Completed, Resolved
from errand_domain.permissions import check
from errand_domain.ports.content import ContentCheck
from errand_domain.ports.outside import Clock, Ids
from errand_domain.ports.transaction import Begin
from errand_domain.review.review import STARS_MOST, Review, Tag, check_time, counterpart
from errand_domain.use_cases.content.judging import Published, author_of, doubt_about, open_case
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.orders.crediting import move_credit


@frozen(kw_only=True)
class ReviewOrder:
    """Each side of an ended order reviews the other once; five stars are good for a runner's credit."""

    begin: Begin
    clock: Clock
    ids: Ids
    content: ContentCheck

    @decided_anew_when_stale
    async def __call__(
        self, order_id: OrderId, member_id: MemberId, *, stars: int, tags: tuple[Tag, ...], text: str
    ) -> Review:
        """The review; raises `AlreadyReviewed`, `ReviewTooEarly` or `ReviewTooLate`."""
        now = self.clock.now()
        author = await author_of(self.begin, member_id)
        doubt = await doubt_about(text, "review", author, content=self.content)
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            # Judging takes a while, and nobody takes away the words of somebody who has left meanwhile.
            author = await tx.members.get(member_id)
            check("review", author, relation=relation_of(order, member_id), of="order")
            subject = counterpart(member_id, requester_id=order.requester_id, runner_id=order.runner_id)
            policy = (await tx.campuses.get(order.campus_id)).policy
            state = order.state
            ended = state.completed_at if isinstance(state, Completed) else None
            ended = state.resolved_at if isinstance(state, Resolved) else ended
            check_time(ended, within=policy.review_within, at=now)
            review = Review(
                id=ReviewId(self.ids.new()),
                order_id=order.id,
                author_id=member_id,
                subject_id=subject,
                stars=stars,
                tags=tags,
                text=text,
                at=now,
            )
            tx.reviews.add(review)
            if doubt is not None:
                published = Published(
                    campus_id=order.campus_id, author_id=member_id, kind="review", subject=review.id, quote=text
                )
                open_case(tx, self.ids, published, doubt, at=now)
            if stars == STARS_MOST and subject == order.runner_id:
                await move_credit(tx, subject, order, "five_stars", policy, at=now)
            await tx.commit()
        return review
