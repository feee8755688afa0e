"""What Alipay posts to the merchant of its own accord: the news of one payment, as a form."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from entrypoints.sandbox.alipay.trades import BUYER, GivenBack, Trade
from entrypoints.sandbox.alipay.words import fen
from entrypoints.sandbox.words import written, yuan

UNDERSTOOD: Final = b"success"
# Between one try and the next; the same notification is told eight times in 25 hours.
SCHEDULE: Final = (
    timedelta(0),
    timedelta(minutes=4),
    timedelta(minutes=10),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=15),
)


@frozen(kw_only=True)
class Seller:
    """Whom it is about."""

    app: str
    seller: str


def news(
    trade: Trade,
    seller: Seller,
    *,
    notify_number: str,
    told_at: datetime,
    sent_at: datetime,
    refund: GivenBack | None = None,
) -> dict[str, str]:
    """The fields of the notification, without its signature. A refund is news of the payment that it is of.

    `told_at` is the moment of what is told; `sent_at` is by the clock of the wire.
    """
    fields = {
        "notify_type": "trade_status_sync",
        "notify_id": notify_number,
        "notify_time": written(sent_at),
        "app_id": seller.app,
        "auth_app_id": seller.app,
        "seller_id": seller.seller,
        "buyer_id": BUYER,
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": trade.trade_number,
        "out_trade_no": trade.number,
        "trade_status": trade.status(told_at),
        "total_amount": yuan(trade.amount_fen),
        "receipt_amount": yuan(trade.amount_fen),
        "invoice_amount": yuan(trade.amount_fen),
        "buyer_pay_amount": yuan(trade.amount_fen),
        "point_amount": "0.00",
        "subject": trade.subject,
        "gmt_create": written(trade.opened_at),
        "fund_bill_list": f'[{{"amount":"{yuan(trade.amount_fen)}","fundChannel":"ALIPAYACCOUNT"}}]',
    }
    if trade.paid_at is not None:
        fields["gmt_payment"] = written(trade.paid_at)
    if refund is not None:
        fields |= {
            "out_biz_no": refund.number,
            "refund_fee": yuan(trade.refunded_fen),
            "gmt_refund": f"{written(refund.at)}.000",
        }
    return fields


def aged(fields: Mapping[str, str], *, sent_at: datetime) -> dict[str, str]:
    """The same news as if it had been sent then."""
    return {**fields, "notify_time": written(sent_at)}


def of_another_amount(fields: Mapping[str, str]) -> dict[str, str]:
    """The same news as if the payment were of one fen more."""
    return {**fields, "total_amount": yuan(fen(fields["total_amount"]) + 1)}
