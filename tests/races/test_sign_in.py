"""What is good once is used once, however many use it in the same moment."""

from asyncio import gather
from collections import Counter
from datetime import timedelta

import pytest
from pyotp.totp import TOTP

from adapters.memory.outside import MemoryNotices
from errand_domain.member.member import Way
from errand_domain.use_cases.signing_in.sign_in_by_password import PasswordTry
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio

EMAIL, PASSWORD = "han.meimei@example.edu.cn", "seven quiet herons"


def told(came: list[object]) -> Counter[str]:
    return Counter(one if isinstance(one, str) else "won" for one in came)


async def test_of_five_uses_of_one_code_one_signs_in(stage: Stage):
    way, notices = Way("phone", "+8613800009999"), stage.use.notices()
    assert isinstance(notices, MemoryNotices)
    await stage.use.request_code()(way)
    code = notices.inbox[0].code
    came = await gather(*(outcome(stage.use.sign_in()(way, code)) for _ in range(5)))
    assert told(list(came)) == {"won": 1, "sign_in.wrong_code": 4}


async def test_of_two_links_of_one_phone_one_wins(stage: Stage):
    wechat, link = stage.use.mini_program(), stage.use.link_by_ticket()
    members = [await stage.member(ways=(Way("wechat", f"openid-{n}"),)) for n in range(4)]
    tickets = [wechat.phone_ticket_of("+8613900000001") for _ in members]
    came = await gather(*(outcome(link.phone(m.id, ticket)) for m, ticket in zip(members, tickets, strict=True)))
    assert told(list(came)) == {"won": 1, "member.way_taken": 3}


async def test_two_first_visits_by_wechat_at_once_are_of_one_member(stage: Stage):
    tickets = [stage.use.mini_program().ticket_of("openid-lin") for _ in range(2)]
    came = await gather(*(stage.use.sign_in_by_wechat()(ticket) for ticket in tickets))
    assert len({entered.member.id for entered in came}) == 1


async def test_of_many_uses_of_one_invitation_and_of_one_step_one_wins(stage: Stage):
    invited = await stage.use.invite_operator()(EMAIL, None, role="admin", campus_id=stage.campus.id)
    assert invited.token is not None
    codes = TOTP((await stage.use.view_invitation()(invited.token)).totp_secret)
    accept = stage.use.accept_invitation()
    code = codes.at(stage.clock.now())
    came = await gather(*(outcome(accept(invited.token, password=PASSWORD, code=code)) for _ in range(4)))
    assert told(list(came)) == {"won": 1, "operator.invitation_gone": 3}

    stage.clock.advance(timedelta(minutes=1))
    given = PasswordTry(email=EMAIL, password=PASSWORD, second=codes.at(stage.clock.now()))
    came_in = await gather(*(outcome(stage.use.sign_in_by_password()(given)) for _ in range(4)))
    assert told(list(came_in)) == {"won": 1, "sign_in.wrong_second_factor": 3}
