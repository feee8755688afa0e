"""The promises of the ports of attempts, refunds, earnings and withdrawals."""

from datetime import timedelta
from functools import partial

import pytest
from attrs import evolve
from hypothesis import given

from errand_domain.errors import Missing, Stale
from errand_domain.ids import AttemptId, CampusId, MemberId, OrderId, WithdrawalId
from errand_domain.money import NOTHING, Money
from errand_domain.payment.attempt import Attempt, Closed, ClosedAtProvider, Unknown
from errand_domain.payment.refund import Abnormal, Refund
from errand_domain.ports.transaction import Transaction
from errand_domain.settlement.earning import Earning, Released
from errand_domain.settlement.withdrawal import Withdrawal, WithdrawalOpen
from errand_domain.settlement.withdrawal_states import (
    Approved,
    Expired,
    Failed,
    Requested,
    Sending,
    Succeeded,
    WaitingForUser,
    WithdrawalState,
)
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES, Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.strategies.payments import attempts, refunds
from errand_domain.testing.strategies.settlement import earnings, withdrawals

NOW = examples.NOW
SECOND = timedelta(seconds=1)
OPEN_STATES: tuple[WithdrawalState, ...] = (
    Requested(),
    Approved(approved_by=None),
    Sending(part=1, since=NOW),
    WaitingForUser(part=1, package="package", expires_at=NOW),
)
ENDED_STATES: tuple[WithdrawalState, ...] = (
    Succeeded(finished_at=NOW),
    Failed(finished_at=NOW, reason="refused", parts_paid=0),
    Expired(finished_at=NOW, parts_paid=0),
)


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


class EarningsContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=earnings())
    async def test_an_earning_is_read_as_written(self, database: Database, drawn: Earning) -> None:
        earning = evolve(drawn, order_id=OrderId(examples.fresh()))
        await commit(database, lambda tx: tx.earnings.add(earning))
        async with database.begin() as tx:
            assert await tx.earnings.get(earning.order_id, earning.round) == earning
            assert await tx.earnings.latest(earning.order_id) == earning

    async def test_an_earning_that_is_not_there_is_missing(self, database: Database) -> None:
        earning = examples.earning()
        await commit(database, lambda tx: tx.earnings.add(earning))
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.earnings.get(earning.order_id, 2)
            assert await tx.earnings.latest(OrderId(examples.fresh())) is None

    async def test_the_latest_is_that_of_the_last_round(self, database: Database) -> None:
        first = examples.earning()
        second = evolve(first, round=2)
        await commit(database, partial(_earn, second), partial(_earn, first))
        async with database.begin() as tx:
            assert await tx.earnings.latest(first.order_id) == second

    async def test_a_round_is_earned_once(self, database: Database) -> None:
        earning = examples.earning()
        results = await all_at_once([partial(commit, database, partial(_earn, earning)) for _ in range(10)])
        assert refusals(results) == [Stale] * 9
        with pytest.raises(Stale):
            await commit(database, partial(_earn, earning))

    async def test_of_runner_is_by_order_newest_first(self, database: Database) -> None:
        runner_id = MemberId(examples.fresh())
        made = [examples.earning(runner_id=runner_id) for _ in range(5)]
        await commit(database, *(partial(_earn, earning) for earning in (made[2], made[0], *made[3:], made[1])))
        await commit(database, partial(_earn, examples.earning()))
        async with database.begin() as tx:
            first = await tx.earnings.of_runner(runner_id, before=None, limit=3)
            assert first == tuple(made[:1:-1])
            rest = await tx.earnings.of_runner(runner_id, before=first[-1].order_id, limit=3)
            assert rest == (made[1], made[0])

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        earning = examples.earning()
        await commit(database, partial(_earn, earning))
        after = [evolve(earning, version=2, state=Released(released_at=NOW + n * SECOND)) for n in range(12)]
        results = await all_at_once([partial(commit, database, partial(_earn_again, each)) for each in after])
        assert refusals(results) == [Stale] * 11
        async with database.begin() as tx:
            assert await tx.earnings.latest(earning.order_id) in after


class WithdrawalsContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=withdrawals())
    async def test_a_withdrawal_is_read_as_written(self, database: Database, drawn: Withdrawal) -> None:
        withdrawal = evolve(drawn, id=WithdrawalId(examples.fresh()), runner_id=MemberId(examples.fresh()))
        await commit(database, lambda tx: tx.withdrawals.add(withdrawal))
        async with database.begin() as tx:
            assert await tx.withdrawals.get(withdrawal.id) == withdrawal
            assert await tx.withdrawals.of_runner(withdrawal.runner_id, before=None, limit=9) == (withdrawal,)

    async def test_a_withdrawal_that_is_not_there_is_missing(self, database: Database) -> None:
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.withdrawals.get(WithdrawalId(examples.fresh()))

    @pytest.mark.parametrize("state", OPEN_STATES, ids=lambda state: type(state).__name__)
    async def test_a_runner_has_one_open_withdrawal(self, database: Database, state: WithdrawalState) -> None:
        first = evolve(examples.withdrawal(), state=state)
        second = examples.withdrawal(runner_id=first.runner_id)
        await commit(database, partial(_withdraw, first), partial(_withdraw, examples.withdrawal()))
        with pytest.raises(WithdrawalOpen):
            await commit(database, partial(_withdraw, second))

    @pytest.mark.parametrize("state", ENDED_STATES, ids=lambda state: type(state).__name__)
    async def test_a_runner_may_withdraw_again_after_the_last_one_ended(
        self, database: Database, state: WithdrawalState
    ) -> None:
        first = examples.withdrawal()
        second = examples.withdrawal(runner_id=first.runner_id)
        await commit(database, partial(_withdraw, first))
        await commit(database, partial(_withdraw_again, evolve(first, state=state, query_at=None, version=2)))
        await commit(database, partial(_withdraw, second))
        async with database.begin() as tx:
            assert await tx.withdrawals.get(second.id) == second

    async def test_of_many_withdrawals_of_one_runner_one_opens(self, database: Database) -> None:
        runner_id = MemberId(examples.fresh())
        rivals = [examples.withdrawal(runner_id=runner_id) for _ in range(12)]
        results = await all_at_once([partial(commit, database, partial(_withdraw, rival)) for rival in rivals])
        assert refusals(results) == [WithdrawalOpen] * 11
        async with database.begin() as tx:
            (opened,) = await tx.withdrawals.of_runner(runner_id, before=None, limit=20)
            assert opened in rivals

    async def test_of_runner_is_newest_first_page_by_page(self, database: Database) -> None:
        runner_id = MemberId(examples.fresh())
        made = [evolve(examples.withdrawal(runner_id=runner_id), state=ENDED_STATES[0]) for _ in range(5)]
        await commit(database, *(partial(_withdraw, each) for each in (made[3], made[0], made[4], made[2], made[1])))
        async with database.begin() as tx:
            first = await tx.withdrawals.of_runner(runner_id, before=None, limit=3)
            assert first == tuple(made[:1:-1])
            assert await tx.withdrawals.of_runner(runner_id, before=first[-1].id, limit=3) == (made[1], made[0])

    async def test_at_campus_lists_the_named_states_oldest_first(self, database: Database) -> None:
        campus_id = CampusId(examples.fresh())
        made = [
            evolve(examples.withdrawal(campus_id=campus_id), requested_at=NOW + n * SECOND, state=state)
            for n, state in ((2, Requested()), (0, ENDED_STATES[1]), (1, Requested()))
        ]
        await commit(database, *(partial(_withdraw, each) for each in (*made, examples.withdrawal())))
        async with database.begin() as tx:
            requested = await tx.withdrawals.at_campus(campus_id, states=("requested",), limit=10)
            assert requested == (made[2], made[0])
            both = await tx.withdrawals.at_campus(campus_id, states=("requested", "failed"), limit=2)
            assert both == (made[1], made[2])

    async def test_withdrawn_since_sums_what_did_not_fail_or_expire(self, database: Database) -> None:
        runner_id = MemberId(examples.fresh())
        made = [
            (-1, 1, ENDED_STATES[0]),
            (0, 20, ENDED_STATES[0]),
            (1, 4_000, ENDED_STATES[1]),
            (1, 50_000, ENDED_STATES[2]),
            (1, 300, OPEN_STATES[1]),
        ]
        for seconds, fen, state in made:
            withdrawal = examples.withdrawal(runner_id=runner_id, fen=fen)
            each = evolve(withdrawal, requested_at=NOW + seconds * SECOND, state=state)
            await commit(database, partial(_withdraw, each), partial(_withdraw, examples.withdrawal()))
        async with database.begin() as tx:
            assert await tx.withdrawals.withdrawn_since(runner_id, NOW) == Money(320)
            assert await tx.withdrawals.withdrawn_since(MemberId(examples.fresh()), NOW) == NOTHING

    async def test_of_many_saves_of_one_version_one_wins(self, database: Database) -> None:
        withdrawal = examples.withdrawal()
        await commit(database, partial(_withdraw, withdrawal))
        after = [
            evolve(withdrawal, version=2, state=Approved(approved_by=MemberId(examples.fresh()))) for _ in range(12)
        ]
        results = await all_at_once([partial(commit, database, partial(_withdraw_again, each)) for each in after])
        assert refusals(results) == [Stale] * 11


def _try(attempt: Attempt, tx: Transaction) -> None:
    tx.attempts.add(attempt)


def _retry(attempt: Attempt, tx: Transaction) -> None:
    tx.attempts.save(attempt)


def _refund(refund: Refund, tx: Transaction) -> None:
    tx.refunds.add(refund)


def _refund_again(refund: Refund, tx: Transaction) -> None:
    tx.refunds.save(refund)


def _earn(earning: Earning, tx: Transaction) -> None:
    tx.earnings.add(earning)


def _earn_again(earning: Earning, tx: Transaction) -> None:
    tx.earnings.save(earning)


def _withdraw(withdrawal: Withdrawal, tx: Transaction) -> None:
    tx.withdrawals.add(withdrawal)


def _withdraw_again(withdrawal: Withdrawal, tx: Transaction) -> None:
    tx.withdrawals.save(withdrawal)
