"""What WeChat Pay keeps of the merchant: payments, refunds, transfers, the account, and what has not ended yet."""

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, Literal

from attrs import frozen

from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter
from entrypoints.sandbox.wechat_pay.payments import Payment
from entrypoints.sandbox.wechat_pay.refunds import Refund
from entrypoints.sandbox.wechat_pay.transfers import Transfer
from entrypoints.sandbox.wechat_pay.wire import compact
from errand_domain.ports.outside import Clock

ONLY: Final = "only"
Kind = Literal["payment", "refund", "transfer"]


@frozen(kw_only=True)
class Account:
    """The merchant's money: without fees, and without what is locked for transfers."""

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
        self.payments = outside.store.table("wechat_pay.payments", Payment)
        self.refunds = outside.store.table("wechat_pay.refunds", Refund)
        self.transfers = outside.store.table("wechat_pay.transfers", Transfer)
        self._accounts = outside.store.table("wechat_pay.account", Account)
        self._unfinished = outside.store.table("wechat_pay.unfinished", Unfinished)
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

    def tell(self, kind: Kind, event_type: str, url: str, event: Mapping[str, object]) -> None:
        """Let the merchant be notified."""
        letter = Letter(
            id=f"EV-{self.now():%Y%m%d%H%M%S}{secrets.token_hex(8)}",
            partner="wechat-pay",
            operation=f"wechat_pay.notify.{kind}",
            url=url,
            content=f"{event_type} {compact(event)}",
        )
        self._courier.post(letter)


def canonical(body: bytes) -> str:
    """What was asked for, whatever the order and the spaces in which it was written."""
    return json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False)


def digits(count: int) -> str:
    """That many random digits."""
    return str(secrets.randbelow(10**count)).rjust(count, "0")
