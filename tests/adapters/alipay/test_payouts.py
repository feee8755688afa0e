"""Paying out: to a phone number and a name, in certificate mode."""

from datetime import UTC, datetime

import pytest

from adapters.alipay.payouts import AlipayPayouts, TransferScene
from errand_domain.ids import MemberId
from errand_domain.money import Money
from errand_domain.ports.payments import Declined, Lost, PayoutDone, PayoutFailed, PayoutRequest, PayoutUnderWay
from errand_domain.testing import examples
from tests.adapters.alipay.far_side import FarSide, in_certificate_mode, in_key_mode

REQUEST = PayoutRequest(
    number="0ns0a2qoh6u8k1v5e3zt4ylcx01",
    runner_id=MemberId(examples.fresh()),
    payee="+8613800001234",
    payee_name="王小明",
    amount=Money(1205),
    remark="跑腿报酬",
)
DONE = PayoutDone(at=datetime(2026, 11, 5, 4, 0, 1, tzinfo=UTC), amount=Money(1205))
TAKEN = {"out_biz_no": REQUEST.number, "status": "SUCCESS", "trans_date": "2026-11-05 12:00:01", "order_id": "1"}
KNOWN = {
    "out_biz_no": REQUEST.number,
    "status": "SUCCESS",
    "pay_date": "2026-11-05 12:00:01",
    "trans_amount": "12.05",
}


@pytest.fixture
def payouts(far_side: FarSide) -> AlipayPayouts:
    return AlipayPayouts(far_side.gateway(in_certificate_mode()))


def changed(**changes) -> PayoutRequest:
    fields = ("number", "runner_id", "payee", "payee_name", "amount", "remark")
    return PayoutRequest(**{name: getattr(REQUEST, name) for name in fields} | changes)


def test_in_key_mode_nothing_is_paid_out(far_side: FarSide):
    with pytest.raises(ValueError, match=r"^app_certificate is missing"):
        AlipayPayouts(far_side.gateway(in_key_mode()))


async def test_a_transfer_goes_to_a_phone_number_and_a_name(payouts, far_side: FarSide):
    far_side.will_succeed(**TAKEN)
    assert await payouts.send(REQUEST) == DONE
    assert far_side.requests[0].is_signed
    assert far_side.requests[0].parameters["method"] == "alipay.fund.trans.uni.transfer"
    assert far_side.requests[0].content == {
        "product_code": "TRANS_ACCOUNT_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
        "out_biz_no": REQUEST.number,
        "trans_amount": "12.05",
        "order_title": "校园跑腿报酬",
        "payee_info": {"identity": "13800001234", "identity_type": "ALIPAY_LOGON_ID", "name": "王小明"},
        "remark": "跑腿报酬",
        "transfer_scene_name": "佣金报酬",
        "transfer_scene_report_infos": [{"info_type": "佣金报酬说明", "info_content": "校园跑腿订单报酬"}],
    }
    assert (payouts.provider, payouts.payee_way, payouts.needs_payee_name) == ("alipay", "phone", True)


async def test_the_scene_is_a_setting(far_side: FarSide):
    far_side.will_succeed(**TAKEN)
    scene = TransferScene(title="报酬", name="其他", reports=(("说明", "跑腿"),))
    await AlipayPayouts(far_side.gateway(in_certificate_mode()), scene=scene).send(REQUEST)
    assert far_side.requests[0].content["transfer_scene_name"] == "其他"


@pytest.mark.parametrize(
    "changes", [{"payee": ""}, {"payee": "+85261234567"}, {"payee": "13800001234"}, {"payee_name": ""}]
)
async def test_whom_alipay_cannot_know_is_declined_without_asking(payouts, far_side: FarSide, changes):
    assert isinstance(await payouts.send(changed(**changes)), Declined)
    assert far_side.requests == []


@pytest.mark.parametrize("sub_code", ["PAYER_BALANCE_NOT_ENOUGH", "BALANCE_IS_NOT_ENOUGH"])
async def test_a_balance_that_does_not_cover_it_is_named_first(payouts, far_side: FarSide, sub_code):
    far_side.will_refuse(sub_code)
    told = await payouts.send(REQUEST)
    assert isinstance(told, Declined)
    assert told.reason.startswith("NOT_ENOUGH ")


