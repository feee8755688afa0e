"""Content cases as rows."""

from typing import Any, Final

from adapters.sql.documents import Document
from adapters.sql.statements import Row
from adapters.sql.tables.content import CONTENT_CASES
from errand_domain.content.case import ContentCase, ContentState

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
        "opened_at",
        "document",
        "private",
        "version",
    )
)
CHANGING_CASE: Final = ("state", "erase_at", "document", "private", "version")


def case_from_row(row: Row) -> ContentCase:
    """The case of a row of `READ_CASE`."""
    case_id, campus_id, author_id, kind, subject, doubt, opened_at, document, private, version = row
    return ContentCase(
        id=case_id,
        campus_id=campus_id,
        author_id=author_id,
        kind=kind,
        subject=subject,
        quote=private,
        doubt=doubt,
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
        "erase_at": case.erase_at,
        "document": CONTENT_STATE.dump(case.state),
        "private": case.quote,
        "version": case.version,
    }
