"""Tickets as WeChat gives them: single use, five minutes, for one app; and every fault on request."""

from datetime import timedelta
from pathlib import Path

import pytest

from entrypoints.sandbox.wechat.partner import CALL_FAULTS, Wechat
from entrypoints.sandbox.wechat.users import (
    CODE_PATH,
    KEPT_FOR,
    PHONE_PATH,
    SESSION_PATH,
    TICKET_LASTS,
    USER_OPERATIONS,
    Ticket,
)
from entrypoints.sandbox.wechat_pay.keys import APP
from tests.sandbox.wechat.playing import Play, playing


@pytest.fixture
async def play(tmp_path: Path):
    async with playing(tmp_path) as made:
        yield made


async def ticket(play: Play, *words: str) -> str:
    return (await play.http.post("/".join(("/sandbox/wechat", *words)))).json()["ticket"]


async def session(play: Play, code: str, **changes: str):
    asked = {"appid": APP, "secret": play.keys.secret, "js_code": code, "grant_type": "authorization_code"}
    return (await play.http.get(SESSION_PATH, params=asked | changes)).json()


async def test_a_ticket_is_exchanged_once_for_user_and_session(play: Play):
    code = await ticket(play, "users", "openid-of-1", "open")
    answer = await session(play, code)
    assert (answer["openid"], sorted(answer)) == ("openid-of-1", ["openid", "session_key"])
    assert (await session(play, code))["errcode"] == 40163


async def test_a_ticket_lasts_five_minutes(play: Play):
    code = await ticket(play, "users", "openid-of-1", "open")
    play.clock.advance(TICKET_LASTS)
    assert (await session(play, code))["errcode"] == 40029


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wx0"}, 40013),
        ({"secret": "0" * 32}, 40125),
        ({"grant_type": "client_credential"}, 40002),
        ({"js_code": "invented"}, 40029),
    ],
)
async def test_nobody_else_learns_who_it_is(play: Play, changes, errcode):
    code = await ticket(play, "users", "openid-of-1", "open")
    assert (await session(play, code, **changes))["errcode"] == errcode
    assert (await session(play, code))["openid"] == "openid-of-1"


@pytest.mark.parametrize(
    ("phone", "country", "pure", "full"),
    [
        ("+8613800000101", "86", "13800000101", "13800000101"),
        ("+85251234567", "852", "51234567", "85251234567"),
    ],
)
async def test_a_number_is_told_in_its_parts_with_the_apps_mark(play: Play, phone, country, pure, full):
    code = await ticket(play, "phones", phone, "show")
    info = (await play.post(PHONE_PATH, {"code": code}))["phone_info"]
    assert (info["countryCode"], info["purePhoneNumber"], info["phoneNumber"]) == (country, pure, full)
    assert info["watermark"]["appid"] == APP
    assert (await play.post(PHONE_PATH, {"code": code}))["errcode"] == 40163
    assert (await play.post(PHONE_PATH, {"code": code}, "invented"))["errcode"] == 40001


async def test_a_code_is_a_picture_or_a_reason(play: Play):
    token = (await play.token())["access_token"]
    answer = await play.http.post(CODE_PATH, params={"access_token": token}, json={"scene": "a" * 32, "width": 280})
    assert (answer.headers["content-type"], answer.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    for wrong, errcode in (
        ({"scene": "a" * 33}, 40169),
        ({"scene": "100%"}, 40169),
        ({"scene": "a", "page": "/pages/index"}, 41030),
        ({"scene": "a", "width": 2_000}, 47001),
        ({}, 47001),
    ):
        assert (await play.post(CODE_PATH, wrong, token))["errcode"] == errcode


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("users", "x", "open"), 409),
        (("phones", "12", "show"), 409),
        (("users", "openid-of-1", "show"), 404),
        (("pets", "openid-of-1", "open"), 404),
    ],
)
async def test_only_people_open_it(play: Play, words, status):
    assert (await play.http.post("/".join(("/sandbox/wechat", *words)))).status_code == status


async def test_old_tickets_are_forgotten(play: Play):
    tickets = play.outside.store.table("wechat.tickets", Ticket)
    for _ in range(3):
        await ticket(play, "users", "openid-of-1", "open")
    play.clock.advance(TICKET_LASTS + KEPT_FOR + timedelta(seconds=1))
    await ticket(play, "users", "openid-of-1", "open")
    assert len(tickets) == 1


@pytest.mark.parametrize(
    ("kind", "errcode", "is_spent"),
    [
        ("server_error", -1, False),
        ("server_error_after", -1, True),
        ("rate_limited", 45011, False),
        ("user_refused", 40226, False),
    ],
)
async def test_a_fault_spends_the_ticket_or_does_not(play: Play, kind, errcode, is_spent):
    code = await ticket(play, "users", "openid-of-1", "open")
    play.outside.faults.ask("wechat.session", kind)
    assert (await session(play, code))["errcode"] == errcode
    assert ("errcode" in await session(play, code)) == is_spent


async def test_a_page_may_be_unpublished_on_request(play: Play):
    play.outside.faults.ask("wechat.code", "not_published")
    assert (await play.post(CODE_PATH, {"scene": "a"}))["errcode"] == 41030


def test_every_call_can_go_wrong_in_every_way():
    for operation in USER_OPERATIONS.values():
        assert set(CALL_FAULTS) <= {*Wechat.operations[operation]}
