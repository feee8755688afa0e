"""Money on its way back to the payer, and its life as a table.

A refund's number is derived from the payment and the reason, so asking twice is the same refund.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict
from errand_domain.ids import AttemptId, CampusId, OrderId, compact
from errand_domain.money import Money, at_least_one_fen
from errand_domain.payment.attempt import Attempt, IllegalPaymentTransition, next_query

RefundReason = Literal["late", "cancelled", "expired", "advance", "returned", "dispute"]


@frozen(str=False)
class RefundExceedsPayment(Conflict):
    """More would be given back than was ever paid."""

    code = "refund.exceeds_payment"
    sentence = "退款金额超过已支付金额"

    asked: Money
    left: Money


@frozen(kw_only=True)
class Requested:
    """Decided; the provider has not accepted it yet."""


@frozen(kw_only=True)
class Processing:
    """The provider is working on it. `silent_since` is when it last began to leave us without a word that counts."""

    refund_id: str
    accepted_at: datetime | None = None
    silent_since: datetime | None = None


@frozen(kw_only=True)
class Refunded:
    """The payer has it. It stands in the provider's bill of the day on which it was accepted there."""

    refunded_at: datetime
    accepted_at: datetime | None = None


@frozen(kw_only=True)
class RefundClosed:
    """The provider gave up; it is asked for again under a new number."""

    closed_at: datetime


@frozen(kw_only=True)
class Abnormal:
    """The payer's account does not take it; finance must act."""

    since: datetime
    advice: str


RefundState = Requested | Processing | Refunded | RefundClosed | Abnormal
REFUND_STATES: Final[tuple[type[RefundState], ...]] = get_args(RefundState)


@frozen(kw_only=True)
class RefundAccepted:
    """The provider took the request."""

    at: datetime
    refund_id: str
    accepted_at: datetime | None = None


@frozen(kw_only=True)
class RefundSucceeded:
    """The provider's verified word that the payer has it."""

    at: datetime
    accepted_at: datetime | None = None


@frozen(kw_only=True)
class RefundGivenUp:
    """The provider's verified word that it will not happen under this number."""

    at: datetime


@frozen(kw_only=True)
class RefundStuck:
    """The provider's verified word that a person must act."""

    at: datetime
    advice: str


RefundEvent = RefundAccepted | RefundSucceeded | RefundGivenUp | RefundStuck
REFUND_EVENTS: Final[tuple[type[RefundEvent], ...]] = get_args(RefundEvent)


def _process(_: Requested | Abnormal, event: RefundAccepted) -> Processing:
    return Processing(refund_id=event.refund_id, accepted_at=event.accepted_at)


def _succeed(_: Requested | Abnormal, event: RefundSucceeded) -> Refunded:
    return Refunded(refunded_at=event.at, accepted_at=event.accepted_at)


def _finish(state: Processing, event: RefundSucceeded) -> Refunded:
    return Refunded(refunded_at=event.at, accepted_at=state.accepted_at or event.accepted_at)


def _give_up(_: Requested | Processing | Abnormal, event: RefundGivenUp) -> RefundClosed:
    return RefundClosed(closed_at=event.at)


def _stick(_: Requested | Processing, event: RefundStuck) -> Abnormal:
    return Abnormal(since=event.at, advice=event.advice)


RefundStep = Callable[[Any, Any], RefundState]

REFUND_TRANSITIONS: Mapping[tuple[type[RefundState], type[RefundEvent]], RefundStep] = {
    (Requested, RefundAccepted): _process,
    (Requested, RefundSucceeded): _succeed,
    (Requested, RefundGivenUp): _give_up,
    (Requested, RefundStuck): _stick,
    (Processing, RefundSucceeded): _finish,
    (Processing, RefundGivenUp): _give_up,
    (Processing, RefundStuck): _stick,
    (Abnormal, RefundAccepted): _process,
    (Abnormal, RefundSucceeded): _succeed,
    (Abnormal, RefundGivenUp): _give_up,
}
REFUND_STATE_NAMES: Final[dict[type[RefundState], str]] = {
    Requested: "requested",
    Processing: "processing",
    Refunded: "succeeded",
    RefundClosed: "closed",
    Abnormal: "abnormal",
}


