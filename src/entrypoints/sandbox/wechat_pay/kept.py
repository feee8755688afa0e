"""What WeChat Pay keeps of the merchant: payments, refunds, transfers, the account, and what has not ended yet."""

import json
import secrets
from collections.abc import Mapping
from typing import Literal

from entrypoints.sandbox.account import Account
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter
from entrypoints.sandbox.wechat_pay.payments import Payment
from entrypoints.sandbox.wechat_pay.refunds import Refund
from entrypoints.sandbox.wechat_pay.transfers import Transfer
from entrypoints.sandbox.wechat_pay.wire import compact
from errand_domain.ports.outside import Clock

Kind = Literal["payment", "refund", "transfer"]


class Kept:
    """The tables, and the moves that more than one desk makes."""

    def __init__(self, outside: Outside, clock: Clock) -> None:
        self.account = Account(outside, clock, partner="wechat_pay")
        self.payments = outside.store.table("wechat_pay.payments", Payment)
        self.refunds = outside.store.table("wechat_pay.refunds", Refund)
        self.transfers = outside.store.table("wechat_pay.transfers", Transfer)
        self._courier = outside.courier

    def tell(self, kind: Kind, event_type: str, url: str, event: Mapping[str, object]) -> None:
        """Let the merchant be notified."""
        letter = Letter(
            id=f"EV-{self.account.now():%Y%m%d%H%M%S}{secrets.token_hex(8)}",
            partner="wechat-pay",
            operation=f"wechat_pay.notify.{kind}",
            url=url,
            content=f"{event_type} {compact(event)}",
        )
        self._courier.post(letter)


def canonical(body: bytes) -> str:
    """What was asked for, whatever the order and the spaces in which it was written."""
    return json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False)
