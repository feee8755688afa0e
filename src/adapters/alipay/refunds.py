"""Giving back through Alipay, to where the money came from."""

from collections.abc import Mapping
from typing import Final, assert_never

from adapters.alipay.answers import Malformed, Ok, Refused, Unknown
from adapters.alipay.errors import Meaning
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.reports import PROVIDER, time_of_refund
from adapters.alipay.shapes import RefundKnown, RefundTaken
from adapters.alipay.yuan import money_of, yuan_of
from errand_domain.money import Money
from errand_domain.payment.refund import Refund, RefundReason
from errand_domain.ports.payments import Declined, Lost, RefundDesk, RefundDone, RefundReport

REASONS: Final[Mapping[RefundReason, str]] = {
    "late": "支付时订单已失效",
    "cancelled": "订单已取消",
    "expired": "订单无人接单",
    "advance": "代购余款退回",
    "returned": "物品未能送达",
    "dispute": "纠纷处理结果",
}
ADVICE: Final[Mapping[Meaning, str]] = {
    "short_of_money": "商户支付宝余额不足，请充值后重试",
    "absent": "支付宝没有此笔支付，请核对",
    "closed": "原交易已关闭，没有可退的款项，请核对",
    "over": "原交易已完结，不能再原路退款，请与付款人约定线下退款",
    "reused": "同一退款号对应另一笔退款，请核对",
}
ADVICE_OTHERWISE: Final = "支付宝拒绝退款，请核对原交易与已退金额"
REFUND_SUCCESS: Final = "REFUND_SUCCESS"


class AlipayRefunds(RefundDesk):
    """Refunds of Alipay payments, under numbers of their own (`out_request_no`).

    Alipay gives back at once or not at all, and has no numbers of its own for refunds: they are known by that of the
    payment.
    """

    def __init__(self, gateway: AlipayGateway) -> None:
        self.provider = PROVIDER
        self._gateway = gateway

    async def refund(self, refund: Refund, *, paid: Money, payment_number: str) -> RefundReport | Declined | Lost:
        """Ask for it. Where no money has moved by that, it may have moved before, and a query tells."""
        content = {
            "out_trade_no": payment_number,
            "out_request_no": refund.number,
            "refund_amount": yuan_of(refund.amount),
            "refund_reason": REASONS[refund.reason],
        }
        answer = await self._gateway.tell("alipay.trade.refund", content, RefundTaken)
        match answer:
            case Ok(content=taken):
                return await self._taken(taken, refund, paid, payment_number)
            case Refused():
                return Declined(reason=f"{ADVICE.get(answer.meaning, ADVICE_OTHERWISE)}（{answer.reason}）")
            case Unknown():
                return Lost(why=answer.why)
        assert_never(answer)

    async def query_refund(self, number: str, *, payment_number: str) -> RefundReport | Declined | Lost:
        """What became of it."""
        content = {
            "out_trade_no": payment_number,
            "out_request_no": number,
            "query_options": ["gmt_refund_pay"],
        }
        answer = await self._gateway.ask("alipay.trade.fastpay.refund.query", content, RefundKnown)
        match answer:
            case Ok(content=known):
                return self._known(known, number, payment_number)
            case Refused(meaning="absent"):
                return Declined(reason=f"支付宝没有此笔支付（{answer.reason}）")
            case Refused(reason=why) | Unknown(why=why):
                return Lost(why=why)
        assert_never(answer)

    async def _taken(self, taken: RefundTaken, refund: Refund, paid: Money, payment_number: str) -> RefundReport | Lost:
        """The answer to a refund. Its sum is of all refunds: between this one and all that was paid, or no answer."""
        try:
            in_all = money_of(taken.refund_fee)
            if taken.out_trade_no != payment_number or not refund.amount <= in_all <= paid:
                return Lost(why="the answer is about another refund")
            if taken.fund_change == "Y":
                return self._done(refund.number, refund.amount, taken.trade_no, taken.gmt_refund_pay)
        except Malformed as fault:
            return Lost(why=str(fault))
        known = await self.query_refund(refund.number, payment_number=payment_number)
        # Taken, and not to be seen: asked for again it is the same refund.
        return Lost(why="taken, and not known yet") if isinstance(known, Declined) else known

    def _known(self, known: RefundKnown, number: str, payment_number: str) -> RefundReport | Declined | Lost:
        if not known.refund_status:
            return Declined(reason="支付宝没有此笔退款")
        if (known.out_request_no, known.out_trade_no) != (number, payment_number):
            return Lost(why="the answer is about another refund")
        if known.refund_status != REFUND_SUCCESS:
            return Lost(why="a refund in a state that is new to us")
        try:
            return self._done(number, money_of(known.refund_amount), known.trade_no, known.gmt_refund_pay)
        except Malformed as fault:
            return Lost(why=str(fault))

    def _done(self, number: str, amount: Money, trade_number: str, at: str) -> RefundReport:
        moment = time_of_refund(at, otherwise=self._gateway.clock.now())
        return RefundReport(
            number=number,
            amount=amount,
            refund_id=trade_number,
            outcome=RefundDone(at=moment),
            accepted_at=moment,
        )
