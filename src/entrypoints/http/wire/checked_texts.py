"""Every text that a client may write, and in which scene it is judged, or why it is not. A test holds it complete."""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from errand_domain.ports.content import Scene


@frozen
class Judged:
    """Judged before it is stored."""

    scene: Scene


@frozen
class Unjudged:
    """Not judged, for that reason."""

    reason: str


STAFF: Final = Unjudged("written by staff in the course of their duty, and audited or signed by their name")
PROOF: Final = Unjudged("compared with what we know, and shown to nobody")
SECRET: Final = Unjudged("a password, which nobody reads and of which a digest is kept")
DEVICE: Final = Unjudged("shown to its owner alone, in the list of their own sessions")
ADDRESS: Final = Unjudged("an address in a fixed form, shown to nobody but its owner")
REVIEWERS: Final = Unjudged("read by reviewers alone, who must see what was written, and given to no third party")

CHECKED_TEXTS: Final[Mapping[str, Judged | Unjudged]] = {
    "ProfileAsked.nickname": Judged("profile"),
    "TermsAsked.item": Judged("order"),
    "TermsAsked.note": Judged("order"),
    "StopAsked.name": Judged("order"),
    "StopAsked.detail": Judged("order"),
    "ReviewAsked.text": Judged("review"),
    "DisputeAsked.text": Judged("dispute"),
    "StatementAsked.text": Judged("dispute"),
    "ContactAsked.name": Unjudged("whom to call out for at the door: a real name, which is given to no third party"),
    "ContactAsked.phone": Unjudged("a number in a fixed form"),
    "TermsAsked.pickup_code": Unjudged("a secret for the runner alone, which is given to no third party"),
    "CancelAsked.reason": Unjudged("kept with the order for operations, and shown to no other member"),
    "ReportAsked.text": Unjudged("read by operations, who must see what was written, and given to no third party"),
    "ApplicationAsked.real_name": REVIEWERS,
    "ApplicationAsked.student_number": REVIEWERS,
    "ApplicationAsked.agreement_version": PROOF,
    "ConsentAsked.version": PROOF,
    "PublishAsked.sealed_quote": PROOF,
    "DeliverAsked.code": PROOF,
    "SignInAsked.code": PROOF,
    "WayAsked.code": PROOF,
    "SignInAsked.device": DEVICE,
    "SignInAsked.device_token": PROOF,
    "AcceptanceAsked.code": PROOF,
    "AcceptanceAsked.password": SECRET,
    "AcceptanceAsked.token": PROOF,
    "CodeAsked.device_id": PROOF,
    "CodeAsked.device_token": PROOF,
    "InvitationAsked.token": PROOF,
    "InviteeProofAsked.code": PROOF,
    "InviteeProofAsked.token": PROOF,
    "PasswordAsked.current": SECRET,
    "PasswordAsked.password": SECRET,
    "PasswordResetAsked.code": PROOF,
    "PasswordResetAsked.email": ADDRESS,
    "PasswordResetAsked.password": SECRET,
    "PasswordSignInAsked.device": DEVICE,
    "PasswordSignInAsked.device_token": PROOF,
    "PasswordSignInAsked.email": ADDRESS,
    "PasswordSignInAsked.password": SECRET,
    "PasswordSignInAsked.second": PROOF,
    "TicketAsked.ticket": PROOF,
    "UploadTakenAsked.token": PROOF,
    "CodeProofAsked.code": PROOF,
    "PasswordProofAsked.password": SECRET,
    "PasswordProofAsked.second": PROOF,
    "TicketProofAsked.ticket": PROOF,
    "WechatSignInAsked.device": DEVICE,
    "WechatSignInAsked.device_token": PROOF,
    "WechatSignInAsked.ticket": PROOF,
    "SignInAsked.address": ADDRESS,
    "CodeAsked.address": ADDRESS,
    "WayAsked.address": ADDRESS,
    "ContentDecisionAsked.reason": STAFF,
    "ContentOpenAsked.reason": STAFF,
    "RulingAsked.reason": STAFF,
    "DecisionAsked.reason": STAFF,
    "CancelByStaffAsked.reason": STAFF,
    "WithdrawalDecisionAsked.reason": STAFF,
    "WithdrawalGivenUpAsked.reason": STAFF,
}
