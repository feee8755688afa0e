"""A small world of orders and money in which nothing is stored and nobody is asked: what the state machine moves in.

It does with pure functions what the use cases do with ports: it applies events, books what follows from them and
keeps a journal. `check` states what must be true of such a world at any moment.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from attrs import evolve

from errand_domain.ids import AttemptId, MemberId, OrderId, WithdrawalId
from errand_domain.money import Money
from errand_domain.order.events import Event
from errand_domain.order.order import Order
from errand_domain.order.publishing import confirm_payment, raise_tip
from errand_domain.order.states import IN_PROGRESS, AwaitingPayment, Open
from errand_domain.payment.attempt import Attempt, Paid, Purpose, Succeeded
from errand_domain.payment.refund import (
    Refund,
    RefundClosed,
    Refunded,
    RefundGivenUp,
    RefundSucceeded,
    allocate,
)
from errand_domain.policy import Policy
from errand_domain.settlement import recipes
from errand_domain.settlement.accounts import Account
from errand_domain.settlement.earning import Earning, EarningReleased, Frozen, Held, Released, TakenBack
from errand_domain.settlement.ledger import Transfer, balances, verify
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import (
    Expired,
    Failed,
    PartPaid,
    Sending,
    WaitingForUser,
    WithdrawalEvent,
)
from errand_domain.settlement.withdrawal_states import Succeeded as PaidOut
from errand_domain.testing import examples
from errand_domain.use_cases.bookkeeping import Bookings, Books, book, book_late

T = TypeVar("T")
PROVIDER = "memory"


class World:
    """Orders, payments, earnings and withdrawals, a journal of transfers, and the provider's own sums."""

    def __init__(self, policy: Policy, *, now: datetime) -> None:
        self.policy = policy
        self.now = now
        self.orders: dict[OrderId, Order] = {}
        self.events: dict[OrderId, list[Event]] = {}
        self.attempts: dict[AttemptId, Attempt] = {}
        self.refunds: dict[str, Refund] = {}
        self.earnings: dict[tuple[OrderId, int], Earning] = {}
        self.withdrawals: dict[WithdrawalId, Withdrawal] = {}
        self.journal: dict[str, Transfer] = {}
        self.provider_holds_fen = 0

    def place(self, order: Order) -> None:
        """A new order, and the attempt to collect what it costs."""
        self.orders[order.id] = order
        self.events[order.id] = []
        self.ask_for(order, order.price.payable, purpose="order")

    def ask_for(self, order: Order, amount: Money, *, purpose: Purpose) -> Attempt:
        """An attempt to collect money for the order or a tip."""
        attempt = evolve(
            examples.attempt(order_id=order.id, provider=PROVIDER, fen=amount.fen),
            campus_id=order.campus_id,
            payer_id=order.requester_id,
            purpose=purpose,
            created_at=self.now,
        )
        self.attempts[attempt.id] = attempt
        return attempt

    def receive(self, attempt: Attempt) -> None:
        """The provider's word that it was paid: the order opens, the tip counts, or it goes back at once."""
        paid = attempt.apply(Paid(at=self.now, transaction_id=f"T{attempt.number}"))
        self.attempts[paid.id] = paid
        self.provider_holds_fen += paid.amount.fen
        order = self.orders[paid.order_id]
        if paid.purpose == "order" and isinstance(order.state, AwaitingPayment):
            self.move(order, confirm_payment(order, self.policy, attempt_id=paid.id, amount=paid.amount, at=self.now))
        elif paid.purpose == "tip" and isinstance(order.state, Open):
            self.move(order, raise_tip(order, attempt_id=paid.id, amount=paid.amount, at=self.now))
        else:
            self._keep(book_late(paid, self.books(order.id), paid_at=self.now, at=self.now))

    def move(self, order: Order, *events: Event) -> None:
        """The order after those events, with the money that follows from each."""
        for event in events:
            before = self.orders[order.id]
            after = before.apply(event)
            self._keep(book(before, event, self.policy, self.books(order.id)))
            self.orders[order.id] = after
            self.events[order.id].append(event)

    def books(self, order_id: OrderId) -> Books:
        """What is booked about the order so far."""
        mine = (earning for earning in self.earnings.values() if earning.order_id == order_id)
        return Books(
            attempts=tuple(a for a in self.attempts.values() if a.order_id == order_id),
            refunds=tuple(r for r in self.refunds.values() if r.order_id == order_id),
            earning=max(mine, key=lambda earning: earning.round, default=None),
        )

    def refund_done(self, refund: Refund) -> None:
        """The provider's word that the payer has it."""
        self.refunds[refund.number] = refund.apply(RefundSucceeded(at=self.now))
        self.provider_holds_fen -= refund.amount.fen
        self.post(
            recipes.refunded(
                refund.number, refund.order_id, provider=refund.provider, amount=refund.amount, at=self.now
            )
        )

    def refund_given_up(self, refund: Refund) -> None:
        """The provider's word that it will not happen under this number: the same sum under another one."""
        self.refunds[refund.number] = refund.apply(RefundGivenUp(at=self.now))
        attempt = self.attempts[refund.attempt_id]
        again = allocate(
            refund.amount, (attempt,), self.books(refund.order_id).refunds, reason=refund.reason, at=self.now
        )
        self._keep(Bookings(refunds=again))

    def release(self, earning: Earning) -> None:
        """The hold of an earning is over."""
        self.earnings[earning.order_id, earning.round] = earning.apply(EarningReleased(at=self.now))
        self.post(
            recipes.release(
                earning.order_id,
                earning.runner_id,
                earning_round=earning.round,
                amount=earning.amount,
                at=self.now,
            )
        )

    def withdraw(self, withdrawal: Withdrawal) -> None:
        """A runner takes money out; the caller has seen that there is so much."""
        self.withdrawals[withdrawal.id] = withdrawal
        self.post(recipes.withdraw(withdrawal.id, withdrawal.runner_id, amount=withdrawal.amount, at=self.now))

    def advance(self, withdrawal: Withdrawal, event: WithdrawalEvent) -> None:
        """The withdrawal after that event, with the money that follows from it."""
        after = withdrawal.apply(event)
        self.withdrawals[withdrawal.id] = after
        if isinstance(event, PartPaid):
            amount = withdrawal.part_amount(event.part)
            self.provider_holds_fen -= amount.fen
            paid = recipes.paid_out(
                withdrawal.id,
                withdrawal.runner_id,
                part=event.part,
                provider=withdrawal.provider,
                amount=amount,
                at=self.now,
            )
            self.post(paid)
        if isinstance(after.state, Failed | Expired):
            self.post(recipes.let_go(withdrawal.id, withdrawal.runner_id, amount=after.unpaid(), at=self.now))

    def post(self, transfers: Iterable[Transfer]) -> None:
        """Book transfers; here no key comes twice, for nothing is asked for twice."""
        for transfer in transfers:
            assert transfer.key not in self.journal, f"{transfer.key} is booked twice"
            self.journal[transfer.key] = transfer

    def balance(self, account: Account) -> int:
        """What the journal says of the account."""
        return balances(self.journal.values()).get(account, 0)

    def open_orders(self, runner_id: MemberId) -> int:
        """How many unfinished orders the runner carries."""
        return sum(o.runner_id == runner_id and isinstance(o.state, IN_PROGRESS) for o in self.orders.values())

    def _keep(self, bookings: Bookings) -> None:
        self.post(bookings.transfers)
        for refund in bookings.refunds:
            assert refund.number not in self.refunds, f"{refund.number} is asked for twice"
            self.refunds[refund.number] = refund
        for earning in filter(None, (bookings.changed_earning, bookings.new_earning)):
            self.earnings[earning.order_id, earning.round] = earning


