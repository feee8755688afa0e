"""A payment in shipping management: shipped, shipped anew once, received once."""

from datetime import timedelta

import pytest
from attrs import evolve

from entrypoints.sandbox.wechat.errors import WechatError
from entrypoints.sandbox.wechat.orders import Paid, event_of, first, shown, state_of
from entrypoints.sandbox.wechat.uploads import read_upload
from errand_domain.testing import examples
from tests.sandbox.wechat.test_uploads import upload

NOW = examples.NOW
PAID = Paid(
    number="20260901",
    transaction_id="42",
    merchant="1900000001",
    openid="o_1",
    amount_fen=500,
    description="校园跑腿",
    paid_at=NOW - examples.HOUR,
    push_url="http://127.0.0.1:1/wechat",
)
LATER = {"upload_time": "2026-09-01T12:00:01.000+08:00"}
LATEST = {"upload_time": "2026-09-01T12:00:02.000+08:00"}


def read(**changes):
    return read_upload(upload(**changes))


@pytest.fixture
def shipped():
    return first(PAID, read(), at=NOW)


def refusal(order, **changes):
    with pytest.raises(WechatError) as refused:
        order.anew(read(**changes))
    return refused.value.errcode


def test_the_same_upload_again_changes_nothing(shipped):
    assert refusal(shipped) == 10060023


def test_a_delivery_is_told_anew_once(shipped):
    anew = shipped.anew(read(**LATER, shipping_list__0__item_desc="两箱书"))
    assert (anew.item, anew.uploads) == ("两箱书", 2)
    assert refusal(anew, **LATEST) == 10060003
    assert refusal(anew, **LATER, shipping_list__0__item_desc="两箱书") == 10060023


def test_a_delivery_is_told_anew_only_by_a_later_upload(shipped):
    assert refusal(shipped, shipping_list__0__item_desc="两箱书") == 10060014


def test_what_was_received_cannot_be_shipped_anew(shipped):
    assert refusal(shipped.received(NOW, "payer"), **LATER) == 10060002


def test_what_was_received_is_received_once(shipped):
    received = shipped.received(NOW, "time")
    assert received.received(NOW + examples.HOUR, "payer") == received


def test_the_state_follows_what_happened(shipped):
    received = shipped.received(NOW, "payer")
    refunded = evolve(PAID, is_refunded=True)
    assert [state_of(PAID, None), state_of(PAID, shipped), state_of(PAID, received)] == [1, 2, 4]
    assert [state_of(refunded, None), state_of(refunded, shipped), state_of(refunded, received)] == [5, 5, 4]


def test_a_query_shows_payment_and_delivery(shipped):
    waiting, told = shown(PAID, None), shown(PAID, shipped)
    assert waiting["shipping"] == {"finish_shipping": False, "finish_shipping_count": 0, "shipping_list": []}
    assert told["merchant_trade_no"] == PAID.number
    assert told["paid_amount"] == 500
    assert told["shipping"]["finish_shipping_count"] == 1
    assert told["shipping"]["goods_desc"] == "一箱书"


def test_the_news_of_a_delivery_says_when_it_will_be_settled_and_not_that_it_is(shipped):
    event = event_of(PAID, shipped, settles_after=timedelta(days=1), sent_at=NOW)
    assert event["estimated_settlement_time"] == int(NOW.timestamp()) + 86_400
    assert "settlement_time" not in event


@pytest.mark.parametrize(("by", "method"), [("time", 1), ("payer", 2)])
def test_the_news_of_a_settlement_says_when_and_by_whom_it_was_received(shipped, by, method):
    received = shipped.received(NOW + examples.HOUR, by)
    event = event_of(PAID, received, settles_after=timedelta(days=1), sent_at=NOW)
    assert event["settlement_time"] == int(NOW.timestamp()) + 3_600
    assert event["confirm_receive_method"] == method
