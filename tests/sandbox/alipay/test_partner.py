"""Alipay as the sandbox plays it: its gateway, its cashier, its notifications and its bills, over the wire."""

import asyncio
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from entrypoints.sandbox.alipay.notices import SCHEDULE
from entrypoints.sandbox.alipay.partner import CALL_FAULTS, DOWNLOAD_FAULTS, MORE_FAULTS, OPERATIONS
from entrypoints.sandbox.faults import NEWS
from tests.sandbox.alipay.playing import BALANCE_FEN, NUMBER, Play, fields_of, playing
from tests.sandbox.wechat.playing import Listener

DAY = timedelta(days=1)
QUERY = "alipay.trade.query"


@pytest.fixture
async def play(tmp_path: Path):
    async with playing(tmp_path) as made:
        yield made


# -- The gateway ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sub_code"),
    [
        ({"app_id": "2021000000000000"}, "isv.invalid-app-id"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"version": ""}, "isv.missing-version"),
        ({"charset": "gbk"}, "isv.invalid-charset"),
        ({"format": "xml"}, "isv.invalid-format"),
        ({"timestamp": ""}, "isv.missing-timestamp"),
        ({"timestamp": "2026-09-01T12:00:00"}, "isv.invalid-timestamp"),
        ({"app_cert_sn": "0" * 32}, "isv.invalid-app-cert-sn"),
        ({"alipay_root_cert_sn": "0" * 32}, "isv.invalid-alipay-root-cert-sn"),
        ({"biz_content": "{"}, "ACQ.INVALID_PARAMETER"),
    ],
)
async def test_a_request_that_is_not_as_it_should_be_is_refused(play: Play, changes, sub_code):
    told = await play.ask(QUERY, {"out_trade_no": NUMBER}, **changes)
    assert told["sub_code"] == sub_code
    assert told["code"] in {"40001", "40002", "40004"}


async def test_nothing_can_be_changed_on_the_way(play: Play):
    said = play.signed(QUERY, {"out_trade_no": NUMBER})
    for name in set(said) - {"sign", "method", "app_id", "sign_type", "app_cert_sn", "alipay_root_cert_sn"}:
        changed = await play.http.post("/gateway.do", data=said | {name: f"{said[name]} "})
        assert play.inside(QUERY, changed)["sub_code"] == "isv.invalid-signature"
    for sign in ("", "x", "c2lnbg=="):
        refused = await play.http.post("/gateway.do", data=said | {"sign": sign})
        assert play.inside(QUERY, refused)["sub_code"] in {"isv.missing-signature", "isv.invalid-signature"}


async def test_query_and_form_are_read_as_one(play: Play):
    await play.paid()
    said = play.signed(QUERY, {"out_trade_no": NUMBER})
    content = {"biz_content": said.pop("biz_content")}
    answers = [
        await play.http.post("/gateway.do", params=said, data=content),
        await play.http.get("/gateway.do", params=said | content),
        await play.http.post("/gateway.do", data=said | content),
    ]
    assert {play.inside(QUERY, answer)["trade_status"] for answer in answers} == {"TRADE_SUCCESS"}


async def test_an_answer_is_signed_as_it_was_sent(play: Play):
    await play.open("n-1", "5.00")
    answer = await play.http.post("/gateway.do", data=play.signed(QUERY, {"out_trade_no": "n-1"}))
    assert play.inside(QUERY, answer)["trade_status"] == "WAIT_BUYER_PAY"
    unknown = await play.ask("alipay.trade.precreate", {})
    assert unknown["sub_code"] == "isv.invalid-method"


async def test_in_key_mode_everything_goes_but_transfers(tmp_path: Path):
    async with playing(tmp_path, certified=False) as play:
        await play.paid()
        assert (await play.refund("r1", "1.00"))["fund_change"] == "Y"
        assert (await play.transfer())["code"] == "40006"


