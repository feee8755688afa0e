"""Giving back through WeChat Pay, to where the money came from."""

from collections.abc import Mapping
from typing import Final, assert_never

from adapters.wechat_pay.answers import Answer, Malformed, Ok, Refused, Unknown
from adapters.wechat_pay.errors import Meaning
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.numbers import order_number, refund_number
from adapters.wechat_pay.reports import PROVIDER, refund_report
from adapters.wechat_pay.shapes import RefundBill
from errand_domain.money import Money
from errand_domain.payment.refund import Refund, RefundReason
from errand_domain.ports.payments import Declined, Lost, RefundDesk, RefundReport

REASONS: Final[Mapping[RefundReason, str]] = {
    "late": "支付时订单已失效",
    "cancelled": "订单已取消",
    "expired": "订单无人接单",
    "advance": "代购余款退回",
    "returned": "物品未能送达",
    "dispute": "纠纷处理结果",
}
ADVICE: Final[Mapping[Meaning, str]] = {
    "short_of_money": "商户余额不足，请充值后重试",
    "payer_unreachable": "付款人账户异常，无法原路退回，请与付款人约定线下退款",
    "not_allowed": "微信支付因权限、配置或风控拒绝退款，请联系管理员",
    "inspect": "微信支付认为此笔退款不合规则，请核对原订单与已退金额",
    "absent": "微信支付没有此笔支付，请核对",
    "closed": "原订单已关闭，没有可退的款项，请核对",
    "wrong": "退款请求有误，请联系管理员",
}
"""Refusals of a refund that say that it did not happen, and what finance can do about each."""


class WechatRefunds(RefundDesk):
    """Refunds of WeChat payments, under numbers of their own."""

    def __init__(self, gateway: WechatPayGateway) -> None:
        self.provider = PROVIDER
        self._gateway = gateway

    async def refund(self, refund: Refund, *, paid: Money, payment_number: str) -> RefundReport | Declined | Lost:
        """Ask for it. What WeChat Pay refuses is put before people, with what they can do."""
        answer = await self._gateway.tell(
            lambda sdk: sdk.refund(
                out_refund_no=refund_number(refund.number),
                out_trade_no=order_number(payment_number),
                amount={"refund": refund.amount.fen, "total": paid.fen, "currency": self._gateway.merchant.currency},
                reason=REASONS[refund.reason],
            ),
            RefundBill,
        )
        if isinstance(answer, Refused) and answer.meaning in ADVICE:
            return Declined(reason=f"{ADVICE[answer.meaning]}（{answer.reason}）")
        return _told(answer, refund.number, payment_number)

    async def query_refund(self, number: str, *, payment_number: str) -> RefundReport | Declined | Lost:
        """What became of it."""
        answer = await self._gateway.ask(lambda sdk: sdk.query_refund(refund_number(number)), RefundBill)
        if isinstance(answer, Refused) and answer.meaning == "absent":
            return Declined(reason=f"微信支付没有此笔退款（{answer.reason}）")
        return _told(answer, number, payment_number)


def _told(answer: Answer[RefundBill], number: str, payment_number: str) -> RefundReport | Lost:
    match answer:
        case Ok(content=bill):
            if (bill.out_refund_no, bill.out_trade_no) != (number, payment_number):
                return Lost(why="the answer is about another refund")
            try:
                return refund_report(bill)
            except Malformed as fault:
                return Lost(why=str(fault))
        case Refused():
            return Lost(why=answer.reason)
        case Unknown():
            return Lost(why=answer.why)
    assert_never(answer)
