"""Signing in by WeChat, by code, by password; what limits it; and what ends it."""

from contextlib import suppress
from datetime import timedelta

import pytest
from attrs import evolve
from pyotp.totp import TOTP

from adapters.memory.credentials import MemoryPasswordHashes
from errand_domain.errors import InvalidField, NotPermitted
from errand_domain.member.credential import (
    ProofNeeded,
    SecondFactorNeeded,
    WrongPassword,
    WrongSecondFactor,
)
from errand_domain.member.member import MemberBarred, Way, WayTaken
from errand_domain.member.password import PasswordWeak
from errand_domain.member.session import (
    BURNT_AN_HOUR,
    CODES_A_DAY,
    CODES_AN_HOUR,
    HOUR,
    IDLE_LONGEST,
    PROOF_LIFE,
    STAFF_IDLE_LONGEST,
    STAFF_SESSION_LIFE,
    CodeTooSoon,
    CountryNotServed,
    NotSignedIn,
    WrongCode,
)
from errand_domain.permissions import check
from errand_domain.ports.credentials import PasswordHashes
from errand_domain.ports.mini_program import PlatformUnreachable, TicketRefused
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.operators.manage_members import BarMember
from errand_domain.use_cases.signing_in.entering import Arrival, Entered
from errand_domain.use_cases.signing_in.own_sessions import ListSessions, Recognise, SignOutElsewhere
from errand_domain.use_cases.signing_in.own_ways import LinkByTicket, LinkWay, UnlinkWay
from errand_domain.use_cases.signing_in.request_code import FROM_ADDRESS_MOST, FROM_DEVICE_MOST, RequestCode
from errand_domain.use_cases.signing_in.set_password import ResetPassword, SetPassword
from errand_domain.use_cases.signing_in.sign_in import SignIn, SignInByWechat
from errand_domain.use_cases.signing_in.sign_in_by_password import AT_ALL_MOST, PasswordTry, SignInByPassword
from errand_domain.use_cases.signing_in.sign_in_by_password import FROM_ADDRESS_MOST as TRIES_MOST
from tests.domain.examples import MINUTE, SECOND
from tests.use_cases.enrolling import PASSWORD as STAFF_PASSWORD
from tests.use_cases.enrolling import enroll
from tests.use_cases.world import World

EMAIL, PHONE = "lin.xiaoyu@example.edu.cn", "+8613900000001"
PASSWORD = "three blue bicycles"
WECHAT = Way("wechat", "openid-of-somebody")


async def code_for(world: World, way: Way) -> str:
    await world.use(RequestCode)(way)
    return next(notice.code for notice in world.notices.inbox if notice.to == way and notice.code)


async def enter(world: World, way: Way) -> Entered:
    return await world.use(SignIn)(way, await code_for(world, way), arrival=Arrival(device="iPhone"))


async def with_password(world: World) -> Entered:
    """Somebody who has signed in by mail and set a password a moment later."""
    entered = await enter(world, Way("email", EMAIL))
    await world.use(SetPassword)(entered.session, PASSWORD)
    return entered


def tried(password: str = PASSWORD, *, email: str = EMAIL, second: str = "", address: str = "192.0.2.7") -> PasswordTry:
    return PasswordTry(email=email, password=password, second=second, address=address)


async def test_a_device_that_has_no_name_uses_up_no_code(world: World):
    way = Way("email", EMAIL)
    code = await code_for(world, way)
    with pytest.raises(InvalidField):
        await world.use(SignIn)(way, code, arrival=Arrival(device="iPhone\x00"))
    await world.use(SignIn)(way, code)


# -- WeChat --------------------------------------------------------------------------------------------------


async def test_whoever_comes_by_wechat_becomes_a_member_and_then_is_the_same_one(world: World):
    enter_by = world.use(SignInByWechat)
    first = await enter_by(world.mini_program.ticket_of("openid-lin"), arrival=Arrival(device="iPhone"))
    second = await enter_by(world.mini_program.ticket_of("openid-lin"))
    assert first.member == second.member
    assert first.member.ways == (Way("wechat", "openid-lin"),)
    assert (first.session.by, first.session.device, first.session.strength) == ("wechat", "iPhone", "one_factor")
    assert (await world.use(Recognise)(second.token)).member == first.member


