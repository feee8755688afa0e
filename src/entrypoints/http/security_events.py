"""What the log says about who came in, who was refused and what staff did: one table, told by docs/reference.

An event follows from the route that was done, or from the class of the refusal. Nothing else decides, so that a use
case need not know that it is watched.
"""

from collections.abc import Mapping
from typing import Final, Literal

from attrs import frozen

from entrypoints.http.errors import Unreadable, UnsupportedMedia
from errand_domain.errors import InvalidField, Missing, NotPermitted
from errand_domain.member.credential import (
    InvitationGone,
    MailUnproven,
    ProofNeeded,
    SecondFactorNeeded,
    WrongPassword,
    WrongSecondFactor,
)
from errand_domain.member.member import MemberBarred, WayTaken
from errand_domain.member.password import PasswordWeak
from errand_domain.member.session import CodeNotSent, CodeTooSoon, NotSignedIn, ProofTooOld, WrongCode
from errand_domain.order.refusals import QuoteForged
from errand_domain.ports.mini_program import TicketRefused, UserRefused
from errand_domain.ports.rate_limits import TooManyRequests

CATEGORY: Final = "security"
"""What every line carries as `category`, by which it is found among the others."""

Level = Literal["info", "warning"]
Route = tuple[str, str]
"""The method, and the path under the API with the names of its parameters."""


@frozen(kw_only=True)
class SecurityEvent:
    """One kind of line. `warning` is what somebody should look at where it comes in numbers."""

    name: str
    when: str
    level: Level = "info"


SIGNED_IN: Final = SecurityEvent(name="sign_in.succeeded", when="somebody came in; with the means and the factors")
SIGN_IN_FAILED: Final = SecurityEvent(
    name="sign_in.failed",
    when="a code, password, second factor or ticket was wrong at a door, or its member is barred",
    level="warning",
)
SECOND_FACTOR_ASKED: Final = SecurityEvent(
    name="sign_in.second_factor_asked", when="a password was right, and a second factor is needed"
)
CODE_ASKED: Final = SecurityEvent(name="code.asked", when="a one-time code was sent")
CODE_REFUSED: Final = SecurityEvent(
    name="code.refused", when="an address has had its codes, or its codes were guessed at", level="warning"
)
CODE_NOT_SENT: Final = SecurityEvent(
    name="code.not_sent", when="a carrier did not take a one-time code: for that address, or at all", level="warning"
)
PROOF_FAILED: Final = SecurityEvent(
    name="proof.failed", when="the same as `sign_in.failed`, of what a member or invitee had to prove", level="warning"
)
PROVEN_AGAIN: Final = SecurityEvent(name="proof.given", when="a member has proven again who asks")
PROOF_NEEDED: Final = SecurityEvent(name="proof.needed", when="something sensitive was asked for without a fresh proof")
PASSWORD_CHANGED: Final = SecurityEvent(name="password.changed", when="a member set or changed the password")
PASSWORD_RESET: Final = SecurityEvent(name="password.reset", when="a password was set with a code sent by mail")
PASSWORD_REFUSED: Final = SecurityEvent(name="password.refused", when="a new password was too weak")
SESSION_ENDED: Final = SecurityEvent(name="session.ended", when="a member ended a session")
SESSIONS_ENDED: Final = SecurityEvent(name="session.ended_elsewhere", when="a member ended all others")
SESSION_UNKNOWN: Final = SecurityEvent(
    name="session.unknown", when="a request had no token, or one that is none or has ended"
)
WAY_LINKED: Final = SecurityEvent(name="way.linked", when="a member added a way to sign in")
WAY_REMOVED: Final = SecurityEvent(name="way.removed", when="a member removed a way to sign in")
WAY_REFUSED: Final = SecurityEvent(name="way.refused", when="a way to sign in is another member's", level="warning")
ACCOUNT_CLOSED: Final = SecurityEvent(name="account.closed", when="a member closed the account")
DATA_EXPORTED: Final = SecurityEvent(name="data.exported", when="a member took along all that is held about them")
PAYOUT_ASKED: Final = SecurityEvent(name="payout.asked", when="a runner asked for a withdrawal")
INVITATION_READ: Final = SecurityEvent(
    name="invitation.read", when="somebody with an operator's invitation looked at it"
)
INVITATION_REFUSED: Final = SecurityEvent(
    name="invitation.refused", when="an invitation that there is not, or no more", level="warning"
)
INVITEE_PROVEN: Final = SecurityEvent(
    name="invitation.proven", when="somebody with an operator's invitation has proven the mailbox"
)
OPERATOR_ENROLLED: Final = SecurityEvent(
    name="operator.enrolled", when="an operator set password and second factor by invitation"
)
STAFF_ACTED: Final = SecurityEvent(name="staff.acted", when="an operator changed something; the audit record says what")
ACCESS_REFUSED: Final = SecurityEvent(
    name="access.refused", when="a role, or a relation to the object, was missing", level="warning"
)
ACCESS_MISSED: Final = SecurityEvent(
    name="access.missed", when="there is no such thing, or it is somebody else's: both look the same"
)
LIMIT_REACHED: Final = SecurityEvent(name="limit.reached", when="somebody asked too often", level="warning")
INPUT_REFUSED: Final = SecurityEvent(name="input.refused", when="what was sent cannot be right, whoever sends it")
FORGERY_REFUSED: Final = SecurityEvent(
    name="forgery.refused", when="a quote was not made or not signed here", level="warning"
)

