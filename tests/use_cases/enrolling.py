"""An operator who came in as operators do, with an authenticator in hand."""

from datetime import datetime
from typing import Final

from attrs import frozen
from pyotp.totp import TOTP

from adapters.memory.outside import MemoryNotices
from errand_domain.member.member import Member
from errand_domain.member.roles import Role
from errand_domain.use_cases.operators.accept_invitation import AcceptInvitation, ViewInvitation
from errand_domain.use_cases.operators.manage_operators import InviteOperator
from errand_domain.use_cases.operators.prove_invitee import ProveInvitee, SendInviteeCode
from errand_domain.use_cases.signing_in.entering import Entered
from errand_domain.use_cases.signing_in.sign_in_by_password import PasswordTry, SignInByPassword
from tests.use_cases.world import World

PASSWORD: Final = "seven quiet herons"


@frozen(kw_only=True)
class Enrolled:
    member: Member
    email: str
    secret: str
    recovery: tuple[str, ...]

    def code_at(self, moment: datetime) -> str:
        return TOTP(self.secret).at(moment)

    async def enter(self, world: World, *, second: str = "", address: str = "192.0.2.9") -> Entered:
        second = second or self.code_at(world.clock.now())
        given = PasswordTry(email=self.email, password=PASSWORD, second=second, address=address)
        return await world.use(SignInByPassword)(given)


async def enroll(
    world: World, role: Role = "admin", email: str = "han.meimei@example.edu.cn", *, mail: MemoryNotices | None = None
) -> Enrolled:
    """With `mail`, its owners read it, and the mailbox has to be proven."""
    invited = await world.use(InviteOperator)(email, None, role=role, campus_id=world.campus.id)
    token = invited.token
    assert token is not None
    if mail is not None:
        await world.use(SendInviteeCode)(token)
        token = await world.use(ProveInvitee)(token, mail.inbox[0].code)
    secret = (await world.use(ViewInvitation)(token)).totp_secret
    code = TOTP(secret).at(world.clock.now())
    recovery = await world.use(AcceptInvitation)(token, password=PASSWORD, code=code)
    return Enrolled(member=invited.member, email=email, secret=secret, recovery=recovery)
