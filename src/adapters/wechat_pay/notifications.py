"""What WeChat Pay tells us of its own accord. Its SDK leaves out when, by whom and for whom: here that is checked."""

from typing import Final, assert_never

from adapters.wechat_pay.answers import Malformed, decoded
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.reports import payment_report, payout_answer, refund_noticed
from adapters.wechat_pay.sdk import AGE_MOST, SIGNED_HEADERS, signed_at
from adapters.wechat_pay.shapes import Envelope, RefundNotice, Transaction, Transfer
from errand_domain.money import Money
from errand_domain.ports.notifications import (
    Delivery,
    NothingForUs,
    Notification,
    NotificationRefused,
    Notifications,
    PayoutReport,
)
from errand_domain.ports.payments import NoLonger, NotPaid, PaymentReport

CHANNEL: Final = "wechat-pay"
PROBE: Final = "WECHATPAY/SIGNTEST/"
_SHAPES: Final[dict[str, type[Transaction | RefundNotice | Transfer]]] = {
    "TRANSACTION.SUCCESS": Transaction,
    "REFUND.SUCCESS": RefundNotice,
    "REFUND.ABNORMAL": RefundNotice,
    "REFUND.CLOSED": RefundNotice,
    "MCHTRANSFER.BILL.FINISHED": Transfer,
}


class WechatPayNotifications(Notifications):
    """Notifications of payments, refunds and transfers: fresh, signed by a key that we know, and meant for us."""

    channel = CHANNEL

    def __init__(self, gateway: WechatPayGateway) -> None:
        self._gateway = gateway

    async def read(self, delivery: Delivery) -> Notification:
        """What is told; raises `NotificationRefused`. WeChat Pay sends forged ones itself, and wants them refused."""
        self._check_sender(delivery)
        try:
            envelope = decoded(delivery.body, Envelope)
            shape = _SHAPES.get(envelope.event_type)
            if shape is None or envelope.resource_type != "encrypt-resource":
                return NothingForUs(about=envelope.event_type)
            told = decoded(self._gateway.decrypted(envelope.resource), shape)
            self._check_addressee(told)
            return _notification(told)
        except Malformed:
            raise NotificationRefused("content") from None

    def _check_sender(self, delivery: Delivery) -> None:
        headers = {name: delivery.headers.get(name, "") for name in SIGNED_HEADERS}
        at = signed_at(headers["wechatpay-timestamp"])
        if at is None or not all(headers.values()):
            raise NotificationRefused("headers")
        if abs(self._gateway.clock.now() - at) > AGE_MOST:
            raise NotificationRefused("clock")
        if not self._gateway.knows_key(headers["wechatpay-serial"]):
            raise NotificationRefused("key")
        if headers["wechatpay-signature"].startswith(PROBE):
            raise NotificationRefused("signature")
        try:
            body = delivery.body.decode()
        except UnicodeDecodeError:
            raise NotificationRefused("signature") from None
        if not self._gateway.is_signed(delivery.headers, body):
            raise NotificationRefused("signature")

    def _check_addressee(self, told: Transaction | RefundNotice | Transfer) -> None:
        """It must name us wherever it names anybody; a transfer may name nobody, and is encrypted for us alone."""
        ours = self._gateway.merchant
        merchants, apps = {ours.merchant}, {ours.app}
        match told:
            case Transaction():
                is_ours = told.mchid in merchants and told.appid in apps
            case RefundNotice():
                is_ours = told.mchid in merchants
            case Transfer():
                is_ours = {told.mch_id, told.mchid} <= {"", *merchants} and told.appid in {"", *apps}
            case _:
                assert_never(told)
        if not is_ours:
            raise NotificationRefused("addressee")


def _notification(told: Transaction | RefundNotice | Transfer) -> Notification:
    match told:
        case Transaction():
            report = payment_report(told)
            match report:
                case PaymentReport():
                    return report
                case NotPaid() | NoLonger():
                    return NothingForUs(about=f"payment {told.trade_state}")
        case RefundNotice():
            return refund_noticed(told)
        case Transfer():
            if told.transfer_amount is None:
                raise Malformed("a transfer that does not say how much")
            return PayoutReport(number=told.out_bill_no, amount=Money(told.transfer_amount), answer=payout_answer(told))
    assert_never(told)
