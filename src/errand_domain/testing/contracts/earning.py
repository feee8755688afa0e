"""The promises of the ports of earnings and withdrawals."""

from datetime import timedelta
from functools import partial

import pytest
from attrs import evolve
from hypothesis import given

from errand_domain.errors import Missing, Stale
from errand_domain.ids import CampusId, MemberId, OrderId, WithdrawalId
from errand_domain.money import NOTHING, Money
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


def _earn(earning: Earning, tx: Transaction) -> None:
    tx.earnings.add(earning)


def _earn_again(earning: Earning, tx: Transaction) -> None:
    tx.earnings.save(earning)


def _withdraw(withdrawal: Withdrawal, tx: Transaction) -> None:
    tx.withdrawals.add(withdrawal)


def _withdraw_again(withdrawal: Withdrawal, tx: Transaction) -> None:
    tx.withdrawals.save(withdrawal)
