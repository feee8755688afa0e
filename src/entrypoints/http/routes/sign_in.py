"""Signing in and out."""

from litestar import Request, Router, delete, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PROVEN, PUBLIC, WITHOUT_CONSENT, Asking
from entrypoints.http.limits import TICKETS
from entrypoints.http.noted import note_facts, note_tried
from entrypoints.http.parameters import PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.security_log import facts_of
from entrypoints.http.whence import address_of, arrival_of
from entrypoints.http.wire.addresses import mailbox, way_of
from entrypoints.http.wire.members import (
    CodeAsked,
    EnteredTold,
    PasswordResetAsked,
    PasswordSignInAsked,
    SessionsTold,
    SignInAsked,
    WechatSignInAsked,
    tell_entered,
    tell_sessions,
)
from errand_domain.errors import InvalidField, Missing
from errand_domain.member.credential import SecondFactorNeeded, WrongPassword, WrongSecondFactor
from errand_domain.member.member import MemberBarred
from errand_domain.member.password import PasswordWeak
from errand_domain.member.session import CodeNotSent, CodeTooSoon, CountryNotServed, ProofTooOld, WrongCode
from errand_domain.ports.mini_program import PlatformUnreachable, TicketRefused, UserRefused
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.signing_in.entering import Entered
from errand_domain.use_cases.signing_in.own_sessions import ListSessions, SignOut, SignOutElsewhere
from errand_domain.use_cases.signing_in.request_code import RequestCode
from errand_domain.use_cases.signing_in.set_password import ResetPassword
from errand_domain.use_cases.signing_in.sign_in import SignIn, SignInByWechat
from errand_domain.use_cases.signing_in.sign_in_by_password import PasswordTry, SignInByPassword

AnyRequest = Request[None, None, State]


@post(
    "/sign-in/codes",
    status_code=204,
    opt=PUBLIC,
    responses=refusals(InvalidField, CountryNotServed, CodeTooSoon, CodeNotSent, TooManyRequests),
)
async def send_code(data: JSONBody[CodeAsked], request: AnyRequest, request_code: Uses[RequestCode]) -> None:
    """Send a one-time code. The answer is the same whether a member is known at that address or not."""
    way = way_of(data.kind, data.address)
    note_tried(request.scope, way.value)
    await request_code(way, address=address_of(request), device_id=data.device_id, known_by=data.device_token)


@post("/sessions", opt=PUBLIC, responses=refusals(InvalidField, WrongCode, MemberBarred))
async def start_session(data: JSONBody[SignInAsked], request: AnyRequest, sign_in: Uses[SignIn]) -> EnteredTold:
    """Exchange the code for a session. Whoever signs in for the first time becomes a member."""
    way = way_of(data.kind, data.address)
    note_tried(request.scope, way.value)
    return _let_in(request, await sign_in(way, data.code, arrival=arrival_of(request, data.device, data.device_token)))


@post(
    "/sessions/wechat",
    opt={**PUBLIC, **TICKETS},
    responses=refusals(InvalidField, TicketRefused, UserRefused, PlatformUnreachable, MemberBarred),
)
async def start_session_by_wechat(
    data: JSONBody[WechatSignInAsked], request: AnyRequest, sign_in_by_wechat: Uses[SignInByWechat]
) -> EnteredTold:
    """Exchange `wx.login`'s code for a session. Whoever signs in for the first time becomes a member."""
    return _let_in(
        request, await sign_in_by_wechat(data.ticket, arrival=arrival_of(request, data.device, data.device_token))
    )


@post(
    "/sessions/password",
    opt=PUBLIC,
    responses=refusals(
        InvalidField, WrongPassword, SecondFactorNeeded, WrongSecondFactor, TooManyRequests, MemberBarred
    ),
)
async def start_session_by_password(
    data: JSONBody[PasswordSignInAsked], request: AnyRequest, sign_in_by_password: Uses[SignInByPassword]
) -> EnteredTold:
    """Exchange a password for a session; with the authenticator's code, for one that has staff's powers."""
    given = PasswordTry(
        email=mailbox(data.email, field="email"),
        password=data.password,
        second=data.second,
        address=address_of(request),
        arrival=arrival_of(request, data.device, data.device_token),
    )
    note_tried(request.scope, given.email)
    return _let_in(request, await sign_in_by_password(given))


def _let_in(request: AnyRequest, entered: Entered) -> EnteredTold:
    note_facts(request.scope, **facts_of(entered))
    return tell_entered(entered)


@post(
    "/sign-in/password-resets",
    status_code=204,
    opt=PUBLIC,
    responses=refusals(InvalidField, WrongCode, PasswordWeak, MemberBarred),
)
async def reset_own_password(
    data: JSONBody[PasswordResetAsked], request: AnyRequest, reset_password: Uses[ResetPassword]
) -> None:
    """Set a new password with a code that was sent by mail; every session ends. A second factor stays what it was."""
    email = mailbox(data.email, field="email")
    note_tried(request.scope, email)
    await reset_password(email, data.code, data.password)


@get("/sessions")
async def show_sessions(request: Asking, list_sessions: Uses[ListSessions]) -> SessionsTold:
    """Where the member is signed in, newest first."""
    return tell_sessions(await list_sessions(request.user.id), request.auth)


@delete("/sessions", opt={**WITHOUT_CONSENT, **PROVEN}, responses=refusals(ProofTooOld))
async def end_other_sessions(request: Asking, sign_out_elsewhere: Uses[SignOutElsewhere]) -> None:
    """End every session of the member's own but this one, at once."""
    await sign_out_elsewhere(request.auth)


@delete("/sessions/{session_id:uuid}", opt=WITHOUT_CONSENT, responses=refusals(Missing, ProofTooOld))
async def end_session(session_id: PathId, request: Asking, sign_out: Uses[SignOut]) -> None:
    """End a session of the member's own, at once; any but this one needs a fresh proof."""
    await sign_out(request.auth, session_id)


SIGN_IN = Router(
    "/",
    route_handlers=[
        send_code,
        start_session,
        start_session_by_wechat,
        start_session_by_password,
        reset_own_password,
        show_sessions,
        end_other_sessions,
        end_session,
    ],
    tags=["sign-in"],
)
