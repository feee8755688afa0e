"""A refund at WeChat Pay: accepted, and some time later done, given up, or stuck."""

from datetime import datetime, timedelta
from typing import Final, Literal

from attrs import evolve, frozen

from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wechat_pay.payments import Payment, fee_fen
from entrypoints.sandbox.wechat_pay.shapes import RefundAsked
from entrypoints.sandbox.wechat_pay.wire import rfc3339

REFUNDS_MOST: Final = 50
REFUNDABLE_FOR: Final = timedelta(days=365)
Outcome = Literal["SUCCESS", "ABNORMAL", "CLOSED"]
State = Literal["PROCESSING", "SUCCESS", "ABNORMAL", "CLOSED"]


@frozen(kw_only=True)
class Refund:
    """One refund under the merchant's number. `ends_as` is what it will come to."""

    number: str
    refund_id: str
    payment_number: str
    transaction_id: str
    amount_fen: int
    total_fen: int
    fee_back_fen: int
    notify_url: str
    accepted_at: datetime
    ends_as: Outcome = "SUCCESS"
    state: State = "PROCESSING"
    ended_at: datetime | None = None

    def ended(self, at: datetime, *, outcome: Outcome | None = None) -> "Refund":
        """Come to its end; a stuck one may still be done."""
        if self.state in ("SUCCESS", "CLOSED"):
            return self
        return evolve(self, state=outcome or self.ends_as, ended_at=at)

    def is_same(self, asked: RefundAsked, payment: Payment) -> bool:
        """Whether that request is for this refund."""
        return (self.payment_number, self.amount_fen) == (payment.number, asked.amount.refund)

    def told(self, *, more_fen: int = 0) -> dict[str, object]:
        """The refund, as an answer tells it."""
        told: dict[str, object] = {
            "refund_id": self.refund_id,
            "out_refund_no": self.number,
            "transaction_id": self.transaction_id,
            "out_trade_no": self.payment_number,
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "create_time": rfc3339(self.accepted_at),
            "status": self.state,
            "funds_account": "AVAILABLE",
            "amount": self._amount(more_fen)
            | {
                "settlement_refund": self.amount_fen,
                "settlement_total": self.total_fen,
                "discount_refund": 0,
                "currency": "CNY",
            },
        }
        if self.state == "SUCCESS" and self.ended_at is not None:
            told["success_time"] = rfc3339(self.ended_at)
        return told

    def noticed(self, merchant: str, *, more_fen: int = 0) -> dict[str, object]:
        """The refund, as a notification tells it: its state has another name there."""
        told: dict[str, object] = {
            "mchid": merchant,
            "transaction_id": self.transaction_id,
            "out_trade_no": self.payment_number,
            "refund_id": self.refund_id,
            "out_refund_no": self.number,
            "refund_status": self.state,
            "user_received_account": "支付用户零钱",
            "amount": self._amount(more_fen),
        }
        if self.state == "SUCCESS" and self.ended_at is not None:
            told["success_time"] = rfc3339(self.ended_at)
        return told

    def _amount(self, more_fen: int) -> dict[str, object]:
        return {
            "total": self.total_fen,
            "refund": self.amount_fen + more_fen,
            "payer_total": self.total_fen,
            "payer_refund": self.amount_fen + more_fen,
        }


def accepted(
    asked: RefundAsked, payment: Payment, *, refund_id: str, fee_basis_points: int, balance_fen: int, at: datetime
) -> Refund:
    """A new refund; raises `WechatPayError` where it may not be."""
    if payment.paid_at is None:
        raise WechatPayError("RESOURCE_NOT_EXISTS", "订单未支付")
    if asked.amount.total != payment.amount_fen:
        raise WechatPayError("PARAM_ERROR", "订单金额不一致")
    if payment.refunded_fen + asked.amount.refund > payment.amount_fen:
        raise WechatPayError("INVALID_REQUEST", "退款总金额大于订单金额")
    if payment.refunds >= REFUNDS_MOST:
        raise WechatPayError("INVALID_REQUEST", "退款次数已达上限")
    if at > payment.paid_at + REFUNDABLE_FOR:
        raise WechatPayError("INVALID_REQUEST", "订单已超过可退款的最大期限")
    kept = payment.amount_fen - payment.refunded_fen
    left = kept - asked.amount.refund
    fee_back = fee_fen(kept, fee_basis_points) - fee_fen(left, fee_basis_points)
    if balance_fen + fee_back < asked.amount.refund:
        raise WechatPayError("NOT_ENOUGH")
    return Refund(
        number=asked.out_refund_no,
        refund_id=refund_id,
        payment_number=payment.number,
        transaction_id=payment.transaction_id,
        amount_fen=asked.amount.refund,
        total_fen=payment.amount_fen,
        fee_back_fen=fee_back,
        notify_url=asked.notify_url or "",
        accepted_at=at,
    )
