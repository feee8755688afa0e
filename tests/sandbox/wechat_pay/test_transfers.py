"""Transfers to users: they wait a day for their user, and are paid once or not at all."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.manners import Manners
from tests.sandbox.wechat_pay.conftest import BEFORE_FEN, People
from tests.sandbox.wechat_pay.merchant import OPENID, TRANSFERS, Answer, Merchant


async def send(merchant: Merchant, number: str = "t1", **changes: Any) -> Answer:
    return await merchant.post(TRANSFERS, merchant.transfer(number, **changes))


async def query(merchant: Merchant, number: str = "t1") -> Answer:
    return await merchant.get(f"{TRANSFERS}/out-bill-no/{number}")


async def cancel(merchant: Merchant, number: str = "t1") -> Answer:
    return await merchant.post(f"{TRANSFERS}/out-bill-no/{number}/cancel")


async def test_only_the_answer_to_the_request_has_the_package(merchant: Merchant):
    sent = (await send(merchant)).told
    assert (sent["state"], sent["out_bill_no"]) == ("WAIT_USER_CONFIRM", "t1")
    assert 0 < len(sent["package_info"]) <= 1_024
    told = (await query(merchant)).told
    assert "package_info" not in told
    assert (told["state"], told["mch_id"], told["openid"]) == ("WAIT_USER_CONFIRM", merchant.mchid, OPENID)
    assert (told["transfer_amount"], told["transfer_bill_no"]) == (1_000, sent["transfer_bill_no"])
    by_id = await merchant.get(f"{TRANSFERS}/transfer-bill-no/{sent['transfer_bill_no']}")
    assert by_id.told == told


async def test_the_same_request_again_has_a_package_that_opens_the_same_transfer(merchant: Merchant):
    first, again = (await send(merchant)).told, (await send(merchant)).told
    assert again["package_info"]
    assert again["transfer_bill_no"] == first["transfer_bill_no"]


async def test_ten_of_one_number_at_once_are_one_transfer(merchant: Merchant, people: People):
    answers = await asyncio.gather(*(send(merchant) for _ in range(10)))
    assert len({answer.told["transfer_bill_no"] for answer in answers}) == 1
    assert await people.balance_fen() == BEFORE_FEN - 1_000
    await asyncio.gather(*(people.act("transfers", "t1", "confirm") for _ in range(10)))
    assert await people.balance_fen() == BEFORE_FEN - 1_000


@pytest.mark.parametrize("changes", [{"fen": 999}, {"openid": "another"}, {"transfer_remark": "别的"}], ids=str)
async def test_one_number_is_not_two_transfers(merchant: Merchant, people: People, changes: dict[str, Any]):
    await send(merchant)
    answer = await send(merchant, **changes)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert await people.balance_fen() == BEFORE_FEN - 1_000


async def test_who_confirms_has_the_money_and_it_cannot_be_taken_back(merchant: Merchant, people: People):
    await send(merchant)
    assert (await people.act("transfers", "t1", "confirm")).json()["state"] == "SUCCESS"
    assert (await query(merchant)).told["state"] == "SUCCESS"
    assert (await cancel(merchant)).code == "INVALID_REQUEST"
    assert (await people.act("transfers", "t1", "expire")).status_code == 409
    assert "package_info" not in (await send(merchant)).told


async def test_what_is_not_confirmed_within_a_day_is_over(merchant: Merchant, people: People, clock: MemoryClock):
    await send(merchant)
    clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert (await query(merchant)).told["state"] == "WAIT_USER_CONFIRM"
    clock.advance(timedelta(seconds=1))
    told = (await query(merchant)).told
    assert (told["state"], told["fail_reason"]) == ("FAIL", "OVERDUE_CLOSE")
    assert await people.balance_fen() == BEFORE_FEN
    assert (await people.act("transfers", "t1", "confirm")).status_code == 409


@pytest.mark.parametrize(("act", "reason"), [("expire", "OVERDUE_CLOSE"), ("fail", "PAYEE_ACCOUNT_ABNORMAL")])
async def test_what_fails_says_why_and_brings_the_money_back(merchant: Merchant, people: People, act: str, reason: str):
    await send(merchant)
    assert (await people.act("transfers", "t1", act)).json()["state"] == "FAIL"
    assert (await query(merchant)).told["fail_reason"] == reason
    assert await people.balance_fen() == BEFORE_FEN


async def test_what_is_taken_back_is_back_a_moment_later(merchant: Merchant, people: People):
    await send(merchant)
    assert (await cancel(merchant)).told["state"] == "CANCELING"
    told = (await query(merchant)).told
    assert (told["state"], told["fail_reason"]) == ("CANCELLED", "MCH_CANCEL")
    assert (await cancel(merchant)).told["state"] == "CANCELLED"
    assert await people.balance_fen() == BEFORE_FEN
    assert (await people.act("transfers", "t1", "confirm")).status_code == 409


async def test_what_takes_its_time_can_be_confirmed_later(merchant: Merchant, people: People, clock: MemoryClock):
    await people.break_next("transfer", "takes_time")
    sent = (await send(merchant)).told
    assert sent["state"] == "PROCESSING"
    assert "package_info" not in sent
    assert (await people.act("transfers", "t1", "confirm")).status_code == 409
    clock.advance(timedelta(minutes=2))
    assert (await send(merchant)).told["package_info"]


async def test_what_nobody_sent_is_not_there(merchant: Merchant, people: People):
    for answer in (await query(merchant), await cancel(merchant)):
        assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert (await people.act("transfers", "t1", "confirm")).status_code == 404


async def test_one_user_has_two_thousand_yuan_a_day_at_most(merchant: Merchant, clock: MemoryClock):
    answers = [await send(merchant, f"t{n}", fen=20_000) for n in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [400]
    assert answers[-1].code == "INVALID_REQUEST"
    assert (await send(merchant, "other", fen=20_000, openid="another")).status == 200
    clock.advance(timedelta(days=1))
    assert (await send(merchant, "tomorrow", fen=20_000)).status == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fen": 9}, "INVALID_REQUEST"),
        ({"fen": 20_001}, "INVALID_REQUEST"),
        ({"fen": 0}, "PARAM_ERROR"),
        ({"out_bill_no": "with-dash"}, "PARAM_ERROR"),
        ({"out_bill_no": "t1\n"}, "PARAM_ERROR"),
        ({"out_bill_no": "1" * 33}, "PARAM_ERROR"),
        ({"transfer_remark": "长" * 33}, "PARAM_ERROR"),
        ({"transfer_scene_id": "9999"}, "INVALID_REQUEST"),
        ({"transfer_scene_report_infos": []}, "PARAM_ERROR"),
        ({"transfer_scene_report_infos": [{"info_type": "岗位类型", "info_content": "x"}]}, "PARAM_ERROR"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"user_name": "李雷"}, "PARAM_ERROR"),
    ],
    ids=str,
)
async def test_a_transfer_that_is_not_as_documented_is_refused(
    merchant: Merchant, people: People, changes: dict[str, Any], code: str
):
    answer = await send(merchant, **changes)
    assert (answer.status, answer.code) == (400, code)
    assert await people.balance_fen() == BEFORE_FEN


async def test_a_name_is_read_when_it_is_encrypted_for_wechat_pay(merchant: Merchant):
    assert (await send(merchant, user_name=merchant.encrypt("李雷"))).status == 200
    again = await send(merchant, user_name=merchant.encrypt("李雷"))
    assert again.status == 200, "encrypted anew, it is another text and the same name"
    assert (await send(merchant, user_name=merchant.encrypt("韩梅梅"))).code == "INVALID_REQUEST"
    small = await send(merchant, "t2", fen=29, user_name=merchant.encrypt("李雷"))
    assert (small.status, small.code) == (400, "PARAM_ERROR")


async def test_no_address_for_notifications_is_none(merchant: Merchant, people: People):
    assert (await send(merchant, notify_url=None)).status == 200
    await people.act("transfers", "t1", "confirm")
    assert await people.deliver() == []


class TestWithoutMoney:
    @pytest.fixture
    def manners(self) -> Manners:
        return Manners(balance_before_fen=999)

    async def test_nobody_is_paid_and_the_number_stays_free(self, merchant: Merchant):
        answer = await send(merchant)
        assert (answer.status, answer.code) == (403, "NOT_ENOUGH")
        assert (await query(merchant)).status == 404
        assert (await send(merchant, fen=999)).status == 200