def check(world: World) -> None:
    """Everything that must be true of a world at any moment; raises `AssertionError`."""
    folded = balances(world.journal.values())
    final = frozenset(str(order.id) for order in world.orders.values() if order.is_final)
    assert verify(folded, final_orders=final) == ()
    assert folded.get(recipes.clearing(PROVIDER), 0) == world.provider_holds_fen, "our clearing is not the provider's"
    for order in world.orders.values():
        assert order.version == 1 + len(world.events[order.id]), "an event is one version"
        _check_order(world, order, folded)
    for runner_id in {earning.runner_id for earning in world.earnings.values()}:
        _check_runner(world, runner_id, folded)


def _check_order(world: World, order: Order, folded: dict[Account, int]) -> None:
    books = world.books(order.id)
    service, goods = folded.get(recipes.escrow(order.id), 0), folded.get(recipes.goods_advance(order.id), 0)
    assert service + goods == order.held.fen, f"{order.state_name} holds {service} + {goods}, not {order.held}"
    if order.held:
        assert goods == order.goods.fen, "goods money is kept apart"
    paid = _fen(a.amount for a in books.attempts if isinstance(a.state, Succeeded))
    back = _fen(r.amount for r in books.refunds if not isinstance(r.state, RefundClosed))
    mine = [e for e in world.earnings.values() if e.order_id == order.id and not isinstance(e.state, TakenBack)]
    assert len(mine) <= 1, "a runner earns once with one order"
    earned = _fen(e.amount for e in mine)
    commission = _commission(world, order)
    assert paid == back + earned + commission + order.held.fen, "a fen appeared or vanished"
    for attempt in books.attempts:
        of_it = _fen(
            r.amount for r in books.refunds if r.attempt_id == attempt.id and not isinstance(r.state, RefundClosed)
        )
        assert of_it <= (attempt.amount.fen if isinstance(attempt.state, Succeeded) else 0), "more back than paid"
    under_way = _fen(r.amount for r in books.refunds if not isinstance(r.state, RefundClosed | Refunded))
    assert folded.get(recipes.refunds_in_transit(order.id), 0) == under_way, "in transit is what is not there yet"


