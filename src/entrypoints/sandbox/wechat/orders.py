"""What WeChat's shipping management keeps of a payment once it was told of a delivery."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from attrs import evolve, frozen

from entrypoints.sandbox.wechat.errors import WechatError
from entrypoints.sandbox.wechat.uploads import Upload

TO_BE_SHIPPED, SHIPPED, DONE, REFUNDED = 1, 2, 4, 5
UPLOADS_MOST: Final = 2
EVENT: Final = "trade_manage_order_settlement"
ReceivedBy = Literal["time", "payer"]


@frozen(kw_only=True)
class Paid:
    """A payment of WeChat Pay, as far as shipping management sees it."""

    number: str
    transaction_id: str
    merchant: str
    openid: str
    amount_fen: int
    description: str
    paid_at: datetime
    push_url: str
    is_refunded: bool = False


@frozen(kw_only=True)
class ShippedOrder:
    """A delivery that was told, perhaps told anew once, and perhaps received; money is settled when it is received."""

    number: str
    merchant: str
    item: str
    logistics_type: int
    uploaded_at: datetime
    """The time that the upload says of itself."""
    shipped_at: datetime
    uploads: int = 1
    received_at: datetime | None = None
    received_by: ReceivedBy | None = None

    def anew(self, upload: Upload) -> "ShippedOrder":
        """The order as another upload makes it; raises `WechatError` where it may not."""
        item, at = upload.shipping_list[0].item_desc, upload.uploaded_at
        if self.received_at is not None:
            raise WechatError(10060002)
        if (item, upload.logistics_type, at) == (self.item, self.logistics_type, self.uploaded_at):
            raise WechatError(10060023)
        if self.uploads >= UPLOADS_MOST:
            raise WechatError(10060003)
        if at <= self.uploaded_at:
            raise WechatError(10060014)
        return evolve(
            self,
            item=item,
            logistics_type=upload.logistics_type,
            uploaded_at=at,
            uploads=self.uploads + 1,
        )

    def received(self, at: datetime, by: ReceivedBy) -> "ShippedOrder":
        """The order once it was received, which happens once."""
        return self if self.received_at is not None else evolve(self, received_at=at, received_by=by)


def first(paid: Paid, upload: Upload, *, at: datetime) -> ShippedOrder:
    """The order after the first upload about the payment."""
    return ShippedOrder(
        number=paid.number,
        merchant=paid.merchant,
        item=upload.shipping_list[0].item_desc,
        logistics_type=upload.logistics_type,
        uploaded_at=upload.uploaded_at,
        shipped_at=at,
    )


def state_of(paid: Paid, order: ShippedOrder | None) -> int:
    """The state in which WeChat shows it. What is received is settled at once here, so that two of six never occur."""
    if order is not None and order.received_at is not None:
        return DONE
    if paid.is_refunded:
        return REFUNDED
    return TO_BE_SHIPPED if order is None else SHIPPED


def shown(paid: Paid, order: ShippedOrder | None) -> Mapping[str, object]:
    """The payment as the answer to a query shows it."""
    told: dict[str, object] = {
        "transaction_id": paid.transaction_id,
        "merchant_trade_no": paid.number,
        "merchant_id": paid.merchant,
        "sub_merchant_id": "",
        "description": paid.description,
        "paid_amount": paid.amount_fen,
        "openid": paid.openid,
        "trade_create_time": _seconds(paid.paid_at),
        "pay_time": _seconds(paid.paid_at),
        "order_state": state_of(paid, order),
        "in_complaint": False,
        "shipping": {"finish_shipping": False, "finish_shipping_count": 0, "shipping_list": []},
    }
    if order is not None:
        told["shipping"] = {
            "delivery_mode": 1,
            "logistics_type": order.logistics_type,
            "finish_shipping": True,
            "finish_shipping_count": order.uploads,
            "goods_desc": order.item,
            "shipping_list": [{"goods_desc": order.item, "upload_time": _seconds(order.uploaded_at)}],
        }
    return told


def event_of(paid: Paid, order: ShippedOrder, *, settles_after: timedelta, sent_at: datetime) -> Mapping[str, object]:
    """What is pushed when a delivery was told, and again, with more in it, when the money is settled."""
    event: dict[str, object] = {
        "ToUserName": "gh_sandbox",
        "FromUserName": paid.openid,
        "CreateTime": _seconds(sent_at),
        "MsgType": "event",
        "Event": EVENT,
        "transaction_id": paid.transaction_id,
        "merchant_id": paid.merchant,
        "sub_merchant_id": "",
        "merchant_trade_no": paid.number,
        "pay_time": _seconds(paid.paid_at),
        "shipped_time": _seconds(order.shipped_at),
        "estimated_settlement_time": _seconds(order.shipped_at + settles_after),
    }
    if order.received_at is not None:
        event |= {
            "confirm_receive_method": 1 if order.received_by == "time" else 2,
            "confirm_receive_time": _seconds(order.received_at),
            "settlement_time": _seconds(order.received_at),
        }
    return event


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
