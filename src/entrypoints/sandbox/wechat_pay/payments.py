"""A payment at WeChat Pay: ordered, and then paid or closed; whatever is given back of it afterwards, it was paid."""

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, field, frozen

from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wechat_pay.shapes import OrderAsked
from entrypoints.sandbox.wechat_pay.wire import rfc3339

FULL_BASIS_POINTS: Final = 10_000
EXPIRES_AT_LEAST_AFTER: Final = timedelta(minutes=1)
CLOSES_AFTER: Final = timedelta(days=7)


@frozen(kw_only=True)
class Payment:
    """One order. `params` is what it was ordered with, which a second order must repeat."""

    number: str
    appid: str
    params: str = field(repr=False)
    description: str
    openid: str = field(repr=False)
    amount_fen: int
    notify_url: str
    prepay_id: str
    ordered_at: datetime
    expires_at: datetime
    transaction_id: str = ""
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refunded_fen: int = 0
    """What was asked back and not given up."""
    refunds: int = 0

    def state(self) -> str:
        """The state, as a query tells it."""
        if self.paid_at is not None:
            return "REFUND" if self.refunds else "SUCCESS"
        return "CLOSED" if self.closed_at else "NOTPAY"

    def ordered_again(self, params: str) -> "Payment":
        """The same order; raises `WechatPayError` where it is another, or can be paid no more."""
        if self.paid_at is not None:
            raise WechatPayError("ORDER_PAID")
        if self.closed_at is not None:
            raise WechatPayError("ORDER_CLOSED")
        if params != self.params:
            raise WechatPayError("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
        return self

    def paid(self, at: datetime, *, transaction_id: str) -> "Payment":
        """Paid, once; raises `ValueError` where nobody can pay it any more."""
        if self.paid_at is not None:
            return self
        if self.closed_at is not None or at >= self.expires_at:
            raise ValueError(f"{self.number} cannot be paid any more")
        return evolve(self, paid_at=at, transaction_id=transaction_id)

    def closed(self, at: datetime) -> "Payment":
        """Closed, again if need be; raises `WechatPayError` where it was paid."""
        if self.paid_at is not None:
            raise WechatPayError("ORDER_PAID")
        return self if self.closed_at else evolve(self, closed_at=at)

    def passed(self, at: datetime) -> "Payment":
        """What time has made of it: nobody pays it after a week, and then it is closed."""
        closes_at = self.ordered_at + CLOSES_AFTER
        return self.closed(closes_at) if self.paid_at is None and at >= closes_at else self

    def is_waiting(self, at: datetime) -> bool:
        """Whether somebody could pay it now."""
        return self.paid_at is None and self.closed_at is None and at < self.expires_at

    def told(self, merchant: str, *, more_fen: int = 0) -> dict[str, object]:
        """The order, as a query and a notification tell it; with another amount, if that is wanted."""
        told: dict[str, object] = {
            "appid": self.appid,
            "mchid": merchant,
            "out_trade_no": self.number,
            "trade_type": "JSAPI",
            "trade_state": self.state(),
            "trade_state_desc": "支付成功" if self.paid_at else "订单未支付",
            "attach": "",
        }
        amount: dict[str, object] = {"total": self.amount_fen + more_fen, "currency": "CNY"}
        if self.paid_at is not None:
            amount |= {"payer_total": self.amount_fen + more_fen, "payer_currency": "CNY"}
            told |= {
                "transaction_id": self.transaction_id,
                "bank_type": "OTHERS",
                "success_time": rfc3339(self.paid_at),
                "payer": {"openid": self.openid},
            }
        return {**told, "amount": amount}


def ordered(asked: OrderAsked, params: str, *, prepay_id: str, at: datetime) -> Payment:
    """A new order."""
    expires_at = asked.time_expire or at + CLOSES_AFTER
    return Payment(
        number=asked.out_trade_no,
        appid=asked.appid,
        params=params,
        description=asked.description,
        openid=asked.payer.openid,
        amount_fen=asked.amount.total,
        notify_url=asked.notify_url,
        prepay_id=prepay_id,
        ordered_at=at,
        expires_at=max(expires_at, at + EXPIRES_AT_LEAST_AFTER),
    )


def fee_fen(amount_fen: int, basis_points: int) -> int:
    """What WeChat Pay charges for so much, to the nearest fen; the half fen is WeChat Pay's."""
    return (amount_fen * basis_points + FULL_BASIS_POINTS // 2) // FULL_BASIS_POINTS
