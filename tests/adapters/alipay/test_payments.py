"""Collecting: what the payer is handed, and what Alipay's words for its fate mean."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from adapters.alipay.payments import AlipayPayments, subject_of
from errand_domain.money import Money
from errand_domain.ports.payments import Lost, Merchant, NoLonger, NotPaid, PaymentReport, Started
from errand_domain.testing import examples
from tests.adapters.alipay.far_side import APP, NOTIFY_URL, NOW, SELLER, FarSide, is_signed

NUMBER = "0ns0a2qoh6u8k1v5e3zt4ylcx"
TRADE = {
    "out_trade_no": NUMBER,
    "trade_no": "2026110522001",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "5.20",
    "receipt_amount": "5.00",
    "buyer_pay_amount": "4.20",
    "send_pay_date": "2026-11-05 12:00:01",
    "buyer_user_id": "2088102169481075",
}
REPORT = PaymentReport(
    number=NUMBER,
    provider="alipay",
    merchant=SELLER,
    app=APP,
    amount=Money(520),
    currency="CNY",
    transaction_id="2026110522001",
    paid_at=datetime(2026, 11, 5, 4, 0, 1, tzinfo=UTC),
    payer="2088102169481075",
)


@pytest.fixture
def payments(gateway) -> AlipayPayments:
    return AlipayPayments(gateway)


def signed_parameters(text: str) -> dict[str, str]:
    """What the text says, once its signature has been checked."""
    given = dict(parse_qsl(text, strict_parsing=True))
    said = {name: value for name, value in given.items() if name != "sign"}
    assert is_signed("&".join(f"{name}={value}" for name, value in sorted(said.items())), given["sign"])
    return given


async def start(payments: AlipayPayments, **how) -> tuple[str, str]:
    asked = {"description": "校园跑腿：取快递", "payer": "", "expires_at": NOW + timedelta(minutes=15)}
    started = await payments.start(examples.attempt(provider="alipay"), **asked | how)
    assert isinstance(started, Started)
    parameters = json.loads(started.client_parameters)
    assert set(parameters) == {"wap", "app"}
    return parameters["wap"], parameters["app"]


async def test_the_payer_is_handed_signed_orders_and_nobody_is_asked(payments, far_side: FarSide):
    attempt = examples.attempt(provider="alipay")
    started = await payments.start(attempt, description="取快递", payer="", expires_at=NOW + timedelta(minutes=15))
    parameters = json.loads(started.client_parameters)
    address = urlsplit(parameters["wap"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://openapi.alipay.com/gateway.do"
    for text, method, product in (
        (address.query, "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
        (parameters["app"], "alipay.trade.app.pay", "QUICK_MSECURITY_PAY"),
    ):
        given = signed_parameters(text)
        assert (given["method"], given["notify_url"], given["app_id"]) == (method, NOTIFY_URL, APP)
        assert json.loads(given["biz_content"]) == {
            "out_trade_no": attempt.number,
            "total_amount": f"{attempt.amount.fen // 100}.{attempt.amount.fen % 100:02d}",
            "subject": "取快递",
            "time_expire": "2026-11-05 12:45:00",
            "product_code": product,
        }
    assert far_side.requests == []
    assert attempt.number not in repr(started)


async def test_the_browser_can_be_sent_back(gateway):
    wap, app = await start(AlipayPayments(gateway, return_url="https://errand.example/paid?a=1&b=2"))
    given = signed_parameters(urlsplit(wap).query)
    assert given["return_url"] == "https://errand.example/paid?a=1&b=2"
    assert json.loads(given["biz_content"])["quit_url"] == given["return_url"]
    assert "return_url" not in signed_parameters(app)


@pytest.mark.parametrize(
    ("description", "subject"),
    [
        ("取快递", "取快递"),
        ("代买 a=1&b/2\n奶茶", "代买 a 1 b 2 奶茶"),
        ("", "校园跑腿"),
        (" / ", "校园跑腿"),
        ("长" * 300, "长" * 256),
    ],
)
def test_the_subject_is_what_alipay_takes(description, subject):
    assert subject_of(description) == subject


@pytest.mark.parametrize("status", ["TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"])
async def test_a_payment_that_was_made_is_reported_whatever_became_of_it(payments, far_side: FarSide, status):
    """One that was given back whole is closed, and was made nonetheless."""
    far_side.will_succeed(**TRADE | {"trade_status": status})
    assert await payments.query(NUMBER) == REPORT
    assert far_side.requests[0].content == {"out_trade_no": NUMBER}


async def test_the_payer_may_be_known_by_an_open_id(payments, far_side: FarSide):
    far_side.will_succeed(**TRADE | {"buyer_user_id": "", "buyer_open_id": "074a1CcTG1"})
    assert (await payments.query(NUMBER)).payer == "074a1CcTG1"


@pytest.mark.parametrize(("status", "told"), [("WAIT_BUYER_PAY", NotPaid()), ("TRADE_CLOSED", NoLonger())])
async def test_a_payment_that_nobody_made_waits_or_is_over(payments, far_side: FarSide, status, told):
    far_side.will_succeed(out_trade_no=NUMBER, trade_no="1", trade_status=status, total_amount="5.20")
    assert await payments.query(NUMBER) == told


async def test_one_that_nobody_opened_may_still_be_paid(payments, far_side: FarSide):
    far_side.will_refuse("ACQ.TRADE_NOT_EXIST")
    assert await payments.query(NUMBER) == NotPaid()


@pytest.mark.parametrize(
    "changes",
    [
        {"out_trade_no": "another"},
        {"trade_status": "TRADE_PENDING"},
        {"total_amount": "5.2.0"},
        {"total_amount": "-5.20"},
        {"send_pay_date": ""},
        {"send_pay_date": "yesterday"},
        {"trade_no": ""},
        {"total_amount": 5},
    ],
)
async def test_an_answer_that_cannot_be_understood_is_lost(payments, far_side: FarSide, changes):
    far_side.will_succeed(**TRADE | changes)
    assert isinstance(await payments.query(NUMBER), Lost)


@pytest.mark.parametrize("sub_code", ["ACQ.SYSTEM_ERROR", "isv.insufficient-isv-permissions", "aop.unknow-error"])
async def test_a_query_that_is_refused_tells_nothing(payments, far_side: FarSide, sub_code):
    far_side.will_refuse(sub_code)
    assert isinstance(await payments.query(NUMBER), Lost)


async def test_what_was_opened_is_closed(payments, far_side: FarSide):
    far_side.will_succeed(trade_no="1", out_trade_no=NUMBER)
    assert await payments.close(NUMBER) == NoLonger()
    assert far_side.requests[0].parameters["method"] == "alipay.trade.close"


async def test_what_nobody_opened_needs_no_closing(payments, far_side: FarSide):
    far_side.will_refuse("ACQ.TRADE_NOT_EXIST")
    assert await payments.close(NUMBER) == NoLonger()


@pytest.mark.parametrize("sub_code", ["ACQ.TRADE_STATUS_ERROR", "ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE"])
async def test_a_close_that_is_refused_reports_a_payment_that_was_made(payments, far_side: FarSide, sub_code):
    far_side.will_refuse(sub_code)
    far_side.will_succeed(**TRADE)
    assert await payments.close(NUMBER) == REPORT


async def test_a_close_that_is_refused_for_what_is_closed_is_done(payments, far_side: FarSide):
    far_side.will_refuse("ACQ.TRADE_HAS_CLOSE")
    far_side.will_succeed(out_trade_no=NUMBER, trade_no="1", trade_status="TRADE_CLOSED", total_amount="5.20")
    assert await payments.close(NUMBER) == NoLonger()


async def test_a_close_that_is_refused_for_what_may_still_be_paid_is_lost(payments, far_side: FarSide):
    far_side.will_refuse("ACQ.REASON_TRADE_BEEN_FREEZEN")
    far_side.will_refuse("ACQ.TRADE_NOT_EXIST")
    assert isinstance(await payments.close(NUMBER), Lost)


async def test_a_close_without_an_answer_is_lost(payments, far_side: FarSide):
    far_side.will_send(b"", 502)
    assert isinstance(await payments.close(NUMBER), Lost)
    assert len(far_side.requests) == 1


async def test_reports_are_compared_with_who_we_are(payments):
    assert payments.merchant == Merchant(merchant=SELLER, app=APP, currency="CNY")
    assert (payments.provider, payments.payer_way) == ("alipay", None)
