"""Content cases and reports as rows."""

from typing import Any, Final

from adapters.sql.documents import Document
from adapters.sql.statements import Row
from adapters.sql.tables.content import CONTENT_CASES, REPORTS
from errand_domain.content.case import ContentCase, ContentState
from errand_domain.content.report import Report

CONTENT_STATE: Final = Document[ContentState](ContentState)
READ_CASE: Final = tuple(
    CONTENT_CASES.c[name]
    for name in (
        "id",
        "campus_id",
        "author_id",
        "kind",
        "subject",
        "doubt",
        "reports",
        "opened_at",
        "document",
        "private",
        "version",
    )
)
CHANGING_CASE: Final = ("state", "reports", "erase_at", "document", "private", "version")

READ_REPORT: Final = tuple(REPORTS.c[name] for name in ("id", "case_id", "reporter_id", "reason", "text", "at"))


def case_from_row(row: Row) -> ContentCase:
    """The case of a row of `READ_CASE`."""
    case_id, campus_id, author_id, kind, subject, doubt, reports, opened_at, document, private, version = row
    return ContentCase(
        id=case_id,
        campus_id=campus_id,
        author_id=author_id,
        kind=kind,
        subject=subject,
        quote=private,
        doubt=doubt,
        reports=reports,
        opened_at=opened_at,
        state=CONTENT_STATE.load(document),
        version=version,
    )


def new_case_row(case: ContentCase) -> dict[str, Any]:
    """Every column of a new case."""
    return {
        "id": case.id,
        "campus_id": case.campus_id,
        "author_id": case.author_id,
        "kind": case.kind,
        "subject": case.subject,
        "doubt": case.doubt,
        "opened_at": case.opened_at,
        **changing_case_columns(case),
    }


def changing_case_columns(case: ContentCase) -> dict[str, Any]:
    """The columns that an event may change."""
    return {
        "state": case.state_name,
        "reports": case.reports,
        "erase_at": case.erase_at,
        "document": CONTENT_STATE.dump(case.state),
        "private": case.quote,
        "version": case.version,
    }


def report_from_row(row: Row) -> Report:
    """The report of a row of `READ_REPORT`."""
    report_id, case_id, reporter_id, reason, text, at = row
    return Report(id=report_id, case_id=case_id, reporter_id=reporter_id, reason=reason, text=text, at=at)


def report_row(report: Report) -> dict[str, Any]:
    """Every column of a report."""
    return {
        "id": report.id,
        "case_id": report.case_id,
        "reporter_id": report.reporter_id,
        "reason": report.reason,
        "text": report.text,
        "at": report.at,
    }