# -- Payments ------------------------------------------------------------------------------------------------


async def test_alipay_hears_of_a_payment_when_its_payer_opens_it(play: Play):
    assert (await play.query())["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert (await play.act("payments", NUMBER, "pay")).status_code == 404
    page = await play.open()
    assert "取快递" in page.text
    assert "¥5.00" in page.text
    assert (await play.query())["trade_status"] == "WAIT_BUYER_PAY"
    (waiting,) = (await play.http.get("/sandbox/open")).json()["items"]
    assert (waiting["partner"], waiting["kind"], waiting["number"]) == ("alipay", "payments", NUMBER)
    assert (waiting["amountFen"], waiting["acts"]) == (500, ["pay"])


async def test_the_payer_pays_by_the_button_of_the_cashier(play: Play):
    page = await play.open(return_url="http://127.0.0.1:9/paid?<1>")
    assert f'action="/alipay/cashier/{NUMBER}"' in page.text
    paid = await play.http.post(f"/alipay/cashier/{NUMBER}")
    assert "支付成功" in paid.text
    assert 'href="http://127.0.0.1:9/paid?&lt;1&gt;"' in paid.text
    assert (await play.query())["trade_status"] == "TRADE_SUCCESS"
    assert "支付成功" in (await play.http.post(f"/alipay/cashier/{NUMBER}")).text
    assert (await play.http.get(f"/alipay/cashier/{NUMBER}")).status_code == 405
    assert (await play.http.post("/alipay/cashier/nothing")).status_code == 404
    assert play.balance_fen == BALANCE_FEN + 497


async def test_a_page_shows_what_is_said_and_runs_nothing(play: Play):
    order = play.order(NUMBER, "5.00") | {"subject": "<script>", "product_code": "QUICK_WAP_WAY"}
    said = play.signed("alipay.trade.wap.pay", order, return_url="javascript:alert(1)")
    page = await play.http.get(f"/gateway.do?{urlencode(said)}")
    assert "&lt;script&gt;" in page.text
    assert "javascript:" not in page.text


async def test_an_order_that_cannot_be_paid_says_why(play: Play):
    assert "isv.invalid-app-id" in (await play.open(app_id="1")).text
    assert "ACQ.INVALID_PARAMETER" in (await play.open(yuan="0.001")).text
    await play.open()
    assert "ACQ.CONTEXT_INCONSISTENT" in (await play.open(yuan="5.01")).text
    await play.act("payments", NUMBER, "pay")
    assert "ACQ.TRADE_HAS_SUCCESS" in (await play.open()).text


async def test_ten_payers_at_once_open_and_pay_one_payment(play: Play):
    await asyncio.gather(*(play.open() for _ in range(10)))
    told = await asyncio.gather(*(play.act("payments", NUMBER, "pay") for _ in range(10)))
    assert {answer.status_code for answer in told} == {200}
    assert play.balance_fen == BALANCE_FEN + 497
    assert len(play.outside.courier.all()) == 0


async def test_what_was_closed_or_is_too_late_cannot_be_paid(play: Play):
    await play.open()
    assert (await play.ask("alipay.trade.close", {"out_trade_no": NUMBER}))["code"] == "10000"
    assert (await play.ask("alipay.trade.close", {"out_trade_no": NUMBER}))["sub_code"] == "ACQ.TRADE_HAS_CLOSE"
    assert (await play.query())["trade_status"] == "TRADE_CLOSED"
    assert (await play.act("payments", NUMBER, "pay")).status_code == 409
    await play.open("late")
    play.clock.advance(timedelta(minutes=15))
    assert (await play.act("payments", "late", "pay")).status_code == 409
    assert (await play.query("late"))["trade_status"] == "TRADE_CLOSED"
    assert (await play.http.get("/sandbox/open")).json()["items"] == []


async def test_alipays_own_number_wins(play: Play):
    await play.paid()
    trade = await play.query()
    told = await play.ask(QUERY, {"trade_no": trade["trade_no"], "out_trade_no": "something else"})
    assert told["out_trade_no"] == NUMBER
    assert (await play.ask(QUERY, {"trade_no": "1"}))["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert (await play.ask(QUERY, {}))["sub_code"] == "ACQ.INVALID_PARAMETER"


# -- Refunds -------------------------------------------------------------------------------------------------


async def test_a_refund_tells_the_sum_of_all_and_whether_money_moved(play: Play):
    await play.paid()
    told = [await play.refund("r1", "2.00"), await play.refund("r2", "1.00"), await play.refund("r1", "2.00")]
    assert [(one["fund_change"], one["refund_fee"]) for one in told] == [("Y", "2.00"), ("Y", "3.00"), ("N", "3.00")]
    assert play.balance_fen == BALANCE_FEN + 497 - 300 + 1
    assert (await play.refund("r3", "2.01"))["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert (await play.refund("r3", "2.00"))["fund_change"] == "Y"
    assert play.balance_fen == BALANCE_FEN
    closed = await play.query()
    assert (closed["trade_status"], closed["send_pay_date"]) == ("TRADE_CLOSED", "2026-09-01 12:00:00")


async def test_ten_same_refunds_at_once_are_one(play: Play):
    await play.paid()
    told = await asyncio.gather(*(play.refund("r1", "2.00") for _ in range(10)))
    assert sorted(one["fund_change"] for one in told) == ["N"] * 9 + ["Y"]
    assert {one["refund_fee"] for one in told} == {"2.00"}


async def test_a_refund_is_known_by_its_number_or_has_no_status(play: Play):
    await play.paid()
    await play.refund("r1", "2.00")
    content = {"out_trade_no": NUMBER, "out_request_no": "r1"}
    method = "alipay.trade.fastpay.refund.query"
    known = await play.ask(method, content)
    assert (known["refund_status"], known["refund_amount"], "gmt_refund_pay" in known) == (
        "REFUND_SUCCESS",
        "2.00",
        False,
    )
    assert (await play.ask(method, content | {"query_options": ["gmt_refund_pay"]}))["gmt_refund_pay"]
    assert "refund_status" not in await play.ask(method, content | {"out_request_no": "r2"})
    assert (await play.ask(method, content | {"out_trade_no": "x"}))["sub_code"] == "ACQ.TRADE_NOT_EXIST"


async def test_the_seller_cannot_give_back_what_is_not_there(play: Play):
    await play.paid(yuan="90.00")
    assert (await play.transfer(yuan="10089.00"))["status"] == "SUCCESS"
    assert (await play.refund("r1", "5.00"))["sub_code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert "refund_status" not in await play.ask(
        "alipay.trade.fastpay.refund.query", {"out_trade_no": NUMBER, "out_request_no": "r1"}
    )


# -- Transfers -----------------------------------------------------------------------------------------------


async def test_a_transfer_arrives_once(play: Play):
    told = await asyncio.gather(*(play.transfer() for _ in range(10)))
    assert len({one["order_id"] for one in told}) == 1
    assert play.balance_fen == BALANCE_FEN - 1205
    known = await play.transferred()
    assert (known["status"], known["trans_amount"]) == ("SUCCESS", "12.05")
    assert known["pay_date"] == told[0]["trans_date"] == "2026-09-01 12:00:00"
    assert (await play.transfer(yuan="12.06"))["sub_code"] == "PAYMENT_INFO_INCONSISTENCY"
    assert (await play.transferred("p2"))["sub_code"] == "ORDER_NOT_EXIST"


async def test_no_more_is_transferred_than_is_there(play: Play):
    assert (await play.transfer("p1", "10000.01"))["sub_code"] == "PAYER_BALANCE_NOT_ENOUGH"
    assert (await play.transferred("p1"))["sub_code"] == "ORDER_NOT_EXIST"
    assert (await play.transfer("p1", "10000.00"))["status"] == "SUCCESS"
    assert play.balance_fen == 0


@pytest.mark.parametrize(("act", "status", "left_fen"), [("finish", "SUCCESS", 1205), ("fail", "FAIL", 0)])
async def test_people_end_a_transfer_that_takes_its_time(play: Play, act, status, left_fen):
    play.outside.faults.ask("alipay.transfer", "takes_time")
    assert (await play.transfer())["status"] == "DEALING"
    assert play.balance_fen == BALANCE_FEN - 1205
    for _ in range(2):
        assert (await play.act("transfers", "p1", act)).json()["state"] == status
    assert (await play.transferred())["status"] == status
    assert play.balance_fen == BALANCE_FEN - left_fen
    assert (await play.act("transfers", "nothing", act)).status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("takes_time", "SUCCESS"), ("fails", "FAIL")])
async def test_time_ends_a_transfer_that_takes_its_time(play: Play, kind, status):
    play.outside.faults.ask("alipay.transfer", kind)
    await play.transfer()
    assert (await play.transferred())["status"] == "DEALING"
    play.clock.advance(timedelta(minutes=2))
    assert (await play.transferred())["status"] == status


# -- Bills ---------------------------------------------------------------------------------------------------


async def bill(play: Play, kind: str) -> dict[str, str]:
    """The files of the bill of the first day, by the end of their names."""
    told = await play.ask(
        "alipay.data.dataservice.bill.downloadurl.query", {"bill_type": kind, "bill_date": "2026-09-01"}
    )
    archive = await play.http.get(told["bill_download_url"])
    with zipfile.ZipFile(BytesIO(archive.content)) as opened:
        return {name.rpartition("_")[2]: opened.read(name).decode("gbk") for name in opened.namelist()}


async def test_the_bills_of_a_day_agree_with_the_balance(play: Play):
    await play.paid("n1", "20.00")
    await play.refund("r1", "5.00", payment="n1")
    await play.transfer()
    play.clock.advance(DAY)
    files = await bill(play, "trade")
    rows = [line.split(",") for line in files["业务明细.csv"].splitlines() if line[0].isdecimal()]
    assert [(row[1].strip(), row[2].strip(), row[11], row[21].strip(), row[22]) for row in rows] == [
        ("n1", "交易", "20.00", "", "-0.12"),
        ("n1", "退款", "-5.00", "r1", "0.03"),
    ]
    assert "合计" in files["业务明细(汇总).csv"]
    moved = [line.split(",") for line in (await bill(play, "signcustomer"))["账务明细.csv"].splitlines()]
    sums = [row[6] or row[7] for row in moved if row[0].strip().isdecimal()]
    assert sorted(sums) == sorted(["20.00", "-0.12", "-5.00", "0.03", "-12.05"])
    fen = sum(int(one.replace(".", "")) for one in sums)
    assert play.balance_fen == BALANCE_FEN + fen


async def test_a_bill_is_there_the_next_morning_and_not_of_a_day_without_movement(play: Play):
    method, content = "alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade"}
    await play.paid()
    for day in ("2026-09-01", "2026-09-02", "2026-08-31"):
        assert (await play.ask(method, content | {"bill_date": day}))["sub_code"] == "isp.bill_not_exist"
    play.clock.advance(timedelta(hours=20, minutes=59))
    assert (await play.ask(method, content | {"bill_date": "2026-09-01"}))["sub_code"] == "isp.bill_not_exist"
    play.clock.advance(timedelta(minutes=1))
    assert (await play.ask(method, content | {"bill_date": "2026-09-01"}))["bill_download_url"]
    assert (await play.http.get("/alipay/bill?token=x")).status_code == 403


