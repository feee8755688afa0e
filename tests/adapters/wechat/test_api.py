"""One call to WeChat: what goes out, what an answer means, and what never shows."""

import asyncio
import logging

import httpx
import msgspec
import pytest

from adapters.memory.clock import MemoryClock
from adapters.wechat.answers import Nothing, Ok, Refused, Unknown, understood
from adapters.wechat.api import WechatApi
from adapters.wechat.errors import MEANINGS
from adapters.wechat.token import AccessToken
from errand_domain.testing import examples
from tests.adapters.wechat.scripted import APP, SECRET


class Told(msgspec.Struct):
    count: int


async def ask(pair, shape=Nothing):
    return await pair.api.post("/wxa/x", {"text": "一个小包裹"}, shape)


async def test_characters_go_out_as_they_are(wechat_pair):
    await ask(wechat_pair)
    assert wechat_pair.wechat.calls[0].raw == '{"text":"一个小包裹"}'.encode()


async def test_every_call_has_its_time_limits(wechat_pair):
    await ask(wechat_pair)
    assert [asked.timeout for asked in wechat_pair.wechat.asked] == [
        {"connect": 3, "read": 8, "write": 8, "pool": 3}
    ] * 2


@pytest.mark.parametrize("content_type", ["text/plain", "application/json; encoding=utf-8", "image/jpeg"])
async def test_an_answer_is_what_its_content_says_it_is(wechat_pair, content_type):
    wechat_pair.wechat.content_type = content_type
    wechat_pair.wechat.script.append({"count": 3})
    assert await ask(wechat_pair, Told) == Ok(content=Told(count=3))


@pytest.mark.parametrize(("errcode", "meaning"), MEANINGS.items())
async def test_every_code_of_the_table_has_its_outcome(errcode, meaning):
    answer = understood(200, b'{"errcode":%d,"errmsg":"x"}' % errcode, Nothing)
    assert isinstance(answer, Unknown if meaning == "unknown" else Refused)
    if isinstance(answer, Refused):
        assert (answer.errcode, answer.meaning) == (errcode, meaning)


async def test_a_code_that_nobody_knows_is_a_refusal(wechat_pair):
    wechat_pair.wechat.script.append({"errcode": 99_999, "errmsg": ""})
    answer = await ask(wechat_pair)
    assert isinstance(answer, Refused)
    assert answer.reason == "99999"


@pytest.mark.parametrize(
    ("errmsg", "expected", "rid"),
    [
        ("支付单不存在 rid: 65f1-00aa-ff", "支付单不存在", "65f1-00aa-ff"),
        ("no, hint: [b14904df] rid: 650a4efa-79ed", "no, hint: [b14904df]", "650a4efa-79ed"),
        ("grid: 1", "grid: 1", ""),
        ("ok", "ok", ""),
    ],
)
def test_the_number_of_the_request_is_told_apart_from_the_message(errmsg, expected, rid):
    content = msgspec.json.encode({"errcode": 48001, "errmsg": errmsg})
    assert understood(200, content, Nothing) == Refused(errcode=48001, errmsg=expected, rid=rid)


def test_a_reason_names_code_message_and_request():
    refused = Refused(errcode=48001, errmsg="api unauthorized", rid="65f1")
    assert refused.reason == "48001: api unauthorized (rid 65f1)"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"ok"',
        b'{"errcode":"0"}',
        b'{"errcode":true}',
        b'{"errcode":0',
        b"\xff\xfe",
        b'{"count":"3"}',
        b'{"errcode":0}',
        b'{"count":' * 100_000,
    ],
)
def test_an_answer_that_is_not_what_was_promised_is_unknown(content):
    assert isinstance(understood(200, content, Told), Unknown)


@pytest.mark.parametrize("status", [204, 302, 400, 404, 429, 500, 502])
def test_any_status_but_200_is_unknown(status):
    assert isinstance(understood(status, b'{"errcode":0,"count":1}', Told), Unknown)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.PoolTimeout("full"),
        httpx.RemoteProtocolError("gone at https://x/?access_token=t1"),
        httpx.DecodingError("not gzip"),
    ],
)
async def test_a_call_without_an_answer_is_unknown_and_says_only_what_kind_of_fault_it_was(wechat_pair, fault):
    wechat_pair.wechat.script.append(fault)
    assert await ask(wechat_pair) == Unknown(why=f"no answer: {type(fault).__name__}")


async def test_a_closed_connection_opens_again_for_a_later_call(wechat_pair):
    await ask(wechat_pair)
    await wechat_pair.api.close()
    assert isinstance(await ask(wechat_pair), Ok)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"app": ""}, "app"),
        ({"app": "wx 1"}, "app"),
        ({"secret": SECRET[1:]}, "secret"),
        ({"secret": SECRET + "\n"}, "secret"),
        ({"url": "http://api.weixin.qq.com"}, "url"),
        ({"url": "https://api.weixin.qq.com/cgi-bin"}, "url"),
        ({"url": "https://user@api.weixin.qq.com"}, "url"),
        ({"url": "api.weixin.qq.com"}, "url"),
    ],
)
def test_what_could_never_work_is_refused_in_one_line_that_names_it_and_not_its_value(changes, named):
    arguments = {"app": APP, "secret": SECRET, "url": "https://api.weixin.qq.com"} | changes
    with pytest.raises(ValueError, match=rf"^{named} ") as refused:
        WechatApi(arguments.pop("app"), arguments.pop("secret"), clock=MemoryClock(), **arguments)
    assert "\n" not in str(refused.value)
    assert changes[named] == "" or changes[named] not in str(refused.value)


def test_a_token_does_not_show():
    assert "s3cret" not in repr(AccessToken(text="s3cret", expires_at=examples.NOW))


async def _answer(reader, writer):
    """Two answers to one connection, the second of which breaks off."""
    for content in (b'{"access_token":"s3cret-token","expires_in":7200}', b'{"errcode":0}'):
        await reader.readuntil(b"}")
        length = len(content) + (not content.startswith(b'{"access'))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (length, content))
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_neither_token_nor_secret_is_ever_logged_or_told(caplog):
    caplog.set_level(logging.DEBUG)
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    api = WechatApi(APP, SECRET, url=url, clock=MemoryClock(), allow_plain_http=True)
    async with server:
        answer = await api.post("/wxa/x", {}, Nothing)
        await api.close()
    told = f"{answer} {caplog.text} {[record.__dict__ for record in caplog.records]}"
    assert isinstance(answer, Unknown)
    assert "/wxa/x" in told  # the log is there: it is only the token that is not
    assert "s3cret" not in told
    assert SECRET not in told
