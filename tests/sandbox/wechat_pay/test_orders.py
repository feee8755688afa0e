"""Orders: asked for once or again, paid, closed, and what a query says of them meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from adapters.memory.clock import MemoryClock
from tests.sandbox.wechat_pay.conftest import People
from tests.sandbox.wechat_pay.merchant import OPENID, ORDERS, Answer, Merchant


async def order(merchant: Merchant, number: str, **changes: Any) -> Answer:
    return await merchant.post(f"{ORDERS}/jsapi", merchant.order(number, **changes))


async def query(merchant: Merchant, number: str) -> Answer:
    return await merchant.get(f"{ORDERS}/out-trade-no/{quote(number, safe='')}?mchid={merchant.mchid}")


async def close(merchant: Merchant, number: str) -> Answer:
    return await merchant.post(f"{ORDERS}/out-trade-no/{number}/close", {"mchid": merchant.mchid})


async def test_what_nobody_has_paid_tells_of_no_transaction(merchant: Merchant):
    assert (await order(merchant, "unpaid01")).told["prepay_id"]
    told = (await query(merchant, "unpaid01")).told
    assert (told["trade_state"], told["amount"]["total"]) == ("NOTPAY", 1_000)
    assert not told.keys() & {"transaction_id", "success_time", "payer"}


async def test_what_is_paid_is_told_alike_by_number_and_by_transaction(merchant: Merchant, paid: str):
    told = (await query(merchant, paid)).told
    assert (told["trade_state"], told["trade_type"], told["payer"]) == ("SUCCESS", "JSAPI", {"openid": OPENID})
    assert (told["mchid"], told["appid"], told["out_trade_no"]) == (merchant.mchid, merchant.appid, paid)
    assert told["amount"] == {"total": 1_000, "currency": "CNY", "payer_total": 1_000, "payer_currency": "CNY"}
    assert told["success_time"].endswith("+08:00")
    by_id = await merchant.get(f"{ORDERS}/id/{told['transaction_id']}?mchid={merchant.mchid}")
    assert by_id.told == told


async def test_ten_orders_of_one_number_at_once_are_one_order(merchant: Merchant, people: People):
    answers = await asyncio.gather(*(order(merchant, "atonce01") for _ in range(10)))
    assert [answer.status for answer in answers] == [200] * 10
    assert await people.waiting() == ["atonce01"]


async def test_one_number_is_one_order_whoever_comes_second_with_another(merchant: Merchant):
    answers = await asyncio.gather(*(order(merchant, "atonce02", fen=fen) for fen in range(100, 110)))
    assert sorted(answer.status for answer in answers) == [200, *[400] * 9]
    assert {answer.code for answer in answers if answer.status == 400} == {"INVALID_REQUEST"}


async def test_ten_payers_at_once_pay_once(merchant: Merchant, people: People):
    before_fen = await people.balance_fen()
    await order(merchant, "atonce03")
    await asyncio.gather(*(people.pay("atonce03") for _ in range(10)))
    assert await people.balance_fen() - before_fen == 1_000 - 6


async def test_what_is_paid_or_closed_is_neither_ordered_again_nor_paid(merchant: Merchant, people: People, paid: str):
    await order(merchant, "closed01")
    assert [(await close(merchant, "closed01")).status for _ in range(2)] == [204, 204]
    assert (await query(merchant, "closed01")).told["trade_state"] == "CLOSED"
    again = [await order(merchant, number) for number in (paid, "closed01")]
    assert [(answer.status, answer.code) for answer in again] == [(400, "ORDER_PAID"), (400, "ORDER_CLOSED")]
    assert (await people.act("payments", "closed01", "pay")).status_code == 409


async def test_what_is_paid_cannot_be_closed(merchant: Merchant, paid: str):
    answer = await close(merchant, paid)
    assert (answer.status, answer.code) == (400, "ORDER_PAID")


async def test_what_nobody_ordered_is_not_there(merchant: Merchant, people: People):
    for answer in (await query(merchant, "nobody01"), await close(merchant, "nobody01")):
        assert (answer.status, answer.code) == (404, "ORDER_NOT_EXIST")
    assert (await people.act("payments", "nobody01", "pay")).status_code == 404


async def test_nobody_pays_after_the_end_that_the_merchant_set(merchant: Merchant, people: People, clock: MemoryClock):
    await order(merchant, "expires1", time_expire=(clock.now() + timedelta(minutes=15)).isoformat())
    clock.advance(timedelta(minutes=15))
    assert await people.waiting() == []
    assert (await people.act("payments", "expires1", "pay")).status_code == 409
    assert (await query(merchant, "expires1")).told["trade_state"] == "NOTPAY"


async def test_an_end_that_is_too_near_is_put_off_to_a_minute(merchant: Merchant, people: People, clock: MemoryClock):
    await order(merchant, "expires2", time_expire=clock.now().isoformat())
    clock.advance(timedelta(seconds=59))
    await people.pay("expires2")


async def test_what_nobody_paid_for_a_week_is_closed_by_itself(merchant: Merchant, clock: MemoryClock):
    await order(merchant, "week0001")
    clock.advance(timedelta(days=7))
    assert (await query(merchant, "week0001")).told["trade_state"] == "CLOSED"


async def test_a_number_may_have_every_letter_that_is_allowed(merchant: Merchant):
    number = "aZ9_-|*"
    assert (await order(merchant, number)).status == 200
    assert (await query(merchant, number)).told["out_trade_no"] == number
    assert (await close(merchant, quote(number, safe=""))).status == 204


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": {"total": 0}}, "PARAM_ERROR"),
        ({"amount": {"total": -1}}, "PARAM_ERROR"),
        ({"amount": {"total": 1.5}}, "PARAM_ERROR"),
        ({"amount": {"total": "100"}}, "PARAM_ERROR"),
        ({"amount": {"total": True}}, "PARAM_ERROR"),
        ({"amount": {"total": 100, "currency": "USD"}}, "PARAM_ERROR"),
        ({"out_trade_no": "12345"}, "PARAM_ERROR"),
        ({"out_trade_no": "1" * 33}, "PARAM_ERROR"),
        ({"out_trade_no": "one@number"}, "PARAM_ERROR"),
        ({"out_trade_no": "number1\n"}, "PARAM_ERROR"),
        ({"description": ""}, "PARAM_ERROR"),
        ({"description": "长" * 128}, "PARAM_ERROR"),
        ({"payer": {}}, "PARAM_ERROR"),
        ({"notify_url": "http://127.0.0.1/?a=1"}, "PARAM_ERROR"),
        ({"notify_url": "ftp://127.0.0.1/"}, "PARAM_ERROR"),
        ({"time_expire": "2026-09-01T12:00:00"}, "PARAM_ERROR"),
        ({"time_expire": "tomorrow"}, "PARAM_ERROR"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"mchid": "1900000001"}, "APPID_MCHID_NOT_MATCH"),
    ],
    ids=str,
)
async def test_an_order_that_is_not_as_documented_is_refused(merchant: Merchant, changes: dict[str, Any], code: str):
    answer = await order(merchant, "refused1", **changes)
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff", b"{}"])
async def test_a_body_that_is_no_order_is_refused(merchant: Merchant, body: bytes):
    answer = await merchant.post(f"{ORDERS}/jsapi", body)
    assert (answer.status, answer.code) == (400, "PARAM_ERROR")


async def test_a_query_says_whose_order_it_is(merchant: Merchant, paid: str):
    answer = await merchant.get(f"{ORDERS}/out-trade-no/{paid}")
    assert (answer.status, answer.code) == (400, "PARAM_ERROR")
