"""Collecting: what is ordered, what the payer's app gets, and what every answer means."""

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat_pay.payments import WechatPayments, client_parameters, shortened
from errand_domain.money import Money
from errand_domain.ports.payments import Declined, Lost, Merchant, NoLonger, NotPaid, PaymentReport, Started
from errand_domain.testing import examples
from tests.adapters.wechat_pay.far_side import (
    APP,
    MERCHANT,
    NOTIFY_URL,
    NOW,
    FarSide,
    Reply,
    error,
    is_signed_by,
    key,
    signature,
    transaction,
)

ATTEMPT = examples.attempt(provider="wechat_pay")
PREPAID = Reply(content={"prepay_id": "wx201410272009395522657a690389285100"})
CLOSED = Reply(status=204)
REPORT = PaymentReport(
    number=ATTEMPT.number,
    provider="wechat_pay",
    merchant=MERCHANT,
    app=APP,
    amount=Money(500),
    currency="CNY",
    transaction_id="1217752501201407033233368018",
    paid_at=NOW,
    payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
)


@pytest.fixture
def payments(gateway) -> WechatPayments:
    return WechatPayments(gateway)


async def start(payments: WechatPayments, **changed):
    asked = {"description": "取快递", "payer": "openid-1", "expires_at": NOW + examples.HOUR}
    return await payments.start(ATTEMPT, **(asked | changed))


def told(state: str, **changed) -> Reply:
    return Reply(content=transaction(ATTEMPT.number, state=state, **changed))


def test_it_says_who_we_are(payments: WechatPayments):
    assert (payments.provider, payments.payer_way) == ("wechat_pay", "wechat")
    assert payments.merchant == Merchant(merchant=MERCHANT, app=APP, currency="CNY")


async def test_an_order_says_all_that_wechat_pay_asks_for(payments: WechatPayments, far_side: FarSide):
    far_side.will(PREPAID)
    await start(payments)
    assert far_side.seen[0].content == {
        "appid": APP,
        "mchid": MERCHANT,
        "out_trade_no": ATTEMPT.number,
        "description": "取快递",
        "notify_url": NOTIFY_URL,
        "amount": {"total": 500, "currency": "CNY"},
        "payer": {"openid": "openid-1"},
        "time_expire": "2026-09-01T13:00:00+08:00",
    }


async def test_the_payers_app_gets_text_that_we_signed(payments: WechatPayments, far_side: FarSide):
    far_side.will(PREPAID)
    started = await start(payments)
    assert isinstance(started, Started)
    given_to_app = json.loads(started.client_parameters)
    assert set(given_to_app) == {"timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert all(isinstance(value, str) for value in given_to_app.values())
    assert given_to_app["timeStamp"] == str(int(NOW.timestamp()))
    assert given_to_app["signType"] == "RSA"
    assert len(given_to_app["nonceStr"]) <= 32
    lines = (APP, given_to_app["timeStamp"], given_to_app["nonceStr"], given_to_app["package"])
    assert is_signed_by("merchant", "".join(f"{line}\n" for line in lines), given_to_app["paySign"])


async def test_no_two_payers_get_the_same_nonce(payments: WechatPayments, far_side: FarSide):
    far_side.will(PREPAID)
    nonces = {json.loads((await start(payments)).client_parameters)["nonceStr"] for _ in range(5)}
    assert len(nonces) == 5


def test_the_documented_message_is_what_is_signed(gateway):
    made = client_parameters(
        "wx201410272009395522657a690389285100",
        app="wx2421b1c4370ec43b",
        timestamp="1554208460",
        nonce="593BEC0C930BF1AFEB40B4A08C8FB242",
        sign=gateway.sign,
    )
    message = (
        "wx2421b1c4370ec43b\n"
        "1554208460\n"
        "593BEC0C930BF1AFEB40B4A08C8FB242\n"
        "prepay_id=wx201410272009395522657a690389285100\n"
    )
    assert json.loads(made)["paySign"] == signature(message, "merchant")
    assert key("merchant").key_size == 2048


async def test_whoever_has_not_signed_in_by_wechat_cannot_pay(payments: WechatPayments, far_side: FarSide):
    assert isinstance(await start(payments, payer=""), Declined)
    assert far_side.seen == []


async def test_a_payment_of_nothing_in_particular_has_a_description(payments: WechatPayments, far_side: FarSide):
    far_side.will(PREPAID)
    assert isinstance(await start(payments, description=""), Started)
    assert far_side.seen[0].content["description"] == "校园跑腿"


async def test_a_long_description_is_cut(payments: WechatPayments, far_side: FarSide):
    far_side.will(PREPAID)
    await start(payments, description="很" * 100)
    assert far_side.seen[0].content["description"] == "很" * 42


@given(st.text())
def test_a_description_is_cut_between_letters(text: str):
    cut = shortened(text)
    assert text.startswith(cut)
    assert len(cut.encode()) <= 127
    assert cut == text or len(cut.encode()) > 127 - 4


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [
        (400, "ORDERPAID", Lost),
        (400, "ORDER_PAID", Lost),
        (403, "OUT_TRADE_NO_USED", Lost),
        (400, "INVALID_REQUEST", Lost),
        (404, "RESOURCE_NOT_EXISTS", Lost),
        (400, "ORDER_CLOSED", Declined),
        (400, "PARAM_ERROR", Declined),
        (400, "APPID_MCHID_NOT_MATCH", Declined),
        (401, "SIGN_ERROR", Declined),
        (403, "NO_AUTH", Declined),
        (403, "RULELIMIT", Declined),
        (500, "SYSTEM_ERROR", Lost),
        (429, "FREQUENCY_LIMITED", Lost),
        (400, "NEW_TO_US", Lost),
    ],
)
async def test_an_order_is_declined_only_where_nobody_can_have_paid(status, code, answer, payments, far_side):
    far_side.will(error(status, code))
    refused = await start(payments)
    assert isinstance(refused, answer)
    assert code.replace("_", "") in (refused.reason if answer is Declined else refused.why).replace("_", "")


