"""Shipping management: it hears of deliveries, keeps money back until they are received, and tells the merchant."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from msgspec import DecodeError, Struct
from msgspec.json import decode

from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter, Waiting
from entrypoints.sandbox.wechat.errors import WechatError
from entrypoints.sandbox.wechat.orders import (
    DONE,
    REFUNDED,
    Paid,
    ReceivedBy,
    ShippedOrder,
    event_of,
    first,
    shown,
    state_of,
)
from entrypoints.sandbox.wechat.payments import PaidPayments
from entrypoints.sandbox.wechat.uploads import BY_MERCHANT_NUMBER, read_upload
from errand_domain.ports.outside import Clock

PARTNER: Final = "wechat"
ORDERS: Final = "orders"
CONFIRM: Final = "confirm-receipt"
DELIVERY: Final = "wechat.notify.delivery"
SETTLEMENT: Final = "wechat.notify.settlement"


class _Sought(Struct, frozen=True):
    transaction_id: str | None = None
    merchant_id: str | None = None
    merchant_trade_no: str | None = None


@frozen(kw_only=True)
class _Due:
    """When a delivery counts as received."""

    at: datetime


class ShippingDesk:
    """The orders of one app. Pushes go to `push_url`, or to the address beside that which the payment named."""

    def __init__(self, outside: Outside, clock: Clock, *, push_url: str = "") -> None:
        self._orders = outside.store.table("wechat.order", ShippedOrder)
        self._due = outside.store.table("wechat.due", _Due)
        self._payments = PaidPayments(outside.store)
        self._outside = outside
        self._clock = clock
        self._push_url = push_url

    def upload(self, body: bytes) -> Mapping[str, object]:
        """Hear of a delivery; raises `WechatError`."""
        upload = read_upload(body)
        key = upload.order_key
        if key.order_number_type == BY_MERCHANT_NUMBER:
            paid = self._payments.of_number(key.mchid, key.out_trade_no)
        else:
            paid = self._payments.of_transaction(key.transaction_id or "")
        if paid is None:
            raise WechatError(10060001)
        if paid.openid != upload.payer.openid:
            raise WechatError(10060031)
        known, now = self._orders.get(paid.number), self._clock.now()
        if state_of(paid, known) == REFUNDED:
            raise WechatError(10060004)
        order = first(paid, upload, at=now) if known is None else known.anew(upload)
        self._orders[order.number] = order
        if known is None:
            self._due[order.number] = _Due(at=now + self._outside.manners.settles_after)
            self._push(paid, order, DELIVERY)
        return {"errcode": 0, "errmsg": "ok"}

    def query(self, body: bytes) -> Mapping[str, object]:
        """Show a payment and its delivery; raises `WechatError`."""
        try:
            sought = decode(body, type=_Sought)
        except (DecodeError, RecursionError):
            raise WechatError(47001) from None
        if sought.transaction_id:
            paid = self._payments.of_transaction(sought.transaction_id)
        else:
            paid = self._payments.of_number(sought.merchant_id, sought.merchant_trade_no)
        if paid is None:
            raise WechatError(10060001)
        return {"errcode": 0, "errmsg": "ok", "order": shown(paid, self._orders.get(paid.number))}

    def confirm(self, number: str) -> Mapping[str, object]:
        """The payer confirms that they have it; raises `LookupError`, or `ValueError` where it is on its way back."""
        order = self._orders[number]
        if state_of(self._paid(order), order) == REFUNDED:
            raise ValueError(f"{number} was given back")
        self._receive(order, self._clock.now(), "payer")
        return {"number": number, "state": DONE}

    def pass_time(self) -> None:
        """What was delivered long enough ago counts as received; what was given back is settled with nobody."""
        now = self._clock.now()
        for number, due in tuple(self._due.items()):
            if due.at <= now:
                self._receive(self._orders[number], due.at, "time")

    def waiting(self) -> tuple[Waiting, ...]:
        """What payers could confirm."""
        orders = (self._orders[number] for number in self._due)
        waiting = ((order, self._paid(order)) for order in orders)
        return tuple(
            Waiting(
                partner=PARTNER,
                kind=ORDERS,
                number=order.number,
                what=order.item,
                amount_fen=paid.amount_fen,
                acts=(CONFIRM,),
            )
            for order, paid in waiting
            if not paid.is_refunded
        )

    def _receive(self, order: ShippedOrder, at: datetime, by: ReceivedBy) -> None:
        paid = self._paid(order)
        self._due.pop(order.number, None)
        if state_of(paid, order) in {DONE, REFUNDED}:
            return
        received = order.received(at, by)
        self._orders[order.number] = received
        self._push(paid, received, SETTLEMENT)

    def _push(self, paid: Paid, order: ShippedOrder, operation: str) -> None:
        now = self._clock.now()
        event = event_of(paid, order, settles_after=self._outside.manners.settles_after, sent_at=now)
        letter = Letter(
            id=f"{now:%Y%m%d%H%M%S}-{operation}-{order.number}",
            partner=PARTNER,
            operation=operation,
            url=self._push_url or paid.push_url,
            content=json.dumps(event, ensure_ascii=False),
        )
        self._outside.courier.post(letter)

    def _paid(self, order: ShippedOrder) -> Paid:
        paid = self._payments.of_number(order.merchant, order.number)
        if paid is None:
            raise LookupError(order.number)
        return paid


def event_in(letter: Letter) -> Mapping[str, Any]:
    """What that letter tells."""
    event: Mapping[str, Any] = json.loads(letter.content)
    return event
