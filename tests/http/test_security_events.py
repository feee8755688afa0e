"""Each security event is really written, where it happens and as often; and none has what somebody sent."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve
from dependency_injector.providers import Object
from litestar import Litestar
from pyotp.totp import TOTP
from structlog.testing import capture_logs

from adapters.crypto.key_ring import KeyRingFile, new_ring
from adapters.memory.outside import MemoryNotices
from entrypoints.http.app import create_app, handlers_of
from entrypoints.http.limits import LIMITS
from entrypoints.http.security_events import CATEGORY, DONE, EVENTS, KEYS_USED, STAFF_ROUTES
from entrypoints.http.security_log import SERIES_TOLD_EVERY, log_keys
from tests.http.conftest import staff
from tests.http.visitors import API, Visitor, terms_on_the_wire
from tests.stage import Stage

MAIL: Final = "han.meimei@example.edu.cn"
PHONE: Final = "+8613800000031"
OTHER_PHONE: Final = "+8613800000032"
PASSWORD: Final = "seven quiet herons"
ELSEWHERE: Final = "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"
SENT: Final = (MAIL, "han.meimei", "13800000031", "13800000032", PASSWORD, "openid-lin", "127.0.0.1", "刘家寨")
Told = list[Any]
Story = Callable[[Visitor, Stage], Awaitable[None]]


@pytest.fixture
def lines() -> Iterator[Told]:
    with capture_logs() as lines:
        yield lines


def told(lines: Told) -> Told:
    return [line for line in lines if line.get("category") == CATEGORY]


async def code_for(guest: Visitor, kind: str, address: str) -> str:
    guest.stage.clock.advance(guest.stage.campus.policy.hold_earnings_for)  # long after the code before
    await guest.does("/sign-in/codes", {"kind": kind, "address": address})
    notices = guest.stage.use.notices()
    assert isinstance(notices, MemoryNotices)
    return next(notice.code for notice in notices.inbox if notice.code)


async def by_wechat(guest: Visitor, stage: Stage) -> Visitor:
    ticket = stage.use.mini_program().ticket_of("openid-lin")
    entered = await guest.does("/sessions/wechat", {"ticket": ticket, "device": "iPhone"})
    member = Visitor(guest.app, stage, entered["token"])
    await member.consents()
    return member


async def by_mail(guest: Visitor, stage: Stage) -> Visitor:
    code = await code_for(guest, "email", MAIL)
    entered = await guest.does("/sessions", {"kind": "email", "address": MAIL, "code": code})
    member = Visitor(guest.app, stage, entered["token"])
    await member.consents()
    return member


async def come_and_link(guest: Visitor, stage: Stage) -> None:
    notices = stage.use.notices()
    assert isinstance(notices, MemoryNotices)
    notices.fail_next()
    problem = await guest.refused("/sign-in/codes", {"kind": "email", "address": MAIL})
    assert (problem["status"], problem["code"]) == (409, "sign_in.code_not_sent")
    await guest.refused("/sessions/wechat", {"ticket": "of nobody"})
    member = await by_wechat(guest, stage)
    way = {"kind": "email", "address": MAIL, "code": await code_for(guest, "email", MAIL)}
    await member.refused("/me/ways", way)  # code_for let a day pass
    await member.does("/sessions/current/proofs/wechat", {"ticket": stage.use.mini_program().ticket_of("openid-lin")})
    await member.does("/me/ways", way)
    await guest.refused("/sign-in/codes", {"kind": "email", "address": MAIL})
    taken = {"kind": "email", "address": MAIL, "code": await code_for(guest, "email", MAIL)}
    other = await guest.signs_in(PHONE)
    await other.refused("/me/ways", {"kind": "email", "address": MAIL, "code": "123456"})
    await other.refused("/me/ways", taken)
    member = await by_wechat(guest, stage)
    await member.http.delete("/me/ways/email")
    await other.http.delete("/me")


async def change_passwords(guest: Visitor, stage: Stage) -> None:
    member = await by_wechat(guest, stage)
    assert (await member.http.put("/me/password", json={"password": PASSWORD})).status_code == 409
    member = await by_mail(guest, stage)
    await member.http.put("/me/password", json={"password": "123456789012"})
    await member.http.put("/me/password", json={"password": PASSWORD})
    await guest.refused("/sessions/password", {"email": MAIL, "password": "another one altogether"})
    await guest.does("/sessions/password", {"email": MAIL, "password": PASSWORD})
    reset = {"email": MAIL, "code": await code_for(guest, "email", MAIL), "password": f"{PASSWORD} again"}
    await guest.does("/sign-in/password-resets", reset)


async def look_and_leave(guest: Visitor, stage: Stage) -> None:
    await by_mail(guest, stage)
    member = await by_mail(guest, stage)
    await member.http.delete("/sessions")
    (session,) = (await member.sees("/sessions"))["items"]
    await member.post("/me/exports")
    await member.get(f"/orders/{ELSEWHERE}")
    await member.refused("/quotes", {"刘家寨": 1})
    terms = terms_on_the_wire(stage)
    await member.refused("/orders", {"sealedQuote": "刘家寨", "terms": terms, "provider": "memory"})
    await member.http.get("/operator/runners", params={"campus": str(stage.campus.id)})
    await member.http.delete(f"/sessions/{session['id']}")
    await member.get("/me")


async def come_as_operator(guest: Visitor, stage: Stage) -> None:
    mail = MemoryNotices(is_read=True)
    stage.use.notices.override(Object(mail))
    invited = await stage.use.invite_operator()(MAIL, None, role="admin", campus_id=stage.campus.id)
    accepted = {"token": invited.token, "password": PASSWORD, "code": "123456"}
    await guest.refused("/operator-invitations/accepted", accepted)
    await guest.does("/operator-invitations/codes", {"token": invited.token})
    proof = {"token": invited.token, "code": mail.inbox[0].code}
    token = (await guest.does("/operator-invitations/proven", proof))["token"]
    found = await guest.does("/operator-invitations/looked-at", {"token": token})
    codes = TOTP(found["totpSecret"])
    accepted |= {"token": token}
    await guest.refused("/operator-invitations/accepted", accepted)
    await guest.does("/operator-invitations/accepted", accepted | {"code": codes.at(stage.clock.now())})
    await guest.refused("/operator-invitations/looked-at", {"token": invited.token})
    given = {"email": MAIL, "password": PASSWORD}
    await guest.refused("/sessions/password", given)
    await guest.refused("/sessions/password", given | {"second": "123456"})
    runner = await guest.signs_in(OTHER_PHONE)
    await runner.becomes_runner(await staff(guest, stage, await stage.operator()))


async def be_paid(guest: Visitor, stage: Stage) -> None:
    runner = await stage.runner()
    earned = await stage.earn(runner)
    visitor = await staff(guest, stage, runner, strength="one_factor")
    await visitor.does("/withdrawals", {"amountFen": earned.fen, "provider": "memory"})


async def ask_too_often(guest: Visitor, _: Stage) -> None:
    for _ in range(10):
        await guest.refused("/sessions/password", {"email": MAIL, "password": "another one altogether"})
    assert (await guest.refused("/sessions/password", {"email": MAIL, "password": PASSWORD}))["status"] == 429


STORIES: Final[dict[Story, str]] = {
    come_and_link: """
        code.not_sent sign_in.failed sign_in.succeeded code.asked proof.needed proof.given way.linked code.refused
        code.asked code.asked sign_in.succeeded proof.failed way.refused sign_in.succeeded way.removed
        account.closed""",
    change_passwords: """
        sign_in.succeeded proof.needed code.asked sign_in.succeeded password.refused password.changed sign_in.failed
        sign_in.succeeded code.asked password.reset""",
    look_and_leave: """
        code.asked sign_in.succeeded code.asked sign_in.succeeded session.ended_elsewhere data.exported access.missed
        input.refused forgery.refused access.refused session.ended session.unknown""",
    come_as_operator: """
        proof.needed code.asked invitation.proven invitation.read proof.failed operator.enrolled invitation.refused
        sign_in.second_factor_asked sign_in.failed
        code.asked sign_in.succeeded staff.acted""",
    be_paid: "payout.asked",
    ask_too_often: f"{'sign_in.failed ' * 10}limit.reached",
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_story_is_told_in_events(story: Story, guest: Visitor, stage: Stage, lines: Told) -> None:
    await story(guest, stage)
    found = told(lines)
    assert [line["event"] for line in found] == STORIES[story].split()
    for line in found:
        assert not any(value in str(line) for value in SENT), line
        assert line["log_level"] == next(event.level for event in EVENTS if event.name == line["event"])


def test_every_event_of_the_table_is_in_a_story_and_there_are_no_others() -> None:
    assert {name for story in STORIES.values() for name in story.split()} == {event.name for event in EVENTS}
    assert len({event.name for event in EVENTS}) == len(EVENTS)


async def test_every_route_of_the_table_is_one(app: Litestar) -> None:
    routes = {(method, path.removeprefix(API)) for method, path in handlers_of(app)}
    assert set(DONE) <= routes
    assert any(path.startswith(STAFF_ROUTES) for _, path in routes)


async def test_who_comes_in_is_told_by_ids_and_how(guest: Visitor, lines: Told) -> None:
    visitor = await guest.signs_in(PHONE)
    asked, entered = told(lines)
    (session,) = (await visitor.sees("/sessions"))["items"]
    assert (entered["member_id"], entered["session"]) == (visitor.id, session["id"])
    assert (entered["by"], entered["strength"], entered["route"]) == ("phone", "one_factor", "POST /sessions")
    assert entered["target"] == asked["target"]
    assert entered["source"] == asked["source"]


async def test_tries_at_one_address_are_seen_as_one_series(guest: Visitor, lines: Told) -> None:
    for email in (MAIL, MAIL, f"x{MAIL}"):
        await guest.refused("/sessions/password", {"email": email, "password": "another one altogether"})
    one, again, other = told(lines)
    assert one["target"] == again["target"] != other["target"]
    assert one["source"] == other["source"] != one["target"]
    assert one["refusal"] == "sign_in.wrong_password"


async def test_what_is_repeated_with_its_key_says_so(guest: Visitor, stage: Stage, lines: Told) -> None:
    member = await by_wechat(guest, stage)
    body = {"kind": "email", "address": MAIL, "code": await code_for(guest, "email", MAIL)}
    await member.does("/sessions/current/proofs/wechat", {"ticket": stage.use.mini_program().ticket_of("openid-lin")})
    for _ in range(2):
        await member.does("/me/ways", body, headers={"Idempotency-Key": "one-and-the-same"})
    first, second = (line for line in told(lines) if line["event"] == "way.linked")
    assert "repeated" not in first
    assert second["repeated"] == "yes"


async def test_a_limit_of_the_gate_is_told_with_what_was_asked(stage: Stage, lines: Told) -> None:
    stage.use.settings.override(evolve(stage.use.settings(), rate_limits=True))
    visitor = Visitor(create_app(stage.use), stage)
    for _ in range(LIMITS["signing_in"].most + 1):
        await visitor.post("/sessions", {})
    last = told(lines)[-1]
    assert (last["event"], last["route"], last["refusal"]) == ("limit.reached", "POST /sessions", "too_many_requests")


async def test_whoever_is_refused_in_a_series_fills_no_log(guest: Visitor, lines: Told) -> None:
    for _ in range(3):
        assert (await guest.get("/me")).status_code == 401
    assert [line["event"] for line in told(lines)] == ["session.unknown"]
    guest.stage.clock.advance(SERIES_TOLD_EVERY)
    await guest.get("/me")
    assert len(told(lines)) == 2


async def test_the_key_ring_in_use_is_told_at_the_start_and_when_it_was_replaced(
    stage: Stage, tmp_path: Path, lines: Told
) -> None:
    file, writer = KeyRingFile(tmp_path / "ring"), KeyRingFile(tmp_path / "ring")
    writer.replace(new_ring())
    stage.use.key_rings.override(Object(file))
    log_keys(stage.use)
    file.current()
    writer.replace(writer.current().with_new_key())
    file.again()
    file.again()
    assert [(line["event"], line["keys"]) for line in told(lines)] == [(KEYS_USED.name, 1), (KEYS_USED.name, 2)]
    assert told(lines)[-1]["current"] == writer.current().current
    assert not any(key.hex() in str(lines) for key in writer.current().keys.values())