DONE: Final[Mapping[Route, SecurityEvent]] = {
    ("POST", "/sign-in/codes"): CODE_ASKED,
    ("POST", "/sign-in/password-resets"): PASSWORD_RESET,
    ("POST", "/sessions"): SIGNED_IN,
    ("POST", "/sessions/wechat"): SIGNED_IN,
    ("POST", "/sessions/password"): SIGNED_IN,
    ("POST", "/sessions/current/proofs"): PROVEN_AGAIN,
    ("POST", "/sessions/current/proofs/wechat"): PROVEN_AGAIN,
    ("POST", "/sessions/current/proofs/password"): PROVEN_AGAIN,
    ("POST", "/sessions/current/proofs/codes"): CODE_ASKED,
    ("DELETE", "/sessions"): SESSIONS_ENDED,
    ("DELETE", "/sessions/{session_id}"): SESSION_ENDED,
    ("POST", "/me/ways"): WAY_LINKED,
    ("POST", "/me/tickets/wechat"): WAY_LINKED,
    ("POST", "/me/tickets/wechat-phone"): WAY_LINKED,
    ("DELETE", "/me/ways/{kind}"): WAY_REMOVED,
    ("PUT", "/me/password"): PASSWORD_CHANGED,
    ("POST", "/me/exports"): DATA_EXPORTED,
    ("DELETE", "/me"): ACCOUNT_CLOSED,
    ("POST", "/withdrawals"): PAYOUT_ASKED,
    ("POST", "/operator-invitations/looked-at"): INVITATION_READ,
    ("POST", "/operator-invitations/codes"): CODE_ASKED,
    ("POST", "/operator-invitations/proven"): INVITEE_PROVEN,
    ("POST", "/operator-invitations/accepted"): OPERATOR_ENROLLED,
}
SERIES: Final = (LIMIT_REACHED, SESSION_UNKNOWN)
"""Of these, one line a minute from one source: whoever is refused so often must not fill the log. All are counted."""
STAFF_ROUTES: Final = "/operator/"
"""Whatever is changed below is `STAFF_ACTED`."""

DOORS: Final = frozenset(route for route, event in DONE.items() if event is SIGNED_IN)
PROOFS: Final = (WrongCode, WrongPassword, WrongSecondFactor, TicketRefused, UserRefused, MemberBarred)
"""Refused at a door they are `SIGN_IN_FAILED`, and anywhere else `PROOF_FAILED`."""
REFUSED: Final[Mapping[type[Exception], SecurityEvent]] = {
    SecondFactorNeeded: SECOND_FACTOR_ASKED,
    ProofNeeded: PROOF_NEEDED,
    ProofTooOld: PROOF_NEEDED,
    CodeTooSoon: CODE_REFUSED,
    CodeNotSent: CODE_NOT_SENT,
    TooManyRequests: LIMIT_REACHED,
    NotSignedIn: SESSION_UNKNOWN,
    PasswordWeak: PASSWORD_REFUSED,
    WayTaken: WAY_REFUSED,
    InvitationGone: INVITATION_REFUSED,
    MailUnproven: PROOF_NEEDED,
    NotPermitted: ACCESS_REFUSED,
    Missing: ACCESS_MISSED,
    QuoteForged: FORGERY_REFUSED,
    InvalidField: INPUT_REFUSED,
    Unreadable: INPUT_REFUSED,
    UnsupportedMedia: INPUT_REFUSED,
}
EVENTS: Final = tuple(dict.fromkeys((*DONE.values(), STAFF_ACTED, SIGN_IN_FAILED, PROOF_FAILED, *REFUSED.values())))
"""Every event there is."""

KEYS_USED: Final = SecurityEvent(
    name="keys.used", when="a server or worker began to use a key ring, or noticed that it was replaced"
)
KEYS_REPLACED: Final = SecurityEvent(
    name="keys.replaced", when="`errand keys` made, rotated or thinned out the key ring", level="warning"
)
ELSEWHERE: Final = (KEYS_USED, KEYS_REPLACED)
"""What no request causes."""


def event_of(route: Route, refusal: Exception | None) -> SecurityEvent | None:
    """What that is called, if it is an event: `refusal` is what the request met, or `None` where it was done."""
    if refusal is None:
        is_staffs = route[0] != "GET" and route[1].startswith(STAFF_ROUTES)
        return DONE.get(route, STAFF_ACTED if is_staffs else None)
    if isinstance(refusal, PROOFS):
        return SIGN_IN_FAILED if route in DOORS else PROOF_FAILED
    return next((event for kind, event in REFUSED.items() if isinstance(refusal, kind)), None)
