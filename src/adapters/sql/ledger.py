"""The journal of transfers in SQL, and the balances that are kept beside it."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, cast

from attrs import frozen
from sqlalchemy import BigInteger, Column, Select, bindparam, func, select, union_all
from sqlalchemy import cast as sql_cast

from adapters.sql.column_types import Word
from adapters.sql.drivers.driver import Driver
from adapters.sql.posting import Posting
from adapters.sql.reading import in_list, listed, padded
from adapters.sql.statements import Row, Statement
from adapters.sql.tables.money import ACCOUNT_LENGTH, BALANCES, TRANSFERS
from errand_domain.money import Money
from errand_domain.ports.ledger import Entry, Ledger
from errand_domain.settlement.accounts import STORED, Account, AccountKind
from errand_domain.settlement.ledger import Transfer

SEQUENCE_MOST: Final = 2**63 - 1
_READ: Final = tuple(TRANSFERS.c[name] for name in ("sequence", "key", "debit", "credit", "amount_fen", "at"))
_JOURNAL: Final = Statement(
    select(*_READ)
    .where(TRANSFERS.c.sequence > bindparam("after"))
    .order_by(TRANSFERS.c.sequence)
    .limit(bindparam("limit"))
)
_STORED: Final = Statement(
    select(BALANCES.c.account, BALANCES.c.fen)
    .where(BALANCES.c.account > bindparam("after"))
    .order_by(BALANCES.c.account)
    .limit(bindparam("limit"))
)


def _side(column: Column[str]) -> Select[Any]:
    newest = (
        select(*_READ)
        .where(column == bindparam("name", type_=Word(ACCOUNT_LENGTH)), TRANSFERS.c.sequence < bindparam("before"))
        .order_by(TRANSFERS.c.sequence.desc())
        .limit(bindparam("limit", type_=BigInteger()))
    )
    return select(newest.subquery())


_BOTH_SIDES: Final = union_all(_side(TRANSFERS.c.debit), _side(TRANSFERS.c.credit)).subquery()
_OF_ACCOUNT: Final = Statement(
    select(*(_BOTH_SIDES.c[column.name] for column in _READ))
    .order_by(_BOTH_SIDES.c.sequence.desc())
    .limit(bindparam("limit", type_=BigInteger()))
)


@cache
def _kept(count: int) -> Statement:
    return Statement(select(BALANCES.c.account, BALANCES.c.fen).where(in_list(BALANCES.c.account, count)))


@cache
def _summed(count: int) -> Statement:
    """What was debited and credited, per account."""
    moved = sql_cast(func.sum(TRANSFERS.c.amount_fen), BigInteger).label("moved")
    parts = [
        select(column.label("account"), sql_cast(sign, BigInteger).label("sign"), moved)
        .where(in_list(column, count))
        .group_by(column)
        for column, sign in ((TRANSFERS.c.debit, 1), (TRANSFERS.c.credit, -1))
    ]
    return Statement(union_all(*parts))


@frozen
class SqlLedger(Ledger):
    """The journal in SQL. `post` leaves transfers with the transaction, which books them at the commit."""

    driver: Driver
    posting: Posting

    def post(self, *transfers: Transfer, within_balance: bool = False) -> None:
        """Book transfers; `KeyReused` and `InsufficientFunds` come out of the commit."""
        self.posting.add(transfers, within_balance=within_balance)

    async def balance(self, account: Account) -> int:
        """The balance in fen; 0 for an account never used."""
        return (await self.balances([account]))[account]

    async def balances(self, accounts: Sequence[Account]) -> dict[Account, int]:
        """Many balances at once: kept ones are read, the others summed over the journal."""
        found = dict.fromkeys(accounts, 0)
        kept = [str(account) for account in found if account.kind in STORED]
        if kept:
            names = padded(kept)
            for name, fen in await self.driver.fetch(_kept(len(names)), listed(names)):
                found[account_of(name)] = fen
        summed = [str(account) for account in found if account.kind not in STORED]
        if summed:
            names = padded(summed)
            for name, sign, fen in await self.driver.fetch(_summed(len(names)), listed(names)):
                account = account_of(name)
                found[account] += int(sign) * int(fen) * (1 if account.row.side == "debit" else -1)
        return found

    async def stored_balances(self, *, after: str, limit: int) -> tuple[tuple[Account, int], ...]:
        """The balances that are kept as rows, in order of the account's name."""
        rows = await self.driver.fetch(_STORED, {"after": after, "limit": limit})
        return tuple((account_of(name), fen) for name, fen in rows)

    async def journal(self, *, after: int, limit: int) -> tuple[Entry, ...]:
        """Entries with a greater sequence, in order."""
        return _entries(await self.driver.fetch(_JOURNAL, {"after": after, "limit": limit}))

    async def of_account(self, account: Account, *, before: int | None, limit: int) -> tuple[Entry, ...]:
        """The account's entries, newest first."""
        before = SEQUENCE_MOST if before is None else before
        parameters = {"name": str(account), "before": before, "limit": limit}
        return _entries(await self.driver.fetch(_OF_ACCOUNT, parameters))


def account_of(name: str) -> Account:
    """The account of that name."""
    kind, _, owner = name.partition(":")
    return Account(cast("AccountKind", kind), owner)


def _entries(rows: Sequence[Row]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            sequence=sequence,
            transfer=Transfer(key=key, debit=account_of(debit), credit=account_of(credit), amount=Money(fen), at=at),
        )
        for sequence, key, debit, credit, fen, at in rows
    )
