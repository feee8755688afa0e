"""Disputes, reviews, files and audit lines as rows."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from adapters.sql.documents import Document
from adapters.sql.statements import Row
from adapters.sql.tables.delivery import AUDIT
from adapters.sql.tables.ordering import DISPUTES, FILES, REVIEWS
from errand_domain.content.screening import (
    SCREENING_NAMES,
    InDoubt,
    Passed,
    Screening,
    TakenAway,
    Unscreened,
    Waiting,
    Withheld,
)
from errand_domain.dispute.dispute import Dispute, DisputeState, Statement
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.files import StoredFile
from errand_domain.review.review import Review, Tag

DISPUTE_STATE: Final = Document[DisputeState](DisputeState)
STATEMENTS: Final = Document[tuple[Statement, ...]](tuple[Statement, ...])
_BARE: Final[Mapping[str, Callable[[], Screening]]] = {
    SCREENING_NAMES[kind]: kind for kind in (Unscreened, Passed, Withheld, TakenAway)
}
"""States in which there is nothing to know but that they are so."""
TAGS: Final = Document[tuple[Tag, ...]](tuple[Tag, ...])

READ_DISPUTE: Final = tuple(
    DISPUTES.c[name]
    for name in (
        "id",
        "order_id",
        "campus_id",
        "requester_id",
        "runner_id",
        "opened_by",
        "reason",
        "opened_at",
        "document",
        "private",
        "version",
    )
)
CHANGING_DISPUTE: Final = ("state", "document", "private", "version")
READ_REVIEW: Final = tuple(
    REVIEWS.c[name] for name in ("id", "order_id", "author_id", "subject_id", "stars", "tags", "text", "at")
)
READ_FILE: Final = tuple(
    FILES.c[name]
    for name in (
        "id",
        "owner_id",
        "order_id",
        "purpose",
        "media_type",
        "size_bytes",
        "sha256",
        "at",
        "ticket_id",
        "erase_at",
        "screening",
        "trace",
        "judged_by",
        "version",
    )
)
CHANGING_FILE: Final = ("erase_at", "screening", "trace", "judged_by", "version")
READ_AUDIT: Final = tuple(AUDIT.c[name] for name in ("at", "actor_id", "campus_id", "action", "subject", "detail"))


def dispute_from_row(row: Row) -> Dispute:
    """The dispute of a row of `READ_DISPUTE`."""
    (
        dispute_id,
        order_id,
        campus_id,
        requester_id,
        runner_id,
        opened_by,
        reason,
        opened_at,
        document,
        private,
        version,
    ) = row
    return Dispute(
        id=dispute_id,
        order_id=order_id,
        campus_id=campus_id,
        requester_id=requester_id,
        runner_id=runner_id,
        opened_by=opened_by,
        reason=reason,
        statements=STATEMENTS.load(private),
        opened_at=opened_at,
        state=DISPUTE_STATE.load(document),
        version=version,
    )


def new_dispute_row(dispute: Dispute) -> dict[str, Any]:
    """Every column of a new dispute."""
    return {
        "id": dispute.id,
        "order_id": dispute.order_id,
        "campus_id": dispute.campus_id,
        "requester_id": dispute.requester_id,
        "runner_id": dispute.runner_id,
        "opened_by": dispute.opened_by,
        "reason": dispute.reason,
        "opened_at": dispute.opened_at,
        **changing_dispute_columns(dispute),
    }


def changing_dispute_columns(dispute: Dispute) -> dict[str, Any]:
    """The columns that an event may change."""
    return {
        "state": dispute.state_name,
        "document": DISPUTE_STATE.dump(dispute.state),
        "private": STATEMENTS.dump(dispute.statements),
        "version": dispute.version,
    }


def review_from_row(row: Row) -> Review:
    """The review of a row of `READ_REVIEW`."""
    review_id, order_id, author_id, subject_id, stars, tags, text, at = row
    return Review(
        id=review_id,
        order_id=order_id,
        author_id=author_id,
        subject_id=subject_id,
        stars=stars,
        tags=TAGS.load(tags),
        text=text,
        at=at,
    )


def review_row(review: Review) -> dict[str, Any]:
    """Every column of a review."""
    return {
        "id": review.id,
        "order_id": review.order_id,
        "author_id": review.author_id,
        "subject_id": review.subject_id,
        "stars": review.stars,
        "tags": TAGS.dump(review.tags),
        "text": review.text,
        "at": review.at,
    }


def file_from_row(row: Row) -> StoredFile:
    """The file of a row of `READ_FILE`."""
    (
        file_id,
        owner_id,
        order_id,
        purpose,
        media_type,
        size_bytes,
        sha256,
        at,
        ticket_id,
        erase_at,
        screening,
        trace,
        judged_by,
        version,
    ) = row
    return StoredFile(
        id=file_id,
        owner_id=owner_id,
        order_id=order_id,
        purpose=purpose,
        media_type=media_type,
        size_bytes=size_bytes,
        sha256=sha256,
        at=at,
        ticket_id=ticket_id,
        erase_at=erase_at,
        screening=_screening(screening, trace or "", judged_by),
        version=version,
    )


def file_row(file: StoredFile) -> dict[str, Any]:
    """Every column of a file."""
    return {
        "id": file.id,
        "owner_id": file.owner_id,
        "order_id": file.order_id,
        "purpose": file.purpose,
        "media_type": file.media_type,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "at": file.at,
        "ticket_id": file.ticket_id,
        **changing_file_columns(file),
    }


def changing_file_columns(file: StoredFile) -> dict[str, Any]:
    """The columns that an event may change."""
    return {
        "erase_at": file.erase_at,
        "screening": SCREENING_NAMES[type(file.screening)],
        "trace": file.trace or None,
        "judged_by": file.judged_by,
        "version": file.version,
    }


def _screening(name: str, trace: str, judged_by: datetime | None) -> Screening:
    match name:
        case "waiting" if judged_by is not None:
            return Waiting(due_at=judged_by, trace=trace)
        case "in_doubt":
            return InDoubt(trace=trace)
        case _:
            return _BARE[name]()


def audit_from_row(row: Row) -> AuditLine:
    """The line of a row of `READ_AUDIT`."""
    at, actor_id, campus_id, action, subject, detail = row
    return AuditLine(at=at, actor_id=actor_id, campus_id=campus_id, action=action, subject=subject, detail=detail)


def audit_row(entry: AuditLine) -> dict[str, Any]:
    """Every column of a line."""
    return {
        "at": entry.at,
        "actor_id": entry.actor_id,
        "campus_id": entry.campus_id,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }
