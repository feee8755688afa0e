"""Telling WeChat of deliveries, in its words, and what its answers mean. The port's promises are in tests/contracts."""

from datetime import UTC, datetime

import pytest
from attrs import evolve
from httpx import ReadTimeout

from adapters.wechat.shipping import (
    NOT_YET_CODES,
    SETTLED_STATES,
    TAKEN_CODES,
    UNSETTLED_STATES,
    WechatShipping,
    written_moment,
)
from errand_domain.ports.payments import Declined, Lost
from errand_domain.ports.shipping import SettledAt, Shipment, ShippingTaken, Unsettled
from tests.adapters.wechat.scripted import Pair

MERCHANT = "1900000001"
SHIPMENT = Shipment(
    number="0192f0c1a2b37c4d8e5f",
    transaction_id="4200001",
    payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    item="一个小包裹 🍌",
    delivered_at=datetime(2022, 12, 15, 5, 29, 35, 120_999, tzinfo=UTC),
)


@pytest.fixture
def shipping(wechat_pair: Pair) -> WechatShipping:
    return WechatShipping(wechat_pair.api, merchant=MERCHANT, clock=wechat_pair.clock)


def order(**changes):
    return {
        "errcode": 0,
        "errmsg": "ok",
        "order": {
            "transaction_id": SHIPMENT.transaction_id,
            "merchant_id": MERCHANT,
            "merchant_trade_no": SHIPMENT.number,
            "order_state": 4,
            "shipping": {"finish_shipping": True},
        }
        | changes,
    }


async def settlement(shipping, **changes):
    asked = {"number": SHIPMENT.number, "transaction_id": SHIPMENT.transaction_id} | changes
    return await shipping.settlement(asked["number"], transaction_id=asked["transaction_id"])


async def test_a_delivery_is_told_in_wechats_words(wechat_pair, shipping):
    assert await shipping.upload(SHIPMENT) == ShippingTaken()
    (call,) = wechat_pair.wechat.calls
    assert call.path == "/wxa/sec/order/upload_shipping_info"
    assert call.body == {
        "order_key": {"order_number_type": 1, "mchid": MERCHANT, "out_trade_no": SHIPMENT.number},
        "logistics_type": 2,
        "delivery_mode": 1,
        "shipping_list": [{"item_desc": "一个小包裹 🍌"}],
        "upload_time": "2022-12-15T13:29:35.120+08:00",
        "payer": {"openid": SHIPMENT.payer},
    }
    assert "一个小包裹 🍌".encode() in call.raw


async def test_an_item_is_cut_to_what_wechat_takes(wechat_pair, shipping):
    await shipping.upload(evolve(SHIPMENT, item="书" * 121))
    assert wechat_pair.wechat.calls[0].body["shipping_list"] == [{"item_desc": "书" * 120}]


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T08:00:00.000+08:00"),
        (datetime(2026, 1, 1, 16, 0, 0, 999_999, tzinfo=UTC), "2026-01-02T00:00:00.999+08:00"),
    ],
)
def test_moments_are_written_in_chinas_time_to_the_millisecond(moment, written):
    assert written_moment(moment) == written


@pytest.mark.parametrize("errcode", sorted(TAKEN_CODES))
async def test_a_delivery_that_wechat_knows_is_taken(wechat_pair, shipping, errcode):
    wechat_pair.wechat.script.append({"errcode": errcode, "errmsg": "已完成发货"})
    assert await shipping.upload(SHIPMENT) == ShippingTaken()


@pytest.mark.parametrize("errcode", sorted(NOT_YET_CODES))
async def test_a_payment_that_has_not_come_there_yet_is_told_again_later(wechat_pair, shipping, errcode):
    wechat_pair.wechat.script.append({"errcode": errcode, "errmsg": "支付单不存在 rid: 1-2"})
    assert await shipping.upload(SHIPMENT) == Lost(why=f"{errcode}: 支付单不存在 (rid 1-2)")


@pytest.mark.parametrize("errcode", [10060004, 10060009, 10060031, 268485216, 48001, 40125])
async def test_any_other_refusal_says_why_it_was_not_taken(wechat_pair, shipping, errcode):
    wechat_pair.wechat.script.append({"errcode": errcode, "errmsg": "不可发货 rid: 1-2"})
    assert await shipping.upload(SHIPMENT) == Declined(reason=f"{errcode}: 不可发货 (rid 1-2)")


@pytest.mark.parametrize("answer", [{"errcode": -1}, {"errcode": 45009}, b"<html>", ReadTimeout("slow")])
async def test_an_upload_without_a_clear_answer_is_lost(wechat_pair, shipping, answer):
    wechat_pair.wechat.script.append(answer)
    assert isinstance(await shipping.upload(SHIPMENT), Lost)


async def test_a_payment_is_asked_about_by_all_of_its_numbers(wechat_pair, shipping):
    wechat_pair.wechat.script.extend([order(), order()])
    await settlement(shipping)
    await settlement(shipping, transaction_id="")
    by_all, by_ours = (call.body for call in wechat_pair.wechat.calls)
    assert by_ours == {"merchant_id": MERCHANT, "merchant_trade_no": SHIPMENT.number}
    assert by_all == by_ours | {"transaction_id": SHIPMENT.transaction_id}
    assert {call.path for call in wechat_pair.wechat.calls} == {"/wxa/sec/order/get_order"}


@pytest.mark.parametrize("state", sorted(SETTLED_STATES | UNSETTLED_STATES))
async def test_only_a_finished_order_is_settled(wechat_pair, shipping, state):
    wechat_pair.wechat.script.append(order(order_state=state))
    expected = SettledAt(at=wechat_pair.clock.now()) if state == 4 else Unsettled()
    assert await settlement(shipping) == expected


@pytest.mark.parametrize(
    "answer",
    [
        order(order_state=7),
        order(merchant_trade_no="another"),
        order(merchant_id="1900000002"),
        {"errcode": 0},
        {"errcode": 0, "order": None},
        order(order_state="4"),
        {"errcode": 10060001, "errmsg": "支付单不存在"},
        {"errcode": -1},
        ReadTimeout("slow"),
    ],
)
async def test_what_does_not_clearly_say_whether_it_is_settled_is_lost(wechat_pair, shipping, answer):
    wechat_pair.wechat.script.append(answer)
    assert isinstance(await settlement(shipping), Lost)
