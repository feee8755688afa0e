"""Whether an image that others see was judged, and what came of it, as a table."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, get_args

from attrs import field, frozen

from errand_domain.errors import Conflict, NotFound
from errand_domain.text import line

JUDGED_WITHIN: Final = timedelta(minutes=30)
"""From the upload on. Where there is no verdict by then, a person looks."""
TRACE_LENGTH_MOST: Final = 128


@frozen(str=False)
class IllegalScreening(Conflict):
    """What would happen to the image cannot happen to it now."""

    code = "file.illegal_transition"
    sentence = "该图片已处理"

    state: str
    event: str


@frozen(str=False)
class FileWithheld(NotFound):
    """The image did not stand up to the check of its content: nobody is shown it, also not who uploaded it."""

    code = "file.withheld"
    sentence = "该图片未通过内容检查，已停止展示"


@frozen(kw_only=True)
class Unscreened:
    """Nobody judges it: it is for reviewers alone, or is older than the check."""


@frozen(kw_only=True)
class Waiting:
    """Seen already, and judged soon. The verdict comes under the trace, once somebody was asked for it."""

    due_at: datetime
    trace: str = field(default="", validator=line(least=0, most=TRACE_LENGTH_MOST))


@frozen(kw_only=True)
class Passed:
    """Harmless, by the check or by a person."""


@frozen(kw_only=True)
class InDoubt:
    """Seen, and a person looks. A trace says that nobody has judged it so far: a verdict may come yet."""

    trace: str = field(default="", validator=line(least=0, most=TRACE_LENGTH_MOST))


@frozen(kw_only=True)
class Withheld:
    """The check was sure that it must not be seen, or an operator wants it seen by nobody meanwhile. A person looks."""


@frozen(kw_only=True)
class TakenAway:
    """A person took it away: its bytes are gone, and that it was there is known."""


Screening = Unscreened | Waiting | Passed | InDoubt | Withheld | TakenAway
SCREENINGS: Final[tuple[type[Screening], ...]] = get_args(Screening)
SCREENING_NAMES: Final[dict[type[Screening], str]] = {
    Unscreened: "unscreened",
    Waiting: "waiting",
    Passed: "passed",
    InDoubt: "in_doubt",
    Withheld: "withheld",
    TakenAway: "taken_away",
}


@frozen(kw_only=True)
class ImageSubmitted:
    """Somebody was asked to judge it, and will answer under that trace."""

    trace: str = field(validator=line(most=TRACE_LENGTH_MOST))


@frozen(kw_only=True)
class ImagePassed:
    """The check sees nothing wrong."""


@frozen(kw_only=True)
class ImageDoubted:
    """The check is not sure."""


@frozen(kw_only=True)
class ImageRefused:
    """The check is sure that nobody should see it."""


@frozen(kw_only=True)
class VerdictMissed:
    """Nobody judges it, or nobody has in time."""


@frozen(kw_only=True)
class ImageHeld:
    """An operator wants it seen by nobody until it is decided, whatever the check said."""


@frozen(kw_only=True)
class ImageCleared:
    """An operator saw nothing wrong."""


@frozen(kw_only=True)
class ImageRemoved:
    """An operator took it away."""


ScreeningEvent = (
    ImageSubmitted | ImagePassed | ImageDoubted | ImageRefused | VerdictMissed | ImageHeld | ImageCleared | ImageRemoved
)
SCREENING_EVENTS: Final[tuple[type[ScreeningEvent], ...]] = get_args(ScreeningEvent)


def _submit(state: Waiting, event: ImageSubmitted) -> Waiting:
    return Waiting(due_at=state.due_at, trace=event.trace)


def _pass(_: Waiting, __: ImagePassed) -> Passed:
    return Passed()


def _doubt(_: Waiting, __: ImageDoubted) -> InDoubt:
    return InDoubt()


def _withhold(_: Waiting, __: ImageRefused) -> Withheld:
    return Withheld()


def _miss(state: Waiting, _: VerdictMissed) -> InDoubt:
    return InDoubt(trace=state.trace)


def _withhold_late(_: InDoubt, __: ImageRefused) -> Withheld:
    return Withheld()


def _clear(_: InDoubt, __: ImageCleared) -> Passed:
    return Passed()


def _restore(_: Withheld, __: ImageCleared) -> Passed:
    return Passed()


Seen = Unscreened | Waiting | Passed | InDoubt
"""As far as the check is concerned, nothing keeps people from seeing it: only a person can."""


def _hold(_: Seen, __: ImageHeld) -> Withheld:
    return Withheld()


def _remove(_: Seen, __: ImageRemoved) -> TakenAway:
    return TakenAway()


def _remove_withheld(_: Withheld, __: ImageRemoved) -> TakenAway:
    return TakenAway()


ScreeningStep = Callable[[Any, Any], Screening]

SCREENING_TRANSITIONS: Mapping[tuple[type[Screening], type[ScreeningEvent]], ScreeningStep] = {
    (Waiting, ImageSubmitted): _submit,
    (Waiting, ImagePassed): _pass,
    (Waiting, ImageDoubted): _doubt,
    (Waiting, ImageRefused): _withhold,
    (Waiting, VerdictMissed): _miss,
    (InDoubt, ImageRefused): _withhold_late,
    (InDoubt, ImageCleared): _clear,
    (Unscreened, ImageHeld): _hold,
    (Waiting, ImageHeld): _hold,
    (Passed, ImageHeld): _hold,
    (InDoubt, ImageHeld): _hold,
    (Unscreened, ImageRemoved): _remove,
    (Waiting, ImageRemoved): _remove,
    (Passed, ImageRemoved): _remove,
    (InDoubt, ImageRemoved): _remove,
    (Withheld, ImageCleared): _restore,
    (Withheld, ImageRemoved): _remove_withheld,
}


def can_happen(state: Screening, event: ScreeningEvent) -> bool:
    """Whether the table knows it."""
    return (type(state), type(event)) in SCREENING_TRANSITIONS


def screened(state: Screening, event: ScreeningEvent) -> Screening:
    """The state after the event; raises `IllegalScreening`."""
    step = SCREENING_TRANSITIONS.get((type(state), type(event)))
    if step is None:
        raise IllegalScreening(SCREENING_NAMES[type(state)], type(event).__name__)
    return step(state, event)
