"""One attempt to collect money for an order or a tip, and its life as a table.

An answer that did not arrive or did not verify is *unknown*, not failed: an unknown attempt is
queried until it is known and never replaced meanwhile. A success that arrives after the attempt was
closed or had failed is still a success, and the money is then given back.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict
from errand_domain.ids import AttemptId, CampusId, MemberId, OrderId, compact
from errand_domain.money import Money, at_least_one_fen

Purpose = Literal["order", "tip"]


@frozen(str=False)
class IllegalPaymentTransition(Conflict):
    """The attempt is in a state in which this cannot happen."""

    code = "payment.illegal_transition"
    sentence = "支付当前状态不允许此操作"

    state: str
    event: str


@frozen(str=False)
class PaymentUnknown(Conflict):
    """The provider has not yet told what became of the payment; it is being asked."""

    code = "payment.unknown"
    sentence = "支付结果确认中，请稍候"


@frozen(str=False)
class PaymentRefused(Conflict):
    """The provider refused to start the payment."""

    code = "payment.refused"
    sentence = "支付未能发起，请稍后再试"


@frozen(str=False)
class PayerMissing(Conflict):
    """The provider collects from accounts of its own, and the payer has linked none."""

    code = "payment.payer_missing"
    sentence = "请先绑定该支付方式的账号，或换一种支付方式"

    way: str


@frozen(str=False)
class PaymentMismatch(Conflict):
    """A report differs from what was asked for: amount, currency, merchant, app or number."""

    code = "payment.mismatch"
    sentence = "支付信息与订单不一致"

    field: str


@frozen(kw_only=True)
class Created:
    """Decided; the provider has not been asked yet, or has not answered yet."""


@frozen(kw_only=True)
class Pending:
    """The provider waits for the payer. `client_parameters` is what the payer's app needs to pay."""

    client_parameters: str = field(repr=False)


@frozen(kw_only=True)
class Succeeded:
    """Paid.

    `shipped_at` is when the provider was told of the delivery, `settled_at` when it made the money available to us:
    both stay empty where a provider keeps nothing back.
    """

    transaction_id: str
    paid_at: datetime
    payer: str = field(default="", repr=False)
    shipped_at: datetime | None = None
    settled_at: datetime | None = None


@frozen(kw_only=True)
class Closed:
    """Closed at the provider; it can no longer be paid there."""

    closed_at: datetime


@frozen(kw_only=True)
class Failed:
    """The provider refused it."""

    reason: str


@frozen(kw_only=True)
class Unknown:
    """We asked, and have no answer that we can trust."""

    since: datetime
    queries: int = 0


AttemptState = Created | Pending | Succeeded | Closed | Failed | Unknown
ATTEMPT_STATES: Final[tuple[type[AttemptState], ...]] = get_args(AttemptState)


@frozen(kw_only=True)
class Prepared:
    """The provider accepted the request and waits for the payer."""

    at: datetime
    client_parameters: str = field(repr=False)


@frozen(kw_only=True)
class AnswerLost:
    """The provider's answer did not arrive or did not verify."""

    at: datetime


@frozen(kw_only=True)
class Refused:
    """The provider refused."""

    at: datetime
    reason: str


@frozen(kw_only=True)
class Paid:
    """The provider's verified word that money came."""

    at: datetime
    transaction_id: str
    payer: str = field(default="", repr=False)


@frozen(kw_only=True)
class ClosedAtProvider:
    """The provider's verified word that it can no longer be paid."""

    at: datetime


@frozen(kw_only=True)
class DeliveryTold:
    """The provider, which keeps the money back until then, was told that what was paid for has been delivered."""

    at: datetime


@frozen(kw_only=True)
class FundsSettled:
    """The provider's verified word that the money is available to us."""

    at: datetime


AttemptEvent = Prepared | AnswerLost | Refused | Paid | ClosedAtProvider | DeliveryTold | FundsSettled
ATTEMPT_EVENTS: Final[tuple[type[AttemptEvent], ...]] = get_args(AttemptEvent)


def _prepare(_: Created | Unknown, event: Prepared) -> Pending:
    return Pending(client_parameters=event.client_parameters)


def _lose(_: Created, event: AnswerLost) -> Unknown:
    return Unknown(since=event.at)


