"""The runner: a member's verification at one campus, shift and credit."""

from datetime import datetime

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict
from errand_domain.ids import CampusId, MemberId, OrderId
from errand_domain.policy import CreditRules
from errand_domain.runner.standing import CreditLine, CreditReason, move_credit, points_for
from errand_domain.runner.verification import (
    APPLICATION_KEPT_FOR,
    VERIFICATION_NAMES,
    VERIFICATION_TRANSITIONS,
    Application,
    ApplicationDropped,
    ApplicationSubmitted,
    Applied,
    Approved,
    IllegalVerificationTransition,
    Lapsed,
    Left,
    NeedsMore,
    OwnApplication,
    Rejected,
    RunnerApproved,
    RunnerLeft,
    RunnerRejected,
    StudyEnded,
    Suspended,
    Verification,
    VerificationEvent,
)


@frozen(str=False)
class NotARunner(Conflict):
    """A shift needs an approved runner."""

    code = "runner.shift_not_allowed"
    sentence = "通过认证后才能开始接单"


@frozen(kw_only=True)
class Runner:
    """One member as a runner. Its id is the member's: a person runs at one campus at a time."""

    member_id: MemberId
    application: Application = field(repr=False)
    verification: Verification
    credit: int
    on_shift: bool = False
    version: int = 1

    @property
    def campus_id(self) -> CampusId:
        """The campus whose student card was shown."""
        return self.application.campus_id

    @property
    def is_approved(self) -> bool:
        """Whether the runner may accept, as far as verification goes."""
        return isinstance(self.verification, Approved)

    @property
    def verification_name(self) -> str:
        """The state of verification as it is written outside."""
        return VERIFICATION_NAMES[type(self.verification)]

    @property
    def due_at(self) -> datetime | None:
        """When the card or the details are to be erased, the application dropped, or the study ends: the first."""
        moments = (self.application.card_until, self.details_until, self.drops_at, self.lapses_at)
        return min((at for at in moments if at is not None), default=None)

    @property
    def details_until(self) -> datetime | None:
        """When somebody looks whether it is still needed who was refused or lapsed; `None` once nothing says so.

        Whoever was refused or lapsed before there was such a moment is looked at with the card, or at once.
        """
        if self.application.is_erased:
            return None
        match self.verification:
            case Rejected():
                return self.verification.details_until or self.application.card_until or self.verification.rejected_at
            case Lapsed():
                return self.verification.details_until or self.verification.lapsed_at
            case _:
                return None

    @property
    def claimed_number(self) -> str | None:
        """The student number that nobody else may apply with. What was refused claims none: it may be another's."""
        return None if isinstance(self.verification, Rejected) else self.application.student_number

    @property
    def drops_at(self) -> datetime | None:
        """When the application has waited for too long, while it waits."""
        if isinstance(self.verification, Applied | NeedsMore):
            return self.verification.since + APPLICATION_KEPT_FOR
        return None

    @property
    def lapses_at(self) -> datetime | None:
        """When the study period ends, while that matters."""
        match self.verification:
            case Approved():
                return self.verification.lapses_at
            case Suspended():
                return self.verification.approved.lapses_at
            case Left():
                return self.verification.number_until
            case _:
                return None

    def apply(self, event: VerificationEvent) -> "Runner":
        """The runner after the event; only an approved runner stays on shift."""
        step = VERIFICATION_TRANSITIONS.get((type(self.verification), type(event)))
        if step is None:
            raise IllegalVerificationTransition(self.verification_name, type(event).__name__)
        if isinstance(event, RunnerApproved | RunnerRejected) and event.reviewer_id == self.member_id:
            raise OwnApplication
        after = step(self.verification, event)
        return evolve(
            self,
            verification=after,
            on_shift=self.on_shift and isinstance(after, Approved),
            version=self.version + 1,
        )

    def resubmit(self, application: Application) -> "Runner":
        """A better or newer application, where one is welcome."""
        return evolve(self.apply(ApplicationSubmitted(at=application.submitted_at)), application=application)

    def keep_card(self, *, until: datetime) -> "Runner":
        """The runner, decided about: the photo of the card is kept until then, and so is all of what was refused."""
        return evolve(self.keep_details(until=until), application=evolve(self.application, card_until=until))

    def keep_details(self, *, until: datetime) -> "Runner":
        """The runner, refused or lapsed: who it was is kept until then, and looked at again."""
        match self.verification:
            case Rejected() | Lapsed():
                return evolve(self, verification=evolve(self.verification, details_until=until))
            case _:
                return self

    def erase_details(self) -> "Runner":
        """That they were refused or lapsed, when and by whom, and their credit; nothing about who, and no words."""
        was = self.verification
        bare = evolve(was, reason="", details_until=None) if isinstance(was, Rejected) else was
        return evolve(self, application=self.application.erased(), verification=bare, version=self.version + 1)

    def erase_card(self) -> "Runner":
        """The runner without the photo of the card."""
        return evolve(self, application=self.application.without_card(), version=self.version + 1)

    def drop(self, *, at: datetime) -> "Runner":
        """Nobody pursued the application: what was shown is gone, and another one is welcome."""
        return evolve(self.apply(ApplicationDropped(at=at)), application=self.application.erased())

    def leave(self, *, at: datetime) -> "Runner":
        """Whoever it was runs no more. The student number is free again, unless leaving would undo a suspension."""
        left = self.apply(RunnerLeft(at=at))
        erased = self.application.erased()
        kept = self.application.student_number if left.lapses_at is not None else None
        return evolve(left, application=evolve(erased, student_number=kept))

    def end_study(self, *, at: datetime) -> "Runner":
        """The study period is over; a number that was kept beyond the leaving is free again."""
        after = self.apply(StudyEnded(at=at))
        return evolve(after, application=after.application.erased()) if isinstance(after.verification, Left) else after

    def shift(self, *, on: bool) -> "Runner":
        """Start or end a shift; raises `NotARunner`."""
        if on and not self.is_approved:
            raise NotARunner
        return evolve(self, on_shift=on, version=self.version + 1)

    def touched(self) -> "Runner":
        """The same runner, one version on: saved by decisions that must not race with each other."""
        return evolve(self, version=self.version + 1)

    def move_credit(
        self, reason: CreditReason, order_id: OrderId, rules: CreditRules, *, order_version: int, at: datetime
    ) -> "tuple[Runner, CreditLine]":
        """The runner after a credited or debited deed, and the line that explains it."""
        points = points_for(reason, rules)
        line = CreditLine(
            runner_id=self.member_id,
            order_id=order_id,
            order_version=order_version,
            reason=reason,
            points=points,
            at=at,
        )
        return evolve(self, credit=move_credit(self.credit, points, rules), version=self.version + 1), line


def new_runner(member_id: MemberId, application: Application, rules: CreditRules) -> Runner:
    """A member who applies for the first time."""
    return Runner(
        member_id=member_id,
        application=application,
        verification=Applied(since=application.submitted_at),
        credit=rules.start,
    )
