"""Whose session it is can be proven again, by what is linked and by nothing else; and a member has ten at the most."""

from datetime import datetime, timedelta

import pytest

from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import MemberId
from errand_domain.member.credential import SecondFactorNeeded, WrongPassword, WrongSecondFactor
from errand_domain.member.member import Way, WayKind
from errand_domain.member.session import (
    PROOF_LIFE,
    SESSIONS_MOST,
    NotSignedIn,
    ProofTooOld,
    Session,
    WrongCode,
)
from errand_domain.ports.mini_program import TicketRefused
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.operators.manage_members import GrantRole
from errand_domain.use_cases.operators.manage_operators import DisableOperator
from errand_domain.use_cases.signing_in.entering import Entered
from errand_domain.use_cases.signing_in.fresh_proof import CheckFreshProof
from errand_domain.use_cases.signing_in.own_sessions import ListSessions, Recognise, SignOut
from errand_domain.use_cases.signing_in.own_ways import LinkByTicket, LinkWay, UnlinkWay
from errand_domain.use_cases.signing_in.prove_again import ProveAgain
from errand_domain.use_cases.signing_in.set_password import SetPassword
from errand_domain.use_cases.signing_in.sign_in import SignInByWechat
from errand_domain.use_cases.signing_in.sign_in_by_password import PasswordTry, SignInByPassword
from tests.domain.examples import MINUTE, SECOND
from tests.use_cases.enrolling import PASSWORD as STAFF_PASSWORD
from tests.use_cases.enrolling import Enrolled, enroll
from tests.use_cases.test_signing_in import EMAIL, PASSWORD, code_for, enter, with_password
from tests.use_cases.world import World

MAIL = Way("email", EMAIL)
LATER = timedelta(hours=5)


async def as_stored(world: World, session: Session) -> Session:
    async with world.begin() as tx:
        found = await tx.sessions.of_member(session.member_id, at=world.clock.now())
    return next(one for one in found if one.id == session.id)


async def proven_until(world: World, session: Session) -> datetime:
    return (await as_stored(world, session)).proved_at + PROOF_LIFE


async def test_signing_in_is_a_proof_for_ten_minutes(world: World):
    session = (await enter(world, MAIL)).session
    world.clock.advance(PROOF_LIFE - SECOND)
    await world.use(CheckFreshProof)(session)
    world.clock.advance(SECOND)
    with pytest.raises(ProofTooOld) as refusal:
        await world.use(CheckFreshProof)(session)
    assert refusal.value.within_seconds == 600


async def test_a_code_to_ones_own_mailbox_proves_it_again_and_is_enough_for_a_password(world: World):
    session = (await enter(world, MAIL)).session
    world.clock.advance(LATER)
    code = await code_for(world, MAIL)
    with pytest.raises(WrongCode):
        await world.use(ProveAgain).by_code(session, "email", "000000" if code != "000000" else "000001")
    until = await world.use(ProveAgain).by_code(session, "email", code)
    assert until == await proven_until(world, session) == world.clock.now() + PROOF_LIFE
    await world.use(SetPassword)(await as_stored(world, session), PASSWORD)
    with pytest.raises(WrongCode):
        await world.use(ProveAgain).by_code(session, "email", code)


async def test_a_code_to_an_address_that_is_not_linked_proves_nothing(world: World):
    session = (await enter(world, MAIL)).session
    world.clock.advance(LATER)
    code = await code_for(world, Way("phone", "+8613900000055"))
    with pytest.raises(InvalidField):
        await world.use(ProveAgain).by_code(session, "phone", code)


async def test_the_ticket_of_ones_own_identity_proves_it_and_anothers_does_not(world: World):
    ticket_of = world.mini_program.ticket_of
    session = (await world.use(SignInByWechat)(ticket_of("openid-lin"))).session
    world.clock.advance(LATER)
    with pytest.raises(TicketRefused):
        await world.use(ProveAgain).by_ticket(session, ticket_of("openid-of-another"))
    assert await proven_until(world, session) < world.clock.now()
    await world.use(ProveAgain).by_ticket(session, ticket_of("openid-lin"))
    assert (await as_stored(world, session)).proved_by == "wechat"


