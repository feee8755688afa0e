"""What the gateway makes of answers, silence and forgeries; the SDK's traps; and that nobody makes it look for keys."""

import asyncio
import logging

import httpx
import pytest
from attrs import evolve

from adapters.memory.clock import MemoryClock
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.notifications import WechatPayNotifications
from adapters.wechat_pay.payments import WechatPayments
from adapters.wechat_pay.payouts import WechatPayouts
from adapters.wechat_pay.refunds import WechatRefunds
from errand_domain.money import Money
from errand_domain.ports.notifications import NotificationRefused
from errand_domain.ports.payments import Lost, NoLonger, PaymentReport, PayoutRequest, PayoutUnderWay, Started
from errand_domain.testing import examples
from tests.adapters.wechat_pay.far_side import (
    API_V3_KEY,
    NOTIFY_URL,
    NOW,
    PLATFORM_SERIAL,
    PUBLIC_KEY_ID,
    FarSide,
    Reply,
    certificate_pem,
    credentials,
    decrypted_by_platform,
    delivery,
    encrypted,
    error,
    in_certificate_mode,
    ordered_transfer,
    private_pem,
    refund_bill,
    transaction,
    transfer,
)

NUMBER = "1217752501201407033233368018"
PAID = Reply(content=transaction(NUMBER))


async def start(gateway: WechatPayGateway):
    return await WechatPayments(gateway).start(
        examples.attempt(provider="wechat_pay"), description="取快递", payer="openid-1", expires_at=NOW + examples.HOUR
    )


async def refund(gateway: WechatPayGateway):
    attempt = examples.attempt()
    return await WechatRefunds(gateway).refund(
        examples.refund(attempt, fen=200), paid=Money(500), payment_number=attempt.number
    )


async def send(gateway: WechatPayGateway):
    return await WechatPayouts(gateway).send(payout())


def payout(**changed):
    withdrawal = examples.withdrawal()
    request = PayoutRequest(
        number=withdrawal.part_number(1),
        runner_id=withdrawal.runner_id,
        payee="openid-1",
        amount=Money(1_000),
        remark="跑腿报酬",
    )
    return evolve(request, **changed)


CHANGING = {
    "start": start,
    "close": lambda gateway: WechatPayments(gateway).close(NUMBER),
    "refund": refund,
    "send": send,
    "cancel": lambda gateway: WechatPayouts(gateway).cancel(NUMBER),
}
READING = {
    "query": lambda gateway: WechatPayments(gateway).query(NUMBER),
    "query_refund": lambda gateway: WechatRefunds(gateway).query_refund("r-1", payment_number=NUMBER),
    "query_payout": lambda gateway: WechatPayouts(gateway).query_payout(NUMBER),
}
every_call = pytest.mark.parametrize("call", (CHANGING | READING).values(), ids=CHANGING | READING)

RIGHT = {  # what would be believed of each, were it signed
    "start": {"prepay_id": "wx201410272009395522657a690389285100"},
    "close": None,
    "refund": refund_bill("r-1", NUMBER),
    "send": ordered_transfer(NUMBER),
    "cancel": transfer(NUMBER, state="CANCELING"),
    "query": transaction(NUMBER),
    "query_refund": refund_bill("r-1", NUMBER),
    "query_payout": transfer(NUMBER),
}
DOUBTFUL = {
    "signed by a stranger": {"with_key": "stranger"},
    "signed in the name of another key": {"signs_as": "PUB_KEY_ID_9999"},
    "signed in the name of an unknown certificate": {"signs_as": PLATFORM_SERIAL},
    "signed in no name that can be": {"signs_as": "no such name"},
    "signed an hour ago": {"seconds_old": 3_600},
    "signed in an hour": {"seconds_old": -3_600},
    "without a signature": {"without": ("Wechatpay-Signature",)},
    "without a serial": {"without": ("Wechatpay-Serial",)},
    "without a timestamp": {"without": ("Wechatpay-Timestamp",)},
    "without a nonce": {"without": ("Wechatpay-Nonce",)},
}


