"""From Alipay's words for what happened to the domain's; raises `Malformed` where a word is new to us."""

from datetime import datetime
from typing import Final

from adapters.alipay.answers import Malformed
from adapters.alipay.china_time import read_from_china
from adapters.alipay.shapes import Trade
from adapters.alipay.yuan import money_of
from errand_domain.money import Money
from errand_domain.ports.payments import (
    Merchant,
    NoLonger,
    NotPaid,
    PaymentReport,
    PayoutAnswer,
    PayoutDone,
    PayoutFailed,
    PayoutUnderWay,
)

PROVIDER: Final = "alipay"
CLOSED: Final = "TRADE_CLOSED"
_WAITS: Final = "WAIT_BUYER_PAY"
_PAID: Final = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
# All but SUCCESS are unverified against the live service.
_UNDER_WAY: Final = frozenset({"DEALING", "WAIT_PAY", "INIT"})
_FAILED: Final = frozenset({"FAIL", "CLOSED", "REFUND"})


def was_paid(status: str, paid_at: str) -> bool:
    """Whether somebody paid, by the status and the time of payment that is told with it.

    A closed one was never paid, or was given back whole: the two differ in that only the second says when it was paid.
    That it does so is unverified against the live service.
    """
    return status in _PAID or (status == CLOSED and bool(paid_at))


def trade_report(trade: Trade, merchant: Merchant) -> PaymentReport | NotPaid | NoLonger:
    """What became of a payment, as a query tells it."""
    if was_paid(trade.trade_status, trade.send_pay_date):
        return paid_report(
            merchant,
            number=trade.out_trade_no,
            trade_number=trade.trade_no,
            yuan=trade.total_amount,
            paid_at=trade.send_pay_date,
            payer=trade.buyer_user_id or trade.buyer_open_id,
        )
    if trade.trade_status == _WAITS:
        return NotPaid()
    if trade.trade_status == CLOSED:
        return NoLonger()
    raise Malformed("a payment in a state that is new to us")


def paid_report(
    merchant: Merchant, *, number: str, trade_number: str, yuan: str, paid_at: str, payer: str
) -> PaymentReport:
    """A payment that somebody made, for so much as was asked: who bore it, payer or coupon, is not our business."""
    if not trade_number:
        raise Malformed("a payment without a number")
    return PaymentReport(
        number=number,
        provider=PROVIDER,
        merchant=merchant.merchant,
        app=merchant.app,
        amount=money_of(yuan),
        currency=merchant.currency,
        transaction_id=trade_number,
        paid_at=read_from_china(paid_at),
        payer=payer,
    )


def time_of_refund(written: str, *, otherwise: datetime) -> datetime:
    """When the money went back. Where Alipay leaves it out, it is as good as now: it gives back at once.

    That it may be left out, and that it is asked for by name, is unverified against the live service.
    """
    return read_from_china(written) if written else otherwise


def transfer_answer(status: str, *, at: str, amount: Money | None, reason: str = "") -> PayoutAnswer:
    """What became of a transfer."""
    if status == "SUCCESS":
        if amount is None:
            raise Malformed("a transfer that is done, and does not say how much")
        return PayoutDone(at=read_from_china(at), amount=amount)
    if status in _UNDER_WAY:
        return PayoutUnderWay()
    if status in _FAILED:
        return PayoutFailed(reason=reason or status)
    raise Malformed("a transfer in a state that is new to us")
