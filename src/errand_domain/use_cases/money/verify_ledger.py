"""Prove from the journal that no fen has appeared or vanished."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from attrs import frozen

from errand_domain.ids import OrderId
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement.accounts import STORED, Account
from errand_domain.settlement.ledger import Imbalance, balances, verify

PAGE: Final = 5_000
READINGS_MOST: Final = 3


@frozen(kw_only=True)
class LedgerProof:
    """What was read, and what is wrong with it: nothing, in a sound ledger."""

    transfers: int
    accounts: int
    imbalances: tuple[Imbalance, ...]


@frozen(kw_only=True)
class VerifyLedger:
    """Fold the whole journal, and compare it with the stored balances and with the orders that are final."""

    begin: Begin

    async def __call__(self) -> LedgerProof:
        """The proof. What is wrong counts only when it is still wrong after reading again.

        A transfer that is committed while the journal is read may be missed the first time.
        """
        for _ in range(READINGS_MOST - 1):
            proof = await self._read()
            if not proof.imbalances:
                return proof
        return await self._read()

    async def _read(self) -> LedgerProof:
        """One reading. Stored balances are compared only where no transfer came in between."""
        async with self.begin() as tx:
            folded, count, last = await _fold(tx)
            stored = await _stored(tx)
            moved = await tx.ledger.journal(after=last, limit=1)
            owners = {account.owner for account in folded if account.kind == "escrow"}
            final = await _final(tx, owners)
        found = list(verify(folded, final_orders=final))
        if not moved:
            found += _compare(folded, stored)
        return LedgerProof(transfers=count, accounts=len(folded), imbalances=tuple(found))


async def _fold(tx: Transaction) -> tuple[dict[Account, int], int, int]:
    folded: dict[Account, int] = {}
    count = last = 0
    while page := await tx.ledger.journal(after=last, limit=PAGE):
        for account, fen in balances(entry.transfer for entry in page).items():
            folded[account] = folded.get(account, 0) + fen
        count, last = count + len(page), page[-1].sequence
    return folded, count, last


async def _stored(tx: Transaction) -> dict[Account, int]:
    found: dict[Account, int] = {}
    after = ""
    while page := await tx.ledger.stored_balances(after=after, limit=PAGE):
        found.update(page)
        after = str(page[-1][0])
    return found


async def _final(tx: Transaction, owners: Iterable[str]) -> frozenset[str]:
    ids = sorted(OrderId(UUID(owner)) for owner in owners)
    final = set[str]()
    for start in range(0, len(ids), PAGE):
        final |= {str(order_id) for order_id in await tx.orders.final_of(ids[start : start + PAGE])}
    return frozenset(final)


def _compare(folded: dict[Account, int], stored: dict[Account, int]) -> list[Imbalance]:
    wanted = {account: fen for account, fen in folded.items() if account.kind in STORED}
    return [
        Imbalance(account=str(account), found=f"journal {wanted.get(account, 0)}, stored {stored.get(account, 0)}")
        for account in sorted(wanted.keys() | stored.keys())
        if wanted.get(account, 0) != stored.get(account, 0)
    ]
