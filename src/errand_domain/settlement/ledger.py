"""Transfers between accounts, balances folded from them, and the proof that a journal adds up."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import field, frozen

from errand_domain.errors import Conflict, InvalidField
from errand_domain.money import Money, at_least_one_fen
from errand_domain.settlement.accounts import Account


@frozen(str=False)
class InsufficientFunds(Conflict):
    """The account does not have that much."""

    code = "ledger.insufficient_funds"
    sentence = "可用余额不足"

    account: str


@frozen(str=False)
class KeyReused(Conflict):
    """A movement with this key was booked before, and it was another one."""

    code = "ledger.key_reused"
    sentence = "记账冲突，请联系客服"

    key: str


@frozen(kw_only=True)
class Transfer:
    """One movement: it debits one account and credits another, so half of it cannot be written down.

    `key` is unique: a movement happens once however often it is asked for.
    """

    key: str
    debit: Account
    credit: Account
    amount: Money = field(validator=at_least_one_fen)
    at: datetime

    def __attrs_post_init__(self) -> None:
        """Refuse a movement from an account to itself."""
        if self.debit == self.credit:
            raise InvalidField("credit", "must be another account than debit")


@frozen(kw_only=True)
class Imbalance:
    """Something that a sound ledger never has, for people to look at."""

    account: str
    found: str


def balances(transfers: Iterable[Transfer]) -> dict[Account, int]:
    """The balance of every account in fen, counted on its own side; ints, for a claw-back may make one negative."""
    folded: dict[Account, int] = {}
    for transfer in transfers:
        for account, side in ((transfer.debit, "debit"), (transfer.credit, "credit")):
            sign = 1 if account.row.side == side else -1
            folded[account] = folded.get(account, 0) + sign * transfer.amount.fen
    return folded


def verify(folded: Mapping[Account, int], *, final_orders: frozenset[str] = frozenset()) -> tuple[Imbalance, ...]:
    """Everything that is wrong with those balances: negative accounts, final orders that still hold money."""
    debits = sum(fen for account, fen in folded.items() if account.row.side == "debit")
    credits_ = sum(fen for account, fen in folded.items() if account.row.side == "credit")
    found = [Imbalance(account="all", found=f"debits {debits}, credits {credits_}")] if debits != credits_ else []
    for account, fen in sorted(folded.items()):
        if fen < 0 and not account.row.may_be_negative:
            found.append(Imbalance(account=str(account), found=f"negative: {fen}"))
        if fen and account.kind in ("escrow", "goods_advance") and account.owner in final_orders:
            found.append(Imbalance(account=str(account), found=f"order is final, yet holds {fen}"))
    return tuple(found)
