"""Notifications: signed, encrypted, tried until they are understood, and spoilt where that is asked for."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.wechat_pay.partner import SCHEDULE
from tests.sandbox.wechat_pay.conftest import BEFORE_FEN, Heard, People
from tests.sandbox.wechat_pay.merchant import OPENID, ORDERS, REFUNDS, TRANSFERS, Merchant

MINUTES_AND_HOURS = "0s 15s 15s 30s 3m 10m 20m 30m 30m 30m 60m 3h 3h 3h 6h 6h"


@pytest.fixture
def manners() -> Manners:
    """Tried by its schedule and nothing else, that is, at once and then not before the test is over."""
    return Manners(balance_before_fen=BEFORE_FEN, refund_takes=timedelta(hours=1), speed=1)


def opened(merchant: Merchant, post: tuple[Mapping[str, str], bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The envelope and what is in it, verified and decrypted."""
    headers, body = post
    merchant.verify(headers, body)
    envelope = json.loads(body)
    return envelope, json.loads(merchant.decrypt(envelope["resource"]))


async def order(merchant: Merchant, people: People, heard: Heard, number: str = "order001") -> None:
    await merchant.post(f"{ORDERS}/jsapi", merchant.order(number, notify_url=heard.url))
    await people.pay(number)


async def test_a_payment_is_told_as_a_query_tells_it(merchant: Merchant, people: People, heard: Heard):
    await order(merchant, people, heard)
    envelope, told = opened(merchant, heard.posts[0])
    assert (envelope["event_type"], envelope["resource_type"]) == ("TRANSACTION.SUCCESS", "encrypt-resource")
    assert envelope["resource"]["original_type"] == "transaction"
    assert told == (await merchant.get(f"{ORDERS}/out-trade-no/order001?mchid={merchant.mchid}")).told


@pytest.mark.parametrize(("fault", "event"), [(None, "SUCCESS"), ("abnormal", "ABNORMAL"), ("closed", "CLOSED")])
async def test_the_end_of_a_refund_is_told_under_its_own_name(  # noqa: PLR0917 - fixtures, by name
    merchant: Merchant, people: People, heard: Heard, clock: MemoryClock, fault: str | None, event: str
):
    await order(merchant, people, heard)
    if fault:
        await people.break_next("refund", fault)
    asked = merchant.refund("r-1", of="order001", fen=400, notify_url=f"{heard.url}-of-refunds")
    await merchant.post(REFUNDS, asked)
    assert len(heard.posts) == 1
    clock.advance(timedelta(hours=1))
    await people.deliver()
    envelope, told = opened(merchant, heard.posts[-1])
    assert (envelope["event_type"], envelope["resource"]["original_type"]) == (f"REFUND.{event}", "refund")
    assert (told["refund_status"], told["out_refund_no"], told["out_trade_no"]) == (event, "r-1", "order001")
    assert told["amount"] == {"total": 1_000, "refund": 400, "payer_total": 1_000, "payer_refund": 400}
    assert ("success_time" in told, "status" in told) == (event == "SUCCESS", False)


@pytest.mark.parametrize(("act", "state"), [("confirm", "SUCCESS"), ("expire", "FAIL"), (None, "CANCELLED")])
async def test_the_end_of_a_transfer_is_told_however_it_ends(
    merchant: Merchant, people: People, heard: Heard, act: str | None, state: str
):
    await merchant.post(TRANSFERS, merchant.transfer("t1", notify_url=heard.url))
    if act:
        await people.act("transfers", "t1", act)
    else:
        await merchant.post(f"{TRANSFERS}/out-bill-no/t1/cancel")
        await people.deliver()
    (post,) = heard.posts[:1]
    envelope, told = opened(merchant, post)
    assert (envelope["event_type"], envelope["resource"]["original_type"]) == (
        "MCHTRANSFER.BILL.FINISHED",
        "mch_payment",
    )
    assert (told["state"], told["out_bill_no"], told["openid"], told["transfer_amount"]) == (
        state,
        "t1",
        OPENID,
        1_000,
    )
    assert {told.get("mchid"), told.get("mch_id")} & {merchant.mchid}


