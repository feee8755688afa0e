"""Reviews in SQL."""

from typing import Final

from attrs import frozen
from sqlalchemy import BigInteger, bindparam, cast, func, select, update

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import NEWEST, every, only
from adapters.sql.rows.words import READ_REVIEW, review_from_row, review_row
from adapters.sql.statements import Statement
from adapters.sql.tables.ordering import REVIEWS
from adapters.sql.writes import Add, Change, Write
from errand_domain.ids import MemberId, OrderId, ReviewId
from errand_domain.ports.reviews import Rating, Reviews
from errand_domain.review.review import Review

_GET: Final = Statement(select(*READ_REVIEW).where(REVIEWS.c.id == bindparam("review")))
_OF_ORDER: Final = Statement(
    select(*READ_REVIEW).where(REVIEWS.c.order_id == bindparam("order")).order_by(REVIEWS.c.id)
)
_OF_SUBJECT: Final = Statement(
    select(*READ_REVIEW)
    .where(REVIEWS.c.subject_id == bindparam("subject"), REVIEWS.c.id < bindparam("before"))
    .order_by(REVIEWS.c.id.desc())
    .limit(bindparam("limit"))
)
_RATING: Final = Statement(
    select(func.count(), cast(func.coalesce(func.sum(REVIEWS.c.stars), 0), BigInteger)).where(
        REVIEWS.c.subject_id == bindparam("subject")
    )
)

_HIDE: Final = Statement(
    update(REVIEWS)
    .where(REVIEWS.c.id == bindparam("old_id"))
    .values(text=bindparam("new_text", type_=REVIEWS.c.text.type))
)


@frozen
class SqlReviews(Reviews):
    """Reviews in SQL; a unique key lets each side write one."""

    driver: Driver
    writes: list[Write]

    async def get(self, review_id: ReviewId) -> Review:
        """The review as committed; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"review": review_id}), review_from_row, "review")

    async def of_order(self, order_id: OrderId) -> tuple[Review, ...]:
        """Both reviews of the order, as far as written."""
        return every(await self.driver.fetch(_OF_ORDER, {"order": order_id}), review_from_row)

    async def of_subject(self, member_id: MemberId, *, before: ReviewId | None, limit: int) -> tuple[Review, ...]:
        """What was said of the member, newest first."""
        parameters = {"subject": member_id, "before": before or NEWEST, "limit": limit}
        return every(await self.driver.fetch(_OF_SUBJECT, parameters), review_from_row)

    async def rating(self, member_id: MemberId) -> Rating:
        """How the member was rated."""
        rows = await self.driver.fetch(_RATING, {"subject": member_id})
        return Rating(count=int(rows[0][0]), stars=int(rows[0][1]))

    def add(self, review: Review) -> None:
        """A new review; a second one of that side is `AlreadyReviewed`."""
        self.writes.append(Add(table=REVIEWS, row=review_row(review), key=review.id))

    def hide_text(self, review_id: ReviewId) -> None:
        """Empty its text."""
        self.writes.append(
            Change(
                statement=_HIDE,
                parameters={"old_id": review_id, "new_text": ""},
                table_name=REVIEWS.name,
                key=review_id,
            )
        )