async def test_a_ticket_is_good_once_and_nobody_comes_in_while_the_platform_is_silent(world: World):
    ticket = world.mini_program.ticket_of("openid-lin")
    world.mini_program.fail_next()
    with pytest.raises(PlatformUnreachable):
        await world.use(SignInByWechat)(ticket)
    await world.use(SignInByWechat)(ticket)
    with pytest.raises(TicketRefused):
        await world.use(SignInByWechat)(ticket)


async def test_who_is_barred_does_not_come_in_by_wechat_either(world: World):
    member = await world.member(Way("wechat", "openid-lin"))
    await world.use(BarMember)(member.id, None, campus_id=world.campus.id, barred=True, reason="刷单")
    with pytest.raises(MemberBarred):
        await world.use(SignInByWechat)(world.mini_program.ticket_of("openid-lin"))


async def test_a_phone_that_wechat_shows_is_linked_without_a_code_and_signs_in_from_then_on(world: World):
    member = (await world.use(SignInByWechat)(world.mini_program.ticket_of("openid-lin"))).member
    link = world.use(LinkByTicket)
    assert (await link.phone(member.id, world.mini_program.phone_ticket_of(PHONE))).ways[1] == Way("phone", PHONE)
    assert (await enter(world, Way("phone", PHONE))).member.id == member.id
    await world.use(UnlinkWay)(member.id, "wechat")
    assert (await link.wechat(member.id, world.mini_program.ticket_of("openid-new"))).ways[-1].value == "openid-new"


async def test_one_phone_is_linked_to_one_member_and_one_member_has_one_phone(world: World):
    owner, other = await world.member(Way("phone", PHONE)), await world.member()
    link = world.use(LinkByTicket)
    with pytest.raises(WayTaken):
        await link.phone(other.id, world.mini_program.phone_ticket_of(PHONE))
    assert await link.phone(owner.id, world.mini_program.phone_ticket_of(PHONE)) == owner
    with pytest.raises(InvalidField):
        await link.phone(owner.id, world.mini_program.phone_ticket_of("+8613900000002"))


# -- Codes ---------------------------------------------------------------------------------------------------


async def test_a_target_gets_five_codes_an_hour_and_ten_a_day(world: World):
    way, sent = Way("phone", PHONE), list[int]()
    for minute in range(0, 24 * 60, 4):
        with suppress(CodeTooSoon):
            await world.use(RequestCode)(way)
            sent.append(minute)
        world.clock.advance(4 * MINUTE)
    assert len([minute for minute in sent if minute < 60]) == CODES_AN_HOUR
    assert len(sent) == CODES_A_DAY


async def test_it_is_said_how_long_to_wait_and_then_a_code_is_sent(world: World):
    way = Way("phone", PHONE)
    for _ in range(CODES_AN_HOUR):
        await world.use(RequestCode)(way)
        world.clock.advance(MINUTE)
    with pytest.raises(CodeTooSoon) as refusal:
        await world.use(RequestCode)(way)
    world.clock.advance(timedelta(seconds=refusal.value.seconds))
    await world.use(RequestCode)(way)


async def test_a_target_whose_codes_are_guessed_at_has_a_pause(world: World):
    way = Way("phone", PHONE)
    for _ in range(BURNT_AN_HOUR):
        await world.use(RequestCode)(way)
        for _ in range(5):
            with pytest.raises(WrongCode):
                await world.use(SignIn)(way, "wrong")
        world.clock.advance(MINUTE)
    with pytest.raises(CodeTooSoon):
        await world.use(RequestCode)(way)
    world.clock.advance(HOUR)
    await enter(world, way)


async def test_a_code_that_was_used_burns_nothing(world: World):
    way = Way("phone", PHONE)
    for _ in range(BURNT_AN_HOUR + 1):
        await enter(world, way)
        world.clock.advance(MINUTE)