@frozen(kw_only=True)
class Refund:
    """Part of one payment on its way back, under a number of its own."""

    number: str
    attempt_id: AttemptId
    order_id: OrderId
    campus_id: CampusId
    provider: str
    amount: Money = field(validator=at_least_one_fen)
    reason: RefundReason
    requested_at: datetime
    query_at: datetime | None = None
    state: RefundState = Requested()
    version: int = 1

    @property
    def state_name(self) -> str:
        """The state as it is written outside."""
        return REFUND_STATE_NAMES[type(self.state)]

    @property
    def is_open(self) -> bool:
        """Whether the provider still has to do or to say something."""
        return isinstance(self.state, Requested | Processing)

    @property
    def silent_since(self) -> datetime | None:
        """Since when nobody has learnt anything of it; `None` where the provider told when it was asked last."""
        match self.state:
            case Requested():
                return self.requested_at
            case Processing(silent_since=since):
                return since
            case _:
                return None

    def apply(self, event: RefundEvent, *, query_at: datetime | None = None) -> "Refund":
        """The refund after the event, to be queried again at `query_at` while it is open."""
        step = REFUND_TRANSITIONS.get((type(self.state), type(event)))
        if step is None:
            raise IllegalPaymentTransition(self.state_name, type(event).__name__)
        after = evolve(self, state=step(self.state, event), version=self.version + 1)
        return evolve(after, query_at=query_at if after.is_open else None)

    def asked_again(self, *, query_at: datetime, silent_since: datetime | None = None) -> "Refund":
        """The same refund, to be asked for again then: nothing new is known of it, or since then nothing at all."""
        state = self.state
        state = evolve(state, silent_since=silent_since) if isinstance(state, Processing) else state
        return evolve(self, state=state, query_at=query_at, version=self.version + 1)


def refund_number(attempt_id: AttemptId, reason: RefundReason, *, nth: int = 1) -> str:
    """The number of a refund: at most 64 letters, digits and `-`, the same each time it is asked for."""
    return f"{compact(attempt_id)}-{reason}-{nth}"


def kept_of(attempt: Attempt, refunds: Iterable[Refund]) -> Money:
    """What of a payment is not on its way back. Refunds that the provider gave up do not count as given back."""
    back = sum(r.amount.fen for r in refunds if r.attempt_id == attempt.id and not isinstance(r.state, RefundClosed))
    return Money(max(attempt.amount.fen - back, 0))


def allocate(
    amount: Money,
    paid: tuple[Attempt, ...],
    refunds: tuple[Refund, ...],
    *,
    reason: RefundReason,
    at: datetime,
) -> tuple[Refund, ...]:
    """The refunds that give that amount back, oldest payment first, never more of one than it paid.

    Refunds that the provider gave up do not count as given back. Raises `RefundExceedsPayment`.
    """
    wanted, made = amount.fen, list[Refund]()
    for attempt in sorted(paid, key=lambda a: (a.created_at, a.id)):
        part = min(wanted, kept_of(attempt, refunds).fen)
        if not part:
            continue
        nth = 1 + sum(r.attempt_id == attempt.id and r.reason == reason for r in refunds)
        made.append(
            Refund(
                number=refund_number(attempt.id, reason, nth=nth),
                attempt_id=attempt.id,
                order_id=attempt.order_id,
                campus_id=attempt.campus_id,
                provider=attempt.provider,
                amount=Money(part),
                reason=reason,
                requested_at=at,
                query_at=next_query(at, at=at),
            )
        )
        wanted -= part
    if wanted:
        raise RefundExceedsPayment(amount, Money(amount.fen - wanted))
    return tuple(made)
