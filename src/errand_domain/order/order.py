"""The order itself: what stays the same through its life, and the one way in which it changes."""

from datetime import datetime
from typing import assert_never

from attrs import evolve, field, frozen

from errand_domain.ids import CampusId, MemberId, OrderId, QuoteId
from errand_domain.money import NOTHING, Money
from errand_domain.order.events import Event, TipRaised
from errand_domain.order.pricing import Price
from errand_domain.order.refusals import IllegalTransition
from errand_domain.order.states import (
    FINAL,
    NAMES,
    PHASES,
    Accepted,
    Actor,
    AtPickup,
    AwaitingPayment,
    Cancelled,
    Completed,
    Delivered,
    Disputed,
    Expired,
    Open,
    Phase,
    PickedUp,
    Resolved,
    Returning,
    State,
    runner_of,
)
from errand_domain.order.terms import Terms, aware
from errand_domain.order.transitions import TRANSITIONS, Row, due_at
from errand_domain.place import Distance


@frozen(kw_only=True)
class Order:
    """One errand. `version` counts its events and erasures; a stale copy cannot be saved.

    What it says of people is kept until `details_until`, some time after its end; the requester's words are gone from
    `details_removed_at` on.
    """

    id: OrderId
    quote_id: QuoteId
    campus_id: CampusId
    requester_id: MemberId
    terms: Terms
    price: Price
    distance: Distance
    delivery_code: str = field(repr=False)
    placed_at: datetime = field(validator=aware)
    state: State
    details_until: datetime | None = None
    details_removed_at: datetime | None = None
    version: int = 1

    def apply(self, event: Event) -> "Order":
        """The order after the event; raises `IllegalTransition` where the table has no such row."""
        row = self.row(type(event), by=event.by)
        price = self.price.with_tip(event.amount) if isinstance(event, TipRaised) else self.price
        return evolve(self, state=row.step(self.state, event), price=price, version=self.version + 1)

    def row(self, event: type[Event], *, by: Actor) -> Row:
        """The line of the table by which that party may cause the event now; raises `IllegalTransition`."""
        row = TRANSITIONS.get((type(self.state), event))
        if row is None or by not in row.by:
            raise IllegalTransition(self.state_name, event.__name__)
        return row

    @property
    def state_name(self) -> str:
        """The state as it is written outside: snake case."""
        return NAMES[type(self.state)]

    @property
    def phase(self) -> Phase:
        """The coarse phase for lists."""
        return PHASES[type(self.state)]

    @property
    def runner_id(self) -> MemberId | None:
        """Who runs it, if anybody does."""
        return runner_of(self.state)

    @property
    def due_at(self) -> datetime | None:
        """When its timer fires, if one watches it."""
        return due_at(self.state)

    @property
    def is_final(self) -> bool:
        """Whether its money has been divided and nothing is held any more."""
        return isinstance(self.state, FINAL)

    @property
    def goods(self) -> Money:
        """The goods money now in play: the advance until pickup, the actual cost after it."""
        state = self.state
        match state:
            case Open() | Accepted() | AtPickup():
                return self.price.goods_advance
            case PickedUp() | Delivered() | Completed() | Returning() | Disputed():
                return state.carriage.goods_cost
            case AwaitingPayment() | Resolved() | Cancelled() | Expired():
                return NOTHING
        assert_never(state)

    @property
    def held(self) -> Money:
        """What escrow and goods advance hold for this order now."""
        if self.is_final or isinstance(self.state, AwaitingPayment):
            return NOTHING
        if isinstance(self.state, Disputed) and self.state.settled:
            return NOTHING
        return self.price.reward + self.goods

    @property
    def disputed_sum(self) -> Money:
        """What a decision of operations may divide: all that was paid and not yet given back."""
        return self.price.reward + self.goods