@pytest.mark.parametrize(("asker", "most"), [("address", FROM_ADDRESS_MOST), ("device_id", FROM_DEVICE_MOST)])
async def test_one_asker_gets_no_more_codes_an_hour_whatever_the_targets(world: World, asker: str, most: int):
    for n in range(most):
        await world.use(RequestCode)(Way("phone", f"+86138{n:08}"), **{asker: "one and the same"})
    with pytest.raises(TooManyRequests):
        await world.use(RequestCode)(Way("phone", PHONE), **{asker: "one and the same"})
    assert len(world.notices.inbox) == most
    await world.use(RequestCode)(Way("phone", PHONE), **{asker: "another"})


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("country", "phone"), [("852", "+85251234567"), ("1", "+12025550143"), ("880", "+8801712345678")]
)
async def test_no_code_goes_to_a_phone_of_a_country_that_is_not_served(
    world: World, country: str, phone: str, known: bool
):
    way = Way("phone", phone)
    if known:
        await world.use(LinkByTicket).phone((await world.member(WECHAT)).id, world.mini_program.phone_ticket_of(phone))
    for _ in range(FROM_DEVICE_MOST + 1):
        with pytest.raises(CountryNotServed):
            await world.use(RequestCode)(way, device_id="one and the same")
    assert world.notices.inbox == ()
    async with world.begin() as tx:
        assert await tx.sessions.code_for(way) is None
    await world.use(RequestCode)(Way("phone", PHONE), device_id="one and the same")
    await evolve(world.use(RequestCode), phone_countries=("86", country))(way)
    assert {notice.to.value for notice in world.notices.inbox} == {phone, PHONE}


# -- Passwords -----------------------------------------------------------------------------------------------


async def test_a_password_lets_in_and_is_nowhere_stored_as_it_is(world: World):
    entered = await with_password(world)
    again = await world.use(SignInByPassword)(tried())
    assert (again.member.id, again.session.strength) == (entered.member.id, "one_factor")
    async with world.begin() as tx:
        credential = await tx.credentials.of_member(entered.member.id)
    assert credential is not None
    assert PASSWORD not in credential.password_hash
    assert credential.password_hash not in repr(credential)
    assert PASSWORD not in repr(tried())


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike_at_the_same_cost(world: World):
    await with_password(world)
    await enter(world, Way("email", "without@example.edu.cn"))
    refusals, costs = set[str](), set[int]()
    for email in (EMAIL, "unknown@example.edu.cn", "without@example.edu.cn"):
        before = world.password_hashes.asked
        with pytest.raises(WrongPassword) as refusal:
            await world.use(SignInByPassword)(tried("something else", email=email))
        refusals.add(str(refusal.value))
        costs.add(world.password_hashes.asked - before)
    assert (len(refusals), costs) == (1, {1})


async def test_tries_are_limited_for_one_address_from_one_network_and_from_all(world: World):
    for email in (EMAIL, "unknown@example.edu.cn"):
        for network in range(AT_ALL_MOST // TRIES_MOST):
            for _ in range(TRIES_MOST):
                with pytest.raises(WrongPassword):
                    await world.use(SignInByPassword)(tried("wrong", email=email, address=f"192.0.2.{network}"))
            with pytest.raises(TooManyRequests):
                await world.use(SignInByPassword)(tried("wrong", email=email, address=f"192.0.2.{network}"))
        with pytest.raises(TooManyRequests):
            await world.use(SignInByPassword)(tried("wrong", email=email, address="198.51.100.1"))
    world.clock.advance(HOUR)
    await with_password(world)
    await world.use(SignInByPassword)(tried())


async def test_setting_a_password_takes_a_fresh_code_by_mail_or_the_one_before(world: World):
    by_phone = await enter(world, Way("phone", PHONE))
    link = world.use(LinkWay)
    await link(by_phone.member.id, Way("email", EMAIL), await code_for(world, Way("email", EMAIL)))
    set_password = world.use(SetPassword)
    with pytest.raises(ProofNeeded):
        await set_password(by_phone.session, PASSWORD)
    with pytest.raises(WrongPassword):
        await set_password(by_phone.session, PASSWORD, current="there is none")
    world.clock.advance(MINUTE)
    by_mail = await enter(world, Way("email", EMAIL))
    world.clock.advance(PROOF_LIFE - SECOND)
    await set_password(by_mail.session, PASSWORD)
    world.clock.advance(SECOND)
    with pytest.raises(ProofNeeded):
        await set_password(by_mail.session, "four green bicycles")
    with pytest.raises(WrongPassword):
        await set_password(by_mail.session, "four green bicycles", current="wrong")
    await set_password(by_mail.session, "four green bicycles", current=PASSWORD)
    await world.use(SignInByPassword)(tried("four green bicycles"))


async def test_changing_the_password_ends_every_other_session_at_once_and_is_told(world: World):
    entered = await with_password(world)
    other = await world.use(SignInByPassword)(tried())
    await world.use(SetPassword)(entered.session, "four green bicycles", current=PASSWORD)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(other.token)
    await world.use(Recognise)(entered.token)
    await world.pass_time()
    assert "密码已修改" in world.notices.inbox[0].text
    with pytest.raises(WrongPassword):
        await world.use(SignInByPassword)(tried())


async def test_a_password_is_reset_by_mail_and_every_session_ends(world: World):
    entered = await with_password(world)
    world.clock.advance(MINUTE)
    code = await code_for(world, Way("email", EMAIL))
    reset = world.use(ResetPassword)
    with pytest.raises(WrongCode):
        await reset(EMAIL, "wrong", "four green bicycles")
    with pytest.raises(PasswordWeak):
        await reset(EMAIL, code, "short")
    await reset(EMAIL, code, "four green bicycles")
    with pytest.raises(WrongCode):
        await reset(EMAIL, code, "four green bicycles")
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered.token)
    await world.use(SignInByPassword)(tried("four green bicycles"))
    assert len(await world.use(ListSessions)(entered.member.id)) == 1


