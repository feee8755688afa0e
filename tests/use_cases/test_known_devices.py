"""Strangers who try for as long as they like do not keep somebody out of the devices that they came in from before."""

from typing import Any

import pytest
from attrs import evolve

from errand_domain.member.credential import SecondFactorNeeded, WrongPassword, WrongSecondFactor
from errand_domain.member.member import Way
from errand_domain.member.session import CODE_PAUSE, CODE_TRIES, CODES_AN_HOUR, CodeTooSoon, WrongCode
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.signing_in.entering import Arrival, Entered
from errand_domain.use_cases.signing_in.known_devices import device_token
from errand_domain.use_cases.signing_in.own_ways import LinkWay
from errand_domain.use_cases.signing_in.request_code import RequestCode
from errand_domain.use_cases.signing_in.sign_in import SignIn, SignInByWechat
from errand_domain.use_cases.signing_in.sign_in_by_password import (
    AT_ALL_MOST,
    FROM_DEVICE_MOST,
    FROM_DEVICES_MOST,
    SECOND_FACTORS_MOST,
    PasswordTry,
    SignInByPassword,
)
from tests.domain.examples import MINUTE
from tests.use_cases.enrolling import PASSWORD as STAFF_PASSWORD
from tests.use_cases.enrolling import enroll
from tests.use_cases.test_signing_in import EMAIL, PASSWORD, PHONE, code_for, enter, with_password
from tests.use_cases.world import World

MAIL = Way("email", EMAIL)
GUESS = "a guess of somebody"


async def come(world: World, password: str, known_by: str, *, address: str = "192.0.2.1", **typed: Any) -> Entered:
    given = PasswordTry(email=EMAIL, password=password, address=address, arrival=Arrival(known_by=known_by), **typed)
    return await world.use(SignInByPassword)(given)


async def use_up(world: World, email: str = EMAIL) -> None:
    """Strangers in as many networks as it takes."""
    for n in range(AT_ALL_MOST):
        with pytest.raises(WrongPassword):
            await world.use(SignInByPassword)(PasswordTry(email=email, password=GUESS, address=f"198.51.100.{n}"))
    with pytest.raises(TooManyRequests):
        await world.use(SignInByPassword)(PasswordTry(email=email, password=GUESS, address="203.0.113.1"))


async def test_strangers_shut_nobody_out_of_a_device_that_was_signed_in_before(world: World):
    entered = await with_password(world)
    await use_up(world)
    with pytest.raises(TooManyRequests):
        await come(world, PASSWORD, "")
    again = await come(world, PASSWORD, entered.device_token)
    assert again.device_token == entered.device_token, "one device has one name, however often it comes"


async def test_a_stolen_token_is_good_for_ten_tries_and_its_loss_shuts_no_other_device_out(world: World):
    entered = await with_password(world)
    world.clock.advance(MINUTE)
    other = await enter(world, MAIL)
    assert other.device_token != entered.device_token
    for n in range(FROM_DEVICE_MOST):
        with pytest.raises(WrongPassword):
            await come(world, GUESS, entered.device_token, address=f"198.51.100.{n}")
    with pytest.raises(TooManyRequests):
        await come(world, PASSWORD, entered.device_token)
    await come(world, PASSWORD, other.device_token)
    await come(world, PASSWORD, "")


async def test_a_token_of_another_account_or_of_nobody_makes_a_stranger_of_whoever_sends_it(world: World):
    await with_password(world)
    another = (await enter(world, Way("email", "wang@example.edu.cn"))).device_token
    world.clock.advance(MINUTE)
    own = (await enter(world, MAIL)).device_token
    name, mark = own.split(".")
    await use_up(world)
    for token in (another, name, mark, f"{name}.", f"{name}.{another.split('.')[1]}", f"{name}x.{mark}", "...", "令牌"):
        with pytest.raises(TooManyRequests):
            await come(world, PASSWORD, token)


async def test_an_address_that_nobody_has_is_limited_as_any_other(world: World):
    await use_up(world, "nobody@example.edu.cn")


