"""A password is compared as it was typed, letter by letter and to its end; a code that is sent has six digits."""

from datetime import timedelta

import pytest

from adapters.crypto.passwords import Argon2PasswordHashes
from errand_domain.member.credential import WrongPassword
from errand_domain.member.member import Way
from errand_domain.use_cases.signing_in.request_code import RequestCode
from errand_domain.use_cases.signing_in.set_password import SetPassword
from errand_domain.use_cases.signing_in.sign_in_by_password import SignInByPassword
from tests.use_cases.test_signing_in import PASSWORD, tried, with_password
from tests.use_cases.world import World

TYPED = " Three BLUE bicycles, ｆｕｌｌ width, and é "
OTHERWISE = (
    TYPED.strip(),
    TYPED.lower(),
    TYPED.casefold(),
    TYPED.replace("ｆｕｌｌ", "full"),
    TYPED.replace("é", "e\u0301"),
    TYPED[:-1],
    f"{TYPED}!",
    TYPED.replace("  ", " ").lstrip(),
)


async def test_a_password_counts_as_it_was_typed(world: World):
    entered = await with_password(world)
    await world.use(SetPassword)(entered.session, TYPED, current=PASSWORD)
    for other in OTHERWISE:
        with pytest.raises(WrongPassword):
            await world.use(SignInByPassword)(tried(other))
    await world.use(SignInByPassword)(tried(TYPED))


async def test_a_password_is_as_good_after_years(world: World):
    await with_password(world)
    world.clock.advance(timedelta(days=5 * 365))
    await world.use(SignInByPassword)(tried())


async def test_the_hash_is_of_every_letter_to_the_last():
    hashes, long = Argon2PasswordHashes(memory_kib=64, passes=1, lanes=1), "ab" * 64
    fresh = await hashes.hash(long)
    assert await hashes.matches(fresh, long)
    for other in (long[:-1], f"{long[:-1]}c", f"{long} ", f" {long}", long.upper()):
        assert not await hashes.matches(fresh, other)


async def test_a_code_that_is_sent_has_six_digits(world: World):
    await world.use(RequestCode)(Way("phone", "+8613900000001"))
    (notice,) = world.notices.inbox
    assert len(notice.code) == 6
    assert notice.code.isdecimal()
