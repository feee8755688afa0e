"""Doubts about what was published, as operations see them."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.shapes import Asked, Moment, Told
from errand_domain.content.case import ContentCase, ContentKind, Doubt, Removed

ContentStateName = Literal["open", "cleared", "removed"]
ContentDecisionName = Literal["clear", "remove"]


class ContentDecisionAsked(Asked, kw_only=True, frozen=True):
    """Whether it stands. What is removed needs a reason, which the author is told."""

    decision: ContentDecisionName
    reason: Annotated[str, Meta(max_length=100)] = ""


class ContentCaseTold(Told, kw_only=True, frozen=True):
    """A doubt: what it is about, the text as it was published (an image has none), and what became of it."""

    id: UUID
    kind: ContentKind
    subject: UUID
    author_id: UUID
    quote: str
    doubt: Doubt
    state: ContentStateName
    reason: str
    opened_at: Moment


class ContentCasesTold(Told, kw_only=True, frozen=True):
    """Cases of a campus, oldest first."""

    items: tuple[ContentCaseTold, ...]


def tell_case(case: ContentCase) -> ContentCaseTold:
    """The case."""
    state_name: ContentStateName = case.state_name  # type: ignore[assignment]  # a name of the domain's table is one of the literal
    return ContentCaseTold(
        id=case.id,
        kind=case.kind,
        subject=case.subject,
        author_id=case.author_id,
        quote=case.quote,
        doubt=case.doubt,
        state=state_name,
        reason=case.state.reason if isinstance(case.state, Removed) else "",
        opened_at=case.opened_at,
    )