# -- Notifications -------------------------------------------------------------------------------------------


@pytest.fixture
async def heard(tmp_path: Path):
    """A sandbox, and a merchant who listens."""
    listener = Listener()
    async with listener.listening() as url, playing(tmp_path / "told", notify_url=url) as play:
        yield play, listener


def told_to(listener: Listener) -> list[dict[str, str]]:
    """What was told, each news once, in the order in which it was first heard."""
    found = [fields_of(delivery.body) for delivery in listener.heard]
    return list({fields["notify_id"]: fields for fields in found}.values())


async def test_a_payment_and_its_refunds_are_told_as_news_of_the_payment(heard):
    play, listener = heard
    await play.paid()
    (paid,) = told_to(listener)
    assert paid["trade_status"] == "TRADE_SUCCESS"
    assert (paid["out_trade_no"], paid["total_amount"], paid["gmt_payment"]) == (NUMBER, "5.00", "2026-09-01 12:00:00")
    assert "alipay_cert_sn" in paid
    await play.refund("r1", "2.00")
    await play.refund("r2", "3.00")
    await play.http.post("/sandbox/courier/deliver")
    told = [(one["trade_status"], one["out_biz_no"], one["refund_fee"]) for one in told_to(listener)[1:]]
    assert sorted(told) == [("TRADE_CLOSED", "r2", "5.00"), ("TRADE_SUCCESS", "r1", "2.00")]
    assert listener.heard[0].headers["content-type"].startswith("application/x-www-form-urlencoded")