@pytest.mark.parametrize("doubt", DOUBTFUL.values(), ids=DOUBTFUL)
@pytest.mark.parametrize("name", RIGHT)
async def test_an_answer_that_does_not_verify_is_lost(name: str, doubt: dict, far_side: FarSide, gateway):
    """The call has happened: it is neither done nor failed. And no key is looked for."""
    status = 204 if name == "close" else 200
    far_side.will(evolve(Reply(status=status, content=RIGHT[name]), **doubt))
    assert isinstance(await (CHANGING | READING)[name](gateway), Lost)
    assert len(far_side.seen) == 1


async def test_a_signature_in_another_method_is_lost(far_side: FarSide, gateway):
    class OtherMethod(Reply):
        def response(self):
            response = super().response()
            response.headers["Wechatpay-Signature-Type"] = "WECHATPAY2-SM2-WITH-SM3"
            return response

    far_side.will(OtherMethod(content=transaction(NUMBER)))
    assert isinstance(await WechatPayments(gateway).query(NUMBER), Lost)


async def test_an_answer_that_names_no_method_is_taken_as_the_usual_one(far_side: FarSide, gateway):
    far_side.will(evolve(PAID, without=("Wechatpay-Signature-Type",)))
    assert isinstance(await WechatPayments(gateway).query(NUMBER), PaymentReport)


SILENCE = [
    httpx.ConnectTimeout("…"),
    httpx.ReadTimeout("…"),
    httpx.WriteTimeout("…"),
    httpx.PoolTimeout("…"),
    httpx.ConnectError("…"),
    httpx.ReadError("…"),
    httpx.RemoteProtocolError("…"),
    httpx.DecodingError("…"),
]


@pytest.mark.parametrize("fault", SILENCE, ids=lambda fault: type(fault).__name__)
@every_call
async def test_silence_is_lost(call, fault: Exception, far_side: FarSide, gateway):
    far_side.will(fault)
    answer = await call(gateway)
    assert isinstance(answer, Lost)
    assert type(fault).__name__ in answer.why


@pytest.mark.parametrize("status", [429, 500, 502])
@every_call
async def test_an_error_that_leaves_it_open_is_lost(call, status: int, far_side: FarSide, gateway):
    far_side.will(error(status, "SYSTEM_ERROR"))
    assert isinstance(await call(gateway), Lost)


@every_call
async def test_no_call_waits_longer_than_nine_seconds(call):
    """The far side takes the request and is never heard of again, while the loop's clock runs ahead of ours."""
    loop = asyncio.get_running_loop()
    real = loop.time
    ahead = [0]

    class Nowhere(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request):
            ahead[0] = 9
            await asyncio.Event().wait()

    loop.time = lambda: real() + ahead[0]
    try:
        made = WechatPayGateway(credentials(), notify_url=NOTIFY_URL, clock=MemoryClock(NOW), transport=Nowhere())
        assert await call(made) == Lost(why="no answer that can be trusted: TimeoutError")
    finally:
        del loop.time


