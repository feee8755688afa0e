"""Paying out: what is asked for, and what every answer means. Nothing here may let one payout go twice."""

from datetime import timedelta

import pytest
from attrs import evolve

from adapters.wechat_pay.payouts import TransferScene, WechatPayouts
from errand_domain.money import Money
from errand_domain.ports.payments import (
    Declined,
    Lost,
    PayoutDone,
    PayoutExpired,
    PayoutFailed,
    PayoutRequest,
    PayoutUnderWay,
    PayoutWaits,
)
from errand_domain.testing import examples
from tests.adapters.wechat_pay.far_side import (
    APP,
    NOTIFY_URL,
    NOW,
    FarSide,
    Reply,
    decrypted_by_platform,
    error,
    ordered_transfer,
    transfer,
)

WITHDRAWAL = examples.withdrawal()
REQUEST = PayoutRequest(
    number=WITHDRAWAL.part_number(1),
    runner_id=WITHDRAWAL.runner_id,
    payee="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    amount=Money(1_000),
    remark="跑腿报酬",
)
NUMBER = REQUEST.number
PATH = "/v3/fund-app/mch-transfer/transfer-bills"
WAITS = PayoutWaits(package="affffddafdfafddffda==", expires_at=NOW + timedelta(hours=24))
DONE = PayoutDone(at=NOW + timedelta(minutes=5), amount=Money(1_000))


@pytest.fixture
def payouts(gateway) -> WechatPayouts:
    return WechatPayouts(gateway)


def told(state: str, **changed) -> Reply:
    return Reply(content=transfer(NUMBER, state=state, **changed))


def ordered(state: str, **changed) -> Reply:
    return Reply(content=ordered_transfer(NUMBER, state=state, **changed))


def test_it_says_how_it_knows_payees(payouts: WechatPayouts):
    assert (payouts.provider, payouts.payee_way) == ("wechat_pay", "wechat")


