"""What Alipay keeps of the merchant: payments, transfers, the account, and what has not ended yet."""

import json
from datetime import UTC, datetime
from typing import Final

from entrypoints.sandbox.account import Account, digits
from entrypoints.sandbox.alipay.keys import APP, SELLER
from entrypoints.sandbox.alipay.notices import Seller, news
from entrypoints.sandbox.alipay.trades import GivenBack, Trade
from entrypoints.sandbox.alipay.transfers import Transfer
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter
from errand_domain.ports.outside import Clock

NAME: Final = "alipay"
NOTIFY: Final = "alipay.notify.payment"


class Kept:
    """The tables, and the moves that more than one desk makes."""

    def __init__(self, outside: Outside, clock: Clock) -> None:
        self.account = Account(outside, clock, partner="alipay")
        self.trades = outside.store.table("alipay.trades", Trade)
        self.transfers = outside.store.table("alipay.transfers", Transfer)
        self._courier = outside.courier

    def tell(self, trade: Trade, refund: GivenBack | None = None) -> None:
        """Let the merchant be notified of the payment, or of a refund of it."""
        wall = datetime.now(UTC)
        number = f"{wall:%Y%m%d%H%M%S%f}{digits(12)}"
        fields = news(
            trade,
            Seller(app=APP, seller=SELLER),
            notify_number=number,
            told_at=self.account.now(),
            sent_at=wall,
            refund=refund,
        )
        content = json.dumps({"certified": trade.certified, "fields": fields}, ensure_ascii=False)
        self._courier.post(Letter(id=number, partner=NAME, operation=NOTIFY, url=trade.notify_url, content=content))
