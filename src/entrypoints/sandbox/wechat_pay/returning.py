"""Giving back: refunds, and how they end."""

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from entrypoints.sandbox.account import digits
from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.partner import Waiting
from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wechat_pay.kept import Kept
from entrypoints.sandbox.wechat_pay.keys import MERCHANT
from entrypoints.sandbox.wechat_pay.payments import Payment
from entrypoints.sandbox.wechat_pay.refunds import Outcome, Refund, accepted
from entrypoints.sandbox.wechat_pay.shapes import RefundAsked, decoded
from entrypoints.sandbox.wire import Asked

ENDS_AS: Final[Mapping[Kind, Outcome]] = {"abnormal": "ABNORMAL", "closed": "CLOSED"}


class Returning:
    """The desk of refunds."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def refund(self, asked: Asked, _: Mapping[str, str], fault: Kind | None) -> Mapping[str, object]:
        """Take a refund on, or tell of the one that has that number."""
        wanted = decoded(asked.body, RefundAsked)
        payment = self._payment(wanted)
        known = self._kept.refunds.get(wanted.out_refund_no)
        if known is not None and not known.is_same(wanted, payment):
            raise WechatPayError("INVALID_REQUEST", "退款单号已存在但信息不一致")
        if known is None:
            known = self._taken(wanted, payment, fault)
        return known.told(more_fen=1 if fault == "wrong_amount" else 0)

    def query_refund(self, _: Asked, names: Mapping[str, str], fault: Kind | None) -> Mapping[str, object]:
        """What became of it."""
        found = self._kept.refunds.get(names["number"])
        if found is None:
            raise WechatPayError("RESOURCE_NOT_EXISTS")
        return found.told(more_fen=1 if fault == "wrong_amount" else 0)

    def finish(self, number: str) -> str:
        """The payer has it, also where it was stuck."""
        refund = self._kept.refunds.get(number)
        if refund is None:
            raise LookupError(number)
        return self._end(refund, "SUCCESS").state

    def pass_time(self) -> None:
        """What is old enough comes to its end."""
        now = self._kept.account.now()
        for number in self._kept.account.unfinished("refund"):
            refund = self._kept.refunds[number]
            if refund.state == "PROCESSING" and now >= refund.accepted_at + self._kept.account.manners.refund_takes:
                self._end(refund, refund.ends_as)

    def waiting(self, partner: str) -> tuple[Waiting, ...]:
        """What is on its way back."""
        found = (self._kept.refunds[number] for number in self._kept.account.unfinished("refund"))
        return tuple(
            Waiting(
                partner=partner,
                kind="refunds",
                number=one.number,
                what="退款异常" if one.state == "ABNORMAL" else "退款处理中",
                amount_fen=one.amount_fen,
                acts=("finish",),
            )
            for one in found
        )

    def _payment(self, wanted: RefundAsked) -> Payment:
        number, transaction_id = wanted.out_trade_no, wanted.transaction_id
        if not number and not transaction_id:
            raise WechatPayError("PARAM_ERROR", "缺少transaction_id或out_trade_no")
        found = self._kept.payments.get(number) if number else None
        if found is None and transaction_id:
            found = next((one for one in self._kept.payments.values() if one.transaction_id == transaction_id), None)
        if found is None:
            raise WechatPayError("RESOURCE_NOT_EXISTS")
        return found

    def _taken(self, wanted: RefundAsked, payment: Payment, fault: Kind | None) -> Refund:
        if fault == "not_enough":
            raise WechatPayError("NOT_ENOUGH")
        refund = accepted(
            wanted,
            payment,
            refund_id=f"5030{digits(24)}",
            fee_basis_points=self._kept.account.manners.fee_basis_points,
            balance_fen=self._kept.account.balance_fen,
            at=self._kept.account.now(),
        )
        refund = evolve(refund, ends_as=ENDS_AS.get(fault, "SUCCESS")) if fault else refund
        self._kept.refunds[refund.number] = refund
        self._kept.payments[payment.number] = evolve(
            payment, refunded_fen=payment.refunded_fen + refund.amount_fen, refunds=payment.refunds + 1
        )
        self._kept.account.move(refund.fee_back_fen - refund.amount_fen)
        self._kept.account.begin("refund", refund.number)
        return refund

    def _end(self, refund: Refund, outcome: Outcome) -> Refund:
        ended = refund.ended(self._kept.account.now(), outcome=outcome)
        if ended is refund:
            return refund
        self._kept.refunds[refund.number] = ended
        if ended.state != "ABNORMAL":
            self._kept.account.end("refund", refund.number)
        if ended.state == "CLOSED":
            payment = self._kept.payments[refund.payment_number]
            back = evolve(payment, refunded_fen=payment.refunded_fen - refund.amount_fen)
            self._kept.payments[payment.number] = back
            self._kept.account.move(refund.amount_fen - refund.fee_back_fen)
        url = ended.notify_url or self._kept.payments[refund.payment_number].notify_url
        self._kept.tell("refund", f"REFUND.{ended.state}", url, ended.noticed(MERCHANT))
        return ended
