"""Proofs of who asks, while one is signed in."""

from entrypoints.http.wire.addresses import AddressKind
from entrypoints.http.wire.members import OneTimeCode, Password, SecondFactor, Ticket
from entrypoints.http.wire.shapes import Asked, Moment, Told


class ProofCodeAsked(Asked, kw_only=True, frozen=True):
    """To which of the member's own ways a code shall be sent."""

    kind: AddressKind


class CodeProofAsked(Asked, kw_only=True, frozen=True):
    """The code that was sent there."""

    kind: AddressKind
    code: OneTimeCode


class TicketProofAsked(Asked, kw_only=True, frozen=True):
    """The code that `wx.login` gave the client."""

    ticket: Ticket


class PasswordProofAsked(Asked, kw_only=True, frozen=True):
    """The password, and what the authenticator shows where there is one, or a recovery code."""

    password: Password
    second: SecondFactor = ""


class ProvenTold(Told, kw_only=True, frozen=True):
    """Until when nothing more has to be proven."""

    proven_until: Moment
