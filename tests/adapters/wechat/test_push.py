"""WeChat's pushes, encrypted and signed by an independent implementation, and everything that is none."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
import xmltodict
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from adapters.memory.clock import MemoryClock
from adapters.wechat.push import AGE_SECONDS_MOST, BODY_BYTES_MOST, WechatPush
from adapters.wechat.push_seal import PushSeal, key_bytes
from errand_domain.ports.notifications import (
    Delivery,
    ImageReport,
    NothingForUs,
    NotificationRefused,
    SettlementReport,
)
from errand_domain.testing import examples
from tests.adapters.wechat.scripted import APP

MERCHANT = "1900000001"
TOKEN = "pushToken123"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = KEY[::-1]
NONCE = "1320562132"
NOW = str(int(examples.NOW.timestamp()))
SETTLED = {
    "ToUserName": "gh_1",
    "FromUserName": "o_1",
    "CreateTime": 1_788_000_000,
    "MsgType": "event",
    "Event": "trade_manage_order_settlement",
    "transaction_id": "4200001",
    "merchant_id": MERCHANT,
    "sub_merchant_id": "",
    "merchant_trade_no": "0192f0c1a2b37c4d8e5f",
    "pay_time": 1_787_900_000,
    "shipped_time": 1_787_950_000,
    "estimated_settlement_time": 1_788_100_000,
    "confirm_receive_method": 2,
    "confirm_receive_time": 1_788_000_000,
    "settlement_time": 1_788_000_000,
}
JUDGED = {
    "ToUserName": "gh_1",
    "FromUserName": "o_1",
    "CreateTime": 1_788_000_000,
    "MsgType": "event",
    "Event": "wxa_media_check",
    "appid": APP,
    "trace_id": "60ae120f-371d5872-7941a05b",
    "version": 2,
    "detail": {"strategy": "content_model", "errcode": 0, "suggest": "pass", "label": 100, "prob": 90},
    "result": {"suggest": "risky", "label": 20002},
}
REPORT = SettlementReport(
    number="0192f0c1a2b37c4d8e5f", provider="wechat_pay", at=datetime.fromtimestamp(1_788_000_000, UTC)
)
one_clock_for_all = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def clock():
    return MemoryClock(examples.NOW)


@pytest.fixture
def push(clock):
    return WechatPush(app=APP, merchant=MERCHANT, token=TOKEN, key=KEY, clock=clock)


@pytest.fixture
def plain_push(clock):
    return WechatPush(app=APP, merchant=MERCHANT, token=TOKEN, clock=clock, plain_allowed=True)


def as_json(event):
    return json.dumps(event, ensure_ascii=False)


def as_xml(event):
    return xmltodict.unparse({"xml": event}, full_document=False)


def signed(*parts, token=TOKEN):
    signer = WeChatSigner()
    signer.add_data(token, *parts)
    return signer.signature


def sealed(message, *, app=APP, token=TOKEN, key=KEY, timestamp=NOW, outer=as_json):
    """As WeChat sends it, made by wechatpy."""
    written = WeChatCrypto(token, key, app).encrypt_message(message, NONCE, timestamp)
    parts = xmltodict.parse(written)["xml"]
    return Delivery(
        headers={},
        query={
            "signature": signed(timestamp, NONCE, token=token),
            "msg_signature": parts["MsgSignature"],
            "timestamp": timestamp,
            "nonce": NONCE,
            "encrypt_type": "aes",
        },
        body=outer({"ToUserName": "gh_1", "Encrypt": parts["Encrypt"]}).encode(),
    )


def plain(body, *, timestamp=NOW, token=TOKEN):
    query = {"signature": signed(timestamp, NONCE, token=token), "timestamp": timestamp, "nonce": NONCE}
    return Delivery(headers={}, query=query, body=body)


async def doubt(push, delivery):
    with pytest.raises(NotificationRefused) as refused:
        await push.read(delivery)
    return refused.value.doubt


async def heard(push, body):
    """What was told in plain, or the doubt about it."""
    try:
        return await push.read(plain(body))
    except NotificationRefused as refused:
        return refused.doubt


@pytest.mark.parametrize("outer", [as_json, as_xml])
@pytest.mark.parametrize("inner", [as_json, as_xml])
async def test_a_settlement_is_reported_in_whatever_form_it_comes(push, outer, inner):
    assert await push.read(sealed(inner(SETTLED), outer=outer)) == REPORT


@pytest.mark.parametrize("form", [as_json, as_xml])
async def test_a_plain_settlement_is_reported_where_that_is_allowed(plain_push, form):
    assert await plain_push.read(plain(form(SETTLED).encode())) == REPORT


async def test_a_plain_push_is_refused_unless_it_is_allowed(push):
    assert await doubt(push, plain(as_json(SETTLED).encode())) == "key"


async def test_of_a_push_in_both_forms_only_the_encrypted_one_counts(push):
    delivery = sealed(as_json(SETTLED))
    both = json.loads(delivery.body) | SETTLED | {"merchant_trade_no": "forged"}
    told = await push.read(Delivery(headers={}, query=delivery.query, body=as_json(both).encode()))
    assert told == REPORT


async def test_an_encrypted_push_needs_a_key(plain_push):
    assert await doubt(plain_push, sealed(as_json(SETTLED))) == "key"


@pytest.mark.parametrize("settled_at", [None, "", 0, "0"])
async def test_the_news_of_a_delivery_is_no_settlement(push, settled_at):
    event = {name: value for name, value in SETTLED.items() if name != "settlement_time"}
    if settled_at is not None:
        event["settlement_time"] = settled_at
    assert isinstance(await push.read(sealed(as_json(event))), NothingForUs)


@pytest.mark.parametrize(
    ("event", "about"),
    [
        ({"MsgType": "event", "Event": "trade_manage_remind_shipping"}, "trade_manage_remind_shipping"),
        ({"MsgType": "text", "Content": "hello"}, "text"),
        ({}, ""),
    ],
)
async def test_other_pushes_change_nothing_here(push, event, about):
    assert await push.read(sealed(as_json(event))) == NothingForUs(about=about)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"merchant_id": "1900000002"}, "addressee"),
        ({"merchant_id": ""}, "addressee"),
        ({"merchant_trade_no": ""}, "content"),
        ({"merchant_trade_no": ["x"]}, "content"),
        ({"settlement_time": "soon"}, "content"),
        ({"settlement_time": -1}, "content"),
        ({"settlement_time": 10**10}, "content"),
        ({"settlement_time": "１７８８"}, "content"),
    ],
)
async def test_a_settlement_of_others_or_of_nothing_is_refused(push, changes, expected):
    assert await doubt(push, sealed(as_json(SETTLED | changes))) == expected


@pytest.mark.parametrize("verdict", ["pass", "review", "risky"])
@pytest.mark.parametrize("inner", [as_json, as_xml])
async def test_a_verdict_on_an_image_is_reported_under_its_trace(push, inner, verdict):
    told = await push.read(sealed(inner(JUDGED | {"result": {"suggest": verdict, "label": 1}})))
    assert told == ImageReport(trace="60ae120f-371d5872-7941a05b", verdict=verdict)


async def test_a_verdict_is_that_of_the_whole_and_not_of_a_part(push):
    parts = [{"strategy": "content_model", "errcode": 0, "suggest": "pass"}] * 2
    assert (await push.read(sealed(as_json(JUDGED | {"detail": parts})))).verdict == "risky"


@pytest.mark.parametrize(
    "changes",
    [
        {"result": {}},
        {"result": "risky"},
        {"result": {"suggest": "perhaps"}},
        {"result": {"suggest": ["risky"]}},
        {"result": None, "isrisky": 1, "status_code": -1008},
        {"trace_id": ""},
        {"trace_id": {"x": "y"}},
    ],
)
async def test_an_image_that_could_not_be_judged_has_no_verdict(push, changes):
    assert await push.read(sealed(as_json(JUDGED | changes))) == NothingForUs(about="wxa_media_check, no verdict")


@pytest.mark.parametrize("app", ["wx0000000000000000", "", None])
async def test_a_verdict_for_another_app_is_refused(push, app):
    assert await doubt(push, sealed(as_json(JUDGED | {"appid": app}))) == "addressee"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"token": "anotherToken"}, "signature"),
        ({"key": OTHER_KEY}, "key"),
        ({"app": "wx0000000000000000"}, "addressee"),
        ({"app": ""}, "addressee"),
    ],
)
async def test_a_push_under_another_token_or_key_or_for_another_app_is_refused(push, changes, expected):
    assert await doubt(push, sealed(as_json(SETTLED), **changes)) == expected


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
async def test_a_push_that_is_not_signed_is_refused(push, missing):
    delivery = sealed(as_json(SETTLED))
    query = {name: value for name, value in delivery.query.items() if name != missing}
    assert await doubt(push, Delivery(headers={}, query=query, body=delivery.body)) == "headers"


async def test_the_signature_of_a_plain_push_does_not_open_an_encrypted_one(push):
    delivery = sealed(as_json(SETTLED))
    query = {**delivery.query, "msg_signature": delivery.query["signature"]}
    assert await doubt(push, Delivery(headers={}, query=query, body=delivery.body)) == "signature"


@pytest.mark.parametrize("seconds", [AGE_SECONDS_MOST, -AGE_SECONDS_MOST])
async def test_a_push_counts_for_five_minutes_and_not_a_second_longer(push, clock, seconds):
    delivery = sealed(as_json(SETTLED))
    clock.advance(timedelta(seconds=seconds))
    assert await push.read(delivery) == REPORT
    clock.advance(timedelta(seconds=1 if seconds > 0 else -1))
    assert await doubt(push, delivery) == "clock"


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1" * 11, "１７８８００００００", "1.0", " 1"])
async def test_a_time_that_is_none_is_refused(push, timestamp):
    assert await doubt(push, sealed(as_json(SETTLED), timestamp=timestamp or "x")) == "headers"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[1]",
        b"\xff",
        b"<xml>",
        b"<xml><Event>&undefined;</Event></xml>",
        b"<xml/><xml/>",
        b'{"a":' * 10_000,
        b"<a>" * 17 + b"</a>" * 17,
        b"<!DOCTYPE xml><xml><Event>x</Event></xml>",
        b'<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>',
        b'<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Event>&f;</Event></xml>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><xml/>'.encode("utf-16"),
        b" " * (BODY_BYTES_MOST + 1),
    ],
)
@pytest.mark.parametrize("enclosed", [False, True])
async def test_what_is_no_push_is_refused(plain_push, push, body, enclosed):
    if not enclosed:
        assert await doubt(plain_push, plain(body)) == "content"
    else:
        assert await doubt(push, sealed(body)) == "content"


def by_hand(plaintext):
    """Encrypted and signed as it should be, whatever is in it."""
    padded = plaintext + bytes(-len(plaintext) % 16)
    encryptor = Cipher(algorithms.AES(key_bytes(KEY)), modes.CBC(key_bytes(KEY)[:16])).encryptor()
    text = b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
    query = {"msg_signature": signed(NOW, NONCE, text), "timestamp": NOW, "nonce": NONCE}
    return Delivery(headers={}, query=query, body=as_json({"Encrypt": text}).encode())


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        b"\x01",
        b"\x10" * 16,
        b"x" * 16 + b"\xff\xff\xff\xff" + b"y" * 11 + b"\x01",
        b"x" * 16 + b"\x00\x00\x00\x01" + b"y" * 11 + b"\x21",
        b"x" * 16 + b"\x00\x00\x00\x01" + b"y" * 11 + b"\x00",
        b"x" * 16 + b"\x00\x00\x00\x01" + b"y" * 11 + b"\x21" * 33,
        b"x" * 16 + b"\x00\x00\x00\x01" + b"y" * 10 + b"\x01\x02",
    ],
)
async def test_what_is_signed_and_cannot_be_opened_is_refused(push, plaintext):
    assert await doubt(push, by_hand(plaintext)) == "key"


@one_clock_for_all
@given(
    body=st.binary(max_size=200),
    query=st.dictionaries(
        st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr"]), st.text() | st.just(NOW)
    ),
)
async def test_nothing_that_a_stranger_sends_does_more_than_be_refused(push, plain_push, body, query):
    for each in (push, plain_push):
        with pytest.raises(NotificationRefused):
            await each.read(Delivery(headers={}, query=query, body=body))
        with pytest.raises(NotificationRefused):
            each.echo(query)


@one_clock_for_all
@given(sealed_text=st.text(max_size=100) | st.binary(max_size=96).map(lambda b: b64encode(b).decode()))
async def test_nothing_that_is_signed_does_more_than_be_refused_or_be_for_others(push, sealed_text):
    encoded = sealed_text.encode(errors="replace").decode()
    query = {"msg_signature": signed(NOW, NONCE, encoded), "timestamp": NOW, "nonce": NONCE}
    body = as_json({"Encrypt": encoded}).encode()
    assert await doubt(push, Delivery(headers={}, query=query, body=body)) in {"key", "content"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@one_clock_for_all
@given(changes=st.dictionaries(st.sampled_from(sorted(SETTLED | JUDGED)), json_values, min_size=1, max_size=3))
async def test_whatever_wechat_itself_says_is_understood_or_refused(plain_push, changes):
    for event in (SETTLED, JUDGED):
        told = await heard(plain_push, json.dumps(event | changes).encode())
        assert isinstance(told, SettlementReport | ImageReport | NothingForUs) or told in {"content", "addressee"}


@one_clock_for_all
@given(body=st.text(alphabet="<>/&;!x[]CDATA -\"'=", max_size=60).map(lambda t: f"<xml>{t}</xml>".encode()))
async def test_whatever_looks_like_xml_is_understood_or_refused(plain_push, body):
    assert await heard(plain_push, body) in (NothingForUs(about=""), "content")


def test_the_address_is_confirmed_with_what_wechat_sent(push):
    query = {"signature": signed(NOW, NONCE), "timestamp": NOW, "nonce": NONCE, "echostr": "6541 x"}
    assert push.echo(query) == "6541 x"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"signature": "0" * 40}, "signature"),
        ({"signature": "ü\ud800"}, "signature"),
        ({"nonce": "1320562133"}, "signature"),
        ({"nonce": "\udc80"}, "signature"),
        ({"nonce": ""}, "headers"),
        ({"timestamp": str(int(NOW) - AGE_SECONDS_MOST - 1)}, "clock"),
    ],
)
def test_the_address_is_confirmed_to_nobody_else(push, changes, expected):
    query = {"signature": signed(NOW, NONCE), "timestamp": NOW, "nonce": NONCE, "echostr": "6541"} | changes
    with pytest.raises(NotificationRefused) as refused:
        push.echo(query)
    assert refused.value.doubt == expected


def test_there_is_nothing_to_confirm_without_a_text(push):
    query = {"signature": signed(NOW, NONCE), "timestamp": NOW, "nonce": NONCE}
    with pytest.raises(NotificationRefused) as refused:
        push.echo(query)
    assert refused.value.doubt == "content"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"token": "ab"}, "token"),
        ({"token": "a" * 33}, "token"),
        ({"token": "with blank"}, "token"),
        ({"key": KEY[1:]}, "key"),
        ({"key": KEY + "="}, "key"),
        ({"key": ""}, "key"),
    ],
)
def test_what_could_never_work_is_refused_in_one_line_that_names_it_and_not_its_value(clock, changes, named):
    arguments = {"token": TOKEN, "key": KEY} | changes
    with pytest.raises(ValueError, match=rf"^{named} is ") as refused:
        WechatPush(app=APP, merchant=MERCHANT, clock=clock, **arguments)
    assert changes[named] == "" or changes[named] not in str(refused.value)


def test_the_secrets_of_a_seal_do_not_show():
    assert TOKEN not in repr(PushSeal(token=TOKEN, key=KEY))
    assert KEY not in repr(PushSeal(token=TOKEN, key=KEY))
