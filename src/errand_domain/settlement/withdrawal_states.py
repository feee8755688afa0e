"""The states of a withdrawal, what can happen to it, and the table of both."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from attrs import field, frozen

from errand_domain.ids import MemberId


@frozen(kw_only=True)
class Requested:
    """Funds are set aside; nobody has looked at it yet."""


@frozen(kw_only=True)
class Approved:
    """May be sent."""

    approved_by: MemberId | None


@frozen(kw_only=True)
class Sending:
    """The provider is, or may have been, asked for this part; its answer is not known yet.

    `silent_since` is when it last began to leave us without a word that counts.
    """

    part: int
    since: datetime
    silent_since: datetime | None = None


@frozen(kw_only=True)
class WaitingForUser:
    """The provider waits until the runner confirms this part in their app."""

    part: int
    package: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class Parked:
    """This part does not go on by itself, and a person must see to it.

    The provider refused to begin and knows nothing under its number, or has not told for too long what became of it.
    """

    part: int
    since: datetime
    reason: str


@frozen(kw_only=True)
class Succeeded:
    """The runner has all of it."""

    finished_at: datetime


@frozen(kw_only=True)
class Failed:
    """The provider refused, or finance rejected it; `parts_paid` parts had already gone out."""

    finished_at: datetime
    reason: str
    parts_paid: int


@frozen(kw_only=True)
class Expired:
    """The runner did not confirm in time; `parts_paid` parts had already gone out."""

    finished_at: datetime
    parts_paid: int


WithdrawalState = Requested | Approved | Sending | WaitingForUser | Parked | Succeeded | Failed | Expired
WITHDRAWAL_STATES: Final[tuple[type[WithdrawalState], ...]] = get_args(WithdrawalState)


@frozen(kw_only=True)
class WithdrawalApproved:
    """Finance, or the campus's rule for small sums, agreed."""

    at: datetime
    approved_by: MemberId | None


@frozen(kw_only=True)
class WithdrawalRejected:
    """Finance refused."""

    at: datetime
    reason: str


@frozen(kw_only=True)
class PartSent:
    """We are about to ask the provider for this part."""

    at: datetime
    part: int


@frozen(kw_only=True)
class PartWaits:
    """The provider took it and waits for the runner."""

    at: datetime
    part: int
    package: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class PartParked:
    """The provider refused to begin, or nobody could learn for too long what became of it."""

    at: datetime
    part: int
    reason: str


@frozen(kw_only=True)
class PartPaid:
    """The provider's verified word that the runner has this part. `last` says whether it was the last."""

    at: datetime
    part: int
    last: bool


@frozen(kw_only=True)
class PartFailed:
    """The provider's verified word that this part will not be paid."""

    at: datetime
    part: int
    reason: str


@frozen(kw_only=True)
class PartExpired:
    """The provider's verified word that the runner did not confirm in time."""

    at: datetime
    part: int


WithdrawalEvent = (
    WithdrawalApproved | WithdrawalRejected | PartSent | PartWaits | PartParked | PartPaid | PartFailed | PartExpired
)
WITHDRAWAL_EVENTS: Final[tuple[type[WithdrawalEvent], ...]] = get_args(WithdrawalEvent)


def _approve(_: Requested, event: WithdrawalApproved) -> Approved:
    return Approved(approved_by=event.approved_by)


def _reject(_: Requested, event: WithdrawalRejected) -> Failed:
    return Failed(finished_at=event.at, reason=event.reason, parts_paid=0)


def _send(_: Approved | Parked, event: PartSent) -> Sending:
    return Sending(part=event.part, since=event.at)


def _park(_: Sending | WaitingForUser, event: PartParked) -> Parked:
    return Parked(part=event.part, since=event.at, reason=event.reason)


def _wait(_: Sending | WaitingForUser | Parked, event: PartWaits) -> WaitingForUser:
    return WaitingForUser(part=event.part, package=event.package, expires_at=event.expires_at)


def _pay(state: Sending | WaitingForUser | Parked, event: PartPaid) -> Succeeded | Sending:
    return Succeeded(finished_at=event.at) if event.last else Sending(part=state.part + 1, since=event.at)


def _fail(state: Sending | WaitingForUser | Parked, event: PartFailed) -> Failed:
    return Failed(finished_at=event.at, reason=event.reason, parts_paid=state.part - 1)


def _expire(state: Sending | WaitingForUser | Parked, event: PartExpired) -> Expired:
    return Expired(finished_at=event.at, parts_paid=state.part - 1)


WithdrawalStep = Callable[[Any, Any], WithdrawalState]

WITHDRAWAL_TRANSITIONS: Mapping[tuple[type[WithdrawalState], type[WithdrawalEvent]], WithdrawalStep] = {
    (Requested, WithdrawalApproved): _approve,
    (Requested, WithdrawalRejected): _reject,
    (Approved, PartSent): _send,
    (Sending, PartWaits): _wait,
    (Sending, PartParked): _park,
    (Sending, PartPaid): _pay,
    (Sending, PartFailed): _fail,
    (Sending, PartExpired): _expire,
    (WaitingForUser, PartWaits): _wait,
    (WaitingForUser, PartParked): _park,
    (WaitingForUser, PartPaid): _pay,
    (WaitingForUser, PartFailed): _fail,
    (WaitingForUser, PartExpired): _expire,
    (Parked, PartSent): _send,
    (Parked, PartWaits): _wait,
    (Parked, PartPaid): _pay,
    (Parked, PartFailed): _fail,
    (Parked, PartExpired): _expire,
}
WITHDRAWAL_STATE_NAMES: Final[dict[type[WithdrawalState], str]] = {
    Requested: "requested",
    Approved: "approved",
    Sending: "sending",
    WaitingForUser: "waiting_for_user",
    Parked: "parked",
    Succeeded: "succeeded",
    Failed: "failed",
    Expired: "expired",
}
