"""Booking: the transfers of one commit, and the balances that move with them.

Transfers are inserted as if all were new. If the unique key says that one is not, the commit reads what is booked under
those keys, leaves out what is the same, and plays its writes again: posting twice books once.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.sql import ClauseElement

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import in_list, listed, padded
from adapters.sql.statements import Statement, dialect_insert
from adapters.sql.tables.money import BALANCES, TRANSFERS
from adapters.sql.writes import Add, Change, Write
from errand_domain.settlement.accounts import STORED, Account
from errand_domain.settlement.ledger import InsufficientFunds, KeyReused, Transfer, balances

KEYS_MOST: Final = 256


def _add_fen(dialect_name: str) -> ClauseElement:
    """Add to the balance, which begins at nothing."""
    inserted = dialect_insert(dialect_name, BALANCES).values(
        account=bindparam("new_account", type_=BALANCES.c.account.type),
        fen=bindparam("new_fen", type_=BALANCES.c.fen.type),
    )
    if dialect_name in ("mysql", "mariadb"):
        clause: ClauseElement = inserted.on_duplicate_key_update(fen=BALANCES.c.fen + inserted.inserted.fen)
    else:
        clause = inserted.on_conflict_do_update(
            index_elements=["account"], set_={"fen": BALANCES.c.fen + inserted.excluded.fen}
        )
    return clause


_ADD_FEN: Final = Statement(_add_fen)
_ADD_WITHIN: Final = Statement(
    update(BALANCES)
    .where(
        BALANCES.c.account == bindparam("old_account"),
        BALANCES.c.fen + bindparam("new_fen", type_=BALANCES.c.fen.type) >= 0,
    )
    .values(fen=BALANCES.c.fen + bindparam("new_fen", type_=BALANCES.c.fen.type))
)


@cache
def _booked(count: int) -> Statement:
    columns = (TRANSFERS.c[name] for name in ("key", "debit", "credit", "amount_fen"))
    return Statement(select(*columns).where(in_list(TRANSFERS.c.key, count)))


class Posting:
    """The transfers of one commit, by key."""

    def __init__(self) -> None:
        self._transfers: dict[str, Transfer] = {}
        self._within: set[str] = set()
        self._reused: str | None = None

    def add(self, transfers: Sequence[Transfer], *, within_balance: bool) -> None:
        """Remember them; the same one twice is one."""
        for transfer in transfers:
            known = self._transfers.setdefault(transfer.key, transfer)
            if _movement(known) != _movement(transfer):
                self._reused = self._reused or transfer.key
            if within_balance:
                self._within.add(transfer.key)

    def writes(self, booked: frozenset[str]) -> list[Write]:
        """The rows of those that are not booked, and the balances they move, in the order of the accounts' names."""
        if self._reused is not None:
            raise KeyReused(self._reused)
        new = [transfer for key, transfer in self._transfers.items() if key not in booked]
        if not new:
            return []
        guarded = {
            transfer.debit for transfer in new if not transfer.debit.row.may_be_negative or transfer.key in self._within
        }
        moved = sorted((str(account), account, fen) for account, fen in balances(new).items() if fen)
        return [
            *(Add(table=TRANSFERS, row=_transfer_row(transfer)) for transfer in new),
            *(
                _move(name, account, fen, is_guarded=account in guarded and fen < 0)
                for name, account, fen in moved
                if account.kind in STORED
            ),
        ]

    async def already_booked(self, driver: Driver) -> frozenset[str]:
        """The keys that are booked with the same movement; raises `KeyReused` where it is another one."""
        found = set[str]()
        keys = list(self._transfers)
        for start in range(0, len(keys), KEYS_MOST):
            names = padded(keys[start : start + KEYS_MOST])
            for key, debit, credit, fen in await driver.fetch(_booked(len(names)), listed(names)):
                if (debit, credit, fen) != _movement(self._transfers[key]):
                    raise KeyReused(key)
                found.add(key)
        return frozenset(found)


def _movement(transfer: Transfer) -> tuple[str, str, int]:
    """What moves; asked again a moment later it is the same movement."""
    return str(transfer.debit), str(transfer.credit), transfer.amount.fen


def _transfer_row(transfer: Transfer) -> dict[str, Any]:
    debit, credit, fen = _movement(transfer)
    return {"key": transfer.key, "debit": debit, "credit": credit, "amount_fen": fen, "at": transfer.at}


def _move(name: str, account: Account, fen: int, *, is_guarded: bool) -> Change:
    if not is_guarded:
        return Change(
            statement=_ADD_FEN, parameters={"new_account": name, "new_fen": fen}, table_name=BALANCES.name, key=name
        )
    return Change(
        statement=_ADD_WITHIN,
        parameters={"old_account": name, "new_fen": fen},
        table_name=BALANCES.name,
        key=name,
        refusal=lambda: InsufficientFunds(str(account)),
    )
