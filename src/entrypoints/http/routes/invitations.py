"""How an operator comes in: by a link that is good once."""

from litestar import Request, Router, post
from litestar.datastructures import State
from litestar.params import JSONBody

from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PUBLIC
from entrypoints.http.refusals import refusals
from entrypoints.http.whence import address_of
from entrypoints.http.wire.invitations import (
    AcceptanceAsked,
    InvitationAsked,
    InvitationTold,
    InviteeProofAsked,
    InviteeProvenTold,
    RecoveryCodesTold,
    tell_invitation,
)
from errand_domain.errors import InvalidField
from errand_domain.member.credential import InvitationGone, MailUnproven, WrongSecondFactor
from errand_domain.member.password import PasswordWeak
from errand_domain.member.session import CodeNotSent, CodeTooSoon, WrongCode
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.operators.accept_invitation import AcceptInvitation, ViewInvitation
from errand_domain.use_cases.operators.prove_invitee import ProveInvitee, SendInviteeCode


@post("/looked-at", status_code=200, opt=PUBLIC, responses=refusals(InvalidField, InvitationGone))
async def look_at_invitation(data: JSONBody[InvitationAsked], view_invitation: Uses[ViewInvitation]) -> InvitationTold:
    """Whom the invitation is for, and what the authenticator reads. Nothing changes."""
    return tell_invitation(await view_invitation(data.token))


@post(
    "/codes",
    status_code=204,
    opt=PUBLIC,
    responses=refusals(InvalidField, InvitationGone, CodeTooSoon, CodeNotSent, TooManyRequests),
)
async def send_invitee_code(
    data: JSONBody[InvitationAsked], request: Request[None, None, State], send_invitee_code: Uses[SendInviteeCode]
) -> None:
    """Send a one-time code to the mailbox of whoever is invited."""
    await send_invitee_code(data.token, address=address_of(request))


@post(
    "/proven",
    status_code=200,
    opt=PUBLIC,
    responses=refusals(InvalidField, InvitationGone, WrongCode, TooManyRequests),
)
async def prove_invitee(data: JSONBody[InviteeProofAsked], prove_invitee: Uses[ProveInvitee]) -> InviteeProvenTold:
    """Exchange the link's token and the code for the token to go on with; the link is worth nothing any more."""
    return InviteeProvenTold(token=await prove_invitee(data.token, data.code))


@post(
    "/accepted",
    status_code=200,
    opt=PUBLIC,
    responses=refusals(InvalidField, InvitationGone, MailUnproven, PasswordWeak, WrongSecondFactor, TooManyRequests),
)
async def accept_operator_invitation(
    data: JSONBody[AcceptanceAsked], accept_invitation: Uses[AcceptInvitation]
) -> RecoveryCodesTold:
    """Set password and second factor, once."""
    codes = await accept_invitation(data.token, password=data.password, code=data.code)
    return RecoveryCodesTold(recovery_codes=codes)


INVITATIONS = Router(
    "/operator-invitations",
    route_handlers=[look_at_invitation, send_invitee_code, prove_invitee, accept_operator_invitation],
    tags=["sign-in"],
)
