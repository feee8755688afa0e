"""Operators over HTTP: how they come in, and that one factor gives nobody staff's powers."""

from typing import Final

from litestar import Litestar
from pyotp.totp import TOTP

from entrypoints.http.app import handlers_of
from tests.http.conftest import staff
from tests.http.visitors import API, Visitor, problem_of
from tests.stage import Stage

PASSWORD: Final = "seven quiet herons"
SOME_ID: Final = "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"
EMAIL: Final = "han.meimei@example.edu.cn"


async def test_an_administrator_with_one_factor_is_no_operator_on_any_route(
    app: Litestar, guest: Visitor, stage: Stage
) -> None:
    member = await stage.operator()
    weak = await staff(guest, stage, member, strength="one_factor")
    strong = await staff(guest, stage, member)
    routes = [(method, path) for method, path in sorted(handlers_of(app)) if path.startswith(f"{API}/operator/")]
    assert len(routes) > 10
    for method, path in routes:
        if method != "GET":
            continue
        filled = "/".join(SOME_ID if part.startswith("{") else part for part in path.split("/"))
        asked = {"campus": str(stage.campus.id)}
        refused = await weak.http.request(method, f"http://errand{filled}", params=asked)
        assert refused.status_code in (403, 404), (path, refused.text)
        allowed = await strong.http.request(method, f"http://errand{filled}", params=asked)
        assert allowed.status_code in (200, 404), (path, allowed.text)
        assert allowed.status_code == 404 or refused.status_code == 403, path
    assert (await weak.sees("/me"))["roles"] == []
    assert (await strong.sees("/me"))["roles"]


async def test_a_decision_of_staff_takes_both_factors(guest: Visitor, runner: Visitor, stage: Stage) -> None:
    decision = {"decision": "suspend", "reason": "投诉"}
    member = await stage.operator()
    weak = await staff(guest, stage, member, strength="one_factor")
    problem = await weak.refused(f"/operator/runners/{runner.id}/decisions", decision)
    assert (problem["status"], problem["code"]) == (403, "not_permitted")
    strong = await staff(guest, stage, member)
    await strong.does(f"/operator/runners/{runner.id}/decisions", decision)


async def test_an_operator_follows_the_link_and_signs_in_with_both_factors(guest: Visitor, stage: Stage) -> None:
    invite = stage.use.invite_operator()
    token = (await invite(EMAIL, None, role="admin", campus_id=stage.campus.id)).token
    invitation = await guest.does("/operator-invitations/looked-at", {"token": token})
    codes = TOTP(invitation["totpSecret"])
    accepted = {"token": token, "password": PASSWORD, "code": codes.at(stage.clock.now())}
    told = await guest.does("/operator-invitations/accepted", accepted)
    assert len(told["recoveryCodes"]) == 10
    assert (await guest.refused("/operator-invitations/accepted", accepted))["code"] == "operator.invitation_gone"

    given = {"email": "Han.Meimei@Example.edu.cn", "password": PASSWORD, "device": "Firefox"}
    assert (await guest.refused("/sessions/password", given))["code"] == "sign_in.second_factor_needed"
    used = given | {"second": codes.at(stage.clock.now())}
    assert (await guest.refused("/sessions/password", used))["code"] == "sign_in.wrong_second_factor"
    entered = await guest.does("/sessions/password", given | {"second": told["recoveryCodes"][0]})
    assert entered["strength"] == "two_factors"
    operator = Visitor(guest.app, stage, entered["token"])
    (session,) = (await operator.sees("/sessions"))["items"]
    assert (session["device"], session["place"], session["by"]) == ("Firefox", "127.0.0.*", "password")
    await operator.sees("/operator/runners", params={"campus": str(stage.campus.id)})


async def test_by_wechat_one_comes_in_and_links_the_phone_that_wechat_shows(guest: Visitor, stage: Stage) -> None:
    wechat = stage.use.mini_program()
    ticket = wechat.ticket_of("openid-lin")
    entered = await guest.does("/sessions/wechat", {"ticket": ticket, "device": "iPhone"})
    assert (await guest.refused("/sessions/wechat", {"ticket": ticket}))["code"] == "sign_in.ticket_refused"
    visitor = Visitor(guest.app, stage, entered["token"])
    await visitor.consents()
    me = await visitor.does("/me/tickets/wechat-phone", {"ticket": wechat.phone_ticket_of("+8613900000001")})
    assert [way["kind"] for way in me["ways"]] == ["wechat", "phone"]
    entered = await guest.does("/sessions/wechat", {"ticket": wechat.ticket_of("openid-2")})
    other = Visitor(guest.app, stage, entered["token"])
    await other.consents()
    taken = await other.refused("/me/tickets/wechat-phone", {"ticket": wechat.phone_ticket_of("+8613900000001")})
    assert taken["code"] == "member.way_taken"


async def test_removing_the_way_by_which_one_came_in_ends_the_other_sessions_of_it(
    guest: Visitor, stage: Stage
) -> None:
    wechat = stage.use.mini_program()
    ours, others = [
        Visitor(
            guest.app, stage, (await guest.does("/sessions/wechat", {"ticket": wechat.ticket_of("openid-1")}))["token"]
        )
        for _ in range(2)
    ]
    await ours.consents()
    await ours.does("/me/tickets/wechat-phone", {"ticket": wechat.phone_ticket_of("+8613900000001")})
    assert (await ours.http.delete("/me/ways/wechat")).status_code == 204
    assert [way["kind"] for way in (await ours.sees("/me"))["ways"]] == ["phone"]
    assert (await others.http.get("/me")).status_code == 401


async def test_known_and_unknown_targets_are_answered_alike(guest: Visitor) -> None:
    await guest.signs_in("+8613800000001")
    stage = guest.stage
    stage.clock.advance(stage.campus.policy.hold_earnings_for)
    answers = [
        await guest.post("/sign-in/codes", {"kind": "phone", "address": phone})
        for phone in ("+8613800000001", "+8613800000077")
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    wrong = [
        problem_of(await guest.post("/sessions/password", {"email": email, "password": "wrong"}))
        for email in ("nobody@example.edu.cn", "somebody@example.edu.cn")
    ]
    assert {problem["code"] for problem in wrong} == {"sign_in.wrong_password"}


async def test_every_other_session_ends_on_request(guest: Visitor, requester: Visitor) -> None:
    guest.stage.clock.advance(guest.stage.campus.policy.hold_earnings_for)
    again = await guest.signs_in("+8613800000001")
    assert (await again.http.delete("/sessions")).status_code == 204
    assert (await requester.get("/me")).status_code == 401
    assert (await again.get("/me")).status_code == 200