async def test_the_password_proves_it_and_guesses_are_limited(world: World):
    session = (await with_password(world)).session
    world.clock.advance(LATER)
    await world.use(ProveAgain).by_password(session, PASSWORD)
    assert await proven_until(world, session) == world.clock.now() + PROOF_LIFE
    for _ in range(9):
        with pytest.raises(WrongPassword):
            await world.use(ProveAgain).by_password(session, "another one altogether")
    with pytest.raises(TooManyRequests):
        await world.use(ProveAgain).by_password(session, PASSWORD)


async def test_whoever_has_no_mailbox_has_tries_of_their_own(world: World):
    one, other = [
        (await world.use(SignInByWechat)(world.mini_program.ticket_of(f"openid-{name}"))).session
        for name in ("lin", "wang")
    ]
    for _ in range(10):
        with pytest.raises(WrongPassword):
            await world.use(ProveAgain).by_password(one, "a guess of somebody")
    with pytest.raises(TooManyRequests):
        await world.use(ProveAgain).by_password(one, "a guess of somebody")
    with pytest.raises(WrongPassword):
        await world.use(ProveAgain).by_password(other, "a guess of another")


async def test_an_operators_session_is_proven_by_both_factors_and_by_nothing_less(world: World):
    staff = await enroll(world)
    world.clock.advance(timedelta(minutes=1))
    session = (await staff.enter(world)).session
    world.clock.advance(timedelta(minutes=20))
    prove = world.use(ProveAgain)
    with pytest.raises(SecondFactorNeeded):
        await prove.by_code(session, "email", await code_for(world, Way("email", staff.email)))
    with pytest.raises(SecondFactorNeeded):
        await prove.by_ticket(session, world.mini_program.ticket_of("openid-lin"))
    with pytest.raises(SecondFactorNeeded):
        await prove.by_password(session, STAFF_PASSWORD)
    with pytest.raises(WrongSecondFactor):
        await prove.by_password(session, STAFF_PASSWORD, second="000000")
    code = staff.code_at(world.clock.now())
    await prove.by_password(session, STAFF_PASSWORD, second=code)
    assert await proven_until(world, session) == world.clock.now() + PROOF_LIFE
    with pytest.raises(WrongSecondFactor):
        await prove.by_password(session, STAFF_PASSWORD, second=code)


async def by_one_factor(world: World, staff: Enrolled, kind: WayKind) -> Entered:
    """A session of somebody who has two factors, begun a moment ago with the other way alone."""
    await world.use(LinkByTicket).wechat(staff.member.id, world.mini_program.ticket_of("openid-han"))
    if kind == "wechat":
        return await world.use(SignInByWechat)(world.mini_program.ticket_of("openid-han"))
    return await enter(world, Way("email", staff.email))


@pytest.mark.parametrize("kind", ["email", "wechat"])
async def test_whoever_has_two_factors_has_proven_nothing_by_one(world: World, kind: WayKind):
    """The session was begun in this moment, by what somebody else may have: a phone left lying, a mailbox."""
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    other = await staff.enter(world)
    session = (await by_one_factor(world, staff, kind)).session
    assert session.strength == "one_factor"
    world.clock.advance(MINUTE)
    for refused in (
        world.use(CheckFreshProof)(session),
        world.use(SignOut)(session, other.session.id),
        world.use(SetPassword)(session, PASSWORD),
        world.use(SetPassword)(session, PASSWORD, current=STAFF_PASSWORD),
    ):
        with pytest.raises(ProofTooOld):
            await refused
    with pytest.raises(SecondFactorNeeded):
        await world.use(ProveAgain).by_code(session, "email", await code_for(world, Way("email", staff.email)))
    with pytest.raises(SecondFactorNeeded):
        await world.use(ProveAgain).by_ticket(session, world.mini_program.ticket_of("openid-han"))


@pytest.mark.parametrize("second", ["authenticator", "recovery code"])
async def test_in_a_session_of_one_factor_both_open_everything_again(world: World, second: str):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    other = await staff.enter(world)
    weak = (await by_one_factor(world, staff, "wechat")).session
    world.clock.advance(MINUTE)
    code = staff.code_at(world.clock.now()) if second == "authenticator" else staff.recovery[0]
    await world.use(ProveAgain).by_password(weak, STAFF_PASSWORD, second=code)
    session = await as_stored(world, weak)
    assert session.strength == "one_factor"
    await world.use(CheckFreshProof)(session)
    await world.use(SignOut)(session, other.session.id)
    await world.use(SetPassword)(session, "four green bicycles")
    world.clock.advance(PROOF_LIFE)
    with pytest.raises(ProofTooOld):
        await world.use(SetPassword)(session, PASSWORD, current="four green bicycles")


