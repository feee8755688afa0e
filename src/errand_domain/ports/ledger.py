"""The journal of transfers, and the balances that follow from it."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from errand_domain.settlement.accounts import Account
from errand_domain.settlement.ledger import Transfer


@frozen(kw_only=True)
class Entry:
    """One transfer at its place in the journal."""

    sequence: int
    transfer: Transfer


class Ledger(Protocol):
    """Append-only. A transfer's key is unique: the same transfer again books nothing."""

    @abstractmethod
    def post(self, *transfers: Transfer, within_balance: bool = False) -> None:
        """Book transfers.

        `commit()` raises `KeyReused` where a key stands for another transfer, and `InsufficientFunds` where an
        account that may not be negative would be. With `within_balance` that holds for every account of
        an order or a runner that is debited, a runner's available balance included.
        """

    @abstractmethod
    async def balance(self, account: Account) -> int:
        """The balance in fen, counted on the account's own side; 0 for one never used."""

    @abstractmethod
    async def balances(self, accounts: Sequence[Account]) -> dict[Account, int]:
        """Many balances at once."""

    @abstractmethod
    async def stored_balances(self, *, after: str, limit: int) -> tuple[tuple[Account, int], ...]:
        """The balances that are kept as rows, in order of the account's name, after that name."""

    @abstractmethod
    async def journal(self, *, after: int, limit: int) -> tuple[Entry, ...]:
        """Entries with a greater sequence, in order."""

    @abstractmethod
    async def of_account(self, account: Account, *, before: int | None, limit: int) -> tuple[Entry, ...]:
        """The account's entries, newest first; `before` continues after that sequence."""
