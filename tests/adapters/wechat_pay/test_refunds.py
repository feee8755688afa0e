"""Giving back: what is asked for, and what every answer means."""

import pytest

from adapters.wechat_pay.refunds import WechatRefunds
from errand_domain.money import Money
from errand_domain.ports.payments import (
    Declined,
    Lost,
    RefundDone,
    RefundImpossible,
    RefundNeedsPerson,
    RefundReport,
    RefundUnderWay,
)
from errand_domain.testing import examples
from tests.adapters.wechat_pay.far_side import NOTIFY_URL, NOW, FarSide, Reply, error, refund_bill

ATTEMPT = examples.attempt(provider="wechat_pay")
REFUND = examples.refund(ATTEMPT, fen=200)
PATH = "/v3/refund/domestic/refunds"


@pytest.fixture
def desk(gateway) -> WechatRefunds:
    return WechatRefunds(gateway)


async def ask(desk: WechatRefunds):
    return await desk.refund(REFUND, paid=ATTEMPT.amount, payment_number=ATTEMPT.number)


async def query(desk: WechatRefunds):
    return await desk.query_refund(REFUND.number, payment_number=ATTEMPT.number)


def told(state: str = "PROCESSING", **changed) -> Reply:
    return Reply(content=refund_bill(REFUND.number, ATTEMPT.number, state=state, **changed))


both = pytest.mark.parametrize("asked", [ask, query])


async def test_a_refund_says_all_that_wechat_pay_asks_for(desk: WechatRefunds, far_side: FarSide):
    far_side.will(told())
    await ask(desk)
    assert far_side.seen[0].path == PATH
    assert far_side.seen[0].content == {
        "out_refund_no": REFUND.number,
        "out_trade_no": ATTEMPT.number,
        "amount": {"refund": 200, "total": 500, "currency": "CNY"},
        "reason": "订单已取消",
        "notify_url": NOTIFY_URL,
    }
    assert "-" in REFUND.number


async def test_a_query_names_the_number(desk: WechatRefunds, far_side: FarSide):
    far_side.will(told())
    await query(desk)
    assert far_side.seen[0].path == f"{PATH}/{REFUND.number}"


@both
@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("SUCCESS", RefundDone(at=NOW)),
        ("PROCESSING", RefundUnderWay()),
        ("CLOSED", RefundImpossible()),
    ],
)
async def test_every_state_of_a_refund_is_told(asked, state: str, outcome, desk: WechatRefunds, far_side: FarSide):
    far_side.will(told(state))
    assert await asked(desk) == RefundReport(
        number=REFUND.number,
        amount=Money(200),
        refund_id="50000000382019052709732678859",
        outcome=outcome,
        accepted_at=NOW,
    )


@both
async def test_what_the_account_does_not_take_is_for_a_person_to_settle(asked, desk, far_side: FarSide):
    far_side.will(told("ABNORMAL"))
    report = await asked(desk)
    assert isinstance(report.outcome, RefundNeedsPerson)
    assert "异常退款" in report.outcome.advice


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (403, "NOT_ENOUGH", "商户余额不足"),
        (403, "NOTENOUGH", "商户余额不足"),
        (403, "USER_ACCOUNT_ABNORMAL", "付款人账户异常"),
        (403, "NO_AUTH", "管理员"),
        (401, "SIGN_ERROR", "管理员"),
        (400, "PARAM_ERROR", "管理员"),
        (400, "INVALID_REQUEST", "核对"),
        (404, "RESOURCE_NOT_EXISTS", "核对"),
        (404, "ORDER_NOT_EXIST", "核对"),
        (400, "ORDER_CLOSED", "核对"),
    ],
)
async def test_a_refusal_says_what_finance_can_do(status, code, says, desk: WechatRefunds, far_side: FarSide):
    far_side.will(error(status, code))
    refused = await ask(desk)
    assert isinstance(refused, Declined)
    assert says in refused.reason
    assert code.replace("NOTENOUGH", "NOT_ENOUGH") in refused.reason


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "FREQUENCY_LIMITED"), (500, "SYSTEM_ERROR"), (500, "BANK_ERROR"), (400, "NEW_TO_US"), (400, "ORDERPAID")],
)
async def test_an_error_that_leaves_it_open_is_lost(status, code, desk: WechatRefunds, far_side: FarSide):
    far_side.will(error(status, code))
    assert isinstance(await ask(desk), Lost)


async def test_a_refund_never_heard_of_is_declined(desk: WechatRefunds, far_side: FarSide):
    far_side.will(error(404, "RESOURCE_NOT_EXISTS"))
    assert isinstance(await query(desk), Declined)


@pytest.mark.parametrize(
    ("status", "code"), [(401, "SIGN_ERROR"), (403, "NOT_ENOUGH"), (400, "INVALID_REQUEST"), (404, "A_PROXY")]
)
async def test_no_other_refusal_says_that_it_was_never_heard_of(status, code, desk: WechatRefunds, far_side: FarSide):
    far_side.will(error(status, code))
    assert isinstance(await query(desk), Lost)


@both
@pytest.mark.parametrize(
    "changed",
    [
        {"out_refund_no": "another"},
        {"out_trade_no": "another"},
        {"status": "NEW_TO_US"},
        {"status": "SUCCESS", "success_time": None},
        {"amount": {"refund": 2.0}},
        {"amount": {"refund": -1}},
        {"create_time": "yesterday"},
        {"create_time": "9999-12-31T23:59:59-12:00"},
    ],
)
async def test_a_report_that_is_not_understood_whole_is_lost(asked, changed: dict, desk, far_side: FarSide):
    far_side.will(Reply(content=refund_bill(REFUND.number, ATTEMPT.number) | changed))
    assert isinstance(await asked(desk), Lost)
