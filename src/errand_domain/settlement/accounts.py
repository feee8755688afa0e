"""The accounts of the ledger, as one literal table.

An account is a kind and an owner: `escrow` of an order, `runner_available` of a runner, `platform`
of a campus. The side says on which side its balance is counted: what a provider holds for us is a
debit balance, what we owe to somebody is a credit balance.
"""

from collections.abc import Mapping
from typing import Final, Literal

from attrs import frozen

AccountKind = Literal[
    "provider_clearing",
    "escrow",
    "goods_advance",
    "refunds_in_transit",
    "runner_held",
    "runner_available",
    "runner_withdrawing",
    "campus_agent",
    "platform",
    "provider_fees",
    "reconciliation_difference",
]
Side = Literal["debit", "credit"]
Owner = Literal["provider", "order", "runner", "campus"]


@frozen(kw_only=True)
class AccountRow:
    """One line of the table: whose account it is, how it is counted, whether it may be negative, what it means."""

    owner: Owner
    side: Side
    may_be_negative: bool
    meaning: str


ACCOUNTS: Final[Mapping[AccountKind, AccountRow]] = {
    "provider_clearing": AccountRow(
        owner="provider", side="debit", may_be_negative=True, meaning="money that a payment provider holds for us"
    ),
    "escrow": AccountRow(
        owner="order",
        side="credit",
        may_be_negative=False,
        meaning="service money paid for an order that belongs to nobody else yet",
    ),
    "goods_advance": AccountRow(
        owner="order", side="credit", may_be_negative=False, meaning="money advanced for goods; no commission on it"
    ),
    "refunds_in_transit": AccountRow(
        owner="order", side="credit", may_be_negative=False, meaning="money on its way back to the payer"
    ),
    "runner_held": AccountRow(
        owner="runner", side="credit", may_be_negative=False, meaning="earnings that may still be disputed"
    ),
    "runner_available": AccountRow(
        owner="runner",
        side="credit",
        may_be_negative=True,
        meaning="earnings free to withdraw; negative after a claw-back",
    ),
    "runner_withdrawing": AccountRow(
        owner="runner", side="credit", may_be_negative=False, meaning="earnings on their way to the runner"
    ),
    "campus_agent": AccountRow(owner="campus", side="credit", may_be_negative=True, meaning="the campus agent's part"),
    "platform": AccountRow(
        owner="campus", side="credit", may_be_negative=True, meaning="the platform's part, odd fen included"
    ),
    "provider_fees": AccountRow(owner="provider", side="debit", may_be_negative=True, meaning="what providers charge"),
    "reconciliation_difference": AccountRow(
        owner="provider", side="credit", may_be_negative=True, meaning="differences from a provider's bills"
    ),
}

STORED: Final[frozenset[AccountKind]] = frozenset(
    kind for kind, row in ACCOUNTS.items() if row.owner in ("order", "runner")
)
"""Kinds whose balance is kept as a row. The others would be rows that a whole campus fights for;
their balance is the sum over the journal."""


@frozen(order=True)
class Account:
    """One account: `escrow:0198…`. The owner is an order, a runner, a campus or a provider's name."""

    kind: AccountKind
    owner: str

    def __str__(self) -> str:
        """The name under which it stands in the journal."""
        return f"{self.kind}:{self.owner}"

    @property
    def row(self) -> AccountRow:
        """Its line of the table."""
        return ACCOUNTS[self.kind]
