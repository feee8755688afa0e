"""Signing in and out."""

from litestar import Router, delete, get, post
from litestar.params import JSONBody

from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PUBLIC, WITHOUT_CONSENT, Asking
from entrypoints.http.parameters import PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.addresses import way_of
from entrypoints.http.wire.members import (
    CodeAsked,
    EnteredTold,
    SessionsTold,
    SignInAsked,
    tell_entered,
    tell_sessions,
)
from errand_domain.errors import InvalidField, Missing
from errand_domain.member.member import MemberBarred
from errand_domain.member.session import CodeTooSoon, WrongCode
from errand_domain.use_cases.sign_in import ListSessions, RequestCode, SignIn, SignOut


@post("/sign-in/codes", status_code=204, opt=PUBLIC, responses=refusals(InvalidField, CodeTooSoon))
async def send_code(data: JSONBody[CodeAsked], request_code: Uses[RequestCode]) -> None:
    """Send a one-time code. The answer is the same whether a member is known at that address or not."""
    await request_code(way_of(data.kind, data.address))


@post("/sessions", opt=PUBLIC, responses=refusals(InvalidField, WrongCode, MemberBarred))
async def start_session(data: JSONBody[SignInAsked], sign_in: Uses[SignIn]) -> EnteredTold:
    """Exchange the code for a session. Whoever signs in for the first time becomes a member."""
    return tell_entered(await sign_in(way_of(data.kind, data.address), data.code, device=data.device))


@get("/sessions")
async def show_sessions(request: Asking, list_sessions: Uses[ListSessions]) -> SessionsTold:
    """Where the member is signed in, newest first."""
    return tell_sessions(await list_sessions(request.user.id), request.auth)


@delete("/sessions/{session_id:uuid}", opt=WITHOUT_CONSENT, responses=refusals(Missing))
async def end_session(session_id: PathId, request: Asking, sign_out: Uses[SignOut]) -> None:
    """End a session of the member's own, at once."""
    await sign_out(request.user.id, session_id)


SIGN_IN = Router("/", route_handlers=[send_code, start_session, show_sessions, end_session], tags=["sign-in"])
