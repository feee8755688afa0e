"""What is believed of what anybody can post: fresh, signed by a known key, meant for us. All else is refused."""

import json
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat_pay.notifications import WechatPayNotifications
from errand_domain.money import Money
from errand_domain.ports.notifications import Delivery, NothingForUs, NotificationRefused, PayoutReport
from errand_domain.ports.payments import (
    PaymentReport,
    PayoutDone,
    PayoutExpired,
    PayoutFailed,
    RefundDone,
    RefundImpossible,
    RefundNeedsPerson,
    RefundReport,
)
from tests.adapters.wechat_pay.far_side import (
    APP,
    MERCHANT,
    NOW,
    PLATFORM_SERIAL,
    PUBLIC_KEY_ID,
    FarSide,
    delivery,
    encrypted,
    in_certificate_mode,
    rfc3339,
    signed_delivery,
    transaction,
    transfer,
    with_header,
)

NUMBER = "1217752501201407033233368018"
PAID = delivery("TRANSACTION.SUCCESS", transaction(NUMBER))


@pytest.fixture(scope="session")
def notifications(gateway) -> WechatPayNotifications:
    return WechatPayNotifications(gateway)


async def doubt_of(notifications: WechatPayNotifications, told: Delivery) -> str:
    with pytest.raises(NotificationRefused) as refusal:
        await notifications.read(told)
    return refusal.value.doubt


def refund_notice(state: str, **changed):
    told = {
        "mchid": MERCHANT,
        "transaction_id": "1217752501201407033233368018",
        "out_trade_no": NUMBER,
        "refund_id": "50000000382019052709732678859",
        "out_refund_no": "r-cancelled-1",
        "refund_status": state,
        "user_received_account": "招商银行信用卡0403",
        "amount": {"total": 500, "refund": 200, "payer_total": 500, "payer_refund": 200},
    }
    return told | ({"success_time": rfc3339(NOW)} if state == "SUCCESS" else {}) | changed


def test_it_is_the_channel_of_its_address(notifications: WechatPayNotifications):
    assert notifications.channel == "wechat-pay"


async def test_a_payment_is_told(notifications: WechatPayNotifications):
    assert await notifications.read(PAID) == PaymentReport(
        number=NUMBER,
        provider="wechat_pay",
        merchant=MERCHANT,
        app=APP,
        amount=Money(500),
        currency="CNY",
        transaction_id="1217752501201407033233368018",
        paid_at=NOW,
        payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    )


@pytest.mark.parametrize(
    ("event", "state", "outcome"),
    [
        ("REFUND.SUCCESS", "SUCCESS", RefundDone(at=NOW)),
        ("REFUND.CLOSED", "CLOSED", RefundImpossible()),
    ],
)
async def test_a_refund_is_told(event: str, state: str, outcome, notifications: WechatPayNotifications):
    assert await notifications.read(delivery(event, refund_notice(state))) == RefundReport(
        number="r-cancelled-1", amount=Money(200), refund_id="50000000382019052709732678859", outcome=outcome
    )


async def test_an_abnormal_refund_is_told_with_advice(notifications: WechatPayNotifications):
    report = await notifications.read(delivery("REFUND.ABNORMAL", refund_notice("ABNORMAL")))
    assert isinstance(report, RefundReport)
    assert isinstance(report.outcome, RefundNeedsPerson)


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        (transfer(NUMBER), PayoutDone(at=NOW + timedelta(minutes=5), amount=Money(1_000))),
        (transfer(NUMBER, state="FAIL", fail_reason="OVERDUE_CLOSE"), PayoutExpired()),
        (transfer(NUMBER, state="FAIL", fail_reason="ACCOUNT_FROZEN"), PayoutFailed(reason="ACCOUNT_FROZEN")),
        (transfer(NUMBER, state="CANCELLED", fail_reason="MCH_CANCEL"), PayoutFailed(reason="MCH_CANCEL")),
    ],
)
@pytest.mark.parametrize("merchant", [{}, {"mch_id": "", "mchid": MERCHANT}, {"mch_id": "", "appid": ""}])
async def test_a_payout_is_told_however_the_merchant_is_spelled(merchant, told, answer, notifications):
    read = await notifications.read(delivery("MCHTRANSFER.BILL.FINISHED", told | merchant))
    assert read == PayoutReport(number=NUMBER, amount=Money(1_000), answer=answer)


async def test_a_payment_that_is_not_paid_is_nothing_for_us(notifications: WechatPayNotifications):
    told = delivery("TRANSACTION.SUCCESS", transaction(NUMBER, state="CLOSED"))
    assert await notifications.read(told) == NothingForUs(about="payment CLOSED")


