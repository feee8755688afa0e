"""What members report, and doubts about what was published, as operations see them."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.shapes import Asked, Moment, Told
from errand_domain.content.case import ContentCase, ContentKind, Doubt, Open, Removed
from errand_domain.content.report import REPORT_LENGTH_MOST, Pointed, PointedKind, Report, ReportReason
from errand_domain.ids import OrderId
from errand_domain.use_cases.moderation.moderate_content import Complaint

ContentStateName = Literal["open", "cleared", "removed"]
ContentDecisionName = Literal["clear", "remove"]


class ReportAsked(Asked, kw_only=True, frozen=True):
    """What is reported, and why.

    `subject` is the id of an order, a review or an image; for the runner's nickname or picture and for a statement in
    the dispute, it is the order's, and `number` says which statement, from 1. Of a review that is about somebody else,
    `orderId` is the order in which it was read.
    """

    kind: PointedKind
    subject: UUID
    number: Annotated[int, Meta(ge=1, le=1_000)] = 1
    order_id: UUID | None = None
    reason: ReportReason
    text: Annotated[str, Meta(max_length=REPORT_LENGTH_MOST)] = ""


class ReportTold(Told, kw_only=True, frozen=True):
    """It was reported."""

    id: UUID
    reason: ReportReason
    at: Moment


class ContentOpenAsked(Asked, kw_only=True, frozen=True):
    """What is to be looked at, and why: to be decided like what the check was not sure of.

    `subject` is the id of a member for a nickname or picture, of an order for its text or, with `number`, for a
    statement in its dispute, of a review, or of an image. An image may be withheld until it is decided.
    """

    kind: PointedKind
    subject: UUID
    number: Annotated[int, Meta(ge=1, le=1_000)] = 1
    reason: Annotated[str, Meta(min_length=1, max_length=100)]
    withhold: bool = False


class ContentDecisionAsked(Asked, kw_only=True, frozen=True):
    """Whether it stands. What is removed needs a reason, which the author is told."""

    decision: ContentDecisionName
    reason: Annotated[str, Meta(max_length=100)] = ""


class ComplaintTold(Told, kw_only=True, frozen=True):
    """A report: not by whom."""

    reason: ReportReason
    text: str
    at: Moment


class ContentCaseTold(Told, kw_only=True, frozen=True):
    """A doubt: what it is about, the text as it was published (an image has none), and what became of it.

    `doubt` says what opened it, and `reports` how many members reported it; lists tell what they wrote. `reason` is the
    one of the operator who removed it, or who opened it.
    """

    id: UUID
    kind: ContentKind
    subject: UUID
    author_id: UUID
    quote: str
    doubt: Doubt
    reports: int
    complaints: tuple[ComplaintTold, ...] = ()
    state: ContentStateName
    reason: str
    opened_at: Moment


class ContentCasesTold(Told, kw_only=True, frozen=True):
    """Cases of a campus, oldest first."""

    items: tuple[ContentCaseTold, ...]


def pointed_at(asked: ReportAsked | ContentOpenAsked) -> Pointed:
    """What it is about."""
    order_id = OrderId(asked.order_id) if isinstance(asked, ReportAsked) and asked.order_id else None
    return Pointed(kind=asked.kind, subject=asked.subject, number=asked.number, order_id=order_id)


def tell_report(report: Report) -> ReportTold:
    """The report, to its reporter."""
    return ReportTold(id=report.id, reason=report.reason, at=report.at)


def tell_case(case: ContentCase, complaints: tuple[Complaint, ...] = ()) -> ContentCaseTold:
    """The case."""
    state_name: ContentStateName = case.state_name  # type: ignore[assignment]  # a name of the domain's table is one of the literal
    return ContentCaseTold(
        id=case.id,
        kind=case.kind,
        subject=case.subject,
        author_id=case.author_id,
        quote=case.quote,
        doubt=case.doubt,
        reports=case.reports,
        complaints=tuple(ComplaintTold(reason=said.reason, text=said.text, at=said.at) for said in complaints),
        state=state_name,
        reason=case.state.reason if isinstance(case.state, Open | Removed) else "",
        opened_at=case.opened_at,
    )
