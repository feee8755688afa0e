"""How the demonstration's operators come in: by an invitation, with an authenticator of their own."""

from attrs import field, frozen
from pyotp.totp import TOTP

from entrypoints.container import Container
from entrypoints.demo.clock import MovableClock
from entrypoints.demo.people import Person
from errand_domain.campus import Campus
from errand_domain.member.member import Member


@frozen(kw_only=True)
class Keys:
    """What an operator of the demonstration knows, and what their authenticator does: made anew for each folder."""

    nickname: str
    email: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    otpauth: str = field(repr=False)


async def enrolled(container: Container, clock: MovableClock, campus: Campus, person: Person) -> tuple[Member, Keys]:
    """That person, invited by the machine, and the keys that they have chosen."""
    (role,) = person.roles
    invited = await container.invite_operator()(person.email, None, role=role, campus_id=campus.id)
    if invited.token is None:
        raise RuntimeError("the demonstration invites nobody twice")
    invitee = await container.view_invitation()(invited.token)
    password = container.secrets().token()
    code = TOTP(invitee.totp_secret).at(clock.now())
    await container.accept_invitation()(invited.token, password=password, code=code)
    return invited.member, Keys(
        nickname=person.nickname,
        email=person.email,
        password=password,
        totp_secret=invitee.totp_secret,
        otpauth=invitee.otpauth,
    )
