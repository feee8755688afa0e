"""How an operator comes in: by a link that is good once."""

from litestar import Router, post
from litestar.params import JSONBody

from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PUBLIC
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.invitations import (
    AcceptanceAsked,
    InvitationAsked,
    InvitationTold,
    RecoveryCodesTold,
    tell_invitation,
)
from errand_domain.errors import InvalidField
from errand_domain.member.credential import InvitationGone, WrongSecondFactor
from errand_domain.member.password import PasswordWeak
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.accept_invitation import AcceptInvitation, ViewInvitation


@post("/looked-at", status_code=200, opt=PUBLIC, responses=refusals(InvalidField, InvitationGone))
async def look_at_invitation(data: JSONBody[InvitationAsked], view_invitation: Uses[ViewInvitation]) -> InvitationTold:
    """Whom the invitation is for, and what the authenticator reads. Nothing changes."""
    return tell_invitation(await view_invitation(data.token))


@post(
    "/accepted",
    status_code=200,
    opt=PUBLIC,
    responses=refusals(InvalidField, InvitationGone, PasswordWeak, WrongSecondFactor, TooManyRequests),
)
async def accept_operator_invitation(
    data: JSONBody[AcceptanceAsked], accept_invitation: Uses[AcceptInvitation]
) -> RecoveryCodesTold:
    """Set password and second factor, once."""
    codes = await accept_invitation(data.token, password=data.password, code=data.code)
    return RecoveryCodesTold(recovery_codes=codes)


INVITATIONS = Router(
    "/operator-invitations", route_handlers=[look_at_invitation, accept_operator_invitation], tags=["sign-in"]
)
