"""The promises of `errand_domain.ports.transaction`."""

from functools import partial

import pytest
from attrs import evolve

from errand_domain.errors import DomainError, Missing, Stale
from errand_domain.order.order import Order
from errand_domain.ports.outbox import Tell
from errand_domain.settlement.accounts import Account
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals


class TransactionContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_what_is_committed_is_seen_by_others(self, database: Database) -> None:
        order = examples.order()
        await commit(database, lambda tx: tx.orders.add(order))
        async with database.begin() as tx:
            assert await tx.orders.get(order.id) == order

    async def test_a_transaction_left_without_commit_writes_nothing(self, database: Database) -> None:
        order = examples.order()
        async with database.begin() as tx:
            tx.orders.add(order)
            tx.outbox.add(Tell(member_id=order.requester_id, kind="order_paid"), lane="one", at=examples.NOW)
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.orders.get(order.id)
        assert await database.relay.pending() == 0

    async def test_a_transaction_left_by_an_exception_writes_nothing(self, database: Database) -> None:
        order = examples.order()
        with pytest.raises(LookupError):
            await self._add_and_fail(database, order)
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.orders.get(order.id)

    async def _add_and_fail(self, database: Database, order: Order) -> None:
        async with database.begin() as tx:
            tx.orders.add(order)
            raise LookupError

    async def test_writes_are_not_done_before_the_commit(self, database: Database) -> None:
        order = examples.order()
        async with database.begin() as tx:
            tx.orders.add(order)
            async with database.begin() as other:
                with pytest.raises(Missing):
                    await other.orders.get(order.id)
            await tx.commit()

    async def test_a_read_sees_what_others_have_committed_since_the_block_began(self, database: Database) -> None:
        order = examples.order()
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.orders.get(order.id)
            await commit(database, lambda other: other.orders.add(order))
            assert await tx.orders.get(order.id) == order

    async def test_one_refused_write_undoes_all_the_others(self, database: Database) -> None:
        kept, fresh, payment = examples.order(), examples.order(), examples.attempt()
        runner, order_escrow = examples.account(), examples.account("escrow")
        await commit(database, lambda tx: tx.orders.add(kept))
        async with database.begin() as tx:
            tx.orders.add(fresh)
            tx.attempts.add(payment)
            tx.ledger.post(examples.transfer(examples.account(), order_escrow), examples.transfer(order_escrow, runner))
            tx.outbox.add(Tell(member_id=kept.requester_id, kind="order_paid"), lane="one", at=examples.NOW)
            tx.orders.save(evolve(kept, version=kept.version + 2))
            with pytest.raises(Stale):
                await tx.commit()
        async with database.begin() as tx:
            with pytest.raises(Missing):
                await tx.orders.get(fresh.id)
            with pytest.raises(Missing):
                await tx.attempts.get(payment.id)
            assert await tx.ledger.journal(after=0, limit=10) == ()
            assert await tx.ledger.balance(runner) == 0
            assert await tx.orders.get(kept.id) == kept
        assert await database.relay.pending() == 0

    async def test_a_transaction_commits_once(self, database: Database) -> None:
        order = examples.order()
        async with database.begin() as tx:
            tx.orders.add(order)
            await tx.commit()
            with pytest.raises(RuntimeError):
                await tx.commit()
        async with database.begin() as tx:
            assert await tx.orders.get(order.id) == order

    async def test_an_empty_transaction_may_commit(self, database: Database) -> None:
        async with database.begin() as tx:
            await tx.commit()

    async def test_writes_that_cross_each_other_all_end(self, database: Database) -> None:
        """Deadlocks are tried again inside: two sets of rows, taken in opposite orders by many at once."""
        accounts = [examples.account() for _ in range(6)]
        forth = [(accounts[i], accounts[i + 1]) for i in range(5)]
        back = [(credit, debit) for debit, credit in reversed(forth)]

        async def post(way: list[tuple[Account, Account]]) -> None:
            movements = [examples.transfer(debit, credit) for debit, credit in way]
            await commit(database, lambda tx: tx.ledger.post(*movements))

        results = await all_at_once([partial(post, forth if n % 2 else back) for n in range(16)])
        assert refusals(results) == []
        async with database.begin() as tx:
            assert set((await tx.ledger.balances(accounts)).values()) == {0}

    async def test_of_many_who_change_one_aggregate_one_wins(self, database: Database) -> None:
        order = examples.order()
        await commit(database, lambda tx: tx.orders.add(order))
        after = evolve(order, version=order.version + 1)

        async def save(note: str) -> str:
            mine = evolve(after, terms=evolve(order.terms, note=note))
            async with database.begin() as tx:
                await tx.orders.get(order.id)
                tx.orders.save(mine, examples.tip())
                await tx.commit()
            return note

        results = await all_at_once([partial(save, f"winner {n}") for n in range(12)])
        winners = [result for result in results if not isinstance(result, DomainError)]
        assert len(winners) == 1
        assert refusals(results) == [Stale] * 11
        async with database.begin() as tx:
            assert (await tx.orders.get(order.id)).terms.note == winners[0]