def _commission(world: World, order: Order) -> int:
    """What agent and platform have of this order, by the journal."""
    ours = (Account("campus_agent", str(order.campus_id)), Account("platform", str(order.campus_id)))
    escrow = recipes.escrow(order.id)
    movements = world.journal.values()
    given = _fen(t.amount for t in movements if t.debit == escrow and t.credit in ours)
    return given - _fen(t.amount for t in movements if t.credit == escrow and t.debit in ours)


def _check_runner(world: World, runner_id: MemberId, folded: dict[Account, int]) -> None:
    mine = [earning for earning in world.earnings.values() if earning.runner_id == runner_id]
    held = _fen(e.amount for e in mine if isinstance(e.state, Held) or _is_frozen(e, released=False))
    freed = _fen(e.amount for e in mine if isinstance(e.state, Released) or _is_frozen(e, released=True))
    out = [withdrawal for withdrawal in world.withdrawals.values() if withdrawal.runner_id == runner_id]
    assert sum(withdrawal.is_open for withdrawal in out) <= 1, "one open withdrawal"
    gone = sum(_paid_fen(withdrawal) for withdrawal in out)
    leaving = sum(withdrawal.amount.fen - _paid_fen(withdrawal) for withdrawal in out if withdrawal.is_open)
    assert folded.get(recipes.runner_held(runner_id), 0) == held
    assert folded.get(recipes.runner_withdrawing(runner_id), 0) == leaving
    assert folded.get(recipes.runner_available(runner_id), 0) == freed - gone - leaving


def _is_frozen(earning: Earning, *, released: bool) -> bool:
    return isinstance(earning.state, Frozen) and earning.state.released is released


def _paid_fen(withdrawal: Withdrawal) -> int:
    """What the runner has of it."""
    match withdrawal.state:
        case PaidOut():
            return withdrawal.amount.fen
        case Failed() | Expired():
            return withdrawal.amount.fen - withdrawal.unpaid().fen
        case Sending() | WaitingForUser():
            return _fen(withdrawal.parts[: withdrawal.state.part - 1])
        case _:
            return 0


def _fen(amounts: Iterable[Money]) -> int:
    return sum(amount.fen for amount in amounts)