async def test_it_is_told_again_until_it_is_understood(tmp_path: Path):
    listener = Listener()
    async with listener.listening() as url, playing(tmp_path, notify_url=url) as play:
        listener.answer[0] = b"fail"
        await play.paid()
        for answer, understood in ((b"SUCCESS", False), (b"success\n", False), (b"success", True), (b"fail", True)):
            listener.answer[0] = answer
            await play.http.post("/sandbox/courier/deliver")
            (carried,) = play.outside.courier.all()
            assert carried.understood == understood
        told = [fields_of(delivery.body) for delivery in listener.heard]
        assert len({one["notify_id"] for one in told}) == len({one["notify_time"] for one in told}) == 1
    assert sum(SCHEDULE, timedelta()) == timedelta(hours=24, minutes=24)


@pytest.mark.parametrize("kind", NEWS)
async def test_every_fault_of_a_notification_is_seen(heard, kind):
    play, listener = heard
    play.outside.faults.ask("alipay.notify.payment", kind)
    await play.paid()
    if kind in {"lost", "delay", "reorder"}:  # nothing is behind it by which it could be overtaken
        (carried,) = play.outside.courier.all()
        assert listener.heard == []
        assert carried.tries[0].outcome.startswith("not sent")
    elif kind == "bad_signature":
        with pytest.raises(AssertionError):
            told_to(listener)
    else:
        (told,) = told_to(listener)
        age = datetime.now(UTC) - datetime.fromisoformat(f"{told['notify_time']}+08:00")
        assert (age > DAY) == (kind == "old_timestamp")
        assert (told["total_amount"] == "5.01") == (kind == "wrong_amount")
        assert len(listener.heard) == (10 if kind == "duplicate" else 1)