@pytest.mark.parametrize(
    "sub_code", ["PAYEE_NOT_EXIST", "PAYEE_USER_INFO_ERROR", "EXCEED_LIMIT_DM_MAX_AMOUNT", "NEVER_HEARD_OF"]
)
async def test_a_refusal_is_declined_and_never_failed(payouts, far_side: FarSide, sub_code):
    far_side.will_refuse(sub_code)
    told = await payouts.send(REQUEST)
    assert isinstance(told, Declined)
    assert sub_code in told.reason
    assert "王小明" not in told.reason


@pytest.mark.parametrize("sub_code", ["SYSTEM_ERROR", "REQUEST_PROCESSING", "PAYMENT_INFO_INCONSISTENCY"])
async def test_what_may_have_been_taken_is_lost(payouts, far_side: FarSide, sub_code):
    far_side.will_refuse(sub_code)
    assert isinstance(await payouts.send(REQUEST), Lost)
    far_side.will_send(b"", 500)
    assert isinstance(await payouts.send(REQUEST), Lost)
    assert len(far_side.requests) == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("DEALING", PayoutUnderWay),
        ("WAIT_PAY", PayoutUnderWay),
        ("FAIL", PayoutFailed),
        ("CLOSED", PayoutFailed),
        ("REFUND", PayoutFailed),
        ("PERHAPS", Lost),
    ],
)
async def test_every_state_of_a_transfer_means_what_it_says(payouts, far_side: FarSide, status, kind):
    far_side.will_succeed(out_biz_no=REQUEST.number, status=status)
    far_side.will_succeed(out_biz_no=REQUEST.number, status=status)
    assert isinstance(await payouts.send(REQUEST), kind)
    assert isinstance(await payouts.query_payout(REQUEST.number), kind)


async def test_a_transfer_is_known_by_its_number(payouts, far_side: FarSide):
    far_side.will_succeed(**KNOWN)
    assert await payouts.query_payout(REQUEST.number) == DONE
    assert far_side.requests[0].content == {
        "product_code": "TRANS_ACCOUNT_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
        "out_biz_no": REQUEST.number,
    }


async def test_another_amount_is_told_as_it_is(payouts, far_side: FarSide):
    far_side.will_succeed(**KNOWN | {"trans_amount": "12.04"})
    assert (await payouts.query_payout(REQUEST.number)).amount == Money(1204)


async def test_a_failure_says_why(payouts, far_side: FarSide):
    far_side.will_succeed(
        out_biz_no=REQUEST.number, status="FAIL", error_code="PAYEE_CARD_INFO_ERROR", fail_reason="收款方信息有误"
    )
    told = await payouts.query_payout(REQUEST.number)
    assert told == PayoutFailed(reason="PAYEE_CARD_INFO_ERROR: 收款方信息有误")


@pytest.mark.parametrize(
    "changes", [{"out_biz_no": "another"}, {"pay_date": ""}, {"trans_amount": ""}, {"trans_amount": "x"}]
)
async def test_a_transfer_that_cannot_be_understood_is_lost(payouts, far_side: FarSide, changes):
    far_side.will_succeed(**KNOWN | changes)
    assert isinstance(await payouts.query_payout(REQUEST.number), Lost)


@pytest.mark.parametrize("changes", [{"out_biz_no": "another"}, {"trans_date": ""}])
async def test_an_answer_about_something_else_is_lost(payouts, far_side: FarSide, changes):
    far_side.will_succeed(**TAKEN | changes)
    assert isinstance(await payouts.send(REQUEST), Lost)


async def test_a_transfer_never_heard_of_is_declined(payouts, far_side: FarSide):
    far_side.will_refuse("ORDER_NOT_EXIST")
    assert isinstance(await payouts.query_payout(REQUEST.number), Declined)
    far_side.will_refuse("isv.insufficient-isv-permissions", code="40006")
    assert isinstance(await payouts.query_payout(REQUEST.number), Lost)


async def test_nothing_can_be_taken_back(payouts, far_side: FarSide):
    assert isinstance(await payouts.cancel(REQUEST.number), Declined)
    assert far_side.requests == []
