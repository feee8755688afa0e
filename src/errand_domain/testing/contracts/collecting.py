"""The promises of the ports of attempts and refunds."""

from datetime import timedelta
from functools import partial

import pytest
from attrs import evolve
from hypothesis import given

from errand_domain.errors import Missing, Stale
from errand_domain.ids import AttemptId, CampusId, MemberId, OrderId
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.payment.attempt import Attempt, Closed, ClosedAtProvider, Unknown
from errand_domain.payment.refund import Abnormal, Processing, Refund, RefundClosed, Refunded, RefundState, Requested
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES, Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.strategies.payments import attempts, refunds

NOW = examples.NOW
SECOND = timedelta(seconds=1)


class AttemptsContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=attempts())
    async def test_an_attempt_is_read_as_written(self, database: Database, drawn: Attempt) -> None:
        attempt = evolve(drawn, id=AttemptId(examples.fresh()), order_id=OrderId(examples.fresh()))
        await commit(database, lambda tx: tx.attempts.add(attempt))
        async with database.begin() as tx:
            assert await tx.attempts.get(attempt.id) == attempt
            assert await tx.attempts.of_order(attempt.order_id) == (attempt,)

    async def test_an_attempt_that_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.attempts.get(AttemptId(examples.fresh()))
            assert await tx.attempts.of_order(OrderId(examples.fresh())) == ()

    async def test_attempts_of_an_order_are_oldest_first(self, database: Database) -> None:
        order_id = OrderId(examples.fresh())
        closed = Closed(closed_at=NOW)
        made = [
            evolve(examples.attempt(order_id=order_id), state=closed, created_at=NOW + n * SECOND) for n in (2, 0, 1)
        ]
        await commit(database, *(partial(_try, attempt) for attempt in (*made, examples.attempt())))
        async with database.begin() as tx:
            assert await tx.attempts.of_order(order_id) == (made[1], made[2], made[0])

    async def test_an_order_has_one_open_attempt_for_each_purpose(self, database: Database) -> None:
        first = examples.attempt()
        tip = evolve(examples.attempt(order_id=first.order_id), purpose="tip")
        await commit(database, partial(_try, first), partial(_try, tip))
        another = examples.attempt(order_id=first.order_id)
        with pytest.raises(Stale):
            await commit(database, partial(_try, another))
        closed = first.apply(ClosedAtProvider(at=NOW))
        await commit(database, lambda tx: tx.attempts.save(closed))
        await commit(database, partial(_try, another))
        async with database.begin() as tx:
            assert {attempt.id for attempt in await tx.attempts.of_order(first.order_id)} == {
                first.id,
                tip.id,
                another.id,
            }

    async def test_of_many_open_attempts_made_at_once_one_is_kept(self, database: Database) -> None:
        order_id = OrderId(examples.fresh())
        made = [examples.attempt(order_id=order_id) for _ in range(10)]
        assert (
            refusals(await all_at_once([partial(commit, database, partial(_try, one)) for one in made])) == [Stale] * 9
        )

    async def test_a_save_that_is_not_one_version_on_is_stale(self, database: Database) -> None:
        attempt = examples.attempt()
        with pytest.raises(Stale):
            await commit(database, lambda tx: tx.attempts.save(evolve(attempt, version=2)))
        await commit(database, lambda tx: tx.attempts.add(attempt))
        for version in (1, 3):
            with pytest.raises(Stale):
                await commit(database, partial(_retry, evolve(attempt, version=version)))

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        attempt = examples.attempt()
        await commit(database, lambda tx: tx.attempts.add(attempt))
        after = [evolve(attempt, version=2, state=Unknown(since=NOW, queries=n)) for n in range(11)]
        after.append(evolve(attempt, version=2, state=Closed(closed_at=NOW)))
        results = await all_at_once([partial(commit, database, partial(_retry, each)) for each in after])
        assert refusals(results) == [Stale] * 11
        async with database.begin() as tx:
            assert await tx.attempts.get(attempt.id) in after


class RefundsContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=refunds())
    async def test_a_refund_is_read_as_written(self, database: Database, drawn: Refund) -> None:
        own = examples.refund()
        refund = evolve(drawn, number=own.number, attempt_id=own.attempt_id, order_id=own.order_id)
        await commit(database, lambda tx: tx.refunds.add(refund))
        async with database.begin() as tx:
            assert await tx.refunds.get(refund.number) == refund
            assert await tx.refunds.of_order(refund.order_id) == (refund,)

    async def test_a_refund_that_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.refunds.get(examples.refund().number)

    async def test_a_number_is_used_once(self, database: Database) -> None:
        refund = examples.refund()
        await commit(database, lambda tx: tx.refunds.add(refund))
        with pytest.raises(Stale):
            await commit(database, lambda tx: tx.refunds.add(evolve(refund, amount=Money(1))))
        async with database.begin() as tx:
            assert await tx.refunds.get(refund.number) == refund

    async def test_of_many_who_ask_under_one_number_one_does(self, database: Database) -> None:
        refund = examples.refund()
        asking = [partial(commit, database, partial(_refund, evolve(refund, amount=Money(n)))) for n in range(1, 11)]
        assert refusals(await all_at_once(asking)) == [Stale] * 9

    async def test_refunds_of_an_order_are_oldest_first(self, database: Database) -> None:
        paid = examples.attempt()
        made = [
            evolve(examples.refund(paid, fen=10, nth=n + 1), requested_at=NOW + seconds * SECOND)
            for n, seconds in enumerate((2, 0, 1))
        ]
        await commit(database, *(partial(_refund, refund) for refund in (*made, examples.refund())))
        async with database.begin() as tx:
            assert await tx.refunds.of_order(paid.order_id) == (made[1], made[2], made[0])

    async def test_what_a_member_is_owed_is_oldest_first_and_ends_with_the_payers_having_it(
        self, database: Database
    ) -> None:
        order, other = examples.order(), examples.order()
        paid = examples.attempt(order_id=order.id)
        stuck = Abnormal(since=NOW, advice="换卡重试")
        unpaid: tuple[RefundState, ...] = (Requested(), Processing(refund_id="1"), stuck)
        ended: tuple[RefundState, ...] = (Refunded(refunded_at=NOW), RefundClosed(closed_at=NOW))
        owed = [
            evolve(examples.refund(paid, nth=n), requested_at=NOW - n * SECOND, state=state)
            for n, state in enumerate(unpaid, start=1)
        ]
        over = [
            evolve(examples.refund(paid, nth=n), state=state, query_at=None) for n, state in enumerate(ended, start=4)
        ]
        elsewhere = examples.refund(examples.attempt(order_id=other.id))
        await commit(database, *(partial(_ordered, each) for each in (order, other)))
        await commit(database, *(partial(_refund, refund) for refund in (*owed, *over, elsewhere)))
        async with database.begin() as tx:
            assert await tx.refunds.owed_to(order.requester_id, limit=9) == tuple(reversed(owed))
            assert await tx.refunds.owed_to(order.requester_id, limit=1) == (owed[2],)
            assert await tx.refunds.owed_to(MemberId(examples.fresh()), limit=9) == ()

    async def test_abnormal_lists_what_waits_for_a_person_oldest_first(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        stuck = Abnormal(since=NOW, advice="换卡重试")
        made = [
            evolve(examples.refund(), campus_id=campus_id, state=stuck, query_at=None, requested_at=NOW + n * SECOND)
            for n in (1, 0)
        ]
        elsewhere = evolve(made[0], number=examples.refund().number, campus_id=CampusId(examples.fresh()))
        normal = evolve(examples.refund(), campus_id=campus_id)
        await commit(database, *(partial(_refund, refund) for refund in (*made, elsewhere, normal)))
        async with database.begin() as tx:
            assert await tx.refunds.abnormal(campus_id, limit=10) == (made[1], made[0])
            assert await tx.refunds.abnormal(campus_id, limit=1) == (made[1],)

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        refund = examples.refund()
        await commit(database, lambda tx: tx.refunds.add(refund))
        after = [evolve(refund, version=2, state=Abnormal(since=NOW, advice=str(n))) for n in range(12)]
        results = await all_at_once([partial(commit, database, partial(_refund_again, each)) for each in after])
        assert refusals(results) == [Stale] * 11


def _try(attempt: Attempt, tx: Transaction) -> None:
    tx.attempts.add(attempt)


def _retry(attempt: Attempt, tx: Transaction) -> None:
    tx.attempts.save(attempt)


def _ordered(order: Order, tx: Transaction) -> None:
    tx.orders.add(order)


def _refund(refund: Refund, tx: Transaction) -> None:
    tx.refunds.add(refund)


def _refund_again(refund: Refund, tx: Transaction) -> None:
    tx.refunds.save(refund)
