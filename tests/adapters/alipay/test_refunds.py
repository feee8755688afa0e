"""Giving back: at once, once, and told with what finance can do where it is refused."""

from datetime import UTC, datetime

import pytest

from adapters.alipay.refunds import AlipayRefunds
from errand_domain.money import Money
from errand_domain.payment.refund import Refund
from errand_domain.ports.payments import Declined, Lost, RefundDone, RefundReport
from errand_domain.testing import examples
from tests.adapters.alipay.far_side import NOW, FarSide

ATTEMPT = examples.attempt(provider="alipay")
PAID = ATTEMPT.amount
REFUND = examples.refund(ATTEMPT, fen=205)
AT = datetime(2026, 11, 5, 4, 0, 1, tzinfo=UTC)
TAKEN = {
    "out_trade_no": ATTEMPT.number,
    "trade_no": "2026110522001",
    "fund_change": "Y",
    "refund_fee": "2.05",
    "gmt_refund_pay": "2026-11-05 12:00:01",
}
KNOWN = {
    "out_trade_no": ATTEMPT.number,
    "out_request_no": REFUND.number,
    "trade_no": "2026110522001",
    "refund_status": "REFUND_SUCCESS",
    "refund_amount": "2.05",
    "total_amount": "5.00",
    "gmt_refund_pay": "2026-11-05 12:00:01",
}
DONE = RefundReport(
    number=REFUND.number,
    amount=Money(205),
    refund_id="2026110522001",
    outcome=RefundDone(at=AT),
    accepted_at=AT,
)


@pytest.fixture
def refunds(gateway) -> AlipayRefunds:
    return AlipayRefunds(gateway)


async def ask(refunds: AlipayRefunds, refund: Refund = REFUND):
    return await refunds.refund(refund, paid=PAID, payment_number=ATTEMPT.number)


async def test_what_is_taken_is_done(refunds, far_side: FarSide):
    far_side.will_succeed(**TAKEN)
    assert await ask(refunds) == DONE
    assert far_side.requests[0].parameters["method"] == "alipay.trade.refund"
    assert far_side.requests[0].content == {
        "out_trade_no": ATTEMPT.number,
        "out_request_no": REFUND.number,
        "refund_amount": "2.05",
        "refund_reason": "订单已取消",
    }


async def test_the_sum_of_all_refunds_is_not_taken_for_this_one(refunds, far_side: FarSide):
    far_side.will_succeed(**TAKEN | {"refund_fee": "5.00"})
    assert (await ask(refunds)).amount == REFUND.amount


@pytest.mark.parametrize(
    "changes",
    [
        {"refund_fee": "2.04"},
        {"refund_fee": "5.01"},
        {"refund_fee": "x"},
        {"out_trade_no": "another"},
        {"gmt_refund_pay": "soon"},
    ],
)
async def test_an_answer_that_cannot_be_about_this_refund_is_lost(refunds, far_side: FarSide, changes):
    far_side.will_succeed(**TAKEN | changes)
    assert isinstance(await ask(refunds), Lost)


async def test_where_no_money_moved_now_it_had_moved_before(refunds, far_side: FarSide):
    far_side.will_succeed(**TAKEN | {"fund_change": "N"})
    far_side.will_succeed(**KNOWN)
    assert await ask(refunds) == DONE
    assert far_side.requests[1].parameters["method"] == "alipay.trade.fastpay.refund.query"


@pytest.mark.parametrize("known", [{}, {"refund_status": ""}])
async def test_where_no_money_moved_and_none_had_it_is_not_known_yet(refunds, far_side: FarSide, known):
    far_side.will_succeed(**TAKEN | {"fund_change": "N"})
    far_side.will_succeed(**known)
    assert isinstance(await ask(refunds), Lost)


async def test_without_a_time_it_is_done_by_now(refunds, far_side: FarSide):
    far_side.will_succeed(**{name: value for name, value in TAKEN.items() if name != "gmt_refund_pay"})
    assert (await ask(refunds)).outcome == RefundDone(at=NOW)


@pytest.mark.parametrize(
    ("sub_code", "advice"),
    [
        ("ACQ.SELLER_BALANCE_NOT_ENOUGH", "余额不足"),
        ("ACQ.TRADE_NOT_EXIST", "没有此笔支付"),
        ("ACQ.TRADE_HAS_FINISHED", "已完结"),
        ("ACQ.TRADE_HAS_CLOSE", "已关闭"),
        ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "请核对"),
        ("ACQ.NEVER_HEARD_OF", "请核对"),
    ],
)
async def test_a_refusal_says_what_finance_can_do(refunds, far_side: FarSide, sub_code, advice):
    far_side.will_refuse(sub_code)
    told = await ask(refunds)
    assert isinstance(told, Declined)
    assert advice in told.reason
    assert sub_code in told.reason


@pytest.mark.parametrize("sub_code", ["ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error"])
async def test_trouble_over_there_is_lost(refunds, far_side: FarSide, sub_code):
    far_side.will_refuse(sub_code)
    assert isinstance(await ask(refunds), Lost)
    far_side.will_refuse(sub_code, code="20000")
    assert isinstance(await refunds.query_refund(REFUND.number, payment_number=ATTEMPT.number), Lost)


async def test_a_refund_is_asked_for_once_where_the_answer_is_lost(refunds, far_side: FarSide):
    far_side.will_send(b"", 502)
    assert isinstance(await ask(refunds), Lost)
    assert len(far_side.requests) == 1


async def test_a_refund_is_known_by_its_number(refunds, far_side: FarSide):
    far_side.will_succeed(**KNOWN)
    assert await refunds.query_refund(REFUND.number, payment_number=ATTEMPT.number) == DONE
    assert far_side.requests[0].content == {
        "out_trade_no": ATTEMPT.number,
        "out_request_no": REFUND.number,
        "query_options": ["gmt_refund_pay"],
    }


async def test_another_amount_is_told_as_it_is(refunds, far_side: FarSide):
    """The use case compares it with what was asked for."""
    far_side.will_succeed(**KNOWN | {"refund_amount": "2.04"})
    told = await refunds.query_refund(REFUND.number, payment_number=ATTEMPT.number)
    assert told.amount == Money(204)


@pytest.mark.parametrize("known", [{}, {"out_request_no": REFUND.number, "out_trade_no": ATTEMPT.number}])
async def test_a_refund_without_a_status_never_happened(refunds, far_side: FarSide, known):
    far_side.will_succeed(**known)
    assert isinstance(await refunds.query_refund(REFUND.number, payment_number=ATTEMPT.number), Declined)


async def test_a_refund_of_a_payment_that_nobody_opened_never_happened(refunds, far_side: FarSide):
    far_side.will_refuse("ACQ.TRADE_NOT_EXIST")
    assert isinstance(await refunds.query_refund(REFUND.number, payment_number=ATTEMPT.number), Declined)


@pytest.mark.parametrize(
    "changes",
    [
        {"out_request_no": "another"},
        {"out_trade_no": "another"},
        {"refund_status": "REFUND_MAYBE"},
        {"refund_amount": ""},
        {"gmt_refund_pay": "soon"},
    ],
)
async def test_a_refund_that_cannot_be_understood_is_lost(refunds, far_side: FarSide, changes):
    far_side.will_succeed(**KNOWN | changes)
    assert isinstance(await refunds.query_refund(REFUND.number, payment_number=ATTEMPT.number), Lost)
