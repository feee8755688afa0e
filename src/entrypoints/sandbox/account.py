"""One merchant's account at a partner: its balance, what has not ended yet, and the time by which it is kept."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from attrs import frozen

from entrypoints.sandbox.outside import Outside
from errand_domain.ports.outside import Clock

ONLY: Final = "only"


@frozen(kw_only=True)
class Balance:
    """The merchant's money: without fees, and without what is locked or on its way to somebody."""

    fen: int


@frozen(kw_only=True)
class Unfinished:
    """Something that time or a person will bring to its end."""

    kind: str
    number: str


class Account:
    """What every partner that holds money keeps alike, under its own name."""

    def __init__(self, outside: Outside, clock: Clock, *, partner: str) -> None:
        self.manners = outside.manners
        self._balances = outside.store.table(f"{partner}.account", Balance)
        self._unfinished = outside.store.table(f"{partner}.unfinished", Unfinished)
        self._clock = clock

    def now(self) -> datetime:
        """The time of business."""
        return self._clock.now()

    @property
    def balance_fen(self) -> int:
        """What is on the account."""
        found = self._balances.get(ONLY)
        return found.fen if found else self.manners.balance_before_fen

    def move(self, fen: int) -> None:
        """So much comes to the account, or leaves it."""
        self._balances[ONLY] = Balance(fen=self.balance_fen + fen)

    def unfinished(self, kind: str) -> Iterator[str]:
        """The numbers of what has not ended."""
        return iter([one.number for one in self._unfinished.values() if one.kind == kind])

    def begin(self, kind: str, number: str) -> None:
        """It has not ended."""
        self._unfinished[f"{kind}:{number}"] = Unfinished(kind=kind, number=number)

    def end(self, kind: str, number: str) -> None:
        """Nothing more will happen to it by itself."""
        self._unfinished.pop(f"{kind}:{number}", None)


def digits(count: int) -> str:
    """That many random digits."""
    return str(secrets.randbelow(10**count)).rjust(count, "0")
