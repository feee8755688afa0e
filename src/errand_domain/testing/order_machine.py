"""Whole lives of orders as a Hypothesis state machine, with all their money, interleaved.

An embedder runs it under their own rules:

```python
class OurMachine(OrderMachine):
    policy = Policy(cancel_fee=Money(500))

TestOurRules = OurMachine.TestCase
```

Every rule is something that a person, a provider or a timer does; the decisions and the bookings are the
domain's own. After every step `errand_domain.testing.order_world.check` must hold.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from hypothesis.strategies import DataObject

from errand_domain.ids import DisputeId, MemberId, WithdrawalId
from errand_domain.money import NOTHING, Money
from errand_domain.order import ending
from errand_domain.order.events import Event
from errand_domain.order.refusals import IllegalTransition, TooLate
from errand_domain.order.states import (
    Accepted,
    AtPickup,
    AwaitingPayment,
    Completed,
    Delivered,
    Disputed,
    Open,
    PickedUp,
    Returning,
)
from errand_domain.order.transitions import TRANSITIONS
from errand_domain.payment.refund import Abnormal, Processing, Refund, RefundAccepted, RefundStuck, Requested
from errand_domain.settlement import recipes
from errand_domain.settlement.earning import Earning, Held
from errand_domain.settlement.withdrawal import Withdrawal, request_withdrawal
from errand_domain.settlement.withdrawal_states import (
    Approved,
    PartExpired,
    PartFailed,
    PartPaid,
    PartSent,
    PartWaits,
    Sending,
    WaitingForUser,
    WithdrawalApproved,
    WithdrawalEvent,
    WithdrawalRejected,
    WithdrawalState,
)
from errand_domain.settlement.withdrawal_states import Requested as Asked
from errand_domain.testing import examples
from errand_domain.testing.order_lives import OrderLives, draw_from, runner_of_order, some_order
from errand_domain.testing.order_world import PROVIDER, check
from errand_domain.testing.strategies.orders import events, outcomes

DAY = timedelta(days=1)
NOT_ANSWERED = (Requested, Processing, Abnormal)


def _some_withdrawal(*kinds: type[WithdrawalState]) -> Callable[["OrderMachine"], bool]:
    return lambda machine: any(isinstance(each.state, kinds) for each in machine.world.withdrawals.values())


class OrderMachine(OrderLives):
    """Every way in which an order may end, and its money to the last fen."""

    # Ending otherwise.

    @precondition(some_order(AwaitingPayment, Open, Accepted, AtPickup))
    @rule(data=st.data())
    def cancel(self, data: DataObject) -> None:
        """The requester calls it off, at the price that it has now."""
        order, at = self.order(data, AwaitingPayment, Open, Accepted, AtPickup), self.world.now
        fee = ending.cancellation_fee(order, self.policy, at=at)
        event = ending.cancel(
            order, order.requester_id, self.policy, reason="changed my mind", confirmed_fee=fee, at=at
        )
        self.world.move(order, event)

    @precondition(some_order(AwaitingPayment, Open, Accepted, AtPickup, PickedUp, Delivered, Returning))
    @rule(data=st.data())
    def operations_cancel(self, data: DataObject) -> None:
        """Operations end it and state who gets what."""
        order = self.order(data, AwaitingPayment, Open, Accepted, AtPickup, PickedUp, Delivered, Returning)
        stated = data.draw(st.none() | outcomes(order.held, with_runner=order.runner_id is not None), label="outcome")
        event = ending.cancel_by_operations(order, reason="an incident", outcome=stated, at=self.world.now)
        self.world.move(order, event)

    @precondition(some_order(Returning))
    @rule(data=st.data())
    def resolve_a_return(self, data: DataObject) -> None:
        """Operations agree to a return."""
        order = self.order(data, Returning)
        stated = data.draw(outcomes(order.held), label="outcome")
        self.world.move(order, ending.resolve_return(order, outcome=stated, at=self.world.now))

    @precondition(some_order(PickedUp, Delivered, Completed))
    @rule(data=st.data(), by_runner=st.booleans())
    def dispute(self, data: DataObject, *, by_runner: bool) -> None:
        """One side objects, before the money was divided or after, if it is not too late."""
        order = self.order(data, PickedUp, Delivered, Completed)
        who = runner_of_order(order) if by_runner else order.requester_id
        with suppress(TooLate):
            event = ending.open_dispute(order, who, DisputeId(examples.fresh()), at=self.world.now)
            self.world.move(order, event)

    @precondition(some_order(Disputed))
    @rule(data=st.data())
    def decide_a_dispute(self, data: DataObject) -> None:
        """Operations divide all that was paid and not given back, anew if need be."""
        order = self.order(data, Disputed)
        stated = data.draw(outcomes(order.disputed_sum), label="outcome")
        self.world.move(order, ending.resolve_dispute(order, outcome=stated, at=self.world.now))

    # Money afterwards.

    @precondition(lambda self: bool(self._unanswered()))
    @rule(data=st.data(), course=st.sampled_from(("accepted", "done", "given_up", "stuck")))
    def a_refund_moves(self, data: DataObject, course: str) -> None:
        """The provider says something about a refund."""
        refund, at = draw_from(data, self._unanswered(), "refund"), self.world.now
        if course == "done":
            self.world.refund_done(refund)
        elif course == "given_up":
            self.world.refund_given_up(refund)
        elif course == "accepted" and isinstance(refund.state, Requested):
            self.world.refunds[refund.number] = refund.apply(RefundAccepted(at=at, refund_id="R1"))
        elif course == "stuck" and not isinstance(refund.state, Abnormal):
            self.world.refunds[refund.number] = refund.apply(RefundStuck(at=at, advice="call the payer"))

    @precondition(lambda self: bool(self._held()))
    @rule(data=st.data(), disputed=st.booleans())
    def release_an_earning(self, data: DataObject, *, disputed: bool) -> None:
        """The hold of an earning is over, and at the last moment somebody may still object."""
        earning = draw_from(data, self._held(), "earning")
        assert earning.release_at is not None
        self.world.now = max(self.world.now, earning.release_at)
        self.world.release(earning)
        order = self.world.orders[earning.order_id]
        if disputed and isinstance(order.state, Completed):
            with suppress(TooLate):
                event = ending.open_dispute(order, order.requester_id, DisputeId(examples.fresh()), at=self.world.now)
                self.world.move(order, event)

    @precondition(lambda self: bool(self._with_money()))
    @rule(data=st.data(), goes_well=st.booleans())
    def withdraw(self, data: DataObject, *, goes_well: bool) -> None:
        """A runner takes out some of what is free; it may go through at once."""
        runner_id, free = draw_from(data, self._with_money(), "runner")
        limits = self.policy.withdrawals
        fen = data.draw(st.integers(limits.least.fen, min(free, limits.most_per_day.fen)), label="fen")
        request = request_withdrawal(
            WithdrawalId(examples.fresh()),
            runner_id,
            self.campus.id,
            amount=Money(fen),
            provider=PROVIDER,
            payee="openid-of-the-runner",
            withdrawn_today=NOTHING,
            limits=limits,
            at=self.world.now,
        )
        self.world.withdraw(request)
        if goes_well:
            at, last = self.world.now, len(request.parts)
            paid = [PartPaid(at=at, part=n, last=n == last) for n in range(1, last + 1)]
            start: list[WithdrawalEvent] = [WithdrawalApproved(at=at, approved_by=None), PartSent(at=at, part=1)]
            for event in (*start, *paid):
                self.world.advance(self.world.withdrawals[request.id], event)

    @precondition(_some_withdrawal(Asked))
    @rule(data=st.data(), approve=st.booleans())
    def review_a_withdrawal(self, data: DataObject, *, approve: bool) -> None:
        """Finance agrees or refuses."""
        withdrawal, at = self._withdrawal(data, Asked), self.world.now
        approved, rejected = WithdrawalApproved(at=at, approved_by=None), WithdrawalRejected(at=at, reason="no")
        self.world.advance(withdrawal, approved if approve else rejected)

    @precondition(_some_withdrawal(Approved))
    @rule(data=st.data())
    def send_a_withdrawal(self, data: DataObject) -> None:
        """The first part goes to the provider."""
        self.world.advance(self._withdrawal(data, Approved), PartSent(at=self.world.now, part=1))

    @precondition(_some_withdrawal(Sending, WaitingForUser))
    @rule(data=st.data(), course=st.sampled_from(("paid", "waits", "failed", "expired")))
    def a_part_moves(self, data: DataObject, course: str) -> None:
        """The provider says something about the part that it has."""
        withdrawal, at = self._withdrawal(data, Sending, WaitingForUser), self.world.now
        part = withdrawal.current_part
        assert part is not None
        made: dict[str, WithdrawalEvent] = {
            "paid": PartPaid(at=at, part=part, last=part == len(withdrawal.parts)),
            "waits": PartWaits(at=at, part=part, package="package", expires_at=at + DAY),
            "failed": PartFailed(at=at, part=part, reason="the account does not take it"),
            "expired": PartExpired(at=at, part=part),
        }
        self.world.advance(withdrawal, made[course])

    # What the table does not allow.

    @precondition(lambda self: bool(self.world.orders))
    @rule(data=st.data(), event=events())
    def what_is_not_in_the_table_changes_nothing(self, data: DataObject, event: Event) -> None:
        """Any event, to any order: refused, unless the table has the row."""
        order = draw_from(data, list(self.world.orders.values()), "order")
        row = TRANSITIONS.get((type(order.state), type(event)))
        if row is None or event.by not in row.by:
            try:
                order.apply(event)
            except IllegalTransition:
                return
            raise AssertionError(f"{order.state_name} took {type(event).__name__} by {event.by}")

    @invariant()
    def the_money_is_all_there(self) -> None:
        """After every step."""
        check(self.world)

    def _withdrawal(self, data: DataObject, *kinds: type[WithdrawalState]) -> Withdrawal:
        chosen = [each for each in self.world.withdrawals.values() if isinstance(each.state, kinds)]
        return draw_from(data, chosen, "withdrawal")

    def _unanswered(self) -> list[Refund]:
        return [refund for refund in self.world.refunds.values() if isinstance(refund.state, NOT_ANSWERED)]

    def _held(self) -> list[Earning]:
        return [earning for earning in self.world.earnings.values() if isinstance(earning.state, Held)]

    def _with_money(self) -> list[tuple[MemberId, int]]:
        """Runners who may withdraw, and how much is free."""
        busy = {withdrawal.runner_id for withdrawal in self.world.withdrawals.values() if withdrawal.is_open}
        free = [(runner_id, self.world.balance(recipes.runner_available(runner_id))) for runner_id in self.runners]
        least = self.policy.withdrawals.least.fen
        return [(runner_id, fen) for runner_id, fen in free if fen >= least and runner_id not in busy]
