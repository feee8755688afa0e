"""Doubts about what was published."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from errand_domain.content.case import (
    CONTENT_KINDS,
    CONTENT_STATES,
    DOUBTS,
    QUOTE_LENGTH_MOST,
    Cleared,
    ContentCase,
    ContentState,
    Open,
    Removed,
)
from errand_domain.ids import CampusId, ContentCaseId, MemberId
from errand_domain.testing.strategies.values import identities, lines, moments, paragraphs

_VERSION_MOST = 9
_REPORTS_MOST = 99


def content_states(kind: type[ContentState]) -> SearchStrategy[ContentState]:
    """States of that kind."""
    operators = identities().map(MemberId)
    made: dict[type[ContentState], SearchStrategy[Any]] = {
        Open: st.builds(Open, reason=st.just("") | lines(most=100)),
        Cleared: st.builds(Cleared, cleared_by=operators, cleared_at=moments()),
        Removed: st.builds(Removed, removed_by=operators, removed_at=moments(), reason=lines(most=100)),
    }
    return made[kind]


@st.composite
def content_cases(draw: DrawFn, *kinds: type[ContentState]) -> ContentCase:
    """Cases in one of those states; without any, in every state."""
    kind = draw(st.sampled_from(kinds or CONTENT_STATES))
    return ContentCase(
        id=ContentCaseId(draw(identities())),
        campus_id=CampusId(draw(identities())),
        author_id=MemberId(draw(identities())),
        kind=draw(st.sampled_from(CONTENT_KINDS)),
        subject=draw(identities()),
        quote=draw(paragraphs(most=QUOTE_LENGTH_MOST)),
        doubt=draw(st.sampled_from(DOUBTS)),
        reports=draw(st.integers(0, _REPORTS_MOST)),
        opened_at=draw(moments()),
        state=draw(content_states(kind)),
        version=1 if kind is Open else draw(st.integers(2, _VERSION_MOST)),
    )
