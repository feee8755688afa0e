"""Orders: every state, every event, and orders in every state."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from errand_domain.ids import AttemptId, CampusId, DisputeId, MemberId, OrderId, QuoteId
from errand_domain.money import NOTHING, Money
from errand_domain.order.events import (
    EVENTS,
    DisputeOpened,
    DisputeResolved,
    Event,
    GiveUpReason,
    HandoverOffered,
    ItemDelivered,
    ItemPickedUp,
    OrderCancelled,
    OrderCompleted,
    OrderExpired,
    PaymentConfirmed,
    PickupFault,
    PickupImpossible,
    ReturnReason,
    ReturnReported,
    ReturnResolved,
    RunnerAccepted,
    RunnerArrived,
    RunnerGaveUp,
    RunnerMissing,
    RunnerReplaced,
    TipRaised,
)
from errand_domain.order.order import Order
from errand_domain.order.pricing import Price
from errand_domain.order.states import (
    STATES,
    Accepted,
    Actor,
    Assignment,
    AtPickup,
    AwaitingPayment,
    Cancelled,
    Carriage,
    Completed,
    Delivered,
    Disputed,
    Expired,
    Open,
    Outcome,
    PickedUp,
    Proof,
    Resolved,
    Returning,
    State,
)
from errand_domain.order.transitions import TRANSITIONS
from errand_domain.testing.strategies.terms import prices, terms
from errand_domain.testing.strategies.values import (
    distances,
    identities,
    lines,
    moments,
    money,
    photos,
    points,
    splits_of,
)

_VERSION_MOST = 50


@cache
def _members() -> SearchStrategy[MemberId]:
    return identities().map(MemberId)


@cache
def proofs() -> SearchStrategy[Proof]:
    """What shows that a runner was there."""
    return st.builds(Proof, photos=photos(), position=st.none() | points(), code_shown=st.booleans())


@st.composite
def assignments(draw: DrawFn) -> Assignment:
    """A runner and their promise to be there in time."""
    accepted_at = draw(moments())
    promised = draw(st.timedeltas(timedelta(0), timedelta(hours=3)))
    return Assignment(runner_id=draw(_members()), accepted_at=accepted_at, arrive_by=accepted_at + promised)


def carriages(*, goods_cost_most: Money) -> SearchStrategy[Carriage]:
    """An item on its way, whose goods cost no more than was advanced."""
    return st.builds(
        Carriage,
        runner_id=_members(),
        picked_up_at=moments(),
        proof=proofs(),
        goods_cost=money(most=goods_cost_most.fen),
    )


def outcomes(held: Money, *, with_runner: bool = True) -> SearchStrategy[Outcome]:
    """Divisions of what is held; without a runner all of it goes back."""
    if not with_runner:
        return st.just(Outcome(refund=held))
    return splits_of(held).map(lambda pair: Outcome(refund=pair[0], runner=pair[1]))


def states(kind: type[State], price: Price) -> SearchStrategy[State]:
    """States of that kind, for an order of that price."""
    held = price.payable
    carried = carriages(goods_cost_most=price.goods_advance)
    offered = st.none() | _members()
    made: dict[type[State], SearchStrategy[Any]] = {
        AwaitingPayment: st.builds(AwaitingPayment, expires_at=moments()),
        Open: st.builds(Open, opened_at=moments(), expires_at=moments()),
        Accepted: st.builds(Accepted, assignment=assignments(), no_show_at=moments(), offered_to=offered),
        AtPickup: st.builds(
            AtPickup, assignment=assignments(), arrived_at=moments(), proof=proofs(), offered_to=offered
        ),
        PickedUp: st.builds(PickedUp, carriage=carried),
        Delivered: st.builds(
            Delivered, carriage=carried, delivered_at=moments(), completes_at=moments(), proof=proofs()
        ),
        Completed: st.builds(Completed, carriage=carried, completed_at=moments(), disputable_until=moments()),
        Returning: st.builds(
            Returning,
            carriage=carried,
            reason=st.sampled_from(get_args(ReturnReason)),
            reported_at=moments(),
        ),
        Disputed: st.builds(
            Disputed,
            carriage=carried,
            dispute_id=identities().map(DisputeId),
            opened_at=moments(),
            settled=st.booleans(),
        ),
        Resolved: st.builds(Resolved, runner_id=_members(), outcome=outcomes(held), resolved_at=moments()),
        Cancelled: st.booleans().flatmap(
            lambda with_runner: st.builds(
                Cancelled,
                by=st.sampled_from(("requester", "operations")),
                reason=lines(most=200),
                cancelled_at=moments(),
                outcome=outcomes(held, with_runner=with_runner),
                runner_id=_members() if with_runner else st.none(),
            )
        ),
        Expired: st.builds(Expired, expired_at=moments(), refund=st.sampled_from((NOTHING, held))),
    }
    return made[kind]


@st.composite
def orders(draw: DrawFn, *kinds: type[State]) -> Order:
    """Orders in one of those states; without any, in every state."""
    kind = draw(st.sampled_from(kinds or STATES))
    wanted = draw(terms())
    price = draw(prices(goods_advance=wanted.goods_advance))
    return Order(
        id=OrderId(draw(identities())),
        quote_id=QuoteId(draw(identities())),
        campus_id=CampusId(draw(identities())),
        requester_id=draw(_members()),
        terms=wanted,
        price=price,
        distance=draw(distances()),
        delivery_code=draw(st.from_regex(r"[0-9]{6}", fullmatch=True)),
        placed_at=draw(moments()),
        state=draw(states(kind, price)),
        details_until=draw(st.none() | moments()),
        details_removed_at=draw(st.none() | moments()),
        version=1 if kind is AwaitingPayment else draw(st.integers(2, _VERSION_MOST)),
    )


def _by(kind: type[Event]) -> SearchStrategy[Actor]:
    actors: set[Actor] = {actor for (_, event), row in TRANSITIONS.items() if event is kind for actor in row.by}
    return st.sampled_from(sorted(actors))


_HELD: Final = Money(60_000)
_DECISIONS: Final[Mapping[type[Event], Callable[[], Mapping[str, SearchStrategy[Any]]]]] = {
    PaymentConfirmed: lambda: {
        "attempt_id": identities().map(AttemptId),
        "amount": money(least=1),
        "expires_at": moments(),
    },
    TipRaised: lambda: {"attempt_id": identities().map(AttemptId), "amount": money(least=1)},
    OrderCancelled: lambda: {"reason": lines(most=200), "outcome": outcomes(_HELD)},
    PickupImpossible: lambda: {
        "reason": st.sampled_from(get_args(PickupFault)),
        "proof": proofs(),
        "outcome": outcomes(_HELD),
    },
    OrderExpired: lambda: {"refund": money()},
    RunnerAccepted: lambda: {"assignment": assignments(), "no_show_at": moments()},
    RunnerGaveUp: lambda: {
        "runner_id": _members(),
        "reason": st.sampled_from(get_args(GiveUpReason)),
        "expires_at": moments(),
    },
    RunnerMissing: lambda: {"runner_id": _members(), "expires_at": moments()},
    HandoverOffered: lambda: {"offered_to": _members()},
    RunnerReplaced: lambda: {"assignment": assignments(), "no_show_at": moments()},
    RunnerArrived: lambda: {"proof": proofs()},
    ItemPickedUp: lambda: {
        "carriage": carriages(goods_cost_most=Money(50_000)),
        "advance_left": money(most=50_000),
    },
    ItemDelivered: lambda: {"proof": proofs(), "completes_at": moments()},
    OrderCompleted: lambda: {"disputable_until": moments()},
    ReturnReported: lambda: {"reason": st.sampled_from(get_args(ReturnReason)), "photos": photos()},
    ReturnResolved: lambda: {"outcome": outcomes(_HELD)},
    DisputeOpened: lambda: {"dispute_id": identities().map(DisputeId)},
    DisputeResolved: lambda: {"outcome": outcomes(_HELD)},
}


def events(*kinds: type[Event]) -> SearchStrategy[Event]:
    """Events of those kinds, by whoever may cause them; without any, of every kind."""
    made: list[SearchStrategy[Any]] = [
        st.builds(kind, at=moments(), by=_by(kind), **_DECISIONS[kind]()) for kind in kinds or EVENTS
    ]
    return st.one_of(made)
