"""What whoever guesses at a password or a second factor gains from a further door, and from a moment's change."""

from collections.abc import Awaitable, Callable

import pytest

from adapters.memory.credentials import MemoryPasswordHashes
from errand_domain.member.credential import WrongPassword, WrongSecondFactor
from errand_domain.member.member import MemberBarred, Way
from errand_domain.member.password import PasswordWeak
from errand_domain.member.session import PROOF_LIFE, WrongCode
from errand_domain.ports.credentials import PasswordHashes
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.operators.manage_members import BarMember
from errand_domain.use_cases.signing_in.own_sessions import ListSessions
from errand_domain.use_cases.signing_in.own_ways import LinkByTicket
from errand_domain.use_cases.signing_in.prove_again import ProveAgain
from errand_domain.use_cases.signing_in.set_password import ResetPassword, SetPassword
from errand_domain.use_cases.signing_in.sign_in_by_password import (
    AT_ALL_MOST,
    FROM_DEVICE_MOST,
    SECOND_FACTORS_MOST,
    SignInByPassword,
)
from errand_domain.use_cases.signing_in.sign_in_by_password import FROM_ADDRESS_MOST as TRIES_MOST
from tests.domain.examples import MINUTE, SECOND
from tests.use_cases.enrolling import PASSWORD as STAFF_PASSWORD
from tests.use_cases.enrolling import enroll
from tests.use_cases.test_proving_again import as_stored, proven_until
from tests.use_cases.test_signing_in import EMAIL, PASSWORD, code_for, enter, tried, with_password
from tests.use_cases.world import World

MAIL = Way("email", EMAIL)
ANOTHER = "four green bicycles"


class Overtaken(MemoryPasswordHashes):
    """Compares so slowly that something else happens meanwhile."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    async def matches(self, password_hash: str | None, password: str) -> bool:
        await self._meanwhile()
        return await super().matches(password_hash, password)


@pytest.mark.parametrize("meanwhile", ["changed", "left"])
@pytest.mark.parametrize("door", ["signing in", "proving again"])
async def test_a_password_that_goes_while_it_is_compared_proves_nothing(world: World, door: str, meanwhile: str):
    session = (await with_password(world)).session
    world.clock.advance(MINUTE)
    if meanwhile == "changed":
        change = world.use(SetPassword)
        world.parts[PasswordHashes] = Overtaken(lambda: change(session, ANOTHER, current=PASSWORD))
    else:
        world.parts[PasswordHashes] = Overtaken(lambda: world.use(CloseAccount)(session.member_id))
    sign_in, prove = world.use(SignInByPassword), world.use(ProveAgain)
    with pytest.raises(WrongPassword):
        await (sign_in(tried()) if door == "signing in" else prove.by_password(session, PASSWORD))
    if meanwhile == "changed":
        assert await world.use(ListSessions)(session.member_id) == (session,)


async def test_of_two_who_change_a_password_by_the_one_before_it_the_second_does_not(world: World):
    session = (await with_password(world)).session
    change = world.use(SetPassword)
    world.parts[PasswordHashes] = Overtaken(lambda: change(session, ANOTHER, current=PASSWORD))
    with pytest.raises(WrongPassword):
        await world.use(SetPassword)(session, "five yellow bicycles", current=PASSWORD)
    world.parts[PasswordHashes] = world.password_hashes
    await world.use(SignInByPassword)(tried(ANOTHER))


async def test_guesses_at_the_present_password_are_limited_where_it_is_changed(world: World):
    session = (await with_password(world)).session
    for _ in range(TRIES_MOST):
        with pytest.raises(WrongPassword):
            await world.use(SetPassword)(session, ANOTHER, current="a guess of somebody")
    with pytest.raises(TooManyRequests) as refusal:
        await world.use(SetPassword)(session, ANOTHER, current=PASSWORD)
    world.clock.advance(refusal.value.seconds * SECOND)
    await world.use(SetPassword)(session, ANOTHER, current=PASSWORD)


async def test_guesses_in_sessions_are_counted_together_and_apart_from_those_of_strangers(world: World):
    """Whoever has a session gains ten guesses by it, at whatever door; strangers cannot take them from its owner."""
    session = (await with_password(world)).session
    for n in range(AT_ALL_MOST):
        with pytest.raises(WrongPassword):
            await world.use(SignInByPassword)(tried("a guess of somebody", address=f"192.0.2.{n}"))
    with pytest.raises(TooManyRequests):
        await world.use(SignInByPassword)(tried(address="198.51.100.1"))
    await world.use(ProveAgain).by_password(session, PASSWORD)
    world.clock.advance(MINUTE)
    other = (await enter(world, MAIL)).session
    for n in range(1, FROM_DEVICE_MOST):
        at_this_door = n % 2 == 1
        with pytest.raises(WrongPassword):
            await (
                world.use(ProveAgain).by_password(other, "a guess of somebody")
                if at_this_door
                else world.use(SetPassword)(session, ANOTHER, current="a guess of somebody")
            )
    for door in (
        world.use(ProveAgain).by_password(session, PASSWORD),
        world.use(SetPassword)(other, ANOTHER, current=PASSWORD),
    ):
        with pytest.raises(TooManyRequests):
            await door


async def test_second_factors_are_counted_together_too(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    session = (await staff.enter(world)).session  # the first try
    prove = world.use(ProveAgain)
    for n in range(1, SECOND_FACTORS_MOST):
        at_this_door = n % 2 == 1
        with pytest.raises(WrongSecondFactor):
            await (
                prove.by_password(session, STAFF_PASSWORD, second="000000")
                if at_this_door
                else staff.enter(world, second="000000")
            )
    with pytest.raises(TooManyRequests):
        await staff.enter(world, second=staff.recovery[0], address="198.51.100.1")


@pytest.mark.parametrize("by", ["wechat", "password"])
async def test_whoever_proves_it_hears_until_when_and_it_is_so(world: World, by: str):
    session = (await with_password(world)).session
    await world.use(LinkByTicket).wechat(session.member_id, world.mini_program.ticket_of("openid-lin"))
    world.clock.advance(PROOF_LIFE)
    prove = world.use(ProveAgain)
    if by == "wechat":
        until = await prove.by_ticket(session, world.mini_program.ticket_of("openid-lin"))
    else:
        until = await prove.by_password(session, PASSWORD)
    assert until == await proven_until(world, session) == world.clock.now() + PROOF_LIFE
    assert (await as_stored(world, session)).proved_by == by


async def test_who_is_barred_comes_in_by_no_password_and_sets_none(world: World):
    session = (await with_password(world)).session
    world.clock.advance(MINUTE)
    code = await code_for(world, MAIL)
    await world.use(BarMember)(session.member_id, None, campus_id=world.campus.id, barred=True, reason="?")
    with pytest.raises(MemberBarred):
        await world.use(SignInByPassword)(tried())
    with pytest.raises(MemberBarred):
        await world.use(ResetPassword)(EMAIL, code, ANOTHER)


async def test_a_weak_password_is_refused_before_the_code_is_tried(world: World):
    await enter(world, MAIL)
    world.clock.advance(MINUTE)
    code = await code_for(world, MAIL)
    reset = world.use(ResetPassword)
    for guess in (code, "no code"):
        with pytest.raises(PasswordWeak):
            await reset(EMAIL, guess, "short")
    with pytest.raises(WrongCode):
        await reset(EMAIL, "no code", "tenletters")
    await reset(EMAIL, code, "tenletters")
