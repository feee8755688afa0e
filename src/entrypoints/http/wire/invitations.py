"""Operators' invitations. The token travels in the body: addresses are written into logs."""

from typing import Annotated

from msgspec import Meta

from entrypoints import qr
from entrypoints.http.wire.members import OneTimeCode, Password
from entrypoints.http.wire.shapes import Asked, Moment, Told
from errand_domain.use_cases.operators.accept_invitation import Invitee

Token = Annotated[str, Meta(min_length=1, max_length=200)]


class InvitationAsked(Asked, kw_only=True, frozen=True):
    """The token of the link that the operator was given."""

    token: Token


class InviteeProofAsked(Asked, kw_only=True, frozen=True):
    """The token of the link, and the code that was sent to the mailbox of whoever is invited."""

    token: Token
    code: OneTimeCode


class AcceptanceAsked(Asked, kw_only=True, frozen=True):
    """The password that the operator has chosen, and what the authenticator shows now."""

    token: Token
    password: Password
    code: OneTimeCode


class InvitationTold(Told, kw_only=True, frozen=True):
    """Whom the invitation is for, and what their authenticator must know: blank while `needsCode`."""

    email: str
    needs_code: Annotated[bool, Meta(description="Whether the mailbox has to be proven first: `codes`, then `proven`.")]
    totp_secret: str
    otpauth: str
    otpauth_qr: Annotated[tuple[str, ...], Meta(description="`otpauth` as a QR code, row by row; `1` is dark.")]
    expires_at: Moment


class InviteeProvenTold(Told, kw_only=True, frozen=True):
    """The token that takes the place of the link's."""

    token: str


class RecoveryCodesTold(Told, kw_only=True, frozen=True):
    """Codes for the day on which the authenticator is lost, each good once. They are told this once."""

    recovery_codes: tuple[str, ...]


def tell_invitation(invitee: Invitee) -> InvitationTold:
    """The invitation."""
    return InvitationTold(
        email=invitee.email,
        needs_code=invitee.needs_code,
        totp_secret=invitee.totp_secret,
        otpauth=invitee.otpauth,
        otpauth_qr=qr.rows(invitee.otpauth) if invitee.otpauth else (),
        expires_at=invitee.expires_at,
    )
