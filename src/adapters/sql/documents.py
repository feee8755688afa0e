"""JSON documents of nested values, through one cattrs converter.

Money is its fen, a UUID and a time are text, a span of time is microseconds, a set is a sorted list, and a value of a
union carries the name of its class under `is`. Old documents stay readable as long as a new field has a default.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, get_args, get_origin
from uuid import UUID

import msgspec
from cattrs import Converter
from cattrs.strategies import configure_tagged_union

from errand_domain.content.case import CONTENT_STATE_NAMES, ContentState
from errand_domain.dispute.dispute import DISPUTE_STATE_NAMES, DisputeState
from errand_domain.money import Money
from errand_domain.order.events import EVENTS, Event
from errand_domain.order.states import NAMES, State
from errand_domain.payment.attempt import ATTEMPT_STATE_NAMES, AttemptState
from errand_domain.payment.refund import REFUND_STATE_NAMES, RefundState
from errand_domain.ports.outbox import Message
from errand_domain.runner.verification import VERIFICATION_NAMES, Verification
from errand_domain.settlement.earning import EARNING_STATE_NAMES, EarningState
from errand_domain.settlement.withdrawal_states import WITHDRAWAL_STATE_NAMES, WithdrawalState

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MICROSECOND: Final = timedelta(microseconds=1)
TAG: Final = "is"
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_decode: Final = msgspec.json.Decoder().decode


def snake(name: str) -> str:
    """`RunnerAccepted` as `runner_accepted`."""
    return "".join(f"_{letter.lower()}" if letter in _UPPER else letter for letter in name).lstrip("_")


EVENT_NAMES: Final[dict[type[Event], str]] = {event: snake(event.__name__) for event in EVENTS}
MESSAGE_NAMES: Final[dict[type[Message], str]] = {message: snake(message.__name__) for message in get_args(Message)}
_UNIONS: Final[tuple[tuple[Any, dict[Any, str]], ...]] = (
    (State, NAMES),
    (Event, EVENT_NAMES),
    (AttemptState, ATTEMPT_STATE_NAMES),
    (RefundState, REFUND_STATE_NAMES),
    (EarningState, EARNING_STATE_NAMES),
    (WithdrawalState, WITHDRAWAL_STATE_NAMES),
    (DisputeState, DISPUTE_STATE_NAMES),
    (ContentState, CONTENT_STATE_NAMES),
    (Verification, VERIFICATION_NAMES),
    (Message, MESSAGE_NAMES),
)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _sorted_list(values: frozenset[Any]) -> list[Any]:
    return CONVERTER.unstructure(sorted(values))  # type: ignore[no-any-return]  # cattrs gives the list back as a list


def _is_frozenset(kind: object) -> bool:
    origin: object = get_origin(kind)
    return origin is frozenset


def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook(Money, lambda money: money.fen)
    converter.register_structure_hook(Money, lambda fen, _: Money(fen))
    converter.register_unstructure_hook(UUID, str)
    converter.register_structure_hook(UUID, lambda text, _: UUID(text))
    converter.register_unstructure_hook(datetime, _utc)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook(time, time.isoformat)
    converter.register_structure_hook(time, lambda text, _: time.fromisoformat(text))
    converter.register_unstructure_hook(timedelta, lambda span: span // MICROSECOND)
    converter.register_structure_hook(timedelta, lambda number, _: timedelta(microseconds=number))
    converter.register_unstructure_hook_func(_is_frozenset, _sorted_list)
    for union, names in _UNIONS:
        configure_tagged_union(union, converter, tag_generator=names.__getitem__, tag_name=TAG)
    return converter


CONVERTER: Final = _converter()


class Document(Generic[T]):
    """How values of one type are written as JSON and read again."""

    def __init__(self, kind: Any) -> None:  # noqa: ANN401 - a union is no type to the type checkers
        self._take_apart: Callable[[T], Any] = CONVERTER.get_unstructure_hook(kind)
        self._put_together: Callable[[Any, Any], T] = CONVERTER.get_structure_hook(kind)
        self._kind = kind

    def dump(self, value: T) -> str:
        """The value as JSON."""
        return _encode(self._take_apart(value)).decode()

    def load(self, written: str) -> T:
        """The value that `dump` wrote."""
        return self._put_together(_decode(written), self._kind)

    def take_apart(self, value: T) -> Any:  # noqa: ANN401 - dictionaries and lists
        """The value as plain dictionaries and lists."""
        return self._take_apart(value)

    def put_together(self, plain: object) -> T:
        """The value that `take_apart` took apart."""
        return self._put_together(plain, self._kind)


def write_json(plain: object) -> str:
    """Plain values as JSON."""
    return _encode(plain).decode()


def read_json(written: str) -> Any:  # noqa: ANN401 - dictionaries and lists
    """What `write_json` wrote."""
    return _decode(written)