@every_call
async def test_every_call_has_a_time_limit_for_connecting_and_for_reading(call):
    limits = []

    class Watching(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            limits.append(request.extensions["timeout"])
            return error(400, "PARAM_ERROR").response()

    await call(WechatPayGateway(credentials(), notify_url=NOTIFY_URL, clock=MemoryClock(NOW), transport=Watching()))
    assert limits
    assert all((limit["connect"], limit["read"]) == (3, 8) for limit in limits)


@pytest.mark.parametrize("call", READING.values(), ids=READING)
async def test_a_question_is_asked_again_once_where_the_connection_broke(call, far_side: FarSide, gateway):
    far_side.will(httpx.ConnectError("…"), httpx.ReadError("…"), PAID)
    assert isinstance(await call(gateway), Lost)
    assert len(far_side.seen) == 2


async def test_a_question_that_was_asked_again_is_answered(far_side: FarSide, gateway):
    far_side.will(httpx.RemoteProtocolError("…"), PAID)
    assert isinstance(await WechatPayments(gateway).query(NUMBER), PaymentReport)


@pytest.mark.parametrize("call", CHANGING.values(), ids=CHANGING)
async def test_a_call_that_may_change_something_is_made_once(call, far_side: FarSide, gateway):
    far_side.will(httpx.ConnectError("…"))
    await call(gateway)
    assert len(far_side.seen) == 1


async def test_a_slow_answer_is_not_asked_for_again(far_side: FarSide, gateway):
    far_side.will(httpx.ReadTimeout("…"))
    await WechatPayments(gateway).query(NUMBER)
    assert len(far_side.seen) == 1


# -- The SDK's traps -----------------------------------------------------------------------------------------


async def test_the_type_of_payment_is_the_one_that_the_asynchronous_methods_take(far_side: FarSide, gateway):
    far_side.will(Reply(content={"prepay_id": "wx1"}))
    assert isinstance(await start(gateway), Started)
    assert far_side.seen[0].path == "/v3/pay/transactions/jsapi"


async def test_a_request_without_a_body_goes_out_empty_as_it_was_signed(far_side: FarSide, gateway):
    far_side.will(Reply(content=transfer(NUMBER, state="CANCELING")))
    assert await WechatPayouts(gateway).cancel(NUMBER) == PayoutUnderWay()
    assert far_side.seen[0].body == b""


async def test_every_request_names_where_to_notify_us(far_side: FarSide, gateway):
    far_side.will(error(400, "PARAM_ERROR"))
    for call in (start, refund, send):
        await call(gateway)
    assert [seen.content["notify_url"] for seen in far_side.seen] == [NOTIFY_URL] * 3


async def test_amounts_name_their_currency(far_side: FarSide, gateway):
    far_side.will(error(400, "PARAM_ERROR"))
    for call in (start, refund):
        await call(gateway)
    assert [seen.content["amount"]["currency"] for seen in far_side.seen] == ["CNY", "CNY"]


@pytest.mark.parametrize(
    "number", ["", "../../refund", "a/b/c/d/e", "x" * 65, "n?mchid=1", "n\nn\nn\n", "订单一二三四"]
)
@pytest.mark.parametrize(
    "call",
    [
        lambda gateway, number: WechatPayments(gateway).query(number),
        lambda gateway, number: WechatPayments(gateway).close(number),
        lambda gateway, number: WechatRefunds(gateway).query_refund(number, payment_number=NUMBER),
        lambda gateway, number: WechatPayouts(gateway).query_payout(number),
        lambda gateway, number: WechatPayouts(gateway).cancel(number),
    ],
)
async def test_what_is_no_number_gets_into_no_address(call, number: str, far_side: FarSide, gateway):
    with pytest.raises(ValueError, match="not a number that WeChat Pay takes"):
        await call(gateway, number)
    assert far_side.seen == []


async def test_public_key_mode_names_the_key_that_answers_are_to_be_signed_with(far_side: FarSide, gateway):
    far_side.will(PAID)
    await WechatPayments(gateway).query(NUMBER)
    assert far_side.seen[0].headers["Wechatpay-Serial"] == PUBLIC_KEY_ID


async def test_an_encrypted_name_names_the_certificate_with_its_leading_zero(far_side: FarSide):
    far_side.will(Reply(content=ordered_transfer(NUMBER), signs_as=PLATFORM_SERIAL, with_key="certified"))
    request = payout(amount=Money(200_000), payee_name="欧阳小明")
    await WechatPayouts(far_side.gateway(in_certificate_mode())).send(request)
    assert far_side.seen[0].headers["Wechatpay-Serial"] == PLATFORM_SERIAL
    assert decrypted_by_platform(far_side.seen[0].content["user_name"], name="certified") == "欧阳小明"


# -- Certificates --------------------------------------------------------------------------------------------


def certified(**changed) -> Reply:
    return evolve(PAID, signs_as=PLATFORM_SERIAL, with_key="certified", **changed)


def handed_out(*, until=NOW + examples.HOUR * 9_999, **changed) -> Reply:
    pem = certificate_pem("certified", PLATFORM_SERIAL, until=until)
    one = {"serial_no": PLATFORM_SERIAL, "encrypt_certificate": encrypted(pem, about="certificate")}
    return Reply(content={"data": [one]}, signs_as=PLATFORM_SERIAL, with_key="certified", **changed)


@pytest.mark.parametrize("serial", [PLATFORM_SERIAL, PLATFORM_SERIAL.lower(), PLATFORM_SERIAL.lstrip("0")])
async def test_a_certificate_that_was_given_verifies(serial: str, far_side: FarSide):
    far_side.will(evolve(certified(), signs_as=serial))
    gateway = far_side.gateway(in_certificate_mode())
    assert isinstance(await WechatPayments(gateway).query(NUMBER), PaymentReport)
    assert len(far_side.seen) == 1


async def test_a_merchant_on_the_way_to_the_public_key_believes_both(far_side: FarSide):
    both = credentials(platform_certificates=(certificate_pem("certified", PLATFORM_SERIAL),))
    far_side.will(PAID, certified())
    payments = WechatPayments(far_side.gateway(both))
    assert [type(await payments.query(NUMBER)) for _ in range(2)] == [PaymentReport, PaymentReport]


async def test_a_certificate_that_has_run_out_verifies_nothing(far_side: FarSide):
    old = certificate_pem("certified", PLATFORM_SERIAL, until=NOW - examples.HOUR)
    far_side.will(certified())
    gateway = far_side.gateway(in_certificate_mode(platform_certificates=(old,)))
    assert isinstance(await WechatPayments(gateway).query(NUMBER), Lost)


def test_nothing_is_asked_when_a_gateway_is_made(far_side: FarSide):
    far_side.gateway(in_certificate_mode(platform_certificates=(), fetch_certificates=True))
    assert far_side.seen == []


async def test_certificates_are_fetched_when_an_answer_needs_them(far_side: FarSide):
    far_side.will(certified(), handed_out(), certified())
    payments = WechatPayments(far_side.gateway(in_certificate_mode(platform_certificates=(), fetch_certificates=True)))
    assert isinstance(await payments.query(NUMBER), PaymentReport)
    assert isinstance(await payments.query(NUMBER), PaymentReport)
    assert [seen.path.partition("?")[0] for seen in far_side.seen].count("/v3/certificates") == 1


async def test_certificates_are_fetched_beforehand(far_side: FarSide):
    far_side.will(handed_out())
    gateway = far_side.gateway(in_certificate_mode(platform_certificates=(), fetch_certificates=True))
    assert await gateway.prepare()
    told = delivery("TRANSACTION.SUCCESS", transaction(NUMBER), signs_as=PLATFORM_SERIAL, with_key="certified")
    assert isinstance(await WechatPayNotifications(gateway).read(told), PaymentReport)


@pytest.mark.parametrize(
    "reply",
    [
        error(500, "SYSTEM_ERROR"),
        httpx.ConnectError("…"),
        Reply(content={"data": [{"serial_no": "1", "encrypt_certificate": encrypted("no certificate")}]}),
        Reply(content={"data": [{"serial_no": "1", "encrypt_certificate": encrypted("x", with_key="z" * 32)}]}),
        Reply(content=[]),
    ],
)
async def test_a_fetch_that_fails_is_told_and_not_repeated_at_once(reply, far_side: FarSide):
    clock = MemoryClock(NOW)
    gateway = far_side.gateway(in_certificate_mode(platform_certificates=(), fetch_certificates=True), clock=clock)
    far_side.will(reply)
    assert not await gateway.prepare()
    assert not await gateway.prepare()
    assert len(far_side.seen) == 1
    clock.advance(examples.HOUR)
    far_side.will(handed_out())
    assert await gateway.prepare()


async def test_what_is_known_stays_known_when_a_fetch_fails(far_side: FarSide):
    far_side.will(evolve(certified(), signs_as="77", with_key="stranger"), error(500, "SYSTEM_ERROR"), certified())
    payments = WechatPayments(far_side.gateway(in_certificate_mode(fetch_certificates=True)))
    assert isinstance(await payments.query(NUMBER), Lost)
    assert isinstance(await payments.query(NUMBER), PaymentReport)


async def test_what_is_known_stays_known_when_others_are_handed_out(far_side: FarSide):
    given = (certificate_pem("earlier", "5E"),)
    far_side.will(certified(), handed_out(), evolve(PAID, signs_as="5E", with_key="earlier"))
    gateway = far_side.gateway(in_certificate_mode(platform_certificates=given, fetch_certificates=True))
    reports = [await WechatPayments(gateway).query(NUMBER) for _ in range(2)]
    assert [type(report) for report in reports] == [PaymentReport, PaymentReport]


@pytest.mark.parametrize("fetches", [False, True])
async def test_a_stranger_makes_us_look_for_nothing(fetches: bool, far_side: FarSide):
    ours = in_certificate_mode(platform_certificates=(), fetch_certificates=True) if fetches else credentials()
    gateway = far_side.gateway(ours)
    told = delivery("TRANSACTION.SUCCESS", transaction(NUMBER), signs_as="7" * 40, with_key="stranger")
    with pytest.raises(NotificationRefused) as refusal:
        await WechatPayNotifications(gateway).read(told)
    assert refusal.value.doubt == "key"
    assert far_side.seen == []


# -- Addresses, connections, secrets -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"url": "http://127.0.0.1:9000"}, "url"),
        ({"url": "ftp://api.mch.weixin.qq.com"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://api.mch.weixin.qq.com/v3"}, "url"),
        ({"url": "https://user:pass@api.mch.weixin.qq.com"}, "url"),
        ({"notify_url": "http://errand.example/n"}, "notify_url"),
        ({"notify_url": "https://errand.example/n?order=1"}, "notify_url"),
        ({"notify_url": f"https://errand.example/{'n' * 255}"}, "notify_url"),
        ({"notify_url": ""}, "notify_url"),
    ],
)
def test_an_address_that_cannot_be_is_refused(changed: dict, name: str):
    with pytest.raises(ValueError, match=f"^{name} "):
        WechatPayGateway(credentials(), **({"notify_url": NOTIFY_URL, "clock": MemoryClock(NOW)} | changed))


async def test_plain_http_is_for_development_alone():
    made = WechatPayGateway(
        credentials(),
        url="http://127.0.0.1:9000/",
        notify_url="http://127.0.0.1:8000/n",
        clock=MemoryClock(NOW),
        allow_plain_http=True,
    )
    assert made.url == "http://127.0.0.1:9000"
    await made.close()


async def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    """Nobody listens at the address: a proxy would be asked instead, and the fault would be another one."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/not-a-proxy")
        monkeypatch.setenv(name.lower(), "socks9://nowhere")
    made = WechatPayGateway(
        credentials(), url="http://127.0.0.1:9", notify_url=NOTIFY_URL, clock=MemoryClock(NOW), allow_plain_http=True
    )
    answer = await WechatPayments(made).query(NUMBER)
    await made.close()
    assert answer == Lost(why="no answer that can be trusted: ConnectError")


async def test_a_gateway_that_was_closed_opens_again(far_side: FarSide, gateway):
    far_side.will(PAID)
    await WechatPayments(gateway).query(NUMBER)
    await gateway.close()
    await gateway.close()
    assert isinstance(await WechatPayments(gateway).query(NUMBER), PaymentReport)


@every_call
async def test_no_secret_is_in_logs_or_answers(call, far_side: FarSide, gateway, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    seen = ""
    for reply in (
        httpx.ReadError(f"{API_V3_KEY} openid-1"),
        Reply(content={}),
        error(403, "NO_AUTH"),
        evolve(PAID, with_key="stranger"),
    ):
        far_side.will(reply)
        answer = await call(gateway)
        seen += f"{answer!r} {answer}"
    seen += caplog.text + "".join(capfd.readouterr())
    seen += "".join(f"{record.__dict__}" for record in caplog.records)
    for secret in (API_V3_KEY, private_pem().splitlines()[1], "WECHATPAY2-SHA256-RSA2048", "openid-1"):
        assert secret not in seen


async def test_a_verified_answer_shows_no_content(far_side: FarSide, gateway):
    far_side.will(PAID)
    report = await WechatPayments(gateway).query(NUMBER)
    assert isinstance(report, PaymentReport)
    assert report.payer
    assert report.payer not in repr(report)


async def test_many_at_once_are_answered_each(far_side: FarSide, gateway):
    far_side.will(lambda seen: Reply(content=transaction(seen.path.rpartition("/")[2].partition("?")[0])))
    payments = WechatPayments(gateway)
    reports = await asyncio.gather(*(payments.query(f"number{nth:04d}") for nth in range(20)))
    assert [report.number for report in reports] == [f"number{nth:04d}" for nth in range(20)]


async def test_a_page_that_says_404_is_not_a_number_never_heard_of(far_side: FarSide, gateway):
    far_side.will(Reply(status=404, raw=b"<html>not found</html>", media_type="text/html"))
    assert not isinstance(await WechatPayments(gateway).query(NUMBER), NoLonger)
