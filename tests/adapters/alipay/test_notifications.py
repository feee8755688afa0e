"""Notifications: believed only when Alipay signed them, for us, and not too long ago."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.alipay.certificates import certificate_serial
from adapters.alipay.notifications import AlipayNotifications
from errand_domain.money import Money
from errand_domain.ports.notifications import Delivery, NothingForUs, NotificationRefused
from errand_domain.ports.payments import PaymentReport
from tests.adapters.alipay.far_side import APP, SELLER, FarSide, certificate, form, in_certificate_mode

TOLD = {
    "notify_type": "trade_status_sync",
    "notify_id": "2026110500222123000094",
    "notify_time": "2026-11-05 12:29:58",
    "app_id": APP,
    "seller_id": SELLER,
    "sign_type": "RSA2",
    "charset": "utf-8",
    "version": "1.0",
    "out_trade_no": "0ns0a2qoh6u8k1v5e3zt4ylcx",
    "trade_no": "2026110522001",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "5.20",
    "receipt_amount": "5.00",
    "subject": "取快递 + 50% {off}&=",
    "buyer_id": "2088102169481075",
    "gmt_create": "2026-11-05 12:29:50",
    "gmt_payment": "2026-11-05 12:29:57",
    "fund_bill_list": '[{"amount":"5.20","fundChannel":"ALIPAYACCOUNT"}]',
}
REPORT = PaymentReport(
    number=TOLD["out_trade_no"],
    provider="alipay",
    merchant=SELLER,
    app=APP,
    amount=Money(520),
    currency="CNY",
    transaction_id="2026110522001",
    paid_at=datetime(2026, 11, 5, 4, 29, 57, tzinfo=UTC),
    payer="2088102169481075",
)


@pytest.fixture
def notifications(gateway) -> AlipayNotifications:
    return AlipayNotifications(gateway)


async def read(notifications: AlipayNotifications, body: bytes):
    return await notifications.read(Delivery(headers={}, body=body))


async def doubt(notifications: AlipayNotifications, body: bytes) -> str:
    with pytest.raises(NotificationRefused) as refused:
        await read(notifications, body)
    return refused.value.doubt


async def test_a_payment_is_reported(notifications):
    assert await read(notifications, form(TOLD)) == REPORT
    assert notifications.channel == "alipay"


@pytest.mark.parametrize(
    "changes",
    [
        {"trade_status": "TRADE_FINISHED"},
        {"refund_fee": "1.00", "gmt_refund": "2026-11-05 12:29:58.123", "out_biz_no": "r"},
        {"trade_status": "TRADE_CLOSED", "refund_fee": "5.20", "gmt_refund": "2026-11-05 12:29:58.123"},
    ],
)
async def test_what_becomes_of_a_payment_later_reports_the_same_payment(notifications, changes):
    assert await read(notifications, form(TOLD | changes)) == REPORT


async def test_an_empty_field_is_signed_too(notifications):
    assert await read(notifications, form(TOLD | {"body": ""})) == REPORT


@pytest.mark.parametrize(
    "changes",
    [
        {"trade_status": "WAIT_BUYER_PAY", "gmt_payment": ""},
        {"trade_status": "TRADE_CLOSED", "gmt_payment": ""},
        {"notify_type": "fund_trans", "seller_id": ""},
    ],
)
async def test_what_changes_nothing_is_nothing_for_us(notifications, changes):
    told = await read(notifications, form(TOLD | changes))
    assert isinstance(told, NothingForUs)
    assert told.about


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"app_id": "2021000000000002"}, "addressee"),
        ({"seller_id": "2088000000000002"}, "addressee"),
        ({"seller_id": ""}, "addressee"),
        ({"sign_type": "RSA"}, "signature"),
        ({"sign_type": ""}, "signature"),
        ({"notify_time": ""}, "content"),
        ({"notify_time": "now"}, "content"),
        ({"gmt_payment": ""}, "content"),
        ({"total_amount": "5,20"}, "content"),
        ({"trade_no": ""}, "content"),
    ],
)
async def test_what_is_signed_may_still_be_wrong(notifications, changes, wanted):
    assert await doubt(notifications, form(TOLD | changes)) == wanted


@pytest.mark.parametrize("name", sorted({*TOLD} - {"sign_type"}))
async def test_no_field_can_be_changed_added_or_left_out_on_the_way(notifications, name):
    whole = form(TOLD).decode().split("&")
    without = [pair for pair in whole if not pair.startswith(f"{name}=")]
    assert len(without) == len(whole) - 1
    for pairs in (without, [*without, f"{name}=1"], [*whole, f"{name}x=1"]):
        assert await doubt(notifications, "&".join(pairs).encode()) == "signature"


@pytest.mark.parametrize("before", [b"total_amount=0.01&", b"total_amount=5.20&"])
async def test_a_form_that_says_something_twice_is_refused(notifications, before):
    assert await doubt(notifications, before + form(TOLD)) == "content"


async def test_only_alipay_can_sign(notifications):
    assert await doubt(notifications, form(TOLD, by="app")) == "signature"
    unsigned = form(TOLD).decode().partition("&sign=")[0]
    for tail in ("", "&sign=", "&sign=%00", "&sign=c2lnbg==", "&sign=ä"):
        assert await doubt(notifications, f"{unsigned}{tail}".encode()) in {"signature", "content"}


@pytest.mark.parametrize(
    "body", [b"", b"&", b"=", b"a", b"{}", b"\xff", b"a=%ff", b"a=1&a=1", b"a=1;b=2", b"a=1&" * 200]
)
async def test_what_is_no_form_is_refused(notifications, body):
    assert await doubt(notifications, body) in {"content", "signature"}


@pytest.mark.parametrize(
    ("later", "believed"),
    [
        (timedelta(hours=26), True),
        (timedelta(days=2) - timedelta(seconds=2), True),
        (timedelta(days=2, seconds=-1), False),
        (timedelta(minutes=-9), True),
        (timedelta(minutes=-11), False),
    ],
)
async def test_it_is_believed_as_long_as_alipay_tells_again_and_no_longer(
    notifications, far_side: FarSide, later, believed
):
    far_side.clock.advance(later)
    if believed:
        assert await read(notifications, form(TOLD)) == REPORT
    else:
        assert await doubt(notifications, form(TOLD)) == "clock"


async def test_in_certificate_mode_only_certificates_that_we_have_are_believed(far_side: FarSide):
    notifications = AlipayNotifications(far_side.gateway(in_certificate_mode()))
    serial = certificate_serial(certificate("alipay"))
    assert await read(notifications, form(TOLD | {"alipay_cert_sn": serial})) == REPORT
    assert await read(notifications, form(TOLD)) == REPORT
    unknown = certificate_serial(certificate("newer"))
    assert await doubt(notifications, form(TOLD | {"alipay_cert_sn": unknown}, by="newer")) == "key"
    assert await doubt(notifications, form(TOLD | {"alipay_cert_sn": serial}, by="newer")) == "signature"
    assert far_side.requests == []


@cache
def same_for_all_examples() -> AlipayNotifications:
    """Made once: its private key is checked anew at each making, which takes longer than the example."""
    return AlipayNotifications(FarSide().gateway())


FIELDS = st.dictionaries(st.sampled_from([*TOLD, "sign", "alipay_cert_sn"]) | st.text(), st.text())


@given(changes=FIELDS, left_out=st.sets(st.sampled_from([*TOLD])), is_signed=st.booleans())
async def test_whatever_comes_is_understood_or_refused(changes, left_out, is_signed):
    notifications = same_for_all_examples()
    fields = {name: value for name, value in (TOLD | changes).items() if name not in left_out}
    try:
        told = await read(notifications, form(fields, by="alipay" if is_signed else "app"))
    except NotificationRefused as refused:
        told = refused
    is_whole = is_signed and not left_out and not changes
    assert isinstance(told, PaymentReport if is_whole else PaymentReport | NothingForUs | NotificationRefused)
    assert is_signed or isinstance(told, NotificationRefused)


@given(st.binary())
async def test_any_bytes_are_refused(body):
    assert await doubt(same_for_all_examples(), body)
