"""The promises of `errand_domain.ports.ledger`."""

from functools import partial

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.money import Money
from errand_domain.ports.ledger import Entry
from errand_domain.ports.transaction import Transaction
from errand_domain.settlement.accounts import ACCOUNTS, STORED, Account, AccountKind
from errand_domain.settlement.ledger import InsufficientFunds, KeyReused, Transfer, balances
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES, Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.strategies.settlement import transfers

CLEARING = Account("provider_clearing", "memory")
FUNDED = 1_000


class LedgerContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    @SOME_EXAMPLES
    @given(drawn=transfers())
    async def test_a_transfer_is_read_as_it_was_posted(self, database: Database, drawn: Transfer) -> None:
        """Funded first, so that no account is overdrawn."""
        transfer = evolve(drawn, key=f"test:{examples.fresh()}")
        source = Account("platform", str(examples.fresh()))
        funding = evolve(transfer, key=f"test:{examples.fresh()}", debit=source, credit=transfer.debit)
        await commit(database, lambda tx: tx.ledger.post(funding, transfer))
        async with database.begin() as tx:
            last, *_ = await tx.ledger.of_account(transfer.credit, before=None, limit=1)
        assert last.transfer == transfer

    @SOME_EXAMPLES
    @given(amounts=st.lists(st.integers(1, 10_000), min_size=1, max_size=8))
    async def test_balances_are_the_fold_of_the_journal(self, database: Database, amounts: list[int]) -> None:
        chain = [Account("provider_clearing", str(examples.fresh())), *(examples.account() for _ in amounts)]
        posted = [examples.transfer(chain[n], chain[n + 1], fen) for n, fen in enumerate(amounts)]
        await commit(database, lambda tx: tx.ledger.post(*posted))
        async with database.begin() as tx:
            assert await tx.ledger.balances(chain) == balances(posted)
            for account, fen in balances(posted).items():
                assert await tx.ledger.balance(account) == fen

    async def test_an_account_never_used_has_nothing(self, database: Database) -> None:
        unused = [examples.account(kind) for kind in sorted(ACCOUNTS)]
        async with database.begin() as tx:
            assert await tx.ledger.balance(unused[0]) == 0
            assert await tx.ledger.balances(unused) == dict.fromkeys(unused, 0)
            assert await tx.ledger.balances([]) == {}
            assert await tx.ledger.of_account(unused[0], before=None, limit=5) == ()

    async def test_the_same_transfer_again_books_nothing(self, database: Database) -> None:
        account = examples.account()
        transfer = examples.transfer(CLEARING, account, 300)
        for _ in range(3):
            await commit(database, lambda tx: tx.ledger.post(transfer))
        await commit(database, lambda tx: tx.ledger.post(transfer, transfer), lambda tx: tx.ledger.post(transfer))
        async with database.begin() as tx:
            assert await tx.ledger.balance(account) == transfer.amount.fen
            assert len(await tx.ledger.journal(after=0, limit=10)) == 1

    @pytest.mark.parametrize("changed", ["debit", "credit", "amount"])
    async def test_a_key_that_stands_for_another_transfer_is_refused(self, database: Database, changed: str) -> None:
        transfer = examples.transfer(CLEARING, examples.account(), 300)
        other = {
            "debit": evolve(transfer, debit=Account("provider_clearing", "another")),
            "credit": evolve(transfer, credit=examples.account()),
            "amount": evolve(transfer, amount=Money(301)),
        }[changed]
        await commit(database, lambda tx: tx.ledger.post(transfer))
        with pytest.raises(KeyReused) as refused:
            await commit(database, lambda tx: tx.ledger.post(examples.transfer(CLEARING, examples.account()), other))
        assert refused.value.key == transfer.key
        async with database.begin() as tx:
            assert [entry.transfer for entry in await tx.ledger.journal(after=0, limit=10)] == [transfer]

    @pytest.mark.parametrize("kind", sorted(k for k in STORED if not ACCOUNTS[k].may_be_negative))
    async def test_an_account_that_may_not_be_negative_cannot_be_overdrawn(
        self, database: Database, kind: AccountKind
    ) -> None:
        account, taker = examples.account(kind), examples.account()
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(CLEARING, account, 100)))
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(account, taker, 60)))
        with pytest.raises(InsufficientFunds) as refused:
            await commit(database, lambda tx: tx.ledger.post(examples.transfer(account, taker, 41)))
        assert refused.value.account == str(account)
        async with database.begin() as tx:
            assert await tx.ledger.balance(account) == 40
            assert await tx.ledger.balance(taker) == 60
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(account, taker, 40)))

    async def test_money_may_pass_through_an_account_in_one_commit(self, database: Database) -> None:
        escrow, runner = examples.account("escrow"), examples.account()
        pass_through = (examples.transfer(CLEARING, escrow, 500), examples.transfer(escrow, runner, 500))
        await commit(database, lambda tx: tx.ledger.post(*pass_through))
        async with database.begin() as tx:
            assert await tx.ledger.balances([escrow, runner]) == {escrow: 0, runner: 500}

    async def test_an_available_balance_may_be_negative_after_a_claw_back(self, database: Database) -> None:
        runner, escrow = examples.account(), examples.account("escrow")
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(runner, escrow, 200)))
        async with database.begin() as tx:
            assert await tx.ledger.balance(runner) == -200

    async def test_within_balance_an_available_balance_cannot_be_overdrawn(self, database: Database) -> None:
        runner, withdrawing = examples.account(), examples.account("runner_withdrawing")
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(CLEARING, runner, 100)))
        with pytest.raises(InsufficientFunds) as refused:
            await commit(
                database,
                lambda tx: tx.ledger.post(examples.transfer(runner, withdrawing, 101), within_balance=True),
            )
        assert refused.value.account == str(runner)
        whole = examples.transfer(runner, withdrawing, 100)
        await commit(database, lambda tx: tx.ledger.post(whole, within_balance=True))
        async with database.begin() as tx:
            assert await tx.ledger.balances([runner, withdrawing]) == {runner: 0, withdrawing: 100}

    async def test_nothing_leaves_a_negative_balance_within_balance(self, database: Database) -> None:
        runner, escrow = examples.account(), examples.account("escrow")
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(runner, escrow, 50)))
        with pytest.raises(InsufficientFunds):
            await commit(
                database,
                lambda tx: tx.ledger.post(
                    examples.transfer(runner, examples.account("runner_withdrawing"), 1), within_balance=True
                ),
            )

    async def test_a_debt_is_paid_off_by_what_comes_in(self, database: Database) -> None:
        runner, escrow = examples.account(), examples.account("escrow")
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(runner, escrow, 50)))
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(CLEARING, runner, 30)))
        async with database.begin() as tx:
            assert await tx.ledger.balance(runner) == -20

    async def test_twenty_at_once_never_overdraw(self, database: Database) -> None:
        runner, withdrawing = examples.account(), examples.account("runner_withdrawing")
        await commit(database, lambda tx: tx.ledger.post(examples.transfer(CLEARING, runner, FUNDED)))

        async def withdraw() -> None:
            transfer = examples.transfer(runner, withdrawing, 150)
            await commit(database, lambda tx: tx.ledger.post(transfer, within_balance=True))

        results = await all_at_once([withdraw for _ in range(20)])
        assert refusals(results) == [InsufficientFunds] * 14
        async with database.begin() as tx:
            assert await tx.ledger.balances([runner, withdrawing]) == {runner: 100, withdrawing: 900}

    async def test_twenty_postings_of_one_key_book_once(self, database: Database) -> None:
        account = examples.account()
        transfer = examples.transfer(CLEARING, account, 70)
        results = await all_at_once([partial(commit, database, partial(_post, transfer)) for _ in range(20)])
        assert refusals(results) == []
        async with database.begin() as tx:
            assert await tx.ledger.balance(account) == transfer.amount.fen
            assert len(await tx.ledger.journal(after=0, limit=50)) == 1

    async def test_of_two_meanings_of_one_key_at_once_one_is_booked(self, database: Database) -> None:
        account = examples.account()
        rivals = [examples.transfer(CLEARING, account, fen, key="test:one") for fen in range(1, 9)]
        results = await all_at_once([partial(commit, database, partial(_post, transfer)) for transfer in rivals])
        assert refusals(results) == [KeyReused] * 7
        async with database.begin() as tx:
            (entry,) = await tx.ledger.journal(after=0, limit=50)
            assert await tx.ledger.balance(account) == entry.transfer.amount.fen

    async def test_postings_at_once_into_one_account_all_count(self, database: Database) -> None:
        account = examples.account()
        adding = [
            partial(commit, database, partial(_post, examples.transfer(CLEARING, account, fen))) for fen in range(1, 21)
        ]
        assert refusals(await all_at_once(adding)) == []
        async with database.begin() as tx:
            assert await tx.ledger.balances([account, CLEARING]) == {account: 210, CLEARING: 210}

    async def test_the_journal_is_read_in_order_page_by_page(self, database: Database) -> None:
        posted = [examples.transfer(CLEARING, examples.account(), fen) for fen in range(1, 8)]
        for transfer in posted:
            await commit(database, partial(_post, transfer))
        read = list[Entry]()
        async with database.begin() as tx:
            while page := await tx.ledger.journal(after=read[-1].sequence if read else 0, limit=3):
                assert len(page) <= 3
                read.extend(page)
        assert [entry.transfer for entry in read] == posted
        assert [entry.sequence for entry in read] == sorted({entry.sequence for entry in read})

    async def test_an_account_is_read_newest_first_page_by_page(self, database: Database) -> None:
        account = examples.account()
        posted = [examples.transfer(CLEARING, account, fen) for fen in range(1, 6)]
        posted += [examples.transfer(account, examples.account("runner_withdrawing"), fen) for fen in (2, 3)]
        for transfer in posted:
            await commit(database, partial(_post, transfer))
            await commit(database, partial(_post, examples.transfer(CLEARING, examples.account())))
        read = list[Entry]()
        async with database.begin() as tx:
            while page := await tx.ledger.of_account(account, before=read[-1].sequence if read else None, limit=3):
                assert len(page) <= 3
                read.extend(page)
        assert [entry.transfer for entry in read] == posted[::-1]

    async def test_stored_balances_are_those_of_orders_and_runners_by_name(self, database: Database) -> None:
        kinds = sorted(STORED) * 2
        accounts = [examples.account(kind) for kind in kinds]
        await commit(database, *(partial(_post, examples.transfer(CLEARING, account, 9)) for account in accounts))
        read: list[tuple[Account, int]] = []
        async with database.begin() as tx:
            while page := await tx.ledger.stored_balances(after=str(read[-1][0]) if read else "", limit=4):
                assert len(page) <= 4
                read.extend(page)
        assert read == [(account, 9) for account in sorted(accounts, key=str)]


def _post(transfer: Transfer, tx: Transaction) -> None:
    tx.ledger.post(transfer)
