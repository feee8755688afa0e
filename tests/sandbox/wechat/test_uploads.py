"""What is uploaded about a delivery, and the documented refusal of each thing that can be wrong with it."""

import json

import pytest

from entrypoints.sandbox.wechat.errors import ERRORS, WechatError
from entrypoints.sandbox.wechat.uploads import read_upload


def upload(**changes):
    """A good one, with changes by path: `payer__openid`."""
    made = {
        "order_key": {"order_number_type": 1, "mchid": "1900000001", "out_trade_no": "20260901"},
        "logistics_type": 2,
        "delivery_mode": 1,
        "shipping_list": [{"item_desc": "一箱书"}],
        "upload_time": "2026-09-01T12:00:00.000+08:00",
        "payer": {"openid": "o_1"},
    }
    for path, value in changes.items():
        *above, name = path.split("__")
        place = made
        for step in above:
            place = place[int(step) if step.isdigit() else step]
        if value is None:
            place.pop(name)
        else:
            place[name] = value
    return json.dumps(made, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"order_key": {"order_number_type": 2, "transaction_id": "42"}},
        {"shipping_list__0__item_desc": "书" * 120},
        {"logistics_type": 1, "shipping_list__0__tracking_no": "1", "shipping_list__0__express_company": "SF"},
        {"upload_time": "2026-09-01T04:00:00Z"},
    ],
)
def test_what_is_right_is_read(changes):
    assert read_upload(upload(**changes)).payer.openid == "o_1"


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"shipping_list": {"item_desc": "一箱书"}}, 47001),
        ({"delivery_mode": "1"}, 47001),
        ({"logistics_type": "2"}, 47001),
        ({"upload_time": 1_788_000_000}, 47001),
        ({"payer": None}, 47001),
        ({"payer__openid": None}, 47001),
        ({"order_key": None}, 47001),
        ({"order_key__order_number_type": 3}, 268485194),
        ({"order_key__order_number_type": 2}, 268485195),
        ({"order_key__mchid": None}, 268485196),
        ({"order_key__out_trade_no": ""}, 268485197),
        ({"upload_time": "2026-09-01 12:00:00"}, 268485216),
        ({"upload_time": "2026-09-01T12:00:00"}, 268485216),
        ({"upload_time": "2026-13-01T12:00:00Z"}, 268485216),
        ({"logistics_type": 5}, 10060005),
        ({"delivery_mode": 3}, 268485224),
        ({"shipping_list": []}, 268485228),
        ({"shipping_list": [{"item_desc": "一"}, {"item_desc": "二"}]}, 268485228),
        ({"delivery_mode": 2}, 10060006),
        ({"delivery_mode": 2, "logistics_type": 1}, 10060007),
        (
            {
                "delivery_mode": 2,
                "logistics_type": 1,
                "is_all_delivered": True,
                "shipping_list": [{"item_desc": "一", "tracking_no": "1", "express_company": "SF"}] * 16,
            },
            10060024,
        ),
        ({"shipping_list__0__item_desc": None}, 10060008),
        ({"shipping_list__0__item_desc": " "}, 10060008),
        ({"shipping_list__0__item_desc": "书" * 121}, 10060009),
        ({"logistics_type": 1}, 268485226),
        ({"logistics_type": 1, "shipping_list__0__tracking_no": "1"}, 268485227),
    ],
)
def test_what_is_wrong_has_its_documented_code(changes, errcode):
    with pytest.raises(WechatError) as refused:
        read_upload(upload(**changes))
    assert refused.value.errcode == errcode


@pytest.mark.parametrize(("body", "errcode"), [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b"\xff", 47001)])
def test_what_is_no_json_object_has_its_documented_code(body, errcode):
    with pytest.raises(WechatError) as refused:
        read_upload(body)
    assert refused.value.errcode == errcode


def test_a_refusal_is_told_with_the_number_of_the_request():
    told = WechatError(10060001).told("65f1-00aa")
    assert told == {"errcode": 10060001, "errmsg": "支付单不存在 rid: 65f1-00aa"}
    assert all(ERRORS.values())
