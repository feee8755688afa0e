"""What goes over the wire, and what counts as an answer."""

import json
import logging

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.alipay.answers import Malformed, Ok, Refused, Unknown
from adapters.alipay.certificates import certificate_serial, root_serial
from adapters.alipay.envelope import opened
from adapters.alipay.errors import DID_NOTHING, MEANINGS, meaning_of
from adapters.alipay.shapes import Nothing, Trade
from tests.adapters.alipay.far_side import (
    APP,
    FarSide,
    answer,
    bare,
    certificate,
    certificate_pem,
    in_certificate_mode,
    private_pem,
)

METHOD, NODE = "alipay.trade.query", "alipay_trade_query_response"
PAID = {
    "out_trade_no": "n",
    "trade_no": "2026110522001",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "5.00",
    "send_pay_date": "2026-11-05 12:00:00",
}


async def ask(far_side: FarSide, **how):
    return await far_side.gateway(**how).ask(METHOD, {"out_trade_no": "n"}, Trade)


async def test_a_request_is_signed_over_all_that_it_says(far_side: FarSide):
    far_side.will_succeed(**PAID)
    assert isinstance(await ask(far_side), Ok)
    (request,) = far_side.requests
    assert request.method == "POST"
    assert request.is_signed
    assert (
        request.query.items()
        >= {
            "app_id": APP,
            "method": METHOD,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": "2026-11-05 12:30:00",
            "version": "1.0",
        }.items()
    )
    assert request.form == {"biz_content": '{"out_trade_no":"n"}'}


async def test_in_certificate_mode_a_request_names_the_certificates(far_side: FarSide):
    credentials = in_certificate_mode()
    serial = certificate_serial(certificate("alipay"))
    far_side.will_say({"code": "10000", **PAID}, serial=serial)
    assert isinstance(await ask(far_side, credentials=credentials), Ok)
    (request,) = far_side.requests
    assert request.is_signed
    assert request.query["app_cert_sn"] == certificate_serial(certificate("app"))
    assert request.query["alipay_root_cert_sn"] == root_serial(certificate_pem("root"))


async def test_an_answer_by_a_certificate_that_we_do_not_have_is_no_answer(far_side: FarSide):
    far_side.will_say({"code": "10000", **PAID}, serial=certificate_serial(certificate("newer")), by="newer")
    far_side.will_say({"code": "10000", **PAID}, serial=certificate_serial(certificate("alipay")), by="newer")
    for _ in range(2):
        assert isinstance(await ask(far_side, credentials=in_certificate_mode()), Unknown)


async def test_an_answer_is_by_the_certificate_that_it_names(far_side: FarSide):
    both = certificate_pem("alipay") + certificate_pem("newer")
    credentials = in_certificate_mode(alipay_certificate=both)
    old, new, foreign = (certificate_serial(certificate(name)) for name in ("alipay", "newer", "other"))
    for serial, by, is_believed in (
        (old, "alipay", True),
        (new, "newer", True),
        ("", "newer", True),
        (old, "newer", False),
        (foreign, "alipay", False),
    ):
        far_side.will_say({"code": "10000", **PAID}, serial=serial, by=by)
        assert isinstance(await ask(far_side, credentials=credentials), Ok if is_believed else Unknown)


def test_an_answer_that_says_something_twice_is_not_opened():
    twice = answer(NODE, "{}").replace(b',"sign"', b',"alipay_trade_query_response":{},"sign"')
    with pytest.raises(Malformed, match="twice"):
        opened(twice, NODE)


@pytest.mark.parametrize(
    "content",
    [
        '{"code":"10000","out_trade_no":"a}b{c","trade_no":"}","trade_status":"{","total_amount":"1"}',
        '{ "code" : "10000",\n "out_trade_no":"\\"}\\u007d","trade_no":"t","trade_status":"s","total_amount":"1" }',
        '{"code":"10000","out_trade_no":"\\/","trade_no":"alipay_trade_query_response\\":{","trade_status":"s","total_amount":"1"}',
        '{"code":"10000","in":{"alipay_trade_query_response":{}},"out_trade_no":"","trade_no":"","trade_status":"","total_amount":""}',
        '{"total_amount":"1","trade_status":"s","trade_no":"付款","out_trade_no":"\\u4ed8","code":"10000"}',
    ],
)
async def test_the_signed_bytes_are_found_whatever_they_hold(far_side: FarSide, content):
    far_side.will_say(content)
    assert isinstance(await ask(far_side), Ok)
    assert opened(answer(NODE, content), NODE).content == content.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b"<html>",
        b"\xff",
        b'{"alipay_trade_query_response":{"code":"10000"}',
        b'{"alipay_trade_query_response":{"code":"10000"}} more',
        b'{"alipay_trade_query_response":"{}","sign":"x"}',
        b'{"alipay_trade_query_response":{},"error_response":{},"sign":"x"}',
        b'{"alipay_trade_query_response":{},"alipay_trade_query_response":{},"sign":"x"}',
        b'{"alipay_trade_query_response":{},"sign":5}',
        b'{"alipay_trade_close_response":{"code":"10000"},"sign":"x"}',
        b'{"alipay_trade_query_response":' + b"[" * 100_000,
        b"{1:{}}",
    ],
)
async def test_what_is_no_answer_is_unknown(far_side: FarSide, body):
    far_side.will_send(body)
    assert isinstance(await ask(far_side), Unknown)


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\ ab1', max_size=60).map(str.encode))
def test_any_body_is_opened_or_refused(body):
    try:
        found = opened(body, "a").content
    except Malformed:
        found = b"{"
    assert found.startswith(b"{")


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner), max_leaves=8))
def test_the_signed_bytes_are_found_in_any_json(inner):
    content = json.dumps({"a": inner}, ensure_ascii=False)
    assert opened(answer("node", content), "node").content == content.encode()


