"""Proving to be a student, as a table of states."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, get_args

from attrs import evolve, field, frozen, validators

from errand_domain.campus import Gender
from errand_domain.errors import Conflict, Forbidden
from errand_domain.ids import CampusId, FileId, MemberId
from errand_domain.text import line

APPLICATION_KEPT_FOR: Final = timedelta(days=90)
"""So long an application waits for a decision, or for what is missing."""


@frozen(str=False)
class IllegalVerificationTransition(Conflict):
    """The application is in a state in which this cannot happen."""

    code = "runner.illegal_transition"
    sentence = "认证当前状态不允许此操作"

    state: str
    event: str


@frozen(str=False)
class OwnApplication(Forbidden):
    """Nobody reviews their own application."""

    code = "runner.own_application"
    sentence = "不能审核自己的申请"


@frozen(str=False)
class StudentNumberTaken(Conflict):
    """Another member of this campus has applied with this student number."""

    code = "runner.student_number_taken"
    sentence = "该学号已被使用"


@frozen(kw_only=True)
class Application:
    """What a student shows: all of it personal, read by reviewers only.

    The photo of the card is there until some time after the decision, `card_until`; the rest until the runner leaves,
    the application was dropped, or nobody needs it any more after a refusal or a lapse.
    """

    campus_id: CampusId
    real_name: str | None = field(repr=False, validator=validators.optional(line(most=30)))
    student_number: str | None = field(repr=False, validator=validators.optional(line(most=30)))
    card_photo: FileId | None
    card_until: datetime | None = None
    study_until: date
    gender: Gender | None = field(default=None, repr=False)
    agreement_version: str = field(validator=line(most=20))
    submitted_at: datetime

    @property
    def is_erased(self) -> bool:
        """Whether nothing says any more who it was."""
        return self.real_name is None

    def without_card(self) -> "Application":
        """The application, whose photo is gone."""
        return evolve(self, card_photo=None, card_until=None)

    def erased(self) -> "Application":
        """That somebody applied, and nothing about who."""
        return evolve(self.without_card(), real_name=None, student_number=None, gender=None)


@frozen(kw_only=True)
class Applied:
    """Waits for a reviewer."""

    since: datetime


@frozen(kw_only=True)
class NeedsMore:
    """The reviewer asks for something better."""

    since: datetime
    wanted: str


@frozen(kw_only=True)
class Approved:
    """May run until the end of the study period."""

    approved_at: datetime
    approved_by: MemberId
    lapses_at: datetime


@frozen(kw_only=True)
class Rejected:
    """Refused, with the reason told. It goes with what was shown, once that is over (`details_until`)."""

    rejected_at: datetime
    rejected_by: MemberId
    reason: str
    details_until: datetime | None = None


@frozen(kw_only=True)
class Suspended:
    """Approved, but barred for now."""

    suspended_at: datetime
    reason: str
    approved: Approved


@frozen(kw_only=True)
class Lapsed:
    """The study period is over, or nobody has pursued the application. What was shown goes later (`details_until`)."""

    lapsed_at: datetime
    details_until: datetime | None = None


@frozen(kw_only=True)
class Left:
    """Runs no more, and nothing is known of who it was, but where that would undo a suspension.

    Then the student number, and nothing else, is kept until the study period ends, `number_until`: nobody applies with
    it anew before.
    """

    left_at: datetime
    number_until: datetime | None = None


Verification = Applied | NeedsMore | Approved | Rejected | Suspended | Lapsed | Left
VERIFICATIONS: Final[tuple[type[Verification], ...]] = get_args(Verification)


@frozen(kw_only=True)
class ApplicationSubmitted:
    """The student sent an application, or a better one."""

    at: datetime


@frozen(kw_only=True)
class MoreWanted:
    """A reviewer asked for more."""

    at: datetime
    wanted: str = field(validator=line(most=200))


@frozen(kw_only=True)
class RunnerApproved:
    """A reviewer approved."""

    at: datetime
    reviewer_id: MemberId
    lapses_at: datetime


@frozen(kw_only=True)
class RunnerRejected:
    """A reviewer refused."""

    at: datetime
    reviewer_id: MemberId
    reason: str = field(validator=line(most=200))


@frozen(kw_only=True)
class RunnerSuspended:
    """Operations barred the runner."""

    at: datetime
    reason: str = field(validator=line(most=200))


@frozen(kw_only=True)
class RunnerReinstated:
    """Operations let the runner back."""

    at: datetime


@frozen(kw_only=True)
class StudyEnded:
    """The timer at the end of the study period."""

    at: datetime


@frozen(kw_only=True)
class ApplicationDropped:
    """The timer of an application that waited for too long."""

    at: datetime


@frozen(kw_only=True)
class RunnerLeft:
    """The member closed the account."""

    at: datetime


VerificationEvent = (
    ApplicationSubmitted
    | MoreWanted
    | RunnerApproved
    | RunnerRejected
    | RunnerSuspended
    | RunnerReinstated
    | StudyEnded
    | ApplicationDropped
    | RunnerLeft
)
VERIFICATION_EVENTS: Final[tuple[type[VerificationEvent], ...]] = get_args(VerificationEvent)


def _apply(_: NeedsMore | Lapsed | Rejected, event: ApplicationSubmitted) -> Applied:
    return Applied(since=event.at)


def _want_more(_: Applied, event: MoreWanted) -> NeedsMore:
    return NeedsMore(since=event.at, wanted=event.wanted)


def _approve(_: Applied, event: RunnerApproved) -> Approved:
    return Approved(approved_at=event.at, approved_by=event.reviewer_id, lapses_at=event.lapses_at)


def _reject(_: Applied | NeedsMore, event: RunnerRejected) -> Rejected:
    return Rejected(rejected_at=event.at, rejected_by=event.reviewer_id, reason=event.reason)


def _suspend(state: Approved, event: RunnerSuspended) -> Suspended:
    return Suspended(suspended_at=event.at, reason=event.reason, approved=state)


def _reinstate(state: Suspended, _: RunnerReinstated) -> Approved:
    return state.approved


def _lapse(_: Approved | Suspended, event: StudyEnded) -> Lapsed:
    return Lapsed(lapsed_at=event.at)


def _drop(_: Applied | NeedsMore, event: ApplicationDropped) -> Lapsed:
    return Lapsed(lapsed_at=event.at)


def _leave(_: Applied | NeedsMore | Approved | Rejected | Lapsed, event: RunnerLeft) -> Left:
    return Left(left_at=event.at)


def _leave_suspended(state: Suspended, event: RunnerLeft) -> Left:
    return Left(left_at=event.at, number_until=state.approved.lapses_at)


def _free_number(state: Left, _: StudyEnded) -> Left:
    return Left(left_at=state.left_at)


VerificationStep = Callable[[Any, Any], Verification]

VERIFICATION_TRANSITIONS: Mapping[tuple[type[Verification], type[VerificationEvent]], VerificationStep] = {
    (Applied, MoreWanted): _want_more,
    (Applied, RunnerApproved): _approve,
    (Applied, RunnerRejected): _reject,
    (Applied, ApplicationDropped): _drop,
    (Applied, RunnerLeft): _leave,
    (NeedsMore, ApplicationSubmitted): _apply,
    (NeedsMore, RunnerRejected): _reject,
    (NeedsMore, ApplicationDropped): _drop,
    (NeedsMore, RunnerLeft): _leave,
    (Rejected, ApplicationSubmitted): _apply,
    (Rejected, RunnerLeft): _leave,
    (Approved, RunnerSuspended): _suspend,
    (Approved, StudyEnded): _lapse,
    (Approved, RunnerLeft): _leave,
    (Suspended, RunnerReinstated): _reinstate,
    (Suspended, StudyEnded): _lapse,
    (Suspended, RunnerLeft): _leave_suspended,
    (Lapsed, ApplicationSubmitted): _apply,
    (Lapsed, RunnerLeft): _leave,
    (Left, StudyEnded): _free_number,
}
VERIFICATION_NAMES: Final[dict[type[Verification], str]] = {
    Applied: "applied",
    NeedsMore: "needs_more",
    Approved: "approved",
    Rejected: "rejected",
    Suspended: "suspended",
    Lapsed: "lapsed",
    Left: "left",
}
