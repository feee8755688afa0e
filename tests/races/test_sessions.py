"""Whoever signs in while what they sign in by is taken away has no session left that rests on it."""

from asyncio import gather
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

import pytest
from attrs import evolve

from adapters.memory.outside import MemoryNotices
from errand_domain.ids import MemberId
from errand_domain.member.member import Member, Way, WayKind
from errand_domain.member.session import CODE_PAUSE, Session
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.signing_in.entering import Entered
from errand_domain.use_cases.signing_in.sign_in_by_password import PasswordTry
from tests.races.overtaken import overtaken
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio

Door = Literal["phone", "wechat", "password"]
Act = Callable[[Begin], Awaitable[object]]
DOORS: Final[tuple[Door, ...]] = ("phone", "wechat", "password")
PASSWORD, ANOTHER = "seven quiet herons", "four green bicycles"


async def code_for(stage: Stage, way: Way) -> str:
    notices = stage.use.notices()
    assert isinstance(notices, MemoryNotices)
    await stage.use.request_code()(way)
    return notices.inbox[0].code


async def newcomer(stage: Stage) -> tuple[Member, Session]:
    """Somebody with three ways and a password, signed in by mail."""
    name = stage.new_id()
    ways = (Way("email", f"{name.hex}@example.edu.cn"), Way("phone", f"+86139{name.int % 10**8:08d}"))
    member = await stage.member(ways=(*ways, Way("wechat", f"openid-{name.hex}")))
    entered = await stage.use.sign_in()(ways[0], await code_for(stage, ways[0]))
    await stage.use.set_password()(entered.session, PASSWORD)
    return member, entered.session


async def entering(stage: Stage, member: Member, door: Door) -> Act:
    """Signing in by that door, with whatever it takes at hand."""
    email, phone, wechat = member.ways
    if door == "phone":
        code = await code_for(stage, phone)
        return lambda begin: through(stage.use.sign_in(), begin)(phone, code)
    if door == "wechat":
        ticket = stage.use.mini_program().ticket_of(wechat.value)
        return lambda begin: through(stage.use.sign_in_by_wechat(), begin)(ticket)
    given = PasswordTry(email=email.value, password=PASSWORD)
    return lambda begin: through(stage.use.sign_in_by_password(), begin)(given)


def through(sign_in: Any, begin: Begin) -> Any:
    return evolve(sign_in, entrance=evolve(sign_in.entrance, begin=begin))


def unlinking(stage: Stage, session: Session, door: Door) -> Act:
    kind = "email" if door == "password" else door
    return lambda begin: evolve(stage.use.unlink_way(), begin=begin)(session.member_id, kind, but=session.id)


def barring(stage: Stage, session: Session, _: Door) -> Act:
    return lambda begin: evolve(stage.use.bar_member(), begin=begin)(
        session.member_id, None, campus_id=stage.campus.id, barred=True, reason="骚扰"
    )


def leaving(stage: Stage, session: Session, _: Door) -> Act:
    return lambda begin: evolve(stage.use.close_account(), begin=begin)(session.member_id)


def changing(stage: Stage, session: Session, _: Door) -> Act:
    return lambda begin: evolve(stage.use.set_password(), begin=begin)(session, ANOTHER, current=PASSWORD)


TAKEN: Final = {"unlinked": unlinking, "barred": barring, "left": leaving, "another password": changing}
CASES: Final = (
    *((taken, door) for taken in ("unlinked", "barred", "left") for door in DOORS),
    ("another password", "password"),  # it is nobody's business who comes in by something else
)


async def live(stage: Stage, member_id: MemberId) -> set[Any]:
    async with stage.begin() as tx:
        return {session.id for session in await tx.sessions.of_member(member_id, at=stage.clock.now())}


async def check_nothing_is_left(stage: Stage, kept: Session, taken: str) -> None:
    left = await live(stage, kept.member_id)
    assert left == ({kept.id} if taken in ("unlinked", "another password") else set())


@pytest.mark.parametrize(("taken", "door"), CASES)
async def test_a_sign_in_that_is_overtaken_is_decided_anew(stage: Stage, taken: str, door: Door):
    member, kept = await newcomer(stage)
    enter, take = await entering(stage, member, door), TAKEN[taken](stage, kept, door)
    number = 2 if door == "phone" else 1  # the code is used up by a commit of its own
    came = await outcome(enter(overtaken(stage.begin, lambda: take(stage.begin), commit=number)))
    if taken == "barred":
        assert came == "member.barred"
    elif door == "password":
        assert came == "sign_in.wrong_password"
    else:
        assert isinstance(came, Entered), "the way is free again, and whoever has proven that it is theirs is new here"
        assert came.member.id != member.id
    await check_nothing_is_left(stage, kept, taken)


@pytest.mark.parametrize(("taken", "door"), CASES)
async def test_what_is_overtaken_by_a_sign_in_ends_its_session(stage: Stage, taken: str, door: Door):
    member, kept = await newcomer(stage)
    enter, take = await entering(stage, member, door), TAKEN[taken](stage, kept, door)
    seen = list[int]()

    async def meanwhile() -> None:
        await enter(stage.begin)
        seen.append(len(await live(stage, member.id)))

    await take(overtaken(stage.begin, meanwhile))
    assert seen == [2]
    await check_nothing_is_left(stage, kept, taken)


@pytest.mark.parametrize("taken", ["unlinked", "barred"])
async def test_many_sign_ins_at_the_same_time_as_that_leave_nothing(stage: Stage, taken: str):
    """Of those that come before, none meets another: whoever comes in by a way changes nothing about the member."""
    member, kept = await newcomer(stage)
    doors = [await entering(stage, member, "wechat") for _ in range(6)]
    take = TAKEN[taken](stage, kept, "wechat")
    came = await gather(*(outcome(act(stage.begin)) for act in (*doors[:3], take, *doors[3:])))
    assert isinstance(came[3], Member)
    assert {one for one in came if isinstance(one, str)} <= {"member.barred"}
    await check_nothing_is_left(stage, kept, taken)


@pytest.mark.parametrize("door", ["email", "wechat"])
async def test_a_proof_by_a_way_that_is_unlinked_meanwhile_is_none(stage: Stage, door: WayKind):
    member, kept = await newcomer(stage)
    by_phone = await (await entering(stage, member, "phone"))(stage.begin)
    assert isinstance(by_phone, Entered)
    begin = overtaken(stage.begin, lambda: stage.use.unlink_way()(member.id, door, but=kept.id))
    prove = evolve(stage.use.prove_again(), begin=begin)
    if door == "wechat":
        ticket = stage.use.mini_program().ticket_of(member.ways[2].value)
        came = await outcome(prove.by_ticket(by_phone.session, ticket))
    else:
        stage.clock.advance(CODE_PAUSE)
        came = await outcome(prove.by_code(by_phone.session, "email", await code_for(stage, member.ways[0])))
    assert came == "field.invalid"
    async with stage.begin() as tx:
        found = {session.id: session for session in await tx.sessions.of_member(member.id, at=stage.clock.now())}
    assert found[by_phone.session.id].proved_by == "phone"
