"""The promises of the ports of campuses, disputes, reviews and the audit record."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest
from anyio import fail_after, sleep
from attrs import evolve
from hypothesis import given

from errand_domain.campus import Campus
from errand_domain.dispute.dispute import Dispute
from errand_domain.errors import Missing, Stale
from errand_domain.ids import CampusId, DisputeId, MemberId, OrderId, ReviewId
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.reviews import Rating
from errand_domain.ports.transaction import Transaction
from errand_domain.review.review import AlreadyReviewed, Review
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES, Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.strategies.campuses import campuses
from errand_domain.testing.strategies.people import disputes, reviews

NOW = examples.NOW
SECOND = timedelta(seconds=1)
OLDEST_COPY_SECONDS = 15  # "a few seconds old" is allowed; a quarter of a minute is not a few


class CampusesContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=campuses())
    async def test_a_campus_is_read_as_written(self, database: Database, drawn: Campus) -> None:
        campus = evolve(drawn, id=CampusId(examples.fresh()))
        await commit(database, partial(_found, campus))
        async with database.begin() as tx:
            assert await tx.campuses.get(campus.id) == campus

    async def test_a_campus_that_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.campuses.get(CampusId(examples.fresh()))

    async def test_every_campus_is_listed_by_name(self, database: Database) -> None:
        made = {name: examples.campus(name) for name in ("Minhang", "Fengxian", "Xuhui")}
        await commit(database, *(partial(_found, campus) for campus in made.values()))
        listed = tuple(made[name] for name in sorted(made))
        await _until(database, lambda tx: tx.campuses.every(), listed)

    async def test_a_saved_campus_is_seen_within_a_few_seconds(self, database: Database) -> None:
        campus = examples.campus()
        await commit(database, partial(_found, campus))
        async with database.begin() as tx:
            assert await tx.campuses.get(campus.id) == campus
        closed = evolve(campus, open=False, version=2)
        await commit(database, lambda tx: tx.campuses.save(closed))
        await _until(database, lambda tx: tx.campuses.get(campus.id), closed)

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        campus = examples.campus()
        await commit(database, partial(_found, campus))
        after = [evolve(campus, name=f"校区 {n}", version=2) for n in range(10)]
        results = await all_at_once([partial(commit, database, partial(_found_again, each)) for each in after])
        assert refusals(results) == [Stale] * 9


class DisputesContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=disputes())
    async def test_a_dispute_is_read_as_written(self, database: Database, drawn: Dispute) -> None:
        dispute = evolve(drawn, id=DisputeId(examples.fresh()), order_id=OrderId(examples.fresh()))
        await commit(database, partial(_object, dispute))
        async with database.begin() as tx:
            assert await tx.disputes.get(dispute.id) == dispute
            assert await tx.disputes.of_order(dispute.order_id) == dispute

    async def test_a_dispute_that_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.disputes.get(DisputeId(examples.fresh()))
            assert await tx.disputes.of_order(OrderId(examples.fresh())) is None

    async def test_an_order_is_disputed_once(self, database: Database) -> None:
        order_id = OrderId(examples.fresh())
        rivals = [examples.dispute(order_id=order_id) for _ in range(10)]
        results = await all_at_once([partial(commit, database, partial(_object, rival)) for rival in rivals])
        assert refusals(results) == [Stale] * 9
        async with database.begin() as tx:
            assert await tx.disputes.of_order(order_id) in rivals

    async def test_at_campus_lists_the_named_states_oldest_first(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        made = [evolve(examples.dispute(campus_id=campus_id), opened_at=NOW + n * SECOND) for n in (2, 0, 1)]
        await commit(database, *(partial(_object, dispute) for dispute in (*made, examples.dispute())))
        async with database.begin() as tx:
            hearing = await tx.disputes.at_campus(campus_id, states=("hearing", "proposed"), limit=10)
            assert hearing == (made[1], made[2], made[0])
            assert await tx.disputes.at_campus(campus_id, states=("hearing",), limit=1) == (made[1],)
            assert await tx.disputes.at_campus(campus_id, states=("decided",), limit=10) == ()

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        dispute = examples.dispute()
        await commit(database, partial(_object, dispute))
        after = [evolve(dispute, statements=dispute.statements * n, version=2) for n in range(12)]
        results = await all_at_once([partial(commit, database, partial(_object_again, each)) for each in after])
        assert refusals(results) == [Stale] * 11


class ReviewsContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=reviews())
    async def test_a_review_is_read_as_written(self, database: Database, drawn: Review) -> None:
        review = evolve(drawn, id=ReviewId(examples.fresh()), order_id=OrderId(examples.fresh()))
        await commit(database, partial(_review, review))
        async with database.begin() as tx:
            assert await tx.reviews.of_order(review.order_id) == (review,)
            assert await tx.reviews.get(review.id) == review
            with pytest.raises(Missing):
                await tx.reviews.get(ReviewId(examples.fresh()))

    async def test_both_sides_review_once_each(self, database: Database) -> None:
        order_id, one, other = OrderId(examples.fresh()), MemberId(examples.fresh()), MemberId(examples.fresh())
        first = examples.review(order_id=order_id, author_id=one, subject_id=other)
        second = examples.review(order_id=order_id, author_id=other, subject_id=one)
        await commit(database, partial(_review, first))
        await commit(database, partial(_review, second))
        with pytest.raises(AlreadyReviewed):
            await commit(database, partial(_review, evolve(first, id=ReviewId(examples.fresh()), stars=1)))
        async with database.begin() as tx:
            assert set(await tx.reviews.of_order(order_id)) == {first, second}

    async def test_of_many_reviews_of_one_side_at_once_one_counts(self, database: Database) -> None:
        order_id, author_id, subject_id = OrderId(examples.fresh()), *(MemberId(examples.fresh()) for _ in "ab")
        rivals = [examples.review(order_id=order_id, author_id=author_id, subject_id=subject_id) for _ in range(10)]
        results = await all_at_once([partial(commit, database, partial(_review, rival)) for rival in rivals])
        assert refusals(results) == [AlreadyReviewed] * 9
        async with database.begin() as tx:
            assert (await tx.reviews.rating(subject_id)).count == 1

    async def test_what_was_said_of_a_member_is_newest_first(self, database: Database) -> None:
        subject_id = MemberId(examples.fresh())
        made = [examples.review(subject_id=subject_id) for _ in range(5)]
        await commit(database, *(partial(_review, each) for each in (*made[::-1], examples.review())))
        async with database.begin() as tx:
            first = await tx.reviews.of_subject(subject_id, before=None, limit=3)
            assert first == tuple(made[:1:-1])
            assert await tx.reviews.of_subject(subject_id, before=first[-1].id, limit=3) == (made[1], made[0])

    async def test_the_rating_counts_and_sums(self, database: Database) -> None:
        subject_id = MemberId(examples.fresh())
        async with database.begin() as tx:
            assert await tx.reviews.rating(subject_id) == Rating(count=0, stars=0)
        made = [examples.review(subject_id=subject_id, stars=stars) for stars in (1, 5, 3)]
        await commit(database, *(partial(_review, each) for each in (*made, examples.review(stars=4))))
        async with database.begin() as tx:
            assert await tx.reviews.rating(subject_id) == Rating(count=3, stars=9)

    async def test_a_hidden_text_is_gone_and_its_stars_stay(self, database: Database) -> None:
        review, other = examples.review(stars=2), examples.review()
        await commit(database, partial(_review, review))
        await commit(database, partial(_review, other))
        for hidden in (review.id, review.id, ReviewId(examples.fresh())):
            await commit(database, partial(_hide, hidden))
        async with database.begin() as tx:
            assert await tx.reviews.of_order(review.order_id) == (evolve(review, text=""),)
            assert await tx.reviews.of_order(other.order_id) == (other,)
            assert (await tx.reviews.rating(review.subject_id)).stars == 2


class AuditContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_what_was_recorded_is_read_newest_first(self, database: Database) -> None:
        lines = [_line("order:1", seconds) for seconds in (2, 0, 1)]
        machine = evolve(_line("order:2", 0), actor_id=None, campus_id=None, detail="")
        await commit(database, *(partial(_record, line) for line in (*lines, machine)))
        async with database.begin() as tx:
            assert await tx.audit.of_subject("order:1", limit=10) == (lines[0], lines[2], lines[1])
            assert await tx.audit.of_subject("order:1", limit=1) == (lines[0],)
            assert await tx.audit.of_subject("order:2", limit=10) == (machine,)
            assert await tx.audit.of_subject("order:3", limit=10) == ()

    async def test_the_same_look_twice_is_two_lines(self, database: Database) -> None:
        line = _line("runner:1", 0)
        await commit(database, partial(_record, line), partial(_record, line))
        await commit(database, partial(_record, line), partial(_record, evolve(line, action="approve")))
        async with database.begin() as tx:
            assert await tx.audit.count("runner:1", line.action) == 3
            assert await tx.audit.count("runner:2", line.action) == 0
            assert len(await tx.audit.of_subject("runner:1", limit=10)) == 4

    async def test_a_line_is_written_with_what_it_is_about_or_not_at_all(self, database: Database) -> None:
        order = examples.order()
        async with database.begin() as tx:
            tx.audit.record(_line("order:4", 0))
            tx.orders.save(evolve(order, version=2), examples.tip())
            with pytest.raises(Stale):
                await tx.commit()
        async with database.begin() as tx:
            assert await tx.audit.of_subject("order:4", limit=10) == ()


def _line(subject: str, seconds: int) -> AuditLine:
    return AuditLine(
        at=NOW + seconds * SECOND,
        actor_id=MemberId(examples.fresh()),
        campus_id=CampusId(examples.fresh()),
        action="see_documents",
        subject=subject,
        detail="查看了学生证照片 🪪",
    )


async def _until(database: Database, read: Callable[[Transaction], Awaitable[object]], expected: object) -> None:
    """Read until it is so: the first time where nothing is copied, soon where something is."""
    with fail_after(OLDEST_COPY_SECONDS):
        while True:
            async with database.begin() as tx:
                if await read(tx) == expected:
                    return
            await sleep(0.05)


def _found(campus: Campus, tx: Transaction) -> None:
    tx.campuses.add(campus)


def _found_again(campus: Campus, tx: Transaction) -> None:
    tx.campuses.save(campus)


def _object(dispute: Dispute, tx: Transaction) -> None:
    tx.disputes.add(dispute)


def _object_again(dispute: Dispute, tx: Transaction) -> None:
    tx.disputes.save(dispute)


def _review(review: Review, tx: Transaction) -> None:
    tx.reviews.add(review)


def _hide(review_id: ReviewId, tx: Transaction) -> None:
    tx.reviews.hide_text(review_id)


def _record(line: AuditLine, tx: Transaction) -> None:
    tx.audit.record(line)