def _lose_again(state: Unknown, _: AnswerLost) -> Unknown:
    return evolve(state, queries=state.queries + 1)


def _keep(state: Pending, _: AnswerLost) -> Pending:
    return state


def _refuse(_: Created | Unknown, event: Refused) -> Failed:
    return Failed(reason=event.reason)


def _succeed(_: Created | Pending | Unknown | Closed | Failed, event: Paid) -> Succeeded:
    return Succeeded(transaction_id=event.transaction_id, paid_at=event.at, payer=event.payer)


def _close(_: Created | Pending | Unknown, event: ClosedAtProvider) -> Closed:
    return Closed(closed_at=event.at)


def _ship(state: Succeeded, event: DeliveryTold) -> Succeeded:
    return evolve(state, shipped_at=event.at)


def _settle(state: Succeeded, event: FundsSettled) -> Succeeded:
    return evolve(state, settled_at=event.at)


AttemptStep = Callable[[Any, Any], AttemptState]

ATTEMPT_TRANSITIONS: Mapping[tuple[type[AttemptState], type[AttemptEvent]], AttemptStep] = {
    (Created, Prepared): _prepare,
    (Created, AnswerLost): _lose,
    (Created, Refused): _refuse,
    (Created, Paid): _succeed,
    (Created, ClosedAtProvider): _close,
    (Pending, AnswerLost): _keep,
    (Pending, Paid): _succeed,
    (Pending, ClosedAtProvider): _close,
    (Unknown, Prepared): _prepare,
    (Unknown, AnswerLost): _lose_again,
    (Unknown, Refused): _refuse,
    (Unknown, Paid): _succeed,
    (Unknown, ClosedAtProvider): _close,
    (Succeeded, DeliveryTold): _ship,
    (Succeeded, FundsSettled): _settle,
    (Closed, Paid): _succeed,
    (Failed, Paid): _succeed,
}
ATTEMPT_STATE_NAMES: Final[dict[type[AttemptState], str]] = {
    Created: "created",
    Pending: "pending",
    Succeeded: "succeeded",
    Closed: "closed",
    Failed: "failed",
    Unknown: "unknown",
}


@frozen(kw_only=True)
class Attempt:
    """Money asked of one payer through one provider, under one number."""

    id: AttemptId
    order_id: OrderId
    campus_id: CampusId
    payer_id: MemberId
    purpose: Purpose
    provider: str
    amount: Money = field(validator=at_least_one_fen)
    created_at: datetime
    query_at: datetime | None = None
    state: AttemptState = Created()
    version: int = 1

    @property
    def number(self) -> str:
        """Our number at the provider: 25 lower-case letters and digits, unique for ever."""
        return compact(self.id)

    @property
    def state_name(self) -> str:
        """The state as it is written outside."""
        return ATTEMPT_STATE_NAMES[type(self.state)]

    @property
    def is_open(self) -> bool:
        """Whether the payer may still pay, or may have paid without our knowing."""
        return isinstance(self.state, Created | Pending | Unknown)

    def apply(self, event: AttemptEvent, *, query_at: datetime | None = None) -> "Attempt":
        """The attempt after the event, to be queried again at `query_at` while it is open, or once more when closed."""
        step = ATTEMPT_TRANSITIONS.get((type(self.state), type(event)))
        if step is None:
            raise IllegalPaymentTransition(self.state_name, type(event).__name__)
        after = evolve(self, state=step(self.state, event), version=self.version + 1)
        return evolve(after, query_at=query_at if after.is_open or isinstance(after.state, Closed) else None)

    def looked_at(self, *, query_at: datetime | None) -> "Attempt":
        """The same attempt, nothing new being known of it; to be queried again then, or no more."""
        return evolve(self, query_at=query_at, version=self.version + 1)


_QUERY_SOONEST: Final = timedelta(seconds=10)
_QUERY_LATEST: Final = timedelta(minutes=10)


def next_query(asked_since: datetime, *, at: datetime) -> datetime:
    """When to ask the provider again: soon at first, then as long again as it has lasted, at most ten minutes."""
    return at + min(max(at - asked_since, _QUERY_SOONEST), _QUERY_LATEST)
