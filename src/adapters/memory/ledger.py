"""The journal of transfers in memory."""

from collections.abc import Sequence

from adapters.memory.access import Access
from adapters.memory.tables import Tables
from errand_domain.ports.ledger import Entry, Ledger
from errand_domain.settlement.accounts import STORED, Account
from errand_domain.settlement.ledger import InsufficientFunds, KeyReused, Transfer, balances


class MemoryLedger(Ledger):
    """The journal in memory. Balances are folded as transfers are booked, and judged when all of them are."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def post(self, *transfers: Transfer, within_balance: bool = False) -> None:
        """Book transfers; `KeyReused` and `InsufficientFunds` come out of the commit."""
        debited = set[Account]()

        def write(tables: Tables) -> None:
            debited.update(transfer.debit for transfer in transfers if _book(tables, transfer))

        def check(tables: Tables) -> None:
            for account in sorted(debited):
                guarded = not account.row.may_be_negative or (within_balance and account.kind in STORED)
                if guarded and (tables.balances.get(account) or 0) < 0:
                    raise InsufficientFunds(str(account))

        self._access.gather(write)
        self._access.check(check)

    async def balance(self, account: Account) -> int:
        """The balance in fen; 0 for an account never used."""
        return (await self._access.look()).balances.get(account) or 0

    async def balances(self, accounts: Sequence[Account]) -> dict[Account, int]:
        """Many balances at once."""
        tables = await self._access.look()
        return {account: tables.balances.get(account) or 0 for account in accounts}

    async def stored_balances(self, *, after: str, limit: int) -> tuple[tuple[Account, int], ...]:
        """The balances of orders and runners, in order of the account's name."""
        tables = await self._access.look()
        rows = [(a, fen) for a, fen in tables.balances.items() if a.kind in STORED and str(a) > after]
        return tuple(sorted(rows, key=lambda row: str(row[0]))[:limit])

    async def journal(self, *, after: int, limit: int) -> tuple[Entry, ...]:
        """Entries with a greater sequence, in order."""
        tables = await self._access.look()
        entries = (Entry(sequence=n, transfer=t) for n, t in tables.transfers if n > after)
        return tuple(entries)[:limit]

    async def of_account(self, account: Account, *, before: int | None, limit: int) -> tuple[Entry, ...]:
        """The account's entries, newest first."""
        tables = await self._access.look()
        entries = [
            Entry(sequence=n, transfer=t)
            for n, t in tables.transfers
            if account in (t.debit, t.credit) and (before is None or n < before)
        ]
        return tuple(reversed(entries))[:limit]


def _book(tables: Tables, transfer: Transfer) -> bool:
    """Book it and say so, or say that it was booked before."""
    booked = tables.transfers.get(transfer.key)
    if booked is not None:
        if _movement(booked[1]) != _movement(transfer):
            raise KeyReused(transfer.key)
        return False
    tables.transfers.put(transfer.key, (len(tables.transfers) + 1, transfer))
    for account, change in balances((transfer,)).items():
        tables.balances.put(account, (tables.balances.get(account) or 0) + change)
    return True


def _movement(transfer: Transfer) -> tuple[Account, Account, int]:
    """What moves; asked again a moment later it is the same movement."""
    return transfer.debit, transfer.credit, transfer.amount.fen
