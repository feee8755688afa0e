"""Alipay's rules in the sandbox: what may become of a payment and of a transfer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.orders import (
    PaymentOrder,
    TransferOrder,
    bill_order,
    payment_order,
    refund_order,
    transfer_order,
)
from entrypoints.sandbox.alipay.trades import FINISHED_AFTER, Trade, opened
from entrypoints.sandbox.alipay.transfers import LONG, ordered

NOW = datetime(2026, 11, 5, 4, 30, tzinfo=UTC)
SOON = timedelta(minutes=15)
ORDER = PaymentOrder(
    number="n1", amount_fen=500, subject="取快递", expires_at=NOW + SOON, notify_url="http://127.0.0.1/"
)
TRANSFER = TransferOrder(number="p1", amount_fen=1205, payee="13800001234", payee_name="王小明", title="报酬")


def trade(**changes) -> Trade:
    fields = ("number", "amount_fen", "subject", "expires_at", "notify_url")
    order = PaymentOrder(**{name: getattr(ORDER, name) for name in fields} | changes)
    return opened(order, trade_number="2026110522001", at=NOW)


def refused(sub_code: str):
    return pytest.raises(AlipayError, match=f"^{sub_code}: ")


def test_a_payment_waits_until_its_time_has_passed():
    waiting = trade()
    assert waiting.status(NOW) == "WAIT_BUYER_PAY"
    assert waiting.status(NOW + SOON) == "TRADE_CLOSED"
    assert "send_pay_date" not in waiting.shown(NOW + SOON)
    with refused("ACQ.TRADE_HAS_CLOSE"):
        waiting.paid(NOW + SOON, fee_basis_points=60)
    with refused("ACQ.TRADE_HAS_CLOSE"):
        opened(ORDER, trade_number="1", at=NOW + SOON)


def test_a_payment_is_paid_once():
    paid = trade().paid(NOW, fee_basis_points=60)
    assert paid.status(NOW) == "TRADE_SUCCESS"
    assert paid.status(NOW + FINISHED_AFTER) == "TRADE_FINISHED"
    assert paid.shown(NOW)["send_pay_date"] == "2026-11-05 12:30:00"
    for act in (lambda: paid.paid(NOW, fee_basis_points=60), lambda: paid.opened_again(ORDER, NOW)):
        with refused("ACQ.TRADE_HAS_SUCCESS"):
            act()


def test_the_same_order_opens_the_same_payment_and_another_does_not():
    waiting = trade()
    assert waiting.opened_again(ORDER, NOW) == waiting
    for changes in ({"amount_fen": 501}, {"subject": "代买"}):
        other = PaymentOrder(number="n1", expires_at=NOW + SOON, **{"amount_fen": 500, "subject": "取快递"} | changes)
        with refused("ACQ.CONTEXT_INCONSISTENT"):
            waiting.opened_again(other, NOW)


def test_only_what_waits_can_be_closed():
    closed = trade().closed(NOW)
    assert closed.status(NOW) == "TRADE_CLOSED"
    for act in (
        lambda: closed.closed(NOW),
        lambda: closed.paid(NOW, fee_basis_points=60),
        lambda: closed.opened_again(ORDER, NOW),
    ):
        with refused("ACQ.TRADE_HAS_CLOSE"):
            act()
    with refused("ACQ.TRADE_STATUS_ERROR"):
        trade().paid(NOW, fee_basis_points=60).closed(NOW)


def test_a_refund_happens_once_under_its_number():
    paid = trade().paid(NOW, fee_basis_points=60).given_back("r1", 200, NOW)
    assert paid.given_back("r1", 200, NOW) == paid
    with refused("ACQ.DISCORDANT_REPEAT_REQUEST"):
        paid.given_back("r1", 201, NOW)
    with refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"):
        paid.given_back("r2", 301, NOW)
    assert paid.status(NOW) == "TRADE_SUCCESS"


def test_a_payment_that_was_given_back_whole_is_closed_and_was_paid():
    whole = trade().paid(NOW, fee_basis_points=60).given_back("r1", 500, NOW)
    assert whole.status(NOW) == "TRADE_CLOSED"
    assert whole.shown(NOW)["send_pay_date"]
    assert whole.given_back("r1", 500, NOW) == whole
    with refused("ACQ.TRADE_STATUS_ERROR"):
        whole.given_back("r2", 1, NOW)


def test_nothing_is_given_back_of_what_was_not_paid_or_is_finished():
    with refused("ACQ.TRADE_STATUS_ERROR"):
        trade().given_back("r1", 1, NOW)
    with refused("ACQ.TRADE_HAS_FINISHED"):
        trade().paid(NOW, fee_basis_points=60).given_back("r1", 1, NOW + FINISHED_AFTER)


@given(st.integers(1, 10_000_000), st.lists(st.integers(1, 1_000_000), max_size=6))
def test_of_what_is_given_back_whole_no_fee_is_charged(amount_fen, parts):
    paid = trade(amount_fen=amount_fen).paid(NOW, fee_basis_points=60)
    for count, part in enumerate(parts):
        if part < paid.amount_fen - paid.refunded_fen:
            paid = paid.given_back(f"r{count}", part, NOW)
    assert all(refund.fee_back_fen <= refund.amount_fen for refund in paid.refunds)
    paid = paid.given_back("last", paid.amount_fen - paid.refunded_fen, NOW)
    assert sum(refund.fee_back_fen for refund in paid.refunds) == paid.fee_fen


@pytest.mark.parametrize(("amount_fen", "fee_fen"), [(1, 0), (83, 0), (84, 1), (500, 3), (9_999, 60)])
def test_a_fee_is_to_the_nearest_fen(amount_fen, fee_fen):
    assert trade(amount_fen=amount_fen).paid(NOW, fee_basis_points=60).fee_fen == fee_fen


def test_a_transfer_that_takes_its_time_ends_as_it_was_to():
    for course, status in (("takes_time", "SUCCESS"), ("fails", "FAIL")):
        under_way = ordered(TRANSFER, order_number="1", at=NOW, course=course)
        assert under_way.passed(NOW + LONG - timedelta(seconds=1)) == under_way
        assert under_way.passed(NOW + LONG).status == status


def test_a_transfer_arrives_at_once_or_takes_its_time():
    at_once = ordered(TRANSFER, order_number="1", at=NOW, course="at_once")
    assert at_once.taken()["trans_date"] == at_once.shown()["pay_date"] == "2026-11-05 12:30:00"
    under_way = ordered(TRANSFER, order_number="1", at=NOW, course="takes_time")
    assert under_way.taken()["status"] == "DEALING"
    assert under_way.arrived(NOW).shown() == at_once.shown()
    failed = under_way.failed("no")
    assert (failed.spent_fen, failed.shown()["fail_reason"]) == (0, "no")
    assert failed.arrived(NOW) == failed
    assert at_once.failed("no") == at_once


def test_a_transfer_is_ordered_once_under_its_number():
    sent = ordered(TRANSFER, order_number="1", at=NOW, course="at_once")
    assert sent.ordered_again(TRANSFER) == sent
    other = TransferOrder(number="p1", amount_fen=1206, payee="13800001234", payee_name="王小明", title="报酬")
    with refused("PAYMENT_INFO_INCONSISTENCY"):
        sent.ordered_again(other)


def parameters(content: str, method: str = "alipay.trade.wap.pay") -> dict[str, str]:
    return {"method": method, "biz_content": content}


@pytest.mark.parametrize(
    ("content", "sub_code"),
    [
        ("", "ACQ.INVALID_PARAMETER"),
        ("[]", "ACQ.INVALID_PARAMETER"),
        ('{"total_amount":"1.00","subject":"x","product_code":"QUICK_WAP_WAY"}', "ACQ.INVALID_PARAMETER"),
        (
            '{"out_trade_no":"n","total_amount":1.00,"subject":"x","product_code":"QUICK_WAP_WAY"}',
            "ACQ.INVALID_PARAMETER",
        ),
        (
            '{"out_trade_no":"n","total_amount":"1.001","subject":"x","product_code":"QUICK_WAP_WAY"}',
            "ACQ.INVALID_PARAMETER",
        ),
        (
            '{"out_trade_no":"n","total_amount":"0","subject":"x","product_code":"QUICK_WAP_WAY"}',
            "ACQ.INVALID_PARAMETER",
        ),
        (
            '{"out_trade_no":"n","total_amount":"1","subject":"","product_code":"QUICK_WAP_WAY"}',
            "ACQ.INVALID_PARAMETER",
        ),
        (
            '{"out_trade_no":"n","total_amount":"1","subject":"x","product_code":"QUICK_MSECURITY_PAY"}',
            "ACQ.INVALID_PARAMETER",
        ),
        (
            '{"out_trade_no":"n","total_amount":"100000001","subject":"x","product_code":"QUICK_WAP_WAY"}',
            "ACQ.TOTAL_FEE_EXCEED",
        ),
        (
            '{"out_trade_no":"n","total_amount":"1","subject":"x","product_code":"QUICK_WAP_WAY","time_expire":"15m"}',
            "ACQ.INVALID_PARAMETER",
        ),
    ],
)
def test_a_payment_order_is_checked_in_every_field(content, sub_code):
    with refused(sub_code):
        payment_order(parameters(content), NOW)


@pytest.mark.parametrize(
    ("changes", "sub_code"),
    [
        ({"product_code": "X"}, "INVALID_PARAMETER"),
        ({"biz_scene": "X"}, "INVALID_PARAMETER"),
        ({"trans_amount": "0.09"}, "EXCEED_LIMIT_DM_MAX_AMOUNT"),
        ({"trans_amount": "1e3"}, "INVALID_PARAMETER"),
        ({"identity_type": "BANK"}, "INVALID_PARAMETER"),
        ({"identity": "+8613800001234"}, "PAYEE_NOT_EXIST"),
        ({"name": ""}, "INVALID_PARAMETER"),
    ],
)
def test_a_transfer_order_is_checked_in_every_field(changes, sub_code):
    import json

    given = {"out_biz_no": "p1", "trans_amount": "12.05", "product_code": "TRANS_ACCOUNT_NO_PWD"}
    given |= {"biz_scene": "DIRECT_TRANSFER", "order_title": "报酬"}
    payee = {"identity": "13800001234", "identity_type": "ALIPAY_LOGON_ID", "name": "王小明"}
    content = given | {"payee_info": payee | {k: v for k, v in changes.items() if k in payee}}
    content |= {name: value for name, value in changes.items() if name in given}
    assert transfer_order(parameters(json.dumps(given | {"payee_info": payee}))) == TRANSFER
    with refused(sub_code):
        transfer_order(parameters(json.dumps(content)))


def test_orders_of_refunds_and_bills_are_checked():
    for content in ("{}", '{"refund_amount":"0.00"}', '{"refund_amount":"-1.00"}'):
        with refused("ACQ.INVALID_PARAMETER"):
            refund_order(parameters(content))
    for content in ('{"bill_type":"all","bill_date":"2026-11-05"}', '{"bill_type":"trade","bill_date":"2026-11"}'):
        with refused("ACQ.INVALID_PARAMETER"):
            bill_order(parameters(content))