# -- Faults of calls -----------------------------------------------------------------------------------------


CONTENTS = {
    "alipay.query": ("alipay.trade.query", {"out_trade_no": NUMBER}),
    "alipay.close": ("alipay.trade.close", {"out_trade_no": "open"}),
    "alipay.query_refund": ("alipay.trade.fastpay.refund.query", {"out_trade_no": NUMBER, "out_request_no": "r1"}),
    "alipay.query_transfer": ("alipay.fund.trans.common.query", {"out_biz_no": "p1"}),
    "alipay.bill": (
        "alipay.data.dataservice.bill.downloadurl.query",
        {"bill_type": "trade", "bill_date": "2026-09-01"},
    ),
}


async def call(play: Play, operation: str) -> dict:
    """One call of that operation, about things that are there."""
    if operation == "alipay.transfer":
        return await play.transfer()
    if operation == "alipay.refund":
        return await play.refund("r1", "2.00")
    return await play.ask(*CONTENTS[operation])


async def prepare(play: Play, operation: str) -> None:
    await play.paid()
    await play.open("open")
    if operation == "alipay.query_refund":
        await play.refund("r1", "2.00")
    if operation == "alipay.query_transfer":
        await play.transfer()
    if operation == "alipay.bill":
        play.clock.advance(DAY)