@pytest.mark.parametrize("event", ["VIOLATION.PUNISH", "COUPON.USE", ""])
async def test_something_else_that_is_signed_is_nothing_for_us(event: str, notifications: WechatPayNotifications):
    assert await notifications.read(delivery(event, "anything")) == NothingForUs(about=event)


async def test_told_twice_it_is_read_twice_the_same(notifications: WechatPayNotifications):
    """What happens once is the domain's to know: it keeps what it has seen."""
    assert await notifications.read(PAID) == await notifications.read(PAID)


async def test_one_signed_by_a_certificate_is_believed(far_side: FarSide):
    told = delivery("TRANSACTION.SUCCESS", transaction(NUMBER), signs_as=PLATFORM_SERIAL.lower(), with_key="certified")
    read = await WechatPayNotifications(far_side.gateway(in_certificate_mode())).read(told)
    assert isinstance(read, PaymentReport)


@pytest.mark.parametrize("name", ["wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial"])
@pytest.mark.parametrize("value", [None, ""])
async def test_one_without_a_header_is_refused(name: str, value: str | None, notifications: WechatPayNotifications):
    assert await doubt_of(notifications, with_header(PAID, name, value)) == "headers"


async def test_one_that_names_no_method_is_read(notifications: WechatPayNotifications):
    assert await notifications.read(with_header(PAID, "wechatpay-signature-type", None))


@pytest.mark.parametrize("text", ["soon", "-5", "1.5", "９", "9" * 13, "0x5", " 5", "5 "])
async def test_a_timestamp_that_is_none_is_refused(text: str, notifications: WechatPayNotifications):
    assert await doubt_of(notifications, with_header(PAID, "wechatpay-timestamp", text)) == "headers"


@pytest.mark.parametrize(
    ("seconds", "is_fresh"), [(0, True), (300, True), (-300, True), (301, False), (-301, False), (-2_592_000, False)]
)
async def test_only_what_is_fresh_is_believed(seconds: int, is_fresh: bool, notifications: WechatPayNotifications):
    told = delivery("TRANSACTION.SUCCESS", transaction(NUMBER), at=NOW + timedelta(seconds=seconds))
    if is_fresh:
        assert await notifications.read(told)
    else:
        assert await doubt_of(notifications, told) == "clock"


@pytest.mark.parametrize(
    "serial",
    ["PUB_KEY_ID_9999", "7" * 40, PLATFORM_SERIAL, "no serial", "-1", "0x1F", "1_0", "９", PUBLIC_KEY_ID.lower()],
)
async def test_a_key_that_we_do_not_know_is_refused(serial: str, notifications, far_side: FarSide):
    assert await doubt_of(notifications, with_header(PAID, "wechatpay-serial", serial)) == "key"
    assert far_side.seen == []


async def test_a_probe_is_refused(notifications: WechatPayNotifications):
    probe = with_header(PAID, "wechatpay-signature", "WECHATPAY/SIGNTEST/abcdef0123456789==")
    assert await doubt_of(notifications, probe) == "signature"


@pytest.mark.parametrize("text", ["AAAA", "not base64", "?", "é", "\ud800"])
async def test_a_signature_that_is_none_is_refused(text: str, notifications: WechatPayNotifications):
    assert await doubt_of(notifications, with_header(PAID, "wechatpay-signature", text)) == "signature"


@pytest.mark.parametrize("name", ["wechatpay-nonce", "wechatpay-timestamp"])
async def test_a_header_that_was_changed_is_refused(name: str, notifications: WechatPayNotifications):
    value = str(int(NOW.timestamp()) + 1) if name == "wechatpay-timestamp" else "\ud800"
    assert await doubt_of(notifications, with_header(PAID, name, value)) == "signature"


async def test_a_signature_in_another_method_is_refused(notifications: WechatPayNotifications):
    told = with_header(PAID, "wechatpay-signature-type", "WECHATPAY2-SM2-WITH-SM3")
    assert await doubt_of(notifications, told) == "signature"


async def test_a_body_written_anew_is_refused(notifications: WechatPayNotifications):
    """The same JSON, with other blanks: the signature is over bytes."""
    body = json.dumps(json.loads(PAID.body), separators=(",", ":")).encode()
    assert await doubt_of(notifications, evolve(PAID, body=body)) == "signature"


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"{" * 9_999, b"[" * 100_000, b'{"event_type": 1}', b'{"event_type": "X"}'],
)
async def test_what_is_signed_and_no_notification_is_refused(body: bytes, notifications: WechatPayNotifications):
    assert await doubt_of(notifications, signed_delivery(body)) == "content"


