"""WeChat asked who its users are: what goes out, what each answer means, and what never shows."""

import logging
from types import SimpleNamespace

import pytest
from httpx import AsyncBaseTransport, ReadTimeout, Request, Response

from adapters.memory.clock import MemoryClock
from adapters.wechat.api import WechatApi
from adapters.wechat.mini_program import CODE_PATH, PHONE_PATH, SESSION_PATH, WechatMiniProgram
from errand_domain.ports.mini_program import CodeRefused, PlatformUnreachable, TicketRefused, UserRefused
from tests.adapters.wechat.scripted import APP, SECRET

TICKET = "0b3aBC000xYz"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


class Told(AsyncBaseTransport):
    """Answers one thing, and keeps what was asked."""

    def __init__(self, answer: object) -> None:
        self.answer, self.asked = answer, list[Request]()

    async def handle_async_request(self, request: Request) -> Response:
        if request.url.path == "/cgi-bin/stable_token":
            return Response(200, json={"access_token": "t1", "expires_in": 7200})
        await request.aread()
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, bytes):
            return Response(200, content=self.answer)
        return Response(200, json=self.answer)


def asking(answer: object, **changes: str) -> SimpleNamespace:
    transport = Told(answer)
    api = WechatApi(APP, SECRET, clock=MemoryClock(), transport=transport)
    return SimpleNamespace(platform=WechatMiniProgram(api, **changes), wechat=transport)


def phone_of(**changes: object) -> dict[str, object]:
    found = {"phoneNumber": "13800000101", "purePhoneNumber": "13800000101", "countryCode": "86"}
    return {"errcode": 0, "errmsg": "ok", "phone_info": found | {"watermark": {"timestamp": 1, "appid": APP}} | changes}


async def test_a_user_is_asked_for_with_the_ticket_and_the_apps_secret():
    world = asking({"openid": OPENID, "session_key": "k3y", "unionid": "u"})
    assert await world.platform.identity(TICKET) == OPENID
    (asked,) = world.wechat.asked
    assert (asked.method, asked.url.path) == ("GET", SESSION_PATH)
    assert dict(asked.url.params) == {
        "appid": APP,
        "secret": SECRET,
        "js_code": TICKET,
        "grant_type": "authorization_code",
    }


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"errcode": 40029, "errmsg": "invalid code"}, TicketRefused),
        ({"errcode": 40163, "errmsg": "code been used"}, TicketRefused),
        ({"errcode": 40226, "errmsg": "code blocked"}, UserRefused),
        ({"errcode": -1, "errmsg": "system error"}, PlatformUnreachable),
        ({"errcode": 45011, "errmsg": "too often"}, PlatformUnreachable),
        ({"errcode": 40125, "errmsg": "invalid appsecret"}, PlatformUnreachable),
        ({"openid": "x"}, PlatformUnreachable),
        ({"openid": "<script>alert(1)</script>"}, PlatformUnreachable),
        ({"session_key": "k3y"}, PlatformUnreachable),
        (b"<html>", PlatformUnreachable),
        (ReadTimeout("slow"), PlatformUnreachable),
    ],
)
async def test_every_answer_has_its_refusal(answer, refusal):
    with pytest.raises(refusal):
        await asking(answer).platform.identity(TICKET)


@pytest.mark.parametrize("ticket", ["", "a b", "é", "a\n", "x" * 513])
async def test_what_cannot_be_a_ticket_is_not_even_asked_about(ticket):
    world = asking({"openid": OPENID})
    with pytest.raises(TicketRefused):
        await world.platform.identity(ticket)
    assert world.wechat.asked == []


@pytest.mark.parametrize("country", ["86", 86, "+86"])
async def test_a_number_is_built_of_its_country_and_the_rest(country):
    world = asking(phone_of(countryCode=country))
    assert await world.platform.phone(TICKET) == "+8613800000101"
    (asked,) = world.wechat.asked
    assert (asked.method, asked.url.path, asked.content) == ("POST", PHONE_PATH, b'{"code":"%s"}' % TICKET.encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"purePhoneNumber": ""},
        {"purePhoneNumber": "12"},
        {"purePhoneNumber": "1380000010x"},
        {"purePhoneNumber": "１３８００００００００"},
        {"purePhoneNumber": "9" * 31},
        {"countryCode": ""},
        {"countryCode": "999"},
        {"countryCode": -86},
    ],
)
async def test_what_is_no_number_is_no_answer(changes):
    with pytest.raises(PlatformUnreachable) as refused:
        await asking(phone_of(**changes)).platform.phone(TICKET)
    assert "138" not in f"{refused.value!r} {refused.value.__cause__!r}"


async def test_a_number_that_was_shown_to_another_app_is_refused():
    with pytest.raises(TicketRefused):
        await asking(phone_of(watermark={"timestamp": 1, "appid": "wx0000000000000000"})).platform.phone(TICKET)


async def test_a_code_is_drawn_with_its_page_and_checked_where_it_is_released():
    world = asking(b"\xff\xd8\xff\xe0 a picture")
    assert await world.platform.draw("0" * 32, page="pages/index/index") == b"\xff\xd8\xff\xe0 a picture"
    world = asking(b"\x89PNG\r\n\x1a\n", version="trial")
    await world.platform.draw("a")
    (asked,) = world.wechat.asked
    assert asked.url.path == CODE_PATH
    assert asked.content == b'{"scene":"a","check_path":false,"env_version":"trial","width":1280}'


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"errcode": 41030, "errmsg": "invalid page"}, CodeRefused),
        ({"errcode": 45009, "errmsg": "quota"}, PlatformUnreachable),
        ({"errcode": 0, "errmsg": "ok"}, PlatformUnreachable),
        (b"GIF89a", PlatformUnreachable),
    ],
)
async def test_what_is_no_picture_is_never_one(answer, refusal):
    with pytest.raises(refusal):
        await asking(answer).platform.draw("a")


@pytest.mark.parametrize("scene", ["", "x" * 33, "100%", "一", "a b"])
async def test_a_scene_that_wechat_does_not_take_is_not_asked_for(scene):
    world = asking(b"\xff\xd8\xff")
    with pytest.raises(CodeRefused):
        await world.platform.draw(scene)
    assert world.wechat.asked == []


@pytest.mark.parametrize("answer", [{"openid": OPENID, "session_key": "k3y"}, ReadTimeout("slow"), {"errcode": 40125}])
async def test_neither_secret_nor_ticket_nor_session_is_ever_logged_or_told(caplog, answer):
    caplog.set_level(logging.DEBUG)
    world, told = asking(answer), ""
    try:
        await world.platform.identity(TICKET)
    except PlatformUnreachable as refused:
        told = f"{refused!r} {refused.__cause__!r} {refused.facts()}"
    told += f"{caplog.text} {[record.__dict__ for record in caplog.records]} {vars(world.platform)!r}"
    assert SESSION_PATH in told or isinstance(answer, Exception)
    for secret in (SECRET, TICKET, "k3y", OPENID):
        assert secret not in told