PAIRS = [
    (operation, kind) for operation in OPERATIONS.values() for kind in (*CALL_FAULTS, *MORE_FAULTS.get(operation, ()))
]
TOLD = {
    "server_error": "isp.unknow-error",
    "server_error_after": "isp.unknow-error",
    "rate_limited": "isv.app-call-limited",
}
AMOUNTS = {
    "alipay.query": ("total_amount", "5.01"),
    "alipay.refund": ("refund_fee", "1.99"),
    "alipay.query_refund": ("refund_amount", "2.01"),
    "alipay.query_transfer": ("trans_amount", "12.06"),
}


@pytest.mark.parametrize(("operation", "kind"), PAIRS)
async def test_every_fault_of_every_call_is_seen_once(play: Play, operation, kind):
    await prepare(play, operation)
    play.outside.faults.ask(operation, kind)
    started = asyncio.get_running_loop().time()
    if kind in {"drop_request", "drop_answer"}:
        with pytest.raises(httpx.TransportError):
            await call(play, operation)
    elif kind == "bad_signature":
        with pytest.raises(AssertionError):
            await call(play, operation)
    else:
        told = await call(play, operation)
        assert told.get("sub_code") == TOLD.get(kind) or kind == "not_enough"
        assert kind != "not_enough" or "BALANCE_NOT_ENOUGH" in told["sub_code"]
        assert kind not in {"takes_time", "fails"} or told["status"] == "DEALING"
        name, amount = AMOUNTS.get(operation, ("", ""))
        assert kind != "wrong_amount" or told[name] == amount
        assert kind != "delay" or asyncio.get_running_loop().time() - started >= 0.05
    assert play.outside.faults.waiting() == ()
    was_done = kind not in {"drop_request", "server_error", "rate_limited", "not_enough"}
    again = await call(play, operation)
    if operation == "alipay.refund":
        assert again["fund_change"] == ("N" if was_done else "Y")
    elif operation == "alipay.close":
        assert again.get("sub_code") == ("ACQ.TRADE_HAS_CLOSE" if was_done else None)
    else:
        assert again["code"] == "10000"


@pytest.mark.parametrize("kind", DOWNLOAD_FAULTS)
async def test_every_fault_of_a_download_is_seen(play: Play, kind):
    await prepare(play, "alipay.bill")
    address = (await call(play, "alipay.bill"))["bill_download_url"]
    play.outside.faults.ask("alipay.download", kind)
    if kind in {"drop_request", "drop_answer"}:
        with pytest.raises(httpx.TransportError):
            await play.http.get(address)
    else:
        wanted = {"server_error": 500, "server_error_after": 500, "rate_limited": 429, "delay": 200}
        assert (await play.http.get(address)).status_code == wanted[kind]
    assert (await play.http.get(address)).status_code == 200


# -- What is kept --------------------------------------------------------------------------------------------


async def test_what_happened_is_still_so_after_a_restart(tmp_path: Path):
    async with playing(tmp_path) as play:
        await play.paid()
        await play.refund("r1", "2.00")
        await play.transfer()
        balance = play.balance_fen
    async with playing(tmp_path) as play:
        assert (await play.query())["trade_status"] == "TRADE_SUCCESS"
        assert (await play.refund("r1", "2.00"))["fund_change"] == "N"
        assert (await play.transferred())["status"] == "SUCCESS"
        assert play.balance_fen == balance
