"""From WeChat Pay's words for what happened to the domain's; raises `Malformed` where a word is new to us."""

from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.wechat_pay.answers import Malformed
from adapters.wechat_pay.shapes import RefundBill, RefundNotice, Transaction, Transfer
from errand_domain.money import Money
from errand_domain.ports.payments import (
    NoLonger,
    NotPaid,
    PaymentReport,
    PayoutAnswer,
    PayoutDone,
    PayoutExpired,
    PayoutFailed,
    PayoutUnderWay,
    PayoutWaits,
    RefundDone,
    RefundImpossible,
    RefundNeedsPerson,
    RefundReport,
    RefundUnderWay,
)

PROVIDER: Final = "wechat_pay"
CONFIRM_WITHIN: Final = timedelta(hours=24)
OVERDUE: Final = "OVERDUE_CLOSE"

# An order that was given back, even in part, is REFUND for ever: it was paid first.
_PAID: Final = frozenset({"SUCCESS", "REFUND"})
_MAY_BE_PAID: Final = frozenset({"NOTPAY", "USERPAYING", "PAYERROR"})
_OVER: Final = frozenset({"CLOSED", "REVOKED"})
# Spelled as WeChat Pay spells it; the other spelling in case that is ever put right.
_UNDER_WAY: Final = frozenset({"ACCEPTED", "PROCESSING", "TRANSFERING", "TRANSFERRING", "CANCELING"})

ABNORMAL_ADVICE: Final = (
    "付款人的账户或银行卡无法收款：请在微信支付商户平台的「异常退款」中处理，或与付款人约定线下退款"
)


def payment_report(transaction: Transaction) -> PaymentReport | NotPaid | NoLonger:
    """What became of a payment."""
    if transaction.trade_state in _MAY_BE_PAID:
        return NotPaid()
    if transaction.trade_state in _OVER:
        return NoLonger()
    if transaction.trade_state not in _PAID:
        raise Malformed("a payment in a state that is new to us")
    if transaction.amount is None or transaction.success_time is None or not transaction.transaction_id:
        raise Malformed("a payment that is paid, and does not say how much, when or under which number")
    return PaymentReport(
        number=transaction.out_trade_no,
        provider=PROVIDER,
        merchant=transaction.mchid,
        app=transaction.appid,
        amount=Money(transaction.amount.total),
        currency=transaction.amount.currency,
        transaction_id=transaction.transaction_id,
        paid_at=utc(transaction.success_time),
        payer=transaction.payer.openid if transaction.payer else "",
    )


def refund_report(refund: RefundBill) -> RefundReport:
    """What became of a refund, as it is told when asked."""
    return RefundReport(
        number=refund.out_refund_no,
        amount=Money(refund.amount.refund),
        refund_id=refund.refund_id,
        outcome=_refund_outcome(refund.status, refund.success_time),
        accepted_at=utc(refund.create_time),
    )


def refund_noticed(refund: RefundNotice) -> RefundReport:
    """What became of a refund, as it is told unasked."""
    return RefundReport(
        number=refund.out_refund_no,
        amount=Money(refund.amount.refund),
        refund_id=refund.refund_id,
        outcome=_refund_outcome(refund.refund_status, refund.success_time),
    )


def payout_answer(transfer: Transfer) -> PayoutAnswer:
    """What became of a transfer. One that waits has a package only in the answer to its request."""
    if transfer.state in _UNDER_WAY:
        return PayoutUnderWay()
    match transfer.state:
        case "WAIT_USER_CONFIRM":
            if transfer.create_time is None:
                raise Malformed("a transfer that waits, and does not say since when")
            return PayoutWaits(package=transfer.package_info, expires_at=utc(transfer.create_time, CONFIRM_WITHIN))
        case "SUCCESS":
            if transfer.update_time is None or transfer.transfer_amount is None:
                raise Malformed("a transfer that is done, and does not say when or how much")
            return PayoutDone(at=utc(transfer.update_time), amount=Money(transfer.transfer_amount))
        case "FAIL" | "CANCELLED":
            if transfer.fail_reason == OVERDUE:
                return PayoutExpired()
            return PayoutFailed(reason=transfer.fail_reason or transfer.state)
        case _:
            raise Malformed("a transfer in a state that is new to us")


def utc(moment: datetime, later: timedelta = timedelta(0)) -> datetime:
    """The moment in UTC, so much later."""
    try:
        return moment.astimezone(UTC) + later
    except OverflowError:
        raise Malformed("a time at the end of all times") from None


def _refund_outcome(
    state: str, at: datetime | None
) -> RefundDone | RefundUnderWay | RefundImpossible | RefundNeedsPerson:
    match state:
        case "SUCCESS":
            if at is None:
                raise Malformed("a refund that is done, and does not say when")
            return RefundDone(at=utc(at))
        case "PROCESSING":
            return RefundUnderWay()
        case "CLOSED":
            return RefundImpossible()
        case "ABNORMAL":
            return RefundNeedsPerson(advice=ABNORMAL_ADVICE)
        case _:
            raise Malformed("a refund in a state that is new to us")