async def test_a_reset_for_an_address_that_nobody_has_makes_nobody(world: World):
    code = await code_for(world, Way("email", EMAIL))
    with pytest.raises(WrongCode):
        await world.use(ResetPassword)(EMAIL, code, PASSWORD)
    async with world.begin() as tx:
        assert await tx.members.of_way(Way("email", EMAIL)) is None


async def test_a_hash_of_old_parameters_is_made_anew_at_the_next_sign_in(world: World):
    entered = await with_password(world)
    world.parts[PasswordHashes] = MemoryPasswordHashes(parameters="2")
    await world.use(SignInByPassword)(tried())
    async with world.begin() as tx:
        credential = await tx.credentials.of_member(entered.member.id)
    assert credential is not None
    assert world.parts[PasswordHashes].is_current(credential.password_hash)
    await world.use(SignInByPassword)(tried())


async def test_a_closed_account_leaves_no_password_behind(world: World):
    entered = await with_password(world)
    await world.use(CloseAccount)(entered.member.id)
    async with world.begin() as tx:
        assert await tx.credentials.of_member(entered.member.id) is None
    with pytest.raises(WrongPassword):
        await world.use(SignInByPassword)(tried())


# -- The second factor ---------------------------------------------------------------------------------------


async def test_where_there_is_a_second_factor_a_password_alone_does_not_let_in(world: World):
    staff = await enroll(world)
    with pytest.raises(SecondFactorNeeded):
        await world.use(SignInByPassword)(tried(STAFF_PASSWORD, email=staff.email))
    with pytest.raises(WrongPassword):
        await world.use(SignInByPassword)(tried("wrong", email=staff.email, second=staff.code_at(world.clock.now())))
    world.clock.advance(MINUTE)
    entered = await staff.enter(world)
    assert entered.session.strength == "two_factors"