async def test_what_is_not_understood_is_tried_again_signed_anew_under_the_same_id(
    merchant: Merchant, people: People, heard: Heard
):
    heard.status.append(500)
    await order(merchant, people, heard)
    heard.status.append(200)
    (again,) = await people.deliver()
    assert (again["understood"], [one["outcome"][:3] for one in again["tries"]]) == (True, ["500", "200"])
    assert await people.deliver() == []
    first, second = heard.posts
    assert heard.ids == [again["id"]] * 2
    assert first[0]["wechatpay-nonce"] != second[0]["wechatpay-nonce"]
    assert opened(merchant, first)[1] == opened(merchant, second)[1]


@pytest.mark.parametrize(("status", "understood"), [(200, True), (204, True), (202, False), (401, False), (503, False)])
async def test_two_answers_say_that_it_was_understood(
    merchant: Merchant, people: People, heard: Heard, status: int, understood: bool
):
    heard.status.append(status)
    await order(merchant, people, heard)
    assert (await people.deliver() == []) is understood


async def test_the_pauses_are_the_documented_ones():
    units = {"s": "seconds", "m": "minutes", "h": "hours"}
    written = [timedelta(**{units[one[-1]]: int(one[:-1])}) for one in MINUTES_AND_HOURS.split()]
    assert list(SCHEDULE) == written
    assert sum(SCHEDULE, timedelta()) == timedelta(hours=24, minutes=4)


async def test_a_lost_one_comes_with_the_next_try(merchant: Merchant, people: People, heard: Heard):
    await people.break_next("notify.payment", "lost")
    await order(merchant, people, heard)
    assert heard.posts == []
    await people.deliver()
    assert len(heard.posts) == 1


async def test_a_duplicate_comes_ten_times_with_one_id(merchant: Merchant, people: People, heard: Heard):
    await people.break_next("notify.payment", "duplicate")
    await order(merchant, people, heard)
    assert (len(heard.posts), len(set(heard.ids))) == (10, 1)
    assert len({headers["wechatpay-nonce"] for headers, _ in heard.posts}) == 10


@pytest.mark.parametrize(("kind", "refusal"), [("bad_signature", InvalidSignature), ("old_timestamp", AssertionError)])
async def test_a_spoilt_signature_is_spoilt_once(
    merchant: Merchant, people: People, heard: Heard, kind: str, refusal: type[Exception]
):
    heard.status.append(401)
    await people.break_next("notify.payment", kind)
    await order(merchant, people, heard)
    with pytest.raises(refusal):
        merchant.verify(*heard.posts[0])
    await people.deliver()
    merchant.verify(*heard.posts[1])


@pytest.mark.parametrize("kind", ["payment", "refund", "transfer"])
async def test_another_amount_is_well_signed_and_told_right_the_next_time(
    merchant: Merchant, people: People, heard: Heard, clock: MemoryClock, kind: str
):
    heard.status.append(500)
    await people.break_next(f"notify.{kind}", "wrong_amount")
    if kind == "transfer":
        await merchant.post(TRANSFERS, merchant.transfer("t1", notify_url=heard.url))
        await people.act("transfers", "t1", "confirm")
    else:
        await order(merchant, people, heard)
    if kind == "refund":
        heard.posts.clear()
        heard.status.append(204)
        await people.deliver()
        heard.posts.clear()
        heard.status.append(500)
        await merchant.post(REFUNDS, merchant.refund("r-1", of="order001", fen=400, notify_url=heard.url))
        clock.advance(timedelta(hours=1))
        await people.deliver()
    await people.deliver()
    told = [opened(merchant, post)[1] for post in heard.posts]
    fen = [one.get("transfer_amount") or one["amount"].get("refund", one["amount"]["total"]) for one in told]
    right = {"payment": 1_000, "refund": 400, "transfer": 1_000}[kind]
    assert (fen[0], fen[-1]) == (right + 1, right)