async def test_of_whoever_was_reset_or_disabled_one_factor_is_asked_again(world: World):
    """Nobody is locked out for good: who has lost everything has the machine, and is a member of one factor then."""
    staff = await enroll(world)
    await world.use(GrantRole)(staff.member.id, None, role="admin", campus_id=world.campus.id, granted=False)
    admin = await world.operator("admin")
    with pytest.raises(InvalidField):
        await world.use(DisableOperator)(staff.member.id, admin)
    session = (await by_one_factor(world, staff, "email")).session
    with pytest.raises(ProofTooOld):
        await world.use(CheckFreshProof)(session)
    await world.use(DisableOperator)(staff.member.id, None, reason="手机丢失")
    world.clock.advance(MINUTE)
    await world.use(CheckFreshProof)((await enter(world, Way("email", staff.email))).session)
    with pytest.raises(InvalidField):
        await world.use(DisableOperator)(staff.member.id, None)
    async with world.begin() as tx:
        assert await tx.audit.count(f"member:{staff.member.id}", "operator.disabled") == 1


async def test_another_session_is_ended_with_a_fresh_proof_and_ones_own_always(world: World):
    other = (await enter(world, MAIL)).session
    world.clock.advance(LATER)
    session = (await enter(world, MAIL)).session
    world.clock.advance(PROOF_LIFE)
    with pytest.raises(ProofTooOld):
        await world.use(SignOut)(session, other.id)
    await world.use(SignOut)(session, session.id)
    with pytest.raises(Missing):
        await world.use(SignOut)(session, session.id)


async def test_the_eleventh_session_ends_the_oldest(world: World):
    entered = list[str]()
    for n in range(SESSIONS_MOST + 1):
        ticket = world.mini_program.ticket_of("openid-lin")
        entered.append((await world.use(SignInByWechat)(ticket)).token)
        world.clock.advance(timedelta(minutes=1 + n))
    found = [await world.use(Recognise)(token) for token in entered[1:]]
    assert len(await world.use(ListSessions)(found[0].member.id)) == SESSIONS_MOST
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered[0])


@pytest.mark.parametrize("by", ["code", "password", "proof"])
async def test_whoever_came_in_by_what_is_removed_is_out_and_everybody_else_stays(world: World, by: str):
    """Who reads the mail of another must not keep what that gave them: they could take the account within minutes."""
    phone = Way("phone", "+8613900000055")
    own = (await enter(world, phone)).session
    await world.use(LinkWay)(own.member_id, MAIL, await code_for(world, MAIL))
    world.clock.advance(MINUTE)
    stranger = await enter(world, phone if by == "proof" else MAIL)
    world.clock.advance(MINUTE)
    if by == "proof":
        await world.use(ProveAgain).by_code(stranger.session, "email", await code_for(world, MAIL))
    if by == "password":
        await world.use(SetPassword)(stranger.session, PASSWORD)
        stranger = await world.use(SignInByPassword)(PasswordTry(email=EMAIL, password=PASSWORD))
    world.clock.advance(MINUTE)
    own, other = (await enter(world, phone)).session, (await with_ticket(world, own.member_id)).session
    await world.use(UnlinkWay)(own.member_id, "email", but=own.id)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(stranger.token)
    kept = {one.id for one in await world.use(ListSessions)(own.member_id)}
    assert {own.id, other.id} <= kept


async def test_the_session_in_which_a_way_is_removed_stays(world: World):
    entered = await enter(world, MAIL)
    await world.use(LinkByTicket).wechat(entered.member.id, world.mini_program.ticket_of("openid-lin"))
    await world.use(UnlinkWay)(entered.member.id, "email", but=entered.session.id)
    await world.use(Recognise)(entered.token)


async def with_ticket(world: World, member_id: MemberId) -> Entered:
    await world.use(LinkByTicket).wechat(member_id, world.mini_program.ticket_of("openid-lin"))
    return await world.use(SignInByWechat)(world.mini_program.ticket_of("openid-lin"))