async def test_a_step_is_good_once_and_so_are_its_neighbours_before_it(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    await staff.enter(world)
    for step in (0, -1):
        with pytest.raises(WrongSecondFactor):
            await staff.enter(world, second=staff.code_at(world.clock.now() + step * timedelta(seconds=30)))
    with pytest.raises(WrongSecondFactor):
        await staff.enter(world, second=staff.code_at(world.clock.now() + timedelta(seconds=90)))
    await staff.enter(world, second=staff.code_at(world.clock.now() + timedelta(seconds=30)))


async def test_the_code_that_enrolled_does_not_sign_in(world: World):
    staff = await enroll(world)
    with pytest.raises(WrongSecondFactor):
        await staff.enter(world)


async def test_second_factors_are_not_tried_forever(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    for network in range(10):
        with pytest.raises(WrongSecondFactor):
            await staff.enter(world, second="000000", address=f"192.0.2.{network}")
    with pytest.raises(TooManyRequests):
        await staff.enter(world)


async def test_a_recovery_code_is_good_once(world: World):
    staff = await enroll(world)
    assert (await staff.enter(world, second=staff.recovery[3])).session.strength == "two_factors"
    for used in (staff.recovery[3], "00000-00000", "000000-000000-000000-000000"):
        with pytest.raises(WrongSecondFactor):
            await staff.enter(world, second=used)
    await staff.enter(world, second=staff.recovery[4])


async def test_a_reset_by_mail_leaves_the_second_factor_and_asks_for_a_staff_password(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    code = await code_for(world, Way("email", staff.email))
    with pytest.raises(PasswordWeak):
        await world.use(ResetPassword)(staff.email, code, "eleven long")
    await world.use(ResetPassword)(staff.email, code, "four green bicycles")
    with pytest.raises(SecondFactorNeeded):
        await world.use(SignInByPassword)(tried("four green bicycles", email=staff.email))


async def test_powers_count_in_a_session_of_two_factors_alone(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    by_mail = await enter(world, Way("email", staff.email))
    weak = (await world.use(Recognise)(by_mail.token)).member
    assert (weak.grants, by_mail.member.grants) == (frozenset(), frozenset())
    with pytest.raises(NotPermitted):
        check("manage_members", weak, campus_id=world.campus.id)
    strong = (await world.use(Recognise)((await staff.enter(world)).token)).member
    check("manage_members", strong, campus_id=world.campus.id)
    assert evolve(strong, grants=frozenset()) == weak


# -- Sessions ------------------------------------------------------------------------------------------------


async def test_staff_are_signed_out_after_twelve_hours_and_after_half_an_hour_of_nothing(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    entered = await staff.enter(world)
    recognise, began = world.use(Recognise), world.clock.now()
    while world.clock.now() < began + STAFF_SESSION_LIFE - 20 * MINUTE:
        world.clock.advance(20 * MINUTE)
        if world.clock.now() < began + STAFF_SESSION_LIFE:
            await recognise(entered.token)
    world.clock.set(began + STAFF_SESSION_LIFE)
    with pytest.raises(NotSignedIn):
        await recognise(entered.token)
    again = await staff.enter(world)
    world.clock.advance(STAFF_IDLE_LONGEST)
    with pytest.raises(NotSignedIn):
        await recognise(again.token)
    assert await world.use(ListSessions)(again.member.id) == ()


async def test_that_a_session_is_in_use_is_written_every_few_minutes_and_for_members_once_a_day(world: World):
    staff, member = await enroll(world), await enter(world, Way("phone", PHONE))
    world.clock.advance(MINUTE)
    entered = await staff.enter(world)
    seen = set()
    for _ in range(20):
        world.clock.advance(MINUTE)
        for token in (entered.token, member.token):
            await world.use(Recognise)(token)
        seen.add((await world.use(ListSessions)(entered.member.id))[0].seen_at)
    assert len(seen) == 5
    days = set()
    for _ in range(4 * 8):
        (found,) = await world.use(ListSessions)(member.member.id)
        days.add(found.seen_at)
        world.clock.advance(3 * HOUR)
        await world.use(Recognise)(member.token)
    assert len(days) == 4


async def test_a_members_session_ends_after_a_fortnight_of_nothing_and_lives_on_in_use(world: World):
    idle, used = await enter(world, Way("phone", PHONE)), await enter(world, Way("email", EMAIL))
    world.clock.advance(IDLE_LONGEST - MINUTE)
    await world.use(Recognise)(used.token)
    world.clock.advance(MINUTE)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(idle.token)
    assert await world.use(ListSessions)(idle.member.id) == ()
    await world.use(Recognise)(used.token)
    world.clock.set(used.session.expires_at)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(used.token)


async def test_ending_the_other_sessions_leaves_this_one(world: World):
    tickets = [world.mini_program.ticket_of("openid-lin") for _ in range(3)]
    first, second, third = [await world.use(SignInByWechat)(ticket) for ticket in tickets]
    await world.use(SignOutElsewhere)(second.session)
    assert await world.use(ListSessions)(second.member.id) == (second.session,)
    for ended in (first, third):
        with pytest.raises(NotSignedIn):
            await world.use(Recognise)(ended.token)


async def test_the_code_of_an_authenticator_is_the_one_of_the_standard():
    """RFC 6238, appendix B: the secret is the text 12345678901234567890, the last six of eight digits count."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [TOTP(secret).at(seconds) for seconds in (59, 1_111_111_109, 20_000_000_000)] == [
        "287082",
        "081804",
        "353130",
    ]