async def test_whoever_knows_the_password_shuts_no_known_device_out_by_wrong_second_factors(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    entered = await staff.enter(world)
    for n in range(SECOND_FACTORS_MOST - 1):
        with pytest.raises(WrongSecondFactor):
            await staff.enter(world, second="000000", address=f"198.51.100.{n}")
    world.clock.advance(MINUTE)
    given = PasswordTry(email=staff.email, password=STAFF_PASSWORD, arrival=Arrival(known_by=entered.device_token))
    with pytest.raises(SecondFactorNeeded):
        await world.use(SignInByPassword)(given)
    with pytest.raises(TooManyRequests):
        await staff.enter(world, address="203.0.113.1")
    for _ in range(SECOND_FACTORS_MOST - 1):
        with pytest.raises(WrongSecondFactor):
            await world.use(SignInByPassword)(evolve(given, second="000000"))
    with pytest.raises(TooManyRequests):
        await world.use(SignInByPassword)(evolve(given, second=staff.code_at(world.clock.now())))


async def test_any_way_in_makes_the_device_known_for_every_address_of_its_member(world: World):
    entered = await with_password(world)
    phone = Way("phone", PHONE)
    await world.use(LinkWay)(entered.member.id, phone, await code_for(world, phone))
    world.clock.advance(MINUTE)
    by_phone = await enter(world, phone)
    await use_up(world)
    await come(world, PASSWORD, by_phone.device_token)
    bare = await world.use(SignInByWechat)(world.mini_program.ticket_of("openid-lin"))
    assert bare.device_token == "", "without an address there is nothing to try"


async def test_whoever_comes_in_by_another_way_gains_few_guesses_however_often_they_come(world: World):
    entered = await with_password(world)
    async with world.begin() as tx:
        tx.members.save((await tx.members.get(entered.member.id)).link(Way("wechat", "openid-lin")))
        await tx.commit()
    for n in range(FROM_DEVICES_MOST):
        again = await world.use(SignInByWechat)(world.mini_program.ticket_of("openid-lin"))
        with pytest.raises(WrongPassword):
            await come(world, GUESS, again.device_token, address=f"198.51.100.{n}")
    fresh = await world.use(SignInByWechat)(world.mini_program.ticket_of("openid-lin"))
    with pytest.raises(TooManyRequests):
        await come(world, PASSWORD, fresh.device_token)
    await come(world, PASSWORD, "")


async def test_whoever_knows_the_password_gains_few_second_factors_however_often_they_come(world: World):
    staff = await enroll(world)
    for n in range(FROM_DEVICES_MOST + 1):
        known_by = device_token(staff.member, world.secrets)
        given = PasswordTry(
            email=staff.email, password=STAFF_PASSWORD, second="000000", arrival=Arrival(known_by=known_by)
        )
        refusal = WrongSecondFactor if n < FROM_DEVICES_MOST else TooManyRequests
        with pytest.raises(refusal):
            await world.use(SignInByPassword)(given)


async def ask_too_often(world: World, way: Way) -> None:
    """Strangers have codes sent until there are no more."""
    for _ in range(CODES_AN_HOUR):
        await world.use(RequestCode)(way)
        world.clock.advance(CODE_PAUSE)
    with pytest.raises(CodeTooSoon):
        await world.use(RequestCode)(way)


async def test_strangers_keep_no_known_device_from_a_code(world: World):
    phone = Way("phone", PHONE)
    known_by = (await enter(world, phone)).device_token
    another = (await enter(world, Way("phone", "+8613900000066"))).device_token
    world.clock.advance(60 * MINUTE)
    await ask_too_often(world, phone)
    with pytest.raises(CodeTooSoon):
        await world.use(RequestCode)(phone, known_by=another)
    for _ in range(CODES_AN_HOUR):
        await world.use(RequestCode)(phone, known_by=known_by)
        world.clock.advance(CODE_PAUSE)
    with pytest.raises(TooManyRequests):
        await world.use(RequestCode)(phone, known_by=known_by)


async def test_codes_that_strangers_have_guessed_at_to_their_end_keep_no_known_device_from_another(world: World):
    phone = Way("phone", PHONE)
    known_by = (await enter(world, phone)).device_token
    for _ in range(3):
        world.clock.advance(CODE_PAUSE)
        await world.use(RequestCode)(phone)
        for _ in range(CODE_TRIES):
            with pytest.raises(WrongCode):
                await world.use(SignIn)(phone, "no code")
    world.clock.advance(CODE_PAUSE)
    with pytest.raises(CodeTooSoon):
        await world.use(RequestCode)(phone)
    await world.use(RequestCode)(phone, known_by=known_by)
    with pytest.raises(CodeTooSoon):
        await world.use(RequestCode)(phone, known_by=known_by)
