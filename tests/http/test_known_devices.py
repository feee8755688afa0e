"""A client that sends what its last session gave it is not counted among strangers."""

from adapters.memory.outside import MemoryNotices
from tests.domain.examples import MINUTE
from tests.http.visitors import Visitor

MAIL, PASSWORD = "han.meimei@example.edu.cn", "three blue bicycles"
PHONE = {"kind": "phone", "address": "+8613800000041"}


async def test_with_the_token_of_a_session_before_strangers_tries_do_not_count(guest: Visitor) -> None:
    notices = guest.stage.use.notices()
    assert isinstance(notices, MemoryNotices)
    await guest.does("/sign-in/codes", {"kind": "email", "address": MAIL})
    entered = await guest.does("/sessions", {"kind": "email", "address": MAIL, "code": notices.inbox[0].code})
    member = Visitor(guest.app, guest.stage, entered["token"])
    assert (await member.http.put("/me/password", json={"password": PASSWORD})).status_code == 204
    given = {"email": MAIL, "password": PASSWORD}
    for _ in range(10):
        await guest.refused("/sessions/password", given | {"password": "a guess of somebody"})
    assert (await guest.refused("/sessions/password", given))["code"] == "too_many_requests"
    again = await guest.does("/sessions/password", given | {"deviceToken": entered["deviceToken"]})
    assert again["deviceToken"] == entered["deviceToken"]


async def test_with_the_token_of_a_session_before_strangers_codes_do_not_count(guest: Visitor) -> None:
    notices, clock = guest.stage.use.notices(), guest.stage.clock
    assert isinstance(notices, MemoryNotices)
    await guest.does("/sign-in/codes", PHONE)
    entered = await guest.does("/sessions", {**PHONE, "code": notices.inbox[0].code})
    for _ in range(4):
        clock.advance(MINUTE)
        await guest.does("/sign-in/codes", PHONE)
    clock.advance(MINUTE)
    assert (await guest.refused("/sign-in/codes", PHONE))["code"] == "sign_in.code_too_soon"
    await guest.does("/sign-in/codes", {**PHONE, "deviceToken": entered["deviceToken"]})
