"""`--dry-run`: the real use case on the real data, whose commit writes nothing and tells what it would have booked."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from attrs import Factory, frozen

from errand_domain.ports.ledger import Entry, Ledger
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement.accounts import Account
from errand_domain.settlement.ledger import Transfer


@frozen
class Rehearsal:
    """A `Begin` whose transactions decide everything and write nothing.

    What only a commit finds out is not found out: that an account lacks the money, that somebody else was first.
    """

    begin: Begin
    transfers: list[Transfer] = Factory(list[Transfer])

    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that will not be committed."""
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[Transaction, None]:
        async with self.begin() as real:
            yield RehearsedTransaction(real, self.transfers)


class RehearsedTransaction(Transaction):
    """Reads what is there; gathers and forgets what is written."""

    def __init__(self, real: Transaction, transfers: list[Transfer]) -> None:
        self._transfers = transfers
        self._ledger = RehearsedLedger(real.ledger)
        self.ledger = self._ledger
        self.campuses, self.members, self.sessions, self.runners = (
            real.campuses,
            real.members,
            real.sessions,
            real.runners,
        )
        self.credentials = real.credentials
        self.orders, self.attempts, self.refunds = real.orders, real.attempts, real.refunds
        self.earnings, self.withdrawals, self.disputes = real.earnings, real.withdrawals, real.disputes
        self.content_cases = real.content_cases
        self.reports = real.reports
        self.reviews, self.files, self.audit, self.outbox = real.reviews, real.files, real.audit, real.outbox

    async def commit(self) -> None:
        """Remember what would be booked, and write nothing."""
        self._transfers.extend(self._ledger.posted)


class RehearsedLedger(Ledger):
    """The real ledger's balances; postings are only remembered."""

    def __init__(self, real: Ledger) -> None:
        self._real = real
        self.posted = list[Transfer]()

    def post(self, *transfers: Transfer, within_balance: bool = False) -> None:  # noqa: ARG002 - nothing is booked
        """Remember them."""
        self.posted.extend(transfers)

    async def balance(self, account: Account) -> int:
        """The real balance."""
        return await self._real.balance(account)

    async def balances(self, accounts: Sequence[Account]) -> dict[Account, int]:
        """The real balances."""
        return await self._real.balances(accounts)

    async def stored_balances(self, *, after: str, limit: int) -> tuple[tuple[Account, int], ...]:
        """The real balances that are kept as rows."""
        return await self._real.stored_balances(after=after, limit=limit)

    async def journal(self, *, after: int, limit: int) -> tuple[Entry, ...]:
        """The real journal."""
        return await self._real.journal(after=after, limit=limit)

    async def of_account(self, account: Account, *, before: int | None, limit: int) -> tuple[Entry, ...]:
        """The real entries of an account."""
        return await self._real.of_account(account, before=before, limit=limit)