async def test_a_transfer_says_all_that_wechat_pay_asks_for(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(ordered("WAIT_USER_CONFIRM"))
    await payouts.send(REQUEST)
    assert far_side.seen[0].path == PATH
    assert far_side.seen[0].content == {
        "appid": APP,
        "out_bill_no": NUMBER,
        "transfer_scene_id": "1005",
        "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        "transfer_amount": 1_000,
        "transfer_remark": "跑腿报酬",
        "transfer_scene_report_infos": [
            {"info_type": "岗位类型", "info_content": "校园跑腿员"},
            {"info_type": "报酬说明", "info_content": "跑腿订单报酬"},
        ],
        "notify_url": NOTIFY_URL,
    }


async def test_sending_again_sends_the_same_bytes(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(ordered("WAIT_USER_CONFIRM"))
    for _ in range(2):
        await payouts.send(evolve(REQUEST, payee_name="欧阳小明"))
    assert far_side.seen[0].body == far_side.seen[1].body


async def test_another_scene_may_have_been_agreed(far_side: FarSide, gateway):
    scene = TransferScene(id="1011", reports=(("赔付原因", "物品损坏"),), perception="企业赔付")
    far_side.will(ordered("WAIT_USER_CONFIRM"))
    await WechatPayouts(gateway, scene=scene).send(REQUEST)
    content = far_side.seen[0].content
    assert (content["transfer_scene_id"], content["user_recv_perception"]) == ("1011", "企业赔付")
    assert content["transfer_scene_report_infos"] == [{"info_type": "赔付原因", "info_content": "物品损坏"}]


async def test_a_long_remark_is_cut(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(ordered("WAIT_USER_CONFIRM"))
    await payouts.send(evolve(REQUEST, remark="报" * 40))
    assert far_side.seen[0].content["transfer_remark"] == "报" * 32


@pytest.mark.parametrize(("fen", "is_named"), [(29, False), (30, False), (199_999, False), (200_000, True)])
async def test_a_name_goes_along_encrypted_where_it_must(fen: int, is_named: bool, payouts, far_side: FarSide):
    far_side.will(ordered("WAIT_USER_CONFIRM"))
    await payouts.send(evolve(REQUEST, amount=Money(fen), payee_name="欧阳小明"))
    content = far_side.seen[0].content
    assert ("user_name" in content) is is_named
    if is_named:
        assert decrypted_by_platform(content["user_name"]) == "欧阳小明"


@pytest.mark.parametrize("changed", [{"payee": ""}, {"amount": Money(200_000)}])
async def test_what_wechat_pay_would_never_take_is_not_sent(changed: dict, payouts, far_side: FarSide):
    assert isinstance(await payouts.send(evolve(REQUEST, **changed)), Declined)
    assert far_side.seen == []


async def test_a_transfer_that_waits_has_a_package_for_a_day(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(ordered("WAIT_USER_CONFIRM"))
    assert await payouts.send(REQUEST) == WAITS


async def test_a_query_of_one_that_waits_has_no_package(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(told("WAIT_USER_CONFIRM"))
    assert await payouts.query_payout(NUMBER) == evolve(WAITS, package="")


async def test_an_order_that_waits_without_its_package_is_lost(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(ordered("WAIT_USER_CONFIRM", package_info=""))
    assert isinstance(await payouts.send(REQUEST), Lost)


@pytest.mark.parametrize("state", ["ACCEPTED", "PROCESSING", "TRANSFERING", "CANCELING"])
async def test_a_transfer_under_way_is_just_that(state: str, payouts: WechatPayouts, far_side: FarSide):
    far_side.will(ordered(state))
    assert await payouts.send(REQUEST) == PayoutUnderWay()
    far_side.will(told(state))
    assert await payouts.query_payout(NUMBER) == PayoutUnderWay()


ENDED = [
    (told("SUCCESS"), DONE),
    (told("FAIL", fail_reason="OVERDUE_CLOSE"), PayoutExpired()),
    (told("FAIL", fail_reason="ACCOUNT_FROZEN"), PayoutFailed(reason="ACCOUNT_FROZEN")),
    (told("FAIL"), PayoutFailed(reason="FAIL")),
    (told("CANCELLED", fail_reason="MCH_CANCEL"), PayoutFailed(reason="MCH_CANCEL")),
    (told("CANCELLED"), PayoutFailed(reason="CANCELLED")),
]


@pytest.mark.parametrize(("reply", "answer"), ENDED)
async def test_every_end_of_a_transfer_is_told(reply: Reply, answer, payouts: WechatPayouts, far_side: FarSide):
    far_side.will(reply)
    assert await payouts.query_payout(NUMBER) == answer
    assert far_side.seen[0].path == f"{PATH}/out-bill-no/{NUMBER}"


@pytest.mark.parametrize(("reply", "answer"), ENDED)
async def test_sending_what_has_ended_tells_how_it_ended(reply: Reply, answer, payouts, far_side: FarSide):
    far_side.will(ordered(reply.content["state"]), reply)
    assert await payouts.send(REQUEST) == answer


@pytest.mark.parametrize("then", [told("WAIT_USER_CONFIRM"), error(404, "NOT_FOUND"), error(500, "SYSTEM_ERROR")])
async def test_an_end_that_is_not_confirmed_is_lost(then: Reply, payouts: WechatPayouts, far_side: FarSide):
    far_side.will(ordered("FAIL"), then)
    assert isinstance(await payouts.send(REQUEST), Lost)


@pytest.mark.parametrize("code", ["NOT_ENOUGH", "NOTENOUGH"])
async def test_too_small_a_balance_is_declined_by_its_name(code: str, payouts: WechatPayouts, far_side: FarSide):
    far_side.will(error(403, code))
    answer = await payouts.send(REQUEST)
    assert isinstance(answer, Declined)
    assert answer.reason.startswith("NOT_ENOUGH")


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [
        (400, "PARAM_ERROR", Declined),
        (400, "INVALID_REQUEST", Lost),
        (401, "SIGN_ERROR", Lost),
        (403, "NO_AUTH", Lost),
        (403, "RULE_LIMIT", Lost),
        (403, "OUT_TRADE_NO_USED", Lost),
        (404, "NOT_FOUND", Lost),
        (429, "FREQUENCY_LIMITED", Lost),
        (500, "SYSTEM_ERROR", Lost),
        (400, "NEW_TO_US", Lost),
    ],
)
async def test_a_refusal_never_says_that_it_failed(status, code, answer, payouts: WechatPayouts, far_side: FarSide):
    """The number may stand for a transfer that was taken before: under no other number may it go out again."""
    far_side.will(error(status, code))
    assert isinstance(await payouts.send(REQUEST), answer)


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [(404, "NOT_FOUND", Declined), (404, "RESOURCE_NOT_EXISTS", Declined), (403, "NO_AUTH", Lost), (404, "X", Lost)],
)
async def test_only_a_number_never_heard_of_is_declined(status, code, answer, payouts, far_side: FarSide):
    far_side.will(error(status, code))
    assert isinstance(await payouts.query_payout(NUMBER), answer)


@pytest.mark.parametrize(
    "changed",
    [
        {"out_bill_no": "another"},
        {"mch_id": "1900000001"},
        {"mchid": "1900000001"},
        {"state": "NEW_TO_US"},
        {"transfer_amount": None},
        {"transfer_amount": 10.0},
        {"update_time": None},
        {"update_time": "9999-12-31T23:59:59-12:00"},
        {"state": "WAIT_USER_CONFIRM", "create_time": None},
        {"state": "WAIT_USER_CONFIRM", "create_time": "9999-12-31T23:59:59+08:00"},
    ],
)
async def test_a_report_that_is_not_understood_whole_is_lost(changed: dict, payouts, far_side: FarSide):
    far_side.will(Reply(content=transfer(NUMBER) | changed))
    assert isinstance(await payouts.query_payout(NUMBER), Lost)


async def test_the_merchant_may_be_spelled_in_two_ways(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(Reply(content=transfer(NUMBER, mchid="1900000109", mch_id="")))
    assert await payouts.query_payout(NUMBER) == DONE


async def test_a_transfer_is_taken_back(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(told("CANCELING"))
    assert await payouts.cancel(NUMBER) == PayoutUnderWay()
    assert (far_side.seen[0].method, far_side.seen[0].path) == ("POST", f"{PATH}/out-bill-no/{NUMBER}/cancel")
    far_side.will(told("CANCELLED", fail_reason="MCH_CANCEL"))
    assert await payouts.cancel(NUMBER) == PayoutFailed(reason="MCH_CANCEL")


async def test_what_is_too_late_to_take_back_tells_its_state(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(error(400, "INVALID_REQUEST"), told("SUCCESS"))
    assert await payouts.cancel(NUMBER) == DONE


async def test_taking_back_what_was_never_heard_of_is_declined(payouts: WechatPayouts, far_side: FarSide):
    far_side.will(error(404, "NOT_FOUND"))
    assert isinstance(await payouts.cancel(NUMBER), Declined)