@pytest.mark.parametrize("content", [{}, {"prepay_id": ""}, {"prepay_id": 7}, []])
async def test_an_order_without_its_parameters_is_lost(content, payments: WechatPayments, far_side: FarSide):
    far_side.will(Reply(content=content))
    assert isinstance(await start(payments), Lost)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("SUCCESS", REPORT),
        ("REFUND", REPORT),
        ("NOTPAY", NotPaid()),
        ("USERPAYING", NotPaid()),
        ("CLOSED", NoLonger()),
        ("REVOKED", NoLonger()),
    ],
)
async def test_every_state_of_an_order_is_told(state: str, answer, payments: WechatPayments, far_side: FarSide):
    far_side.will(told(state))
    assert await payments.query(ATTEMPT.number) == answer


async def test_a_query_names_the_number_and_the_merchant(payments: WechatPayments, far_side: FarSide):
    far_side.will(told("NOTPAY"))
    await payments.query(ATTEMPT.number)
    assert far_side.seen[0].path == f"/v3/pay/transactions/out-trade-no/{ATTEMPT.number}?mchid={MERCHANT}"


async def test_a_foreign_merchant_is_reported_for_the_domain_to_refuse(payments: WechatPayments, far_side: FarSide):
    far_side.will(told("SUCCESS", mchid="1900000001"))
    assert await payments.query(ATTEMPT.number) == evolve(REPORT, merchant="1900000001")


async def test_a_payer_who_is_not_named_is_nobody(payments: WechatPayments, far_side: FarSide):
    far_side.will(told("SUCCESS", payer=None))
    assert await payments.query(ATTEMPT.number) == evolve(REPORT, payer="")


@pytest.mark.parametrize(
    "changed",
    [
        {"trade_state": "NEW_TO_US"},
        {"out_trade_no": "another"},
        {"transaction_id": ""},
        {"success_time": None},
        {"success_time": "2026-09-01T12:00:00"},
        {"success_time": "0001-01-01T00:00:00+08:00"},
        {"amount": None},
        {"amount": {"total": 5.0}},
        {"amount": {"total": "500"}},
        {"amount": {"total": -500}},
        {"amount": {"total": True}},
        {"amount": {"total": 2**53 + 1}},
        {"amount": {}},
    ],
)
async def test_a_report_that_is_not_understood_whole_is_lost(changed: dict, payments, far_side: FarSide):
    far_side.will(Reply(content=transaction(ATTEMPT.number) | changed))
    assert isinstance(await payments.query(ATTEMPT.number), Lost)


@pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "ORDERNOTEXIST"])
async def test_a_number_never_heard_of_cannot_be_paid(code: str, payments: WechatPayments, far_side: FarSide):
    far_side.will(error(404, code))
    assert await payments.query(ATTEMPT.number) == NoLonger()
    assert await payments.close(ATTEMPT.number) == NoLonger()


async def test_a_query_that_is_refused_tells_nothing(payments: WechatPayments, far_side: FarSide):
    far_side.will(error(401, "SIGN_ERROR"))
    assert isinstance(await payments.query(ATTEMPT.number), Lost)


async def test_a_close_names_the_merchant(payments: WechatPayments, far_side: FarSide):
    far_side.will(CLOSED)
    assert await payments.close(ATTEMPT.number) == NoLonger()
    assert far_side.seen[0].path == f"/v3/pay/transactions/out-trade-no/{ATTEMPT.number}/close"
    assert far_side.seen[0].content == {"mchid": MERCHANT}


async def test_closing_what_is_closed_is_the_same(payments: WechatPayments, far_side: FarSide):
    far_side.will(error(400, "ORDERCLOSED"))
    assert await payments.close(ATTEMPT.number) == NoLonger()


@pytest.mark.parametrize(
    "refusal",
    [error(400, "ORDERPAID"), error(400, "ORDER_PAID"), error(429, "FREQUENCY_LIMITED"), error(500, "SYSTEM_ERROR")],
)
async def test_a_close_that_met_a_payment_reports_it(refusal: Reply, payments: WechatPayments, far_side: FarSide):
    far_side.will(refusal, told("SUCCESS"))
    assert await payments.close(ATTEMPT.number) == REPORT


async def test_a_close_that_was_refused_and_met_nobody_is_lost(payments: WechatPayments, far_side: FarSide):
    far_side.will(error(429, "FREQUENCY_LIMITED"), told("NOTPAY"))
    assert isinstance(await payments.close(ATTEMPT.number), Lost)


async def test_a_close_that_was_refused_and_had_been_made_is_made(payments: WechatPayments, far_side: FarSide):
    far_side.will(error(500, "SYSTEM_ERROR"), told("CLOSED"))
    assert await payments.close(ATTEMPT.number) == NoLonger()
