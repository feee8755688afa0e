"""What Alipay keeps of the merchant: payments, transfers, the account, and what has not ended yet."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, Literal

from attrs import frozen

from entrypoints.sandbox.alipay.keys import APP, SELLER
from entrypoints.sandbox.alipay.notices import Seller, news
from entrypoints.sandbox.alipay.trades import GivenBack, Trade
from entrypoints.sandbox.alipay.transfers import Transfer
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter
from errand_domain.ports.outside import Clock

NAME: Final = "alipay"
NOTIFY: Final = "alipay.notify.payment"
ONLY: Final = "only"
Kind = Literal["payment", "transfer"]


@frozen(kw_only=True)
class Account:
    """The merchant's money: without fees, and without what is on its way to somebody."""

    balance_fen: int


@frozen(kw_only=True)
class Unfinished:
    """Something that time or a person will bring to its end."""

    kind: Kind
    number: str


class Kept:
    """The tables, and the moves that more than one desk makes."""

    def __init__(self, outside: Outside, clock: Clock) -> None:
        self.manners = outside.manners
        self.trades = outside.store.table("alipay.trades", Trade)
        self.transfers = outside.store.table("alipay.transfers", Transfer)
        self._accounts = outside.store.table("alipay.account", Account)
        self._unfinished = outside.store.table("alipay.unfinished", Unfinished)
        self._courier = outside.courier
        self._clock = clock

    def now(self) -> datetime:
        """The time of business."""
        return self._clock.now()

    @property
    def balance_fen(self) -> int:
        """What is on the account."""
        found = self._accounts.get(ONLY)
        return found.balance_fen if found else self.manners.balance_before_fen

    def move(self, fen: int) -> None:
        """So much comes to the account, or leaves it."""
        self._accounts[ONLY] = Account(balance_fen=self.balance_fen + fen)

    def unfinished(self, kind: Kind) -> Iterator[str]:
        """The numbers of what has not ended."""
        return iter([one.number for one in self._unfinished.values() if one.kind == kind])

    def begin(self, kind: Kind, number: str) -> None:
        """It has not ended."""
        self._unfinished[f"{kind}:{number}"] = Unfinished(kind=kind, number=number)

    def end(self, kind: Kind, number: str) -> None:
        """Nothing more will happen to it by itself."""
        self._unfinished.pop(f"{kind}:{number}", None)

    def tell(self, trade: Trade, refund: GivenBack | None = None) -> None:
        """Let the merchant be notified of the payment, or of a refund of it."""
        wall = datetime.now(UTC)
        number = f"{wall:%Y%m%d%H%M%S%f}{digits(12)}"
        fields = news(
            trade,
            Seller(app=APP, seller=SELLER),
            notify_number=number,
            told_at=self.now(),
            sent_at=wall,
            refund=refund,
        )
        content = json.dumps({"certified": trade.certified, "fields": fields}, ensure_ascii=False)
        self._courier.post(Letter(id=number, partner=NAME, operation=NOTIFY, url=trade.notify_url, content=content))


def digits(count: int) -> str:
    """That many random digits."""
    return str(secrets.randbelow(10**count)).rjust(count, "0")
