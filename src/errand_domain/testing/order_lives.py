"""Lives of orders as a Hypothesis state machine, from placing to completion; `order_machine` has the rest."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar, TypeVar, get_args

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from hypothesis.strategies import DataObject

from errand_domain.ids import FileId, MemberId, OrderId, QuoteId
from errand_domain.money import NOTHING, Money
from errand_domain.order import ending, running
from errand_domain.order.events import GiveUpReason, PickupFault, ReturnReason, RunnerGaveUp
from errand_domain.order.order import Order
from errand_domain.order.publishing import check_tip, fall_due, make_quote, place
from errand_domain.order.refusals import OrderNotOpen, TooManyGiveUps, TooManyOpenOrders
from errand_domain.order.running import Candidate
from errand_domain.order.states import (
    Accepted,
    AtPickup,
    AwaitingPayment,
    Cancelled,
    Completed,
    Delivered,
    Disputed,
    Expired,
    Open,
    PickedUp,
    Proof,
    Resolved,
    Returning,
    State,
)
from errand_domain.payment.attempt import Attempt, Closed, ClosedAtProvider, Succeeded
from errand_domain.place import Distance
from errand_domain.policy import Policy
from errand_domain.testing import examples
from errand_domain.testing.order_world import World
from errand_domain.testing.strategies.values import money

T = TypeVar("T")
PHOTO = (FileId(examples.fresh()),)
DAY = timedelta(days=1)
ORDINARY = (AwaitingPayment, Open, Accepted, AtPickup, PickedUp, Delivered)


def some_order(*kinds: type[State]) -> Callable[["OrderLives"], bool]:
    """Whether there is an order in one of those states: a precondition."""
    return lambda machine: any(isinstance(order.state, kinds) for order in machine.world.orders.values())


class OrderLives(RuleBasedStateMachine):
    """Orders of a few requesters, run by a few runners, as they are meant to go."""

    policy: ClassVar[Policy] = Policy()
    clock_step: ClassVar[timedelta] = timedelta(minutes=1)
    runners_count: ClassVar[int] = 3

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.policy, now=examples.NOW)
        self.campus = evolve(examples.campus(), policy=self.policy)
        self.runners = [MemberId(examples.fresh()) for _ in range(self.runners_count)]

    # Placing and paying.

    @rule(data=st.data(), tip=money(most=3_000), goods=money(least=1, most=20_000), buys=st.booleans())
    def place_an_order(self, data: DataObject, tip: Money, goods: Money, *, buys: bool) -> None:
        """A requester publishes; nothing is paid yet."""
        now = self.world.now
        latest = now + data.draw(st.timedeltas(timedelta(minutes=5), 2 * DAY), label="wanted within")
        terms = evolve(
            examples.terms(),
            category="purchase" if buys else "parcel",
            goods_advance=min(goods, self.policy.tariff.goods_advance_most) if buys else NOTHING,
            window=evolve(examples.terms().window, earliest=now, latest=latest),
        )
        requester_id = MemberId(examples.fresh())
        quote = make_quote(
            QuoteId(examples.fresh()),
            terms,
            self.campus,
            member_id=requester_id,
            distance=Distance(metres=data.draw(st.integers(0, 5_000), label="metres"), estimated=True),
            tip=min(tip, self.policy.tariff.tip_most),
            at=now,
        )
        order_id = OrderId(examples.fresh())
        self.world.place(
            place(order_id, quote, terms, self.campus, requester_id=requester_id, delivery_code="204816", at=now)
        )

    @precondition(lambda self: bool(self._payable()))
    @rule(data=st.data())
    def pay(self, data: DataObject) -> None:
        """Somebody pays an attempt: in time, too late, or after it was closed."""
        self.world.receive(draw_from(data, self._payable(), "attempt"))

    @precondition(lambda self: bool(self._payable()))
    @rule(data=st.data())
    def close_an_attempt(self, data: DataObject) -> None:
        """The provider says that an attempt can no longer be paid; it may be wrong."""
        open_ones = [attempt for attempt in self._payable() if not isinstance(attempt.state, Closed)]
        if open_ones:
            attempt = draw_from(data, open_ones, "attempt")
            self.world.attempts[attempt.id] = attempt.apply(ClosedAtProvider(at=self.world.now))

    @precondition(some_order(Open))
    @rule(data=st.data(), fen=st.integers(1, 500))
    def ask_to_raise_the_tip(self, data: DataObject, fen: int) -> None:
        """The requester wants to add to the tip; it counts when it is paid."""
        order = self.order(data, Open)
        if order.price.tip + Money(fen) <= self.policy.tariff.tip_most:
            check_tip(order, Money(fen), self.policy)
            self.world.ask_for(order, Money(fen), purpose="tip")

    # Time.

    @rule(steps=st.integers(1, 60))
    def time_passes(self, steps: int) -> None:
        """Nothing happens for a while."""
        self.world.now += steps * self.clock_step

    @precondition(some_order(AwaitingPayment, Open, Accepted, Delivered))
    @rule(data=st.data())
    def a_timer_fires(self, data: DataObject) -> None:
        """The clock reaches what an order waits for; other orders' timers are simply late."""
        order = self.order(data, AwaitingPayment, Open, Accepted, Delivered)
        assert order.due_at is not None
        self.world.now = max(self.world.now, order.due_at)
        self.world.move(order, fall_due(order, self.policy, at=self.world.now))

    # Running.

    @precondition(some_order(Open))
    @rule(data=st.data())
    def accept(self, data: DataObject) -> None:
        """A runner takes an order, unless it has just run out or they carry enough."""
        order = self.order(data, Open)
        with suppress(OrderNotOpen, TooManyOpenOrders):
            self.world.move(order, running.take(order, self._candidate(data), self.policy, at=self.world.now))

    @precondition(some_order(*ORDINARY))
    @rule(data=st.data(), steps=st.integers(1, len(ORDINARY)))
    def an_errand_goes_well(self, data: DataObject, steps: int) -> None:
        """Several ordinary steps at once, so that lives become long enough to be interesting."""
        order_id = self.order(data, *ORDINARY).id
        with suppress(OrderNotOpen, TooManyOpenOrders):
            for _ in range(steps):
                order = self.world.orders[order_id]
                if not isinstance(order.state, ORDINARY):
                    break
                self._go_on(data, order)

    @precondition(some_order(Accepted))
    @rule(data=st.data(), reason=st.sampled_from(get_args(GiveUpReason)))
    def give_up(self, data: DataObject, reason: GiveUpReason) -> None:
        """The runner hands it back, as often as a day allows."""
        order = self.order(data, Accepted)
        runner_id = runner_of_order(order)
        since = self.world.now - DAY
        given_up = [e for log in self.world.events.values() for e in log if isinstance(e, RunnerGaveUp)]
        today = sum(e.runner_id == runner_id and e.at >= since for e in given_up)
        with suppress(TooManyGiveUps):
            event = running.give_up(
                order, runner_id, self.policy, reason=reason, given_up_today=today, at=self.world.now
            )
            self.world.move(order, event)

    @precondition(some_order(Accepted, AtPickup))
    @rule(data=st.data())
    def hand_over(self, data: DataObject) -> None:
        """One runner offers, another takes over."""
        order = self.order(data, Accepted, AtPickup)
        colleague = self._candidate(data)
        if colleague.member_id != order.runner_id:
            with suppress(TooManyOpenOrders):
                at = self.world.now
                self.world.move(order, running.offer_to(order, runner_of_order(order), colleague, self.policy, at=at))
                offered = self.world.orders[order.id]
                self.world.move(offered, running.take_over(offered, colleague, self.policy, at=at))

    @precondition(some_order(Accepted, AtPickup))
    @rule(data=st.data())
    def reassign(self, data: DataObject) -> None:
        """Operations give it to another runner."""
        order = self.order(data, Accepted, AtPickup)
        with suppress(TooManyOpenOrders):
            event = running.reassign(order, self._candidate(data), self.policy, at=self.world.now)
            self.world.move(order, event)

    @precondition(some_order(Accepted))
    @rule(data=st.data())
    def arrive(self, data: DataObject) -> None:
        """The runner is at the pickup."""
        order = self.order(data, Accepted)
        proof = Proof(position=order.terms.pickup.point)
        self.world.move(
            order, running.arrive(order, runner_of_order(order), self.policy, proof=proof, at=self.world.now)
        )

    @precondition(some_order(AtPickup))
    @rule(data=st.data(), reason=st.sampled_from(get_args(PickupFault)))
    def find_nothing(self, data: DataObject, reason: PickupFault) -> None:
        """The pickup is impossible."""
        order = self.order(data, AtPickup)
        event = running.report_impossible(
            order, runner_of_order(order), self.policy, reason=reason, photos=PHOTO, at=self.world.now
        )
        self.world.move(order, event)

    @precondition(some_order(Accepted, AtPickup))
    @rule(data=st.data())
    def pick_up(self, data: DataObject) -> None:
        """The runner has the item; the goods may have cost less than was advanced."""
        order = self.order(data, Accepted, AtPickup)
        advance = order.price.goods_advance.fen
        cost = data.draw(money(least=min(1, advance), most=advance), label="goods cost")
        event = running.pick_up(
            order, runner_of_order(order), photos=PHOTO, goods_cost=cost, receipt=PHOTO[0], at=self.world.now
        )
        self.world.move(order, event)

    @precondition(some_order(PickedUp))
    @rule(data=st.data(), with_code=st.booleans())
    def deliver(self, data: DataObject, *, with_code: bool) -> None:
        """The item is handed over, with the code (which completes the order) or without."""
        order = self.order(data, PickedUp)
        proof = Proof(photos=PHOTO, position=order.terms.dropoff.point)
        code = order.delivery_code if with_code else None
        made = running.deliver(order, runner_of_order(order), self.policy, proof=proof, code=code, at=self.world.now)
        self.world.move(order, *made)

    @precondition(some_order(Delivered))
    @rule(data=st.data(), by_runner=st.booleans())
    def complete(self, data: DataObject, *, by_runner: bool) -> None:
        """The requester is content, or gives the runner the code."""
        order, at = self.order(data, Delivered), self.world.now
        if by_runner:
            code = order.delivery_code
            event = running.complete_with_code(order, runner_of_order(order), self.policy, code=code, at=at)
        else:
            event = ending.confirm(order, order.requester_id, self.policy, at=at)
        self.world.move(order, event)

    @precondition(some_order(PickedUp))
    @rule(data=st.data(), reason=st.sampled_from(get_args(ReturnReason)))
    def turn_back(self, data: DataObject, reason: ReturnReason) -> None:
        """The runner cannot hand it over."""
        order = self.order(data, PickedUp)
        event = running.report_return(order, runner_of_order(order), reason=reason, photos=PHOTO, at=self.world.now)
        self.world.move(order, event)

    def _go_on(self, data: DataObject, order: Order) -> None:
        """The one step that an order in this state ordinarily takes next."""
        world, policy, at = self.world, self.policy, self.world.now
        match order.state:
            case AwaitingPayment():
                world.receive(world.books(order.id).attempts[0])
            case Open():
                world.move(order, running.take(order, self._candidate(data), policy, at=at))
            case Accepted() | AtPickup():
                cost = order.price.goods_advance
                picked = running.pick_up(
                    order, runner_of_order(order), photos=PHOTO, goods_cost=cost, receipt=PHOTO[0], at=at
                )
                world.move(order, picked)
            case PickedUp():
                proof = Proof(photos=PHOTO, position=order.terms.dropoff.point)
                made = running.deliver(order, runner_of_order(order), policy, proof=proof, code=None, at=at)
                world.move(order, *made)
            case Delivered():
                world.move(order, ending.confirm(order, order.requester_id, policy, at=at))
            case Completed() | Returning() | Disputed() | Resolved() | Cancelled() | Expired():
                raise AssertionError(f"nothing ordinary follows {order.state_name}")

    def order(self, data: DataObject, *kinds: type[State]) -> Order:
        chosen = [order for order in self.world.orders.values() if isinstance(order.state, kinds)]
        return draw_from(data, chosen, "order")

    def _candidate(self, data: DataObject) -> Candidate:
        runner_id = draw_from(data, self.runners, "runner")
        return Candidate(
            member_id=runner_id,
            campus_id=self.campus.id,
            approved=True,
            on_shift=True,
            gender=None,
            credit=self.policy.credit.most,
            open_orders=self.world.open_orders(runner_id),
        )

    def _payable(self) -> list[Attempt]:
        return [attempt for attempt in self.world.attempts.values() if not isinstance(attempt.state, Succeeded)]


def draw_from(data: DataObject, choices: Sequence[T], label: str) -> T:
    """One of them, named in a failing example."""
    return data.draw(st.sampled_from(choices), label=label)


def runner_of_order(order: Order) -> MemberId:
    """Who runs it, where somebody must."""
    assert order.runner_id is not None
    return order.runner_id
