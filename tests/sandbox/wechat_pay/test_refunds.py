"""Refunds: one per number, never more than was paid, accepted at once and done later."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.manners import Manners
from tests.sandbox.wechat_pay.conftest import BEFORE_FEN, People
from tests.sandbox.wechat_pay.merchant import ORDERS, REFUNDS, TRANSFERS, Answer, Merchant

FEE_FEN = 6  # 0.6 % of ten yuan


async def refund(merchant: Merchant, number: str, *, of: str, fen: int, **changes: Any) -> Answer:
    return await merchant.post(REFUNDS, merchant.refund(number, of=of, fen=fen, **changes))


async def query(merchant: Merchant, number: str) -> Answer:
    return await merchant.get(f"{REFUNDS}/{quote(number, safe='')}")


async def test_a_refund_is_accepted_first_and_done_later(merchant: Merchant, paid: str, clock: MemoryClock):
    told = (await refund(merchant, "r-1", of=paid, fen=400)).told
    assert (told["status"], told["out_refund_no"], told["out_trade_no"]) == ("PROCESSING", "r-1", paid)
    assert "success_time" not in told
    clock.advance(timedelta(minutes=59))
    assert (await query(merchant, "r-1")).told["status"] == "PROCESSING"
    clock.advance(timedelta(minutes=1))
    done = (await query(merchant, "r-1")).told
    assert (done["status"], done["amount"]["refund"], done["amount"]["total"]) == ("SUCCESS", 400, 1_000)
    assert done["success_time"] > done["create_time"]


async def test_the_payer_may_have_it_sooner(merchant: Merchant, people: People, paid: str):
    await refund(merchant, "r-1", of=paid, fen=400)
    assert [(await people.act("refunds", "r-1", "finish")).json()["state"] for _ in range(2)] == ["SUCCESS"] * 2
    assert (await query(merchant, "r-1")).told["status"] == "SUCCESS"
    assert (await people.act("refunds", "r-2", "finish")).status_code == 404


async def test_ten_of_one_number_at_once_are_one_refund(merchant: Merchant, people: People, paid: str):
    answers = await asyncio.gather(*(refund(merchant, "r-1", of=paid, fen=400) for _ in range(10)))
    assert {(answer.status, answer.told["refund_id"]) for answer in answers} == {(200, answers[0].told["refund_id"])}
    assert await people.balance_fen() == BEFORE_FEN + 1_000 - FEE_FEN - 400 + 2


async def test_one_number_is_not_two_refunds(merchant: Merchant, paid: str):
    await refund(merchant, "r-1", of=paid, fen=400)
    answer = await refund(merchant, "r-1", of=paid, fen=401)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_ten_refunds_at_once_never_give_back_more_than_was_paid(merchant: Merchant, people: People, paid: str):
    answers = await asyncio.gather(*(refund(merchant, f"r-{n}", of=paid, fen=300) for n in range(10)))
    assert sorted(answer.status for answer in answers) == [200] * 3 + [400] * 7
    assert (await refund(merchant, "r-rest", of=paid, fen=100)).status == 200
    assert (await refund(merchant, "r-more", of=paid, fen=1)).code == "INVALID_REQUEST"
    assert await people.balance_fen() == BEFORE_FEN


async def test_what_was_refunded_at_all_stays_so_in_the_order(merchant: Merchant, paid: str):
    await refund(merchant, "r-1", of=paid, fen=1)
    told = (await merchant.get(f"{ORDERS}/out-trade-no/{paid}?mchid={merchant.mchid}")).told
    assert (told["trade_state"], told["transaction_id"][:4], told["amount"]["total"]) == ("REFUND", "4200", 1_000)


async def test_a_payment_is_given_back_in_fifty_parts_at_most(merchant: Merchant, paid: str):
    answers = [await refund(merchant, f"r-{n}", of=paid, fen=1) for n in range(51)]
    assert [answer.status for answer in answers] == [200] * 50 + [400]
    assert answers[-1].code == "INVALID_REQUEST"


async def test_a_year_after_the_payment_nothing_is_given_back(merchant: Merchant, paid: str, clock: MemoryClock):
    clock.advance(timedelta(days=365))
    assert (await refund(merchant, "r-1", of=paid, fen=1)).status == 200
    clock.advance(timedelta(seconds=1))
    assert (await refund(merchant, "r-2", of=paid, fen=1)).code == "INVALID_REQUEST"


async def test_the_payment_may_be_named_by_its_transaction(merchant: Merchant, paid: str):
    told = (await merchant.get(f"{ORDERS}/out-trade-no/{paid}?mchid={merchant.mchid}")).told
    asked = merchant.refund("r-1", of=paid, fen=1) | {"out_trade_no": None, "transaction_id": told["transaction_id"]}
    assert (await merchant.post(REFUNDS, asked)).told["out_trade_no"] == paid


async def test_a_stuck_refund_ends_when_somebody_sees_to_it(
    merchant: Merchant, people: People, paid: str, clock: MemoryClock
):
    await people.break_next("refund", "abnormal")
    assert (await refund(merchant, "r-1", of=paid, fen=400)).told["status"] == "PROCESSING"
    clock.advance(timedelta(hours=1))
    assert (await query(merchant, "r-1")).told["status"] == "ABNORMAL"
    assert (await refund(merchant, "r-1", of=paid, fen=400)).told["status"] == "ABNORMAL"
    await people.act("refunds", "r-1", "finish")
    assert (await query(merchant, "r-1")).told["status"] == "SUCCESS"


async def test_a_closed_refund_gives_its_money_free_for_another(
    merchant: Merchant, people: People, paid: str, clock: MemoryClock
):
    await people.break_next("refund", "closed")
    await refund(merchant, "r-1", of=paid, fen=1_000)
    assert (await refund(merchant, "r-2", of=paid, fen=1_000)).code == "INVALID_REQUEST"
    clock.advance(timedelta(hours=1))
    assert (await query(merchant, "r-1")).told["status"] == "CLOSED"
    assert await people.balance_fen() == BEFORE_FEN + 1_000 - FEE_FEN
    assert (await refund(merchant, "r-2", of=paid, fen=1_000)).told["status"] == "PROCESSING"
    assert await people.balance_fen() == BEFORE_FEN


async def test_a_number_may_have_every_letter_that_is_allowed(merchant: Merchant, paid: str):
    number = "aZ9_-|*@"
    assert (await refund(merchant, number, of=paid, fen=1)).status == 200
    assert (await query(merchant, number)).told["out_refund_no"] == number


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"total": 999}, (400, "PARAM_ERROR")),
        ({"fen": 0}, (400, "PARAM_ERROR")),
        ({"amount": {"refund": 1, "total": 1_000}}, (400, "PARAM_ERROR")),
        ({"amount": {"refund": 1, "total": 1_000, "currency": "USD"}}, (400, "PARAM_ERROR")),
        ({"out_refund_no": "a b"}, (400, "PARAM_ERROR")),
        ({"out_refund_no": "r-1\n"}, (400, "PARAM_ERROR")),
        ({"out_refund_no": "1" * 65}, (400, "PARAM_ERROR")),
        ({"reason": "长" * 81}, (400, "PARAM_ERROR")),
        ({"out_trade_no": None}, (400, "PARAM_ERROR")),
        ({"out_trade_no": "nobody01"}, (404, "RESOURCE_NOT_EXISTS")),
        ({"out_trade_no": "unpaid01"}, (404, "RESOURCE_NOT_EXISTS")),
    ],
    ids=str,
)
async def test_a_refund_that_is_not_as_documented_is_refused(
    merchant: Merchant, people: People, paid: str, changes: dict[str, Any], expected: tuple[int, str]
):
    await merchant.post(f"{ORDERS}/jsapi", merchant.order("unpaid01"))
    answer = await refund(merchant, "r-1", of=paid, **({"fen": 1} | changes))
    assert (answer.status, answer.code) == expected
    assert await people.balance_fen() == BEFORE_FEN + 1_000 - FEE_FEN


async def test_a_refund_that_nobody_asked_for_is_not_there(merchant: Merchant):
    answer = await query(merchant, "r-1")
    assert (answer.status, answer.code) == (404, "RESOURCE_NOT_EXISTS")


class TestWithoutMoneyOfItsOwn:
    @pytest.fixture
    def manners(self) -> Manners:
        return Manners(balance_before_fen=0)

    async def test_all_that_was_paid_can_be_given_back_with_its_fee(
        self, merchant: Merchant, people: People, paid: str
    ):
        assert (await refund(merchant, "r-1", of=paid, fen=1_000)).status == 200
        assert await people.balance_fen() == 0

    async def test_what_was_paid_out_meanwhile_cannot_be_given_back(self, merchant: Merchant, paid: str):
        assert (await merchant.post(TRANSFERS, merchant.transfer("t1", fen=500))).status == 200
        answer = await refund(merchant, "r-1", of=paid, fen=1_000)
        assert (answer.status, answer.code) == (403, "NOT_ENOUGH")
        assert (await query(merchant, "r-1")).status == 404
