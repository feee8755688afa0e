"""The member's own account."""

from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody

from entrypoints.http.addresses import picture_address_of
from entrypoints.http.conditional import tagged
from entrypoints.http.dependencies import Uses
from entrypoints.http.documents import documents_of
from entrypoints.http.gate import PROVEN, WITHOUT_CONSENT, Asking
from entrypoints.http.noted import note_facts
from entrypoints.http.parameters import PathId
from entrypoints.http.refusals import refusals
from entrypoints.http.wire.addresses import way_of
from entrypoints.http.wire.members import (
    AnyWayKind,
    ConsentAsked,
    MeTold,
    PasswordAsked,
    ProfileAsked,
    TicketAsked,
    WayAsked,
    tell_me,
)
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.credential import ProofNeeded, WrongPassword
from errand_domain.member.member import AccountBusy, LastWay, Member, WayTaken
from errand_domain.member.password import PasswordWeak
from errand_domain.member.session import ProofTooOld, WrongCode
from errand_domain.ports.mini_program import PlatformUnreachable, TicketRefused, UserRefused
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.content.judging import ContentRefused
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.members.manage_profile import BlockMember, GiveConsent, UpdateProfile
from errand_domain.use_cases.signing_in.own_ways import LinkByTicket, LinkWay, UnlinkWay
from errand_domain.use_cases.signing_in.set_password import SetPassword


def told(member: Member, request: Asking) -> MeTold:
    """The member as they are told about themselves."""
    return tell_me(member, documents_of(request), avatar_url=picture_address_of(request, member.avatar))


@get("/me")
async def show_me(request: Asking) -> Response[MeTold]:
    """The member who asks."""
    return tagged(request, told(request.user, request))


@put("/me", responses=refusals(InvalidField, Missing, ContentRefused))
async def change_profile(data: JSONBody[ProfileAsked], request: Asking, update_profile: Uses[UpdateProfile]) -> MeTold:
    """Replace nickname and home campus."""
    campus_id = CampusId(data.campus_id) if data.campus_id else None
    member = await update_profile(request.user.id, nickname=data.nickname, campus_id=campus_id)
    return told(member, request)


@post("/me/consents", status_code=200, opt=WITHOUT_CONSENT, responses=refusals(InvalidField))
async def consent(data: JSONBody[ConsentAsked], request: Asking, give_consent: Uses[GiveConsent]) -> MeTold:
    """Accept a document in the version that is in force."""
    if (data.document, data.version) not in documents_of(request):
        raise InvalidField("version", "is not the version in force")
    member = await give_consent(request.user.id, document=data.document, version=data.version)
    return told(member, request)


@post("/me/ways", status_code=200, opt=PROVEN, responses=refusals(InvalidField, WrongCode, WayTaken, ProofTooOld))
async def link(data: JSONBody[WayAsked], request: Asking, link_way: Uses[LinkWay]) -> MeTold:
    """Add a way to sign in, proven by a code that was sent there."""
    note_facts(request.scope, kind=data.kind)
    member = await link_way(request.user.id, way_of(data.kind, data.address), data.code)
    return told(member, request)


@post(
    "/me/tickets/wechat",
    status_code=200,
    opt=PROVEN,
    responses=refusals(InvalidField, TicketRefused, UserRefused, PlatformUnreachable, WayTaken, ProofTooOld),
)
async def link_wechat(data: JSONBody[TicketAsked], request: Asking, link_by_ticket: Uses[LinkByTicket]) -> MeTold:
    """Sign in by WeChat from now on: send `wx.login`'s code."""
    note_facts(request.scope, kind="wechat")
    member = await link_by_ticket.wechat(request.user.id, data.ticket)
    return told(member, request)


@post(
    "/me/tickets/wechat-phone",
    status_code=200,
    opt=PROVEN,
    responses=refusals(InvalidField, TicketRefused, PlatformUnreachable, WayTaken, ProofTooOld),
)
async def link_phone(data: JSONBody[TicketAsked], request: Asking, link_by_ticket: Uses[LinkByTicket]) -> MeTold:
    """Add the phone number that WeChat knows: send the code of the phone button. No code by SMS is needed."""
    note_facts(request.scope, kind="phone")
    member = await link_by_ticket.phone(request.user.id, data.ticket)
    return told(member, request)


@put(
    "/me/password",
    status_code=204,
    opt=WITHOUT_CONSENT,
    responses=refusals(ProofNeeded, ProofTooOld, WrongPassword, PasswordWeak, TooManyRequests),
)
async def change_password(data: JSONBody[PasswordAsked], request: Asking, set_password: Uses[SetPassword]) -> None:
    """Set or change the password; every other session ends at once, and the member is told."""
    await set_password(request.auth, data.password, current=data.current)


@delete("/me/ways/{kind:str}", opt=PROVEN, responses=refusals(InvalidField, LastWay, ProofTooOld))
async def unlink(kind: FromPath[AnyWayKind], request: Asking, unlink_way: Uses[UnlinkWay]) -> None:
    """Remove a way to sign in, but never the last. Every other session that was started or proven by it ends."""
    note_facts(request.scope, kind=kind)
    await unlink_way(request.user.id, kind, but=request.auth.id)


@post("/me/blocks/{member_id:uuid}", status_code=204, responses=refusals(InvalidField, Missing))
async def block(member_id: PathId, request: Asking, block_member: Uses[BlockMember]) -> None:
    """No longer meet that member, in either role."""
    await block_member(request.user.id, MemberId(member_id), blocked=True)


@delete("/me/blocks/{member_id:uuid}", responses=refusals(Missing))
async def unblock(member_id: PathId, request: Asking, block_member: Uses[BlockMember]) -> None:
    """Be ready to meet that member again."""
    await block_member(request.user.id, MemberId(member_id), blocked=False)


@delete("/me", opt={**WITHOUT_CONSENT, **PROVEN}, responses=refusals(AccountBusy, ProofTooOld))
async def leave(request: Asking, close_account: Uses[CloseAccount]) -> None:
    """Close the account: refused while money or an order is open, then every personal field is erased."""
    await close_account(request.user.id)


ME = Router(
    "/",
    route_handlers=[
        show_me,
        change_profile,
        consent,
        link,
        link_wechat,
        link_phone,
        change_password,
        unlink,
        block,
        unblock,
        leave,
    ],
    tags=["me"],
)
