"""Our adapter for WeChat Pay, where the other side is played by `wechatpay-axios-plugin`, in Node."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from adapters.memory.clock import MemoryClock
from adapters.wechat_pay.bills import WechatPayBills
from adapters.wechat_pay.credentials import WechatPayCredentials
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.notifications import WechatPayNotifications
from adapters.wechat_pay.payments import WechatPayments
from adapters.wechat_pay.payouts import WechatPayouts
from adapters.wechat_pay.refunds import WechatRefunds
from errand_domain.money import Money
from errand_domain.ports.notifications import Delivery, NotificationRefused, PayoutReport
from errand_domain.ports.payments import Lost, PaymentReport, PayoutDone, PayoutRequest, RefundReport, Started
from errand_domain.testing import examples
from tests.adapters.wechat_pay.far_side import (
    API_V3_KEY,
    APP,
    MERCHANT,
    NOTIFY_URL,
    PLATFORM_SERIAL,
    PUBLIC_KEY_ID,
    SERIAL,
    FarSide,
    Reply,
    certificate_pem,
    credentials,
    in_certificate_mode,
    private_pem,
    public_pem,
    refund_bill,
    transaction,
    transfer,
)
from tests.interop.node import node
from tests.interop.tap import Sent, Tap

ATTEMPT = examples.attempt(provider="wechat_pay")
REFUND = examples.refund(ATTEMPT, fen=200)
PAYOUT = PayoutRequest(
    number=examples.withdrawal().part_number(1),
    runner_id=ATTEMPT.payer_id,
    payee="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    payee_name="王小明",
    amount=Money(200_000),
    remark="跑腿报酬",
)
REFUNDED = refund_bill(REFUND.number, ATTEMPT.number, state="SUCCESS") | {"refund_status": "SUCCESS", "mchid": MERCHANT}
TROUBLE = (500, {"content-type": "application/json"}, b'{"code":"SYSTEM_ERROR"}')
Step = Mapping[str, object]


async def provider(*wanted: Step, certified: bool = False) -> list[Any]:
    """What WeChat Pay makes of each step: with the key that has an id, or with the one that has a certificate."""
    job = {
        "merchantKey": public_pem("merchant"),
        "ownKey": private_pem("certified" if certified else "platform"),
        "ownSerial": PLATFORM_SERIAL if certified else PUBLIC_KEY_ID,
        "apiV3Key": API_V3_KEY,
        "wanted": wanted,
    }
    return await node("wechat_pay_provider.mjs", job)


def ours(*, certified: bool) -> WechatPayCredentials:
    """In one mode or the other; the certificate is of today, for the library knows no other time."""
    if not certified:
        return credentials()
    certificate = certificate_pem("certified", PLATFORM_SERIAL, until=datetime.now(UTC) + timedelta(days=30))
    return in_certificate_mode(platform_certificates=(certificate,), fetch_certificates=True)


def gateway(ours: WechatPayCredentials, url: str = "https://api.mch.weixin.qq.com") -> WechatPayGateway:
    """By the time of the machine, which is also that of the library."""
    clock = MemoryClock(datetime.now(UTC))
    return WechatPayGateway(ours, url=url, notify_url=NOTIFY_URL, clock=clock, allow_plain_http=True)


async def start(gateway: WechatPayGateway):
    expires_at = gateway.clock.now() + timedelta(minutes=15)
    return await WechatPayments(gateway).start(
        ATTEMPT, description="代买 {奶茶}：“大杯” +50%", payer=PAYOUT.payee, expires_at=expires_at
    )


async def everything_sent(ours: WechatPayCredentials) -> list[Sent]:
    """Every request that we ever make, once at least."""
    tap = Tap([TROUBLE])
    async with tap.listening() as url:
        line = gateway(ours, url)
        await start(line)
        await WechatPayments(line).query(ATTEMPT.number)
        await WechatPayments(line).close(ATTEMPT.number)
        await WechatRefunds(line).refund(REFUND, paid=ATTEMPT.amount, payment_number=ATTEMPT.number)
        await WechatRefunds(line).query_refund(REFUND.number, payment_number=ATTEMPT.number)
        await WechatPayouts(line).send(PAYOUT)
        await WechatPayouts(line).query_payout(PAYOUT.number)
        await WechatPayouts(line).cancel(PAYOUT.number)
        await WechatPayBills(line).of_day(date(2026, 9, 1))
        await line.prepare()
        await line.close()
    return tap.sent


def request(sent: Sent, **changes: str) -> Step:
    told = {"method": sent.method, "target": sent.target, "body": sent.body.decode()}
    return {"step": "request", "authorization": sent.headers["authorization"], **told, **changes}


@pytest.mark.parametrize("certified", [False, True])
async def test_every_request_of_ours_is_signed_as_it_travels(certified: bool):
    sent = await everything_sent(ours(certified=certified))
    (ordered,) = [one for one in sent if one.target.endswith("/transfer-bills")]
    told = await provider(
        {"step": "secret", "ciphertext": json.loads(ordered.body)["user_name"]},
        *[request(one) for one in sent],
        *[request(one, body=f"{one.body.decode()} ") for one in sent],
        *[request(one, target=f"{one.target}?") for one in sent],
        certified=certified,
    )
    asked = {(one.method, "/".join(one.target.partition("?")[0].split("/")[:4])) for one in sent}
    assert asked - {("GET", "/v3/certificates")} == {
        *((method, path) for method in ("GET", "POST") for path in ("/v3/pay/transactions", "/v3/refund/domestic")),
        *((method, "/v3/fund-app/mch-transfer") for method in ("GET", "POST")),
        ("GET", "/v3/bill/tradebill"),
    }
    assert ordered.headers["wechatpay-serial"] == (PLATFORM_SERIAL if certified else PUBLIC_KEY_ID)
    assert told[0] == "王小明"
    assert told[1:] == [{"mchid": MERCHANT, "serial": SERIAL}] * len(sent) + [None] * (2 * len(sent))


async def test_the_library_believes_the_parameters_that_the_payers_app_is_given():
    far_side = FarSide()
    far_side.will(Reply(content={"prepay_id": "wx26112221580621e9"}))
    started = await start(far_side.gateway())
    assert isinstance(started, Started)
    step = {"step": "parameters", "app": APP, **json.loads(started.client_parameters)}
    forged = ({"app": "wx0"}, {"timeStamp": "0"}, {"nonceStr": "0"}, {"package": "prepay_id=wx0"}, {"signType": "MD5"})
    told = await provider(step, *[step | one for one in forged])
    assert step["package"] == "prepay_id=wx26112221580621e9"
    assert told == [True, False, False, False, False, False]


@pytest.mark.parametrize("certified", [False, True])
async def test_we_believe_an_answer_that_the_library_signed_and_none_that_was_changed(certified: bool):
    body = '{"prepay_id": "wx26112221580621e9"}'
    (answer,) = await provider({"step": "signed", "body": body}, certified=certified)
    tap = Tap([(200, answer["headers"], body.encode()), (200, answer["headers"], body.replace("e9", "e8").encode())])
    async with tap.listening() as url:
        line = gateway(ours(certified=certified), url)
        believed, doubted = await start(line), await start(line)
        await line.close()
    assert isinstance(believed, Started)
    assert isinstance(doubted, Lost)


@pytest.mark.parametrize("certified", [False, True])
async def test_we_believe_the_notifications_that_the_library_signs_and_encrypts(certified: bool):
    step = {"step": "notification"}
    told = await provider(
        step | {"event": "TRANSACTION.SUCCESS", "about": "transaction", "told": transaction(ATTEMPT.number)},
        step | {"event": "REFUND.SUCCESS", "about": "refund", "told": REFUNDED},
        step
        | {"event": "MCHTRANSFER.BILL.FINISHED", "about": "mch_payment", "told": transfer(PAYOUT.number, fen=200_000)},
        certified=certified,
    )
    notifications = WechatPayNotifications(gateway(ours(certified=certified)))
    payment, refund, payout = [
        await notifications.read(Delivery(headers=one["headers"], body=one["body"].encode())) for one in told
    ]
    assert isinstance(payment, PaymentReport)
    assert (payment.number, payment.amount, payment.payer) == (ATTEMPT.number, Money(500), PAYOUT.payee)
    assert isinstance(refund, RefundReport)
    assert (refund.number, refund.amount) == (REFUND.number, Money(200))
    assert isinstance(payout, PayoutReport)
    assert isinstance(payout.answer, PayoutDone)


async def test_we_believe_no_notification_of_which_a_byte_was_changed():
    told = transaction(ATTEMPT.number)
    (one,) = await provider(
        {"step": "notification", "event": "TRANSACTION.SUCCESS", "about": "transaction", "told": told}
    )
    notifications = WechatPayNotifications(gateway(ours(certified=False)))
    good = Delivery(headers=one["headers"], body=one["body"].encode())
    assert isinstance(await notifications.read(good), PaymentReport)
    changed = [evolve(good, body=flipped(good.body, at)) for at in range(len(good.body))]
    for name in ("wechatpay-nonce", "wechatpay-signature", "wechatpay-timestamp"):
        text = flipped(good.headers[name].encode(), len(good.headers[name]) // 2).decode()
        changed.append(evolve(good, headers={**good.headers, name: text}))
    for delivery in changed:
        with pytest.raises(NotificationRefused):
            await notifications.read(delivery)


def flipped(text: bytes, at: int) -> bytes:
    return text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
