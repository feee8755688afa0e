"""Whole lives of an order, drawn at random along its table: after every event the books are sound."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from errand_domain.ids import AttemptId
from errand_domain.money import NOTHING, Money, total
from errand_domain.order import states as s
from errand_domain.order.events import EVENTS, Event, OrderExpired, PaymentConfirmed, TipRaised
from errand_domain.order.order import Order
from errand_domain.order.pricing import Price
from errand_domain.order.transitions import TRANSITIONS
from errand_domain.policy import Shares
from errand_domain.settlement.earning import Earning, EarningReleased, Held
from errand_domain.settlement.ledger import Transfer, balances, verify
from errand_domain.settlement.recipes import release
from errand_domain.testing.strategies.values import money, shares, splits_of
from errand_domain.use_cases.bookkeeping import Bookings, Books, book, book_late, needs_books
from tests.domain.examples import (
    ATTEMPT_ID,
    EVENT_EXAMPLES,
    NOON,
    POLICY,
    PURCHASE,
    TERMS,
    TIP_ID,
    order_in,
    paid,
)

if TYPE_CHECKING:
    from errand_domain.payment.attempt import Attempt
    from errand_domain.payment.refund import Refund

Draw = Callable[[Any], Any]


class Life:
    """An order with everything that was booked about it."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.attempts: list[Attempt] = []
        self.refunds: list[Refund] = []
        self.earning: Earning | None = None
        self.journal: list[Transfer] = []

    def happen(self, event: Event) -> Bookings:
        before, self.order = self.order, self.order.apply(event)
        if isinstance(event, PaymentConfirmed | TipRaised):
            self.attempts.append(paid(event.amount, attempt_id=event.attempt_id))
        known = Books(attempts=tuple(self.attempts), refunds=tuple(self.refunds), earning=self.earning)
        done = book(before, event, POLICY, known if needs_books(before, event) else Books())
        self.keep(done)
        return done

    def keep(self, done: Bookings) -> None:
        self.refunds += done.refunds
        self.journal += done.transfers
        self.earning = done.new_earning or done.changed_earning or self.earning

    def release(self) -> None:
        earning = self.earning
        if earning is not None and isinstance(earning.state, Held):
            self.earning = earning.apply(EarningReleased(at=NOON))
            runner, amount = earning.runner_id, earning.amount  # who delivered, after a handover another than the first
            self.journal += release(self.order.id, runner, earning_round=earning.round, amount=amount, at=NOON)

    def check(self) -> None:
        """Everything that must be so after every event."""
        folded = balances(self.journal)
        final = frozenset({str(self.order.id)}) if self.order.is_final else frozenset[str]()
        assert verify(folded, final_orders=final) == ()
        kept = {kind: sum(fen for a, fen in folded.items() if a.kind == kind) for kind in ("escrow", "goods_advance")}
        assert sum(kept.values()) == self.order.held.fen
        came = total([attempt.amount for attempt in self.attempts])
        went = total([refund.amount for refund in self.refunds])
        assert went <= came
        in_transit = sum(fen for account, fen in folded.items() if account.kind == "refunds_in_transit")
        assert in_transit == went.fen, "every refund is booked, and nothing else is on its way back"
        assert len({transfer.key for transfer in self.journal}) == len(self.journal)
        earned = sum(fen for account, fen in folded.items() if account.kind.startswith("runner_"))
        if self.earning is not None and self.earning.state_name != "taken_back":
            held = self.earning.state_name != "frozen" or self.order.state_name == "disputed"
            assert held
            assert earned == self.earning.amount.fen
        else:
            assert earned == 0


def outcomes(draw: Draw, whole: Money) -> s.Outcome:
    refund, runner = draw(splits_of(whole))
    return s.Outcome(refund=refund, runner=runner)


def event_for(  # noqa: PLR0911 - a case for each kind of event
    draw: Draw, order: Order
) -> Event | None:
    """Something that the table has for this state, with facts that its decision would have stated."""
    options = [event for state, event in TRANSITIONS if state is type(order.state)]
    if not options:
        return None
    kind = draw(st.sampled_from(sorted(options, key=EVENTS.index)))
    row = TRANSITIONS[type(order.state), kind]
    example = evolve(EVENT_EXAMPLES[kind], by=draw(st.sampled_from(row.by)))
    match kind.__name__:
        case "PaymentConfirmed":
            return evolve(example, amount=order.price.payable)
        case "TipRaised":
            return evolve(
                example, attempt_id=AttemptId(UUID(int=10_000 + order.version)), amount=draw(money(least=1, most=500))
            )
        case "OrderExpired":
            return evolve(example, refund=order.held)
        case "OrderCancelled" | "PickupImpossible" | "ReturnResolved":
            nobody = order.runner_id is None
            return evolve(example, outcome=s.Outcome(refund=order.held) if nobody else outcomes(draw, order.held))
        case "DisputeResolved":
            return evolve(example, outcome=outcomes(draw, order.disputed_sum))
        case "ItemPickedUp":
            cost = draw(money(least=min(1, order.price.goods_advance.fen), most=order.price.goods_advance.fen))
            carriage = evolve(EVENT_EXAMPLES[kind].carriage, goods_cost=cost)  # type: ignore[union-attr]
            return evolve(example, carriage=carriage, advance_left=order.price.goods_advance - cost)
        case _:
            return example


@settings(max_examples=150)
@given(
    data=st.data(),
    base=money(least=1, most=1_000),
    advance=st.none() | money(least=1, most=3_000),
    rates=shares(),
)
def test_after_every_event_of_every_life_the_books_are_sound(
    data: st.DataObject, base: Money, advance: Money | None, rates: Shares
):
    terms = TERMS if advance is None else evolve(PURCHASE, goods_advance=advance)
    price = Price(base=base, goods_advance=advance or NOTHING, shares=rates)
    life = Life(order_in(s.AwaitingPayment, terms=terms, price=price))
    for _ in range(data.draw(st.integers(1, 14))):
        event = event_for(data.draw, life.order)
        if event is None:
            break
        life.happen(event)
        life.check()
        if data.draw(st.booleans()):
            life.release()
            life.check()


@given(money(least=1), money(least=1))
def test_a_payment_that_came_too_late_goes_back_whole_and_leaves_no_escrow(first: Money, second: Money):
    for amount in (first, second):
        late = book_late(paid(amount), Books(), paid_at=NOON, at=NOON)
        folded = balances(late.transfers)
        assert verify(folded, final_orders=frozenset({str(paid(amount).order_id)})) == ()
        assert [refund.amount for refund in late.refunds] == [amount]
        assert [refund.reason for refund in late.refunds] == ["late"]


def test_a_payment_that_came_too_late_is_not_given_back_a_second_time_with_the_order():
    life = Life(order_in(s.AwaitingPayment))
    late = paid(Money(601), attempt_id=TIP_ID)
    life.attempts.append(late)
    life.keep(book_late(late, Books(), paid_at=NOON, at=NOON))
    life.happen(EVENT_EXAMPLES[PaymentConfirmed])
    order = life.order
    done = life.happen(evolve(EVENT_EXAMPLES[OrderExpired], refund=order.held))
    assert [(refund.attempt_id, refund.amount.fen) for refund in done.refunds] == [(ATTEMPT_ID, 601)]
    life.check()


def test_books_are_needed_for_everything_but_what_moves_no_money_and_the_settlement():
    needing = {
        row.money for (state, event), row in TRANSITIONS.items() if needs_books(order_in(state), EVENT_EXAMPLES[event])
    }
    assert needing == {"fund", "divide", "fix_advance", "freeze", "redivide"}
