"""Members: signing in, their own account, consents."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.addresses import AddressKind, masked
from entrypoints.http.wire.shapes import Asked, Moment, Told
from errand_domain.member.consent import REQUIRED, Document
from errand_domain.member.member import Member, WayKind
from errand_domain.member.roles import Role
from errand_domain.member.session import Means, Session, Strength
from errand_domain.use_cases.signing_in.entering import Entered
from errand_domain.use_cases.signing_in.recovery_codes import PATTERN

Address = Annotated[str, Meta(min_length=3, max_length=255)]
OneTimeCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
SecondFactor = Annotated[str, Meta(pattern=rf"^([0-9]{{6}}|{PATTERN})?$")]
"""What the authenticator shows, or a recovery code."""
Ticket = Annotated[str, Meta(min_length=1, max_length=200)]
Password = Annotated[str, Meta(max_length=1000)]
Device = Annotated[str, Meta(max_length=120)]
DeviceToken = Annotated[str, Meta(max_length=300)]
"""What a session before this one gave the device; of no worth where it is another's, or none."""
Version = Annotated[str, Meta(min_length=1, max_length=20)]


class CodeAsked(Asked, kw_only=True, frozen=True):
    """Where to send a one-time code: a phone number or an e-mail address.

    `deviceId` is whatever the client has made up for this device, the same each time; it counts towards a limit.
    `deviceToken` is what the last session on it gave: with it, what strangers asked for does not count.
    """

    kind: AddressKind
    address: Address
    device_id: Annotated[str, Meta(max_length=64)] = ""
    device_token: DeviceToken = ""


class TicketAsked(Asked, kw_only=True, frozen=True):
    """What the mini-program's platform gave the client for us: `wx.login`'s code, or that of the phone button."""

    ticket: Ticket


class WechatSignInAsked(Asked, kw_only=True, frozen=True):
    """`wx.login`'s code, and how to call this device in the list of sessions."""

    ticket: Ticket
    device: Device = ""
    device_token: DeviceToken = ""


class PasswordSignInAsked(Asked, kw_only=True, frozen=True):
    """E-mail address and password; `second` is the authenticator's code or a recovery code, where that is asked for."""

    email: Address
    password: Password
    second: SecondFactor = ""
    device: Device = ""
    device_token: DeviceToken = ""


class PasswordAsked(Asked, kw_only=True, frozen=True):
    """The new password; with the present one, unless this session was started a moment ago by a code sent by mail."""

    password: Password
    current: Password = ""


class PasswordResetAsked(Asked, kw_only=True, frozen=True):
    """The new password, with the code that was sent to the address."""

    email: Address
    code: OneTimeCode
    password: Password


class SignInAsked(Asked, kw_only=True, frozen=True):
    """The code that came, and how to call this device in the list of sessions."""

    kind: AddressKind
    address: Address
    code: OneTimeCode
    device: Device = ""
    device_token: DeviceToken = ""


class WayAsked(Asked, kw_only=True, frozen=True):
    """A further way to sign in, with the code that was sent there."""

    kind: AddressKind
    address: Address
    code: OneTimeCode


class ConsentAsked(Asked, kw_only=True, frozen=True):
    """The version of a document that the member has read and accepts."""

    document: Document
    version: Version


class ProfileAsked(Asked, kw_only=True, frozen=True):
    """The whole profile: what is left out becomes empty."""

    nickname: Annotated[str, Meta(max_length=20)] = ""
    campus_id: UUID | None = None


class SessionTold(Told, kw_only=True, frozen=True):
    """A device that is signed in: by what, how strongly, and from which network, told in part."""

    id: UUID
    device: str
    place: str
    by: Means
    strength: Strength
    started_at: Moment
    expires_at: Moment
    is_current: bool


class SessionsTold(Told, kw_only=True, frozen=True):
    """Where the member is signed in."""

    items: tuple[SessionTold, ...]


class EnteredTold(Told, kw_only=True, frozen=True):
    """A fresh session. The token is told this once: send it as `Authorization: Bearer …`.

    Keep `deviceToken` for as long as the client is installed, also after signing out, and send it with the next code
    that is asked for and the next sign-in: what strangers try then keeps nobody out. It opens nothing.
    """

    token: str
    device_token: str
    session_id: UUID
    member_id: UUID
    expires_at: Moment
    strength: Strength


class WayTold(Told, kw_only=True, frozen=True):
    """A way to sign in, with as much of the address as its owner needs to know it."""

    kind: WayKind
    masked: str


class ConsentTold(Told, kw_only=True, frozen=True):
    """A version of a document that was accepted then."""

    document: Document
    version: str
    at: Moment


class RoleTold(Told, kw_only=True, frozen=True):
    """A role at a campus."""

    role: Role
    campus_id: UUID


class MeTold(Told, kw_only=True, frozen=True):
    """The member's own account. `consentsMissing` names what must still be accepted."""

    id: UUID
    nickname: str
    avatar_url: str | None
    campus_id: UUID | None
    ways: tuple[WayTold, ...]
    consents: tuple[ConsentTold, ...]
    consents_missing: tuple[Document, ...]
    roles: tuple[RoleTold, ...]
    blocked: tuple[UUID, ...]
    joined_at: Moment


Documents = tuple[tuple[Document, str], ...]
AnyWayKind = Literal["phone", "email", "wechat"]


def tell_entered(entered: Entered) -> EnteredTold:
    """The fresh session."""
    return EnteredTold(
        token=entered.token,
        device_token=entered.device_token,
        session_id=entered.session.id,
        member_id=entered.member.id,
        expires_at=entered.session.expires_at,
        strength=entered.session.strength,
    )


def tell_sessions(sessions: tuple[Session, ...], current: Session) -> SessionsTold:
    """The sessions, with the asking one marked."""
    return SessionsTold(
        items=tuple(
            SessionTold(
                id=session.id,
                device=session.device,
                place=session.place,
                by=session.by,
                strength=session.strength,
                started_at=session.started_at,
                expires_at=session.expires_at,
                is_current=session.id == current.id,
            )
            for session in sessions
        )
    )


def tell_me(member: Member, documents: Documents, *, avatar_url: str | None) -> MeTold:
    """The member's own account."""
    given = {(consent.document, consent.version) for consent in member.consents}
    return MeTold(
        id=member.id,
        nickname=member.nickname,
        avatar_url=avatar_url,
        campus_id=member.campus_id,
        ways=tuple(WayTold(kind=way.kind, masked=masked(way.kind, way.value)) for way in member.ways),
        consents=tuple(ConsentTold(document=c.document, version=c.version, at=c.at) for c in member.consents),
        consents_missing=tuple(d for d, version in documents if d in REQUIRED and (d, version) not in given),
        roles=tuple(RoleTold(role=grant.role, campus_id=grant.campus_id) for grant in sorted(member.grants)),
        blocked=tuple(sorted(member.blocked)),
        joined_at=member.joined_at,
    )
