"""What Alipay tells us of its own accord: a form whose fields it signed."""

from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl

from adapters.alipay.answers import Malformed
from adapters.alipay.china_time import read_from_china
from adapters.alipay.gateway import AlipayGateway
from adapters.alipay.reports import paid_report, was_paid
from adapters.alipay.signing import SIGN_TYPE, notification_text
from errand_domain.ports.notifications import (
    Delivery,
    NothingForUs,
    Notification,
    NotificationRefused,
    Notifications,
)

CHANNEL: Final = "alipay"
ABOUT_TRADES: Final = "trade_status_sync"
FIELDS_MOST: Final = 100
ABOUT_LENGTH_MOST: Final = 64
AGE_MOST: Final = timedelta(days=2)
"""Alipay tells again over 25 hours and says the same each time, `notify_time` included for all we know (that is
unverified against the live service), so the window must be wider than that. It need not be narrow: what is told of a
payment stays true, and told again, whoever sends it, it changes nothing."""
AHEAD_MOST: Final = timedelta(minutes=10)
"""How far two clocks may be apart."""


class AlipayNotifications(Notifications):
    """Notifications of payments: signed by a key that we know, meant for us, and not older than they may be.

    Refunds come this way too, as news of the payment that they are of: a payment was made, and it stays made when it
    is given back.
    """

    channel = CHANNEL

    def __init__(self, gateway: AlipayGateway) -> None:
        self._gateway = gateway

    async def read(self, delivery: Delivery) -> Notification:
        """What is told; raises `NotificationRefused`."""
        try:
            told = _fields(delivery.body)
            self._check_sender(told)
            self._check_addressee(told)
            return self._notification(told)
        except Malformed:
            raise NotificationRefused("content") from None

    def _check_sender(self, told: dict[str, str]) -> None:
        serial = told.get("alipay_cert_sn", "")
        if not told.get("sign") or told.get("sign_type") != SIGN_TYPE:
            raise NotificationRefused("signature")
        if not self._gateway.keys.knows(serial):
            raise NotificationRefused("key")
        if not self._gateway.keys.is_signed(notification_text(told).encode(), told["sign"], serial):
            raise NotificationRefused("signature")
        age = self._gateway.clock.now() - read_from_china(told.get("notify_time", ""))
        if not -AHEAD_MOST <= age <= AGE_MOST:
            raise NotificationRefused("clock")

    def _check_addressee(self, told: dict[str, str]) -> None:
        ours = self._gateway.merchant
        if told.get("app_id") != ours.app:
            raise NotificationRefused("addressee")
        # Only what is about trades names the seller.
        if told.get("notify_type") == ABOUT_TRADES and told.get("seller_id") != ours.merchant:
            raise NotificationRefused("addressee")

    def _notification(self, told: dict[str, str]) -> Notification:
        kind, status = told.get("notify_type", ""), told.get("trade_status", "")
        paid_at = told.get("gmt_payment", "")
        if kind != ABOUT_TRADES or not was_paid(status, paid_at):
            return NothingForUs(about=f"{kind} {status}".strip()[:ABOUT_LENGTH_MOST])
        return paid_report(
            self._gateway.merchant,
            number=told.get("out_trade_no", ""),
            trade_number=told.get("trade_no", ""),
            yuan=told.get("total_amount", ""),
            paid_at=paid_at,
            payer=told.get("buyer_id") or told.get("buyer_open_id", ""),
        )


def _fields(body: bytes) -> dict[str, str]:
    """The form's fields, each of them once; raises `Malformed`."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=FIELDS_MOST
        )
    except ValueError:
        raise Malformed("not a form") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed("a form that says something twice")
    return fields
