"""What a member says against something that they can see."""

from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from attrs import field, frozen

from errand_domain.content.case import QUOTE_KEPT_FOR
from errand_domain.errors import Conflict
from errand_domain.ids import ContentCaseId, MemberId, OrderId, ReportId
from errand_domain.text import paragraph

ReportReason = Literal["abuse", "fraud", "illegal", "sexual", "privacy", "advertising", "other"]
REPORT_REASONS: Final[tuple[ReportReason, ...]] = get_args(ReportReason)
PointedKind = Literal["nickname", "picture", "order", "review", "statement", "image"]
POINTED_KINDS: Final[tuple[PointedKind, ...]] = get_args(PointedKind)
REPORT_LENGTH_MOST: Final = 300
REPORTS_KEPT_FOR: Final = QUOTE_KEPT_FOR
"""So long after the decision of their case: whoever reports the same again is not asked about it anew."""


@frozen(str=False)
class OwnWords(Conflict):
    """Nobody reports themselves: they can change it, or remove it."""

    code = "report.own"
    sentence = "不能举报自己发布的内容"


@frozen(kw_only=True)
class Pointed:
    """What somebody points at.

    A review and an image have their id, and an order; a statement is the one of that number, from 1, in the dispute of
    an order. A nickname and a picture are those of an order's runner to a member, and of a member to an operator.
    `order_id` is the order in which a member read a review that is not about themselves.
    """

    kind: PointedKind
    subject: UUID
    number: int = 1
    order_id: OrderId | None = None


@frozen(kw_only=True)
class Report:
    """One member's word against what a case is about. Nobody is the reporter once they have left."""

    id: ReportId
    case_id: ContentCaseId
    reporter_id: MemberId | None
    reason: ReportReason
    text: str = field(default="", repr=False, validator=paragraph(most=REPORT_LENGTH_MOST))
    at: datetime