@pytest.mark.parametrize("by", ["app", "other"])
async def test_an_answer_that_somebody_else_signed_is_no_answer(far_side: FarSide, by):
    far_side.will_say({"code": "10000", **PAID}, by=by)
    far_side.will_say({"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}, by=by)
    for _ in range(2):
        assert isinstance(await ask(far_side), Unknown)


async def test_an_answer_without_a_signature_is_unknown_and_says_what_it_claims(far_side: FarSide):
    far_side.will_send(b'{"error_response":{"code":"40002","sub_code":"isv.invalid-signature","sub_msg":"no"}}')
    told = await ask(far_side)
    assert told == Unknown(why="an answer that is not signed by Alipay: 40002 isv.invalid-signature")


async def test_an_answer_that_was_changed_on_the_way_is_no_answer(far_side: FarSide):
    content = json.dumps({"code": "10000", **PAID})
    far_side.will_send(answer(NODE, content).replace(b"5.00", b"5.01"))
    assert isinstance(await ask(far_side), Unknown)


async def test_a_signed_error_in_the_place_of_the_answer_is_believed(far_side: FarSide):
    content = '{"code":"40002","sub_code":"isv.invalid-app-id","sub_msg":"无效的AppID参数"}'
    far_side.will_send(answer("error_response", content))
    told = await ask(far_side)
    assert isinstance(told, Refused)
    assert told.reason == "isv.invalid-app-id: 无效的AppID参数"


@pytest.mark.parametrize("status", [204, 301, 400, 404, 429, 500, 502, 503])
async def test_another_status_than_200_is_unknown(far_side: FarSide, status):
    far_side.will_send(answer(NODE, json.dumps({"code": "10000", **PAID})), status)
    assert isinstance(await ask(far_side), Unknown)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("late"),
        httpx.ReadTimeout("late"),
        httpx.ReadError("broken"),
        httpx.RemoteProtocolError("closed"),
        TimeoutError(),
    ],
)
async def test_a_broken_line_is_unknown(far_side: FarSide, fault):
    for _ in range(2):
        far_side.will_break(fault)
    assert isinstance(await ask(far_side), Unknown)


async def test_a_question_is_asked_twice_where_the_line_broke_and_an_order_is_not(far_side: FarSide):
    far_side.will_break(httpx.ReadError("broken"))
    far_side.will_succeed(**PAID)
    assert isinstance(await ask(far_side), Ok)
    far_side.will_break(httpx.ReadError("broken"))
    assert isinstance(await far_side.gateway().tell("alipay.trade.close", {}, Nothing), Unknown)
    assert len(far_side.requests) == 3


async def test_an_answer_of_endless_length_is_not_read_to_its_end(far_side: FarSide):
    far_side.will_send(answer(NODE, json.dumps({"code": "10000", **PAID})) + b" " * (1 << 20))
    assert isinstance(await ask(far_side), Unknown)


@pytest.mark.parametrize("sub_code", list(MEANINGS))
async def test_every_sub_code_of_the_table_means_what_it_says(far_side: FarSide, sub_code):
    far_side.will_refuse(sub_code)
    told = await ask(far_side)
    meaning = told.meaning if isinstance(told, Refused) else "unknown"
    assert meaning == MEANINGS[sub_code]


@pytest.mark.parametrize("code", ["20000", "10003", "50000", "", "0"])
def test_a_code_that_does_not_say_that_nothing_happened_leaves_it_open(code):
    assert meaning_of(code, "ACQ.TRADE_NOT_EXIST") == "unknown"


@pytest.mark.parametrize("code", sorted(DID_NOTHING))
def test_the_platforms_own_troubles_leave_it_open_under_any_code(code):
    assert meaning_of(code, "aop.unknown-error") == "unknown"
    assert meaning_of(code, "isp.unknow-error") == "unknown"
    assert meaning_of(code, "ACQ.NEVER_HEARD_OF") == "refused"


@pytest.mark.parametrize(
    "how",
    [
        {"url": "http://openapi.alipay.com/gateway.do"},
        {"url": "ftp://openapi.alipay.com/gateway.do"},
        {"url": "https://"},
        {"url": "https://user@openapi.alipay.com/gateway.do"},
        {"url": "https://openapi.alipay.com/gateway.do?charset=gbk"},
        {"notify_url": "http://errand.example/notifications/alipay"},
        {"notify_url": "https://errand.example/" + "a" * 255},
    ],
)
def test_only_addresses_behind_https_are_taken(far_side: FarSide, how):
    with pytest.raises(ValueError, match="url"):
        far_side.gateway(**how)


def test_plain_http_is_for_development(far_side: FarSide):
    assert far_side.gateway(url="http://127.0.0.1:8001/gateway.do", allow_plain_http=True)


async def test_nothing_secret_gets_into_a_log(far_side: FarSide, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    far_side.will_break(httpx.ReadError("broken"))
    far_side.will_succeed(**PAID)
    gateway = far_side.gateway()
    await gateway.ask(METHOD, {"out_trade_no": "n", "name": "王小明"}, Trade)
    assert "HTTP Request" in caplog.text
    assert "王小明" not in caplog.text
    assert "%E7%8E%8B" not in caplog.text
    assert bare(private_pem("app"))[:30] not in caplog.text


async def test_a_gateway_that_was_closed_opens_anew(far_side: FarSide):
    gateway = far_side.gateway()
    for _ in range(2):
        far_side.will_succeed(**PAID)
        assert isinstance(await gateway.ask(METHOD, {}, Trade), Ok)
        await gateway.close()
