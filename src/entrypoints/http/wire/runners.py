"""Runners: application, standing, and the hall that they look into."""

from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.places import PointTold, tell_point
from entrypoints.http.wire.shapes import Asked, Fen, Moment, Told
from entrypoints.http.wire.terms import WindowTold
from errand_domain.campus import Gender
from errand_domain.ids import CampusId, FileId, MemberId
from errand_domain.policy import Category
from errand_domain.ports.hall import HallEntry
from errand_domain.runner.runner import Runner
from errand_domain.runner.standing import CreditReason
from errand_domain.runner.verification import NeedsMore, Rejected, Suspended
from errand_domain.use_cases.runners.apply_as_runner import RunnerApplication
from errand_domain.use_cases.runners.runner_standing import Standing

DETAILS_REMOVED: Final = "您提交的认证信息和审核意见已到期删除，可随时重新申请。"
VerificationName = Literal["applied", "needs_more", "approved", "rejected", "suspended", "lapsed", "left"]


class ApplicationAsked(Asked, kw_only=True, frozen=True):
    """What a student shows. The card photo was uploaded before as a file."""

    campus_id: UUID
    real_name: Annotated[str, Meta(min_length=1, max_length=30)]
    student_number: Annotated[str, Meta(min_length=1, max_length=30)]
    card_photo: UUID
    study_until: date
    gender: Gender | None = None
    agreement_version: Annotated[str, Meta(min_length=1, max_length=20)]


class ShiftAsked(Asked, kw_only=True, frozen=True):
    """Start or end a shift."""

    on: bool


class ApplicationTold(Told, kw_only=True, frozen=True):
    """Where the member's own application stands, what the reviewer said, and whether what was shown is gone by now."""

    campus_id: UUID
    verification: VerificationName
    remark: str
    study_until: date
    gender: Gender | None
    agreement_version: str
    submitted_at: Moment
    details_removed: bool


class CreditTold(Told, kw_only=True, frozen=True):
    """One movement of the runner's credit."""

    reason: CreditReason
    points: int
    order_id: UUID
    at: Moment


class StandingTold(Told, kw_only=True, frozen=True):
    """The runner's verification, shift and credit, line by line."""

    campus_id: UUID
    verification: VerificationName
    is_on_shift: bool
    credit: int
    lines: tuple[CreditTold, ...]


class ShiftTold(Told, kw_only=True, frozen=True):
    """Whether the runner is on shift now."""

    is_on_shift: bool


class HallEntryTold(Told, kw_only=True, frozen=True):
    """An open order as any runner may see it: no name, no phone, no room, no code."""

    order_id: UUID
    category: Category
    item: str
    reward_fen: Fen
    goods_advance_fen: Fen
    weight_grams: int
    pickup_name: str
    pickup_point: PointTold
    dropoff_name: str
    dropoff_point: PointTold
    trip_metres: int
    away_metres: int
    window: WindowTold
    handover_place: Literal["door", "gate"]
    opened_at: Moment
    expires_at: Moment


class HallTold(Told, kw_only=True, frozen=True):
    """Open orders that this runner could take, nearest first."""

    items: tuple[HallEntryTold, ...]


def application_of(asked: ApplicationAsked, member_id: MemberId) -> RunnerApplication:
    """The application."""
    return RunnerApplication(
        member_id=member_id,
        campus_id=CampusId(asked.campus_id),
        real_name=asked.real_name,
        student_number=asked.student_number,
        card_photo=FileId(asked.card_photo),
        study_until=asked.study_until,
        gender=asked.gender,
        agreement_version=asked.agreement_version,
    )


def verification_of(runner: Runner) -> VerificationName:
    """The state of verification by its name."""
    name: VerificationName = runner.verification_name  # type: ignore[assignment]  # a name of the domain's table is one of the literal
    return name


def remark_on(runner: Runner) -> str:
    """What staff said to the runner last, if they did and it is not erased."""
    state = runner.verification
    match state:
        case NeedsMore():
            return state.wanted
        case Rejected() | Suspended():
            return state.reason
        case _:
            return ""


def tell_application(runner: Runner) -> ApplicationTold:
    """The member's own application; once it is erased, the remark says so."""
    shown = runner.application
    return ApplicationTold(
        campus_id=runner.campus_id,
        verification=verification_of(runner),
        remark=DETAILS_REMOVED if shown.is_erased else remark_on(runner),
        study_until=shown.study_until,
        gender=shown.gender,
        agreement_version=shown.agreement_version,
        submitted_at=shown.submitted_at,
        details_removed=shown.is_erased,
    )


def tell_standing(standing: Standing) -> StandingTold:
    """The standing as it is told."""
    runner = standing.runner
    return StandingTold(
        campus_id=runner.campus_id,
        verification=verification_of(runner),
        is_on_shift=runner.on_shift,
        credit=runner.credit,
        lines=tuple(
            CreditTold(reason=line.reason, points=line.points, order_id=line.order_id, at=line.at)
            for line in standing.lines
        ),
    )


def tell_hall(entries: tuple[HallEntry, ...]) -> HallTold:
    """The hall as it is told."""
    return HallTold(items=tuple(map(_tell_entry, entries)))


def _tell_entry(entry: HallEntry) -> HallEntryTold:
    return HallEntryTold(
        order_id=entry.order_id,
        category=entry.category,
        item=entry.item,
        reward_fen=entry.reward.fen,
        goods_advance_fen=entry.goods_advance.fen,
        weight_grams=entry.weight_grams,
        pickup_name=entry.pickup_name,
        pickup_point=tell_point(entry.pickup_point),
        dropoff_name=entry.dropoff_name,
        dropoff_point=tell_point(entry.dropoff_point),
        trip_metres=entry.trip_metres,
        away_metres=entry.away_metres,
        window=WindowTold(earliest=entry.window.earliest, latest=entry.window.latest),
        handover_place=entry.handover_place,
        opened_at=entry.opened_at,
        expires_at=entry.expires_at,
    )