async def test_bytes_that_are_no_text_are_refused(notifications: WechatPayNotifications):
    assert await doubt_of(notifications, signed_delivery(b"\xff\xfe")) == "signature"


@pytest.mark.parametrize(
    "changed",
    [
        {"algorithm": "AEAD_SM4_GCM"},
        {"ciphertext": "not base64!"},
        {"ciphertext": ""},
        {"ciphertext": "AAAA"},
        {"nonce": ""},
        {"nonce": "short"},
        {"nonce": "another nonc"},
        {"associated_data": "refund"},
        encrypted(json.dumps(transaction(NUMBER)), with_key="z" * 32),
        encrypted("no JSON"),
        encrypted("[]"),
        encrypted(json.dumps(transaction(NUMBER, state="NEW_TO_US"))),
        encrypted(json.dumps(transaction(NUMBER, amount={"total": 5.0}))),
        encrypted(json.dumps(transaction(NUMBER, success_time=None))),
        encrypted(json.dumps(transaction(NUMBER, success_time="0001-01-01T00:00:00+08:00"))),
    ],
)
async def test_a_secret_that_does_not_open_or_says_nothing_is_refused(changed: dict, notifications):
    envelope = json.loads(PAID.body)
    envelope["resource"] |= changed
    told = signed_delivery(json.dumps(envelope).encode())
    assert await doubt_of(notifications, told) == "content"


@pytest.mark.parametrize(
    ("event", "resource"),
    [
        ("TRANSACTION.SUCCESS", transaction(NUMBER, mchid="1900000001")),
        ("TRANSACTION.SUCCESS", transaction(NUMBER, appid="wx0000000000000000")),
        ("TRANSACTION.SUCCESS", transaction(NUMBER, mchid="")),
        ("REFUND.SUCCESS", refund_notice("SUCCESS", mchid="1900000001")),
        ("MCHTRANSFER.BILL.FINISHED", transfer(NUMBER, mch_id="1900000001")),
        ("MCHTRANSFER.BILL.FINISHED", transfer(NUMBER, mchid="1900000001")),
        ("MCHTRANSFER.BILL.FINISHED", transfer(NUMBER, appid="wx0000000000000000")),
    ],
)
async def test_what_is_meant_for_another_is_refused(event: str, resource: dict, notifications):
    assert await doubt_of(notifications, delivery(event, resource)) == "addressee"


async def test_a_payout_without_its_amount_is_refused(notifications: WechatPayNotifications):
    told = transfer(NUMBER, state="FAIL", transfer_amount=None)
    assert await doubt_of(notifications, delivery("MCHTRANSFER.BILL.FINISHED", told)) == "content"


async def read_or_doubt(notifications: WechatPayNotifications, told: Delivery):
    """Anything else that is raised is a fault."""
    try:
        return await notifications.read(told)
    except NotificationRefused as refusal:
        return refusal.doubt


texts = st.text() | st.text(st.characters()) | st.sampled_from(list(PAID.headers.values()))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(headers=st.dictionaries(st.sampled_from([*PAID.headers, "x"]), texts), body=st.binary() | st.just(PAID.body))
async def test_a_stranger_gets_a_refusal_and_nothing_else(headers, body, notifications: WechatPayNotifications):
    read = await read_or_doubt(notifications, Delivery(headers=dict(PAID.headers) | headers, body=body))
    if isinstance(read, PaymentReport):
        assert (read.number, body) == (NUMBER, PAID.body)
    else:
        assert read in {"headers", "clock", "key", "signature"}


@given(field=st.sampled_from([*transaction(NUMBER), "resource"]), value=json_values)
async def test_signed_nonsense_is_refused_or_read_and_nothing_else(field, value, notifications):
    told = delivery("TRANSACTION.SUCCESS", json.dumps(transaction(NUMBER) | {field: value}))
    read = await read_or_doubt(notifications, told)
    assert isinstance(read, PaymentReport | NothingForUs) or read in {"content", "addressee"}


@given(field=st.sampled_from(["event_type", "resource_type", "resource", "id"]), value=json_values)
async def test_a_signed_envelope_of_nonsense_is_refused_or_read_and_nothing_else(field, value, notifications):
    told = signed_delivery(json.dumps(json.loads(PAID.body) | {field: value}).encode())
    read = await read_or_doubt(notifications, told)
    assert isinstance(read, PaymentReport | NothingForUs) or read == "content"


async def test_a_refusal_shows_nothing_of_what_came(notifications: WechatPayNotifications):
    with pytest.raises(NotificationRefused) as refusal:
        await notifications.read(delivery("TRANSACTION.SUCCESS", transaction(NUMBER, mchid="1900000001")))
    assert str(refusal.value) == "notification.refused (doubt=addressee)"
