"""A doubt about something published, and its life as a table: a person clears it or takes it away."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal, assert_never, get_args
from uuid import UUID

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict, Forbidden
from errand_domain.ids import CampusId, ContentCaseId, MemberId
from errand_domain.text import TAKEN_AWAY, line, paragraph

ContentKind = Literal["nickname", "order", "review", "statement", "image"]
CONTENT_KINDS: Final[tuple[ContentKind, ...]] = get_args(ContentKind)
Doubt = Literal["doubtful", "unanswered", "risky", "reported", "opened"]
DOUBTS: Final[tuple[Doubt, ...]] = get_args(Doubt)
"""What opened the case: the check was in doubt; or nobody judged it; or the check was sure, and what was there already
is withheld; or a member reported it; or an operator wants it looked at."""
QUOTE_LENGTH_MOST: Final = 4_000
ID_BYTES: Final = 16
QUOTE_KEPT_FOR: Final = timedelta(days=180)
"""So long after the decision what was written can still be shown: to whoever asks why it was taken away."""


@frozen(str=False)
class IllegalContentTransition(Conflict):
    """The case was decided already."""

    code = "content.illegal_transition"
    sentence = "该内容已处理"

    state: str
    event: str


@frozen(str=False)
class OwnContent(Forbidden):
    """Nobody decides about what they wrote themselves, or what was said of them, or in an order of theirs."""

    code = "content.own"
    sentence = "不能处理与自己有关的内容"


@frozen(kw_only=True)
class Open:
    """Waits for a person; what it is about can be seen meanwhile, for nobody is sure.

    `reason` is what the operator wrote who opened it, if one did.
    """

    reason: str = field(default="", validator=line(least=0, most=100))


@frozen(kw_only=True)
class Cleared:
    """A person saw nothing wrong with it."""

    cleared_by: MemberId
    cleared_at: datetime


@frozen(kw_only=True)
class Removed:
    """A person took it away, and the author was told why."""

    removed_by: MemberId
    removed_at: datetime
    reason: str = field(validator=line(most=100))


ContentState = Open | Cleared | Removed
CONTENT_STATES: Final[tuple[type[ContentState], ...]] = get_args(ContentState)


@frozen(kw_only=True)
class ContentCleared:
    """An operator saw nothing wrong."""

    at: datetime
    operator_id: MemberId


@frozen(kw_only=True)
class ContentRemoved:
    """An operator took it away."""

    at: datetime
    operator_id: MemberId
    reason: str = field(validator=line(most=100))


@frozen(kw_only=True)
class ContentReported:
    """One more member wants it looked at."""

    at: datetime


ContentEvent = ContentCleared | ContentRemoved | ContentReported
CONTENT_EVENTS: Final[tuple[type[ContentEvent], ...]] = get_args(ContentEvent)


def _clear(_: Open, event: ContentCleared) -> Cleared:
    return Cleared(cleared_by=event.operator_id, cleared_at=event.at)


def _remove(_: Open, event: ContentRemoved) -> Removed:
    return Removed(removed_by=event.operator_id, removed_at=event.at, reason=event.reason)


def _report(state: Open, _: ContentReported) -> Open:
    return state


ContentStep = Callable[[Any, Any], ContentState]

CONTENT_TRANSITIONS: Mapping[tuple[type[ContentState], type[ContentEvent]], ContentStep] = {
    (Open, ContentCleared): _clear,
    (Open, ContentRemoved): _remove,
    (Open, ContentReported): _report,
}
CONTENT_STATE_NAMES: Final[dict[type[ContentState], str]] = {Open: "open", Cleared: "cleared", Removed: "removed"}


@frozen(kw_only=True)
class ContentCase:
    """One doubt. `subject` is the id of what it is about: a member, an order, a review, a dispute, or a file.

    `quote` is the text as it was published, so that it can be judged whatever became of it; an image has none.
    `reports` counts the members who reported it: who they are stands elsewhere. What was decided is decided: a doubt
    that comes after it is another case.
    """

    id: ContentCaseId
    campus_id: CampusId
    author_id: MemberId
    kind: ContentKind
    subject: UUID
    quote: str = field(default="", repr=False, validator=paragraph(most=QUOTE_LENGTH_MOST))
    doubt: Doubt
    reports: int = 0
    opened_at: datetime
    state: ContentState = field(factory=Open)
    version: int = 1

    @property
    def state_name(self) -> str:
        """The state as it is written outside."""
        return CONTENT_STATE_NAMES[type(self.state)]

    @property
    def erase_at(self) -> datetime | None:
        """When words and reports are to be erased: some time after the decision, as long as there are any."""
        has_words = bool(self.quote) or self.reports > 0
        match self.state:
            case Open():
                return None
            case Cleared():
                return self.state.cleared_at + QUOTE_KEPT_FOR if has_words else None
            case Removed():
                is_bare = not has_words and self.state.reason == TAKEN_AWAY
                return None if is_bare else self.state.removed_at + QUOTE_KEPT_FOR
        assert_never(self.state)

    def erased(self) -> "ContentCase":
        """That there was a doubt, and what was decided by whom; not what was written, nor who reported it, nor why."""
        state = evolve(self.state, reason=TAKEN_AWAY) if isinstance(self.state, Removed) else self.state
        return evolve(self, quote="", reports=0, state=state, version=self.version + 1)

    def touched(self) -> "ContentCase":
        """The same, one version on: whoever decides at this moment meets it, and looks again."""
        return evolve(self, version=self.version + 1)

    def apply(self, event: ContentEvent) -> "ContentCase":
        """The case after the event; raises `IllegalContentTransition`."""
        step = CONTENT_TRANSITIONS.get((type(self.state), type(event)))
        if step is None:
            raise IllegalContentTransition(self.state_name, type(event).__name__)
        reports = self.reports + isinstance(event, ContentReported)
        return evolve(self, state=step(self.state, event), reports=reports, version=self.version + 1)


def case_id_of(kind: ContentKind, subject: UUID, number: int) -> ContentCaseId:
    """The id of the case that is opened about what is there already, when so many are known of that thing.

    It follows from the thing and the number, so that of two who open one at the same moment, one meets the other's.
    """
    digest = sha256(f"{kind} {subject} {number}".encode()).digest()
    return ContentCaseId(UUID(bytes=digest[:ID_BYTES]))
