"""A password that is known from a breach is taken at no door."""

import pytest
from pyotp.totp import TOTP

from adapters.memory.credentials import MemoryBreachedPasswords
from errand_domain.member.credential import WrongPassword
from errand_domain.member.member import Way
from errand_domain.member.password import PasswordWeak
from errand_domain.ports.credentials import BreachedPasswords
from errand_domain.use_cases.operators.accept_invitation import AcceptInvitation, ViewInvitation
from errand_domain.use_cases.operators.manage_operators import InviteOperator
from errand_domain.use_cases.signing_in.set_password import ResetPassword, SetPassword
from errand_domain.use_cases.signing_in.sign_in_by_password import SignInByPassword
from tests.domain.examples import MINUTE
from tests.use_cases.test_signing_in import EMAIL, PASSWORD, code_for, enter, tried
from tests.use_cases.world import World

LEAKED = "seven quiet herons"


@pytest.fixture
def world(world: World) -> World:
    world.parts[BreachedPasswords] = MemoryBreachedPasswords(frozenset({LEAKED}))
    return world


async def test_it_is_not_set_changed_or_reset_and_the_code_for_it_is_not_spent(world: World):
    session = (await enter(world, Way("email", EMAIL))).session
    with pytest.raises(PasswordWeak) as refusal:
        await world.use(SetPassword)(session, LEAKED)
    assert (refusal.value.reason, refusal.value.least) == ("breached", 10)
    await world.use(SetPassword)(session, PASSWORD)
    with pytest.raises(PasswordWeak):
        await world.use(SetPassword)(session, LEAKED, current=PASSWORD)
    world.clock.advance(MINUTE)
    code = await code_for(world, Way("email", EMAIL))
    with pytest.raises(PasswordWeak):
        await world.use(ResetPassword)(EMAIL, code, LEAKED)
    with pytest.raises(WrongPassword):
        await world.use(SignInByPassword)(tried(LEAKED))
    await world.use(ResetPassword)(EMAIL, code, f"{LEAKED} and one more")


async def test_an_operator_does_not_enroll_with_it(world: World):
    invited = await world.use(InviteOperator)(EMAIL, None, role="finance", campus_id=world.campus.id)
    assert invited.token is not None
    code = TOTP((await world.use(ViewInvitation)(invited.token)).totp_secret).at(world.clock.now())
    with pytest.raises(PasswordWeak) as refusal:
        await world.use(AcceptInvitation)(invited.token, password=LEAKED, code=code)
    assert (refusal.value.reason, refusal.value.least) == ("breached", 12)
    await world.use(AcceptInvitation)(invited.token, password=f"{LEAKED} and one more", code=code)
