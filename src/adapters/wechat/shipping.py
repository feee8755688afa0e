"""WeChat's shipping management: it keeps a payment back until it is told of the delivery, and then a while longer."""

from datetime import datetime, timedelta, timezone
from typing import Final

import msgspec

from adapters.wechat.answers import Nothing, Ok, Refused, Unknown
from adapters.wechat.api import WechatApi
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Declined, Lost
from errand_domain.ports.shipping import SettledAt, Shipment, Shipping, ShippingTaken, Unsettled

PROVIDER: Final = "wechat_pay"
UPLOAD_PATH: Final = "/wxa/sec/order/upload_shipping_info"
ORDER_PATH: Final = "/wxa/sec/order/get_order"
ITEM_LENGTH_MOST: Final = 120
CHINA: Final = timezone(timedelta(hours=8))
_BY_MERCHANT_NUMBER: Final = 1
_SAME_CITY: Final = 2
_ALL_AT_ONCE: Final = 1

TAKEN_CODES: Final = frozenset(
    {
        10060002,  # shipped already
        10060003,  # shipped, and shipped anew as often as one may
        10060023,  # nothing in it is new
    }
)
"""What WeChat says of a delivery that it knows. That it says so of one told twice is unverified against the live
service.
"""

NOT_YET_CODES: Final = frozenset({10060001})
"""A payment reaches shipping management about a minute after it was made; until then there is none."""

SETTLED_STATES: Final = frozenset({4})
UNSETTLED_STATES: Final = frozenset({1, 2, 3, 5, 6})
"""1 to be shipped, 2 shipped, 3 received, 4 done, 5 given back, 6 received and to be settled. That it is settled in
state 4 and in no other is unverified against the live service.
"""


class _Order(msgspec.Struct, frozen=True):
    merchant_id: str
    merchant_trade_no: str
    order_state: int


class _Found(msgspec.Struct, frozen=True):
    order: _Order


class WechatShipping(Shipping):
    """Deliveries of what was paid for with WeChat Pay, told as same-city deliveries under the merchant's number."""

    provider = PROVIDER

    def __init__(self, api: WechatApi, *, merchant: str, clock: Clock) -> None:
        self._api = api
        self._merchant = merchant
        self._clock = clock

    async def upload(self, shipment: Shipment) -> ShippingTaken | Declined | Lost:
        """Tell it. The same shipment is told in the same words, for WeChat takes other words about it only once."""
        told = {
            "order_key": {
                "order_number_type": _BY_MERCHANT_NUMBER,
                "mchid": self._merchant,
                "out_trade_no": shipment.number,
            },
            "logistics_type": _SAME_CITY,
            "delivery_mode": _ALL_AT_ONCE,
            "shipping_list": [{"item_desc": shipment.item[:ITEM_LENGTH_MOST]}],
            "upload_time": written_moment(shipment.delivered_at),
            "payer": {"openid": shipment.payer},
        }
        answer = await self._api.post(UPLOAD_PATH, told, Nothing)
        match answer:
            case Ok():
                return ShippingTaken()
            case Unknown():
                return Lost(why=answer.why)
            case Refused() if answer.errcode in TAKEN_CODES:
                return ShippingTaken()
            case Refused() if answer.errcode in NOT_YET_CODES:
                return Lost(why=answer.reason)
            case Refused():
                return Declined(reason=answer.reason)

    async def settlement(self, number: str, *, transaction_id: str) -> SettledAt | Unsettled | Lost:
        """Whether it is settled by now. WeChat tells the moment in its push alone, so here it is that of asking."""
        asked = {"transaction_id": transaction_id, "merchant_id": self._merchant, "merchant_trade_no": number}
        answer = await self._api.post(ORDER_PATH, {name: value for name, value in asked.items() if value}, _Found)
        match answer:
            case Unknown():
                return Lost(why=answer.why)
            case Refused():
                return Lost(why=answer.reason)
            case Ok(content=found):
                return self._settlement(found.order, number)

    def _settlement(self, order: _Order, number: str) -> SettledAt | Unsettled | Lost:
        if (order.merchant_id, order.merchant_trade_no) != (self._merchant, number):
            return Lost(why="an answer about another payment")
        if order.order_state in SETTLED_STATES:
            return SettledAt(at=self._clock.now())
        if order.order_state in UNSETTLED_STATES:
            return Unsettled()
        return Lost(why=f"an order in state {order.order_state}, which we do not know")


def written_moment(moment: datetime) -> str:
    """The moment as WeChat writes it, in China's time and to the millisecond."""
    return moment.astimezone(CHINA).isoformat(timespec="milliseconds")
