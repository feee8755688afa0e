"""A whole campus lived through at random: members, runners, staff, providers that misbehave, a worker that dies.

One seed replays everything: who acts, what they choose, which step comes next, what gets lost, and when a process
dies between an outside call and its commit. Time is virtual and nothing sleeps.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeVar

from adapters.memory.faults import Decline, Fault, LoseAfter, LoseBefore, Operation
from adapters.memory.provider import MemoryProvider
from errand_domain.dispute.dispute import Hearing, Proposed, Ruling
from errand_domain.errors import DomainError
from errand_domain.ids import OrderId
from errand_domain.member.member import Member
from errand_domain.money import Money
from errand_domain.order import states as s
from errand_domain.order.order import Order
from errand_domain.ports.outside import Secrets
from errand_domain.ports.timers import TIMER_KINDS
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.use_cases.background.deliver_message import DeliverMessage
from errand_domain.use_cases.background.fire_timers import FireTimer
from errand_domain.use_cases.money.pay_for_errand import PayForErrand, RaiseTip
from errand_domain.use_cases.money.record_payment import RecordPayment
from errand_domain.use_cases.money.refunding import RetryRefund
from errand_domain.use_cases.money.resolve_withdrawal import GiveUpWithdrawal, RetryWithdrawal
from errand_domain.use_cases.money.withdraw_earnings import DecideWithdrawal, RequestWithdrawal
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.orders.confirm_errand import ConfirmErrand
from errand_domain.use_cases.orders.deliver_item import DeliverItem
from errand_domain.use_cases.orders.dispute_order import OpenDispute, ReviewRuling, RuleDispute, StateCase
from errand_domain.use_cases.orders.give_up_errand import GiveUpErrand
from errand_domain.use_cases.orders.hand_over_errand import OfferErrand, ReassignErrand, TakeOverErrand
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from errand_domain.use_cases.orders.report_pickup_impossible import ReportPickupImpossible
from errand_domain.use_cases.orders.report_return import ReportReturn
from errand_domain.use_cases.orders.resolve_order import CancelByOperations, ResolveReturn
from errand_domain.use_cases.orders.review_order import ReviewOrder
from tests.simulation.scheduler import Crashed, Scheduler, Task
from tests.use_cases.world import World

if TYPE_CHECKING:
    from errand_domain.ports.payments import PaymentReport

T = TypeVar("T")
LEASE: Final = timedelta(seconds=30)
AT_ONCE: Final = 6
CRASHES_OF_100: Final = 6
OPERATIONS: Final[tuple[Operation, ...]] = (
    "start",
    "query",
    "close",
    "refund",
    "query_refund",
    "send",
    "query_payout",
)
STEPS_OF_TIME: Final = tuple(
    timedelta(seconds=seconds) for seconds in (0, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 5_000, 90_000)
)
WHAT_HAPPENS: Final[dict[type[s.State], tuple[str, ...]]] = {
    s.AwaitingPayment: (*("pay", "payer_pays") * 15, "cancel", "operations_cancel"),
    s.Open: (*("accept", "tip", "payer_pays", "payer_pays") * 5, "cancel", "operations_cancel"),
    s.Accepted: (*("arrive", "pick_up") * 4, "give_up", "offer", "take_over", "cancel", "accept", "reassign"),
    s.AtPickup: (*("pick_up",) * 8, "impossible", "cancel", "offer", "take_over", "operations_cancel"),
    s.PickedUp: (*("deliver", "show_code") * 4, "report_return", "dispute", "operations_cancel"),
    s.Delivered: (*("confirm", "show_code") * 3, "dispute", "operations_cancel"),
    s.Completed: ("dispute", "review", "confirm", "cancel", "show_code", "payer_pays"),
    s.Returning: ("resolve_return", "resolve_return", "operations_cancel"),
    s.Disputed: ("speak", "speak", "rule", "rule", "second_opinion", "operations_cancel"),
    s.Resolved: ("review", "rule"),
    s.Cancelled: ("payer_pays", "cancel", "accept"),
    s.Expired: ("payer_pays", "accept"),
}


class SeededSecrets(Secrets):
    """Secrets that come out the same for the same seed: nobody here wants to keep them."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def digits(self, count: int) -> str:
        """That many digits."""
        return "".join(self._random.choice("0123456789") for _ in range(count))

    def token(self) -> str:
        """256 bits."""
        return f"{self._random.getrandbits(256):064x}"

    def digest(self, secret: str) -> str:
        """A digest that is no secret."""
        return sha256(secret.encode()).hexdigest()

    def same(self, one: str, other: str) -> bool:
        """Whether they are equal."""
        return one == other


class CampusLife:
    """One campus under one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - replayed, not secret
        self.scheduler = Scheduler(self.random)
        secrets = SeededSecrets(self.random)
        self.world = self.scheduler.run(World.built(pause=self.scheduler.pause, secrets=secrets))
        self.desks: tuple[MemoryProvider, ...] = (self.world.provider, self.world.rival)
        self.requesters = [self.at_once(self.world.member()) for _ in range(4)]
        self.runners = [self.at_once(self.world.runner()) for _ in range(3)]
        self.staff = [self.at_once(self.world.operator("operations", "finance", "admin")) for _ in range(2)]
        self.orders: list[OrderId] = []
        self.started: list[tuple[OrderId, MemoryProvider, str]] = []
        self.untold: list[tuple[MemoryProvider, PaymentReport]] = []
        self.reports: list[tuple[MemoryProvider, PaymentReport]] = []
        self.tasks: list[Task] = []
        self.seen = Counter[str]()

    def at_once(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run it with nobody in between."""
        return self.scheduler.run(coroutine)

    # -- Living ----------------------------------------------------------------------------------------------

    def live(self, steps: int) -> None:
        """So many steps of everybody at once."""
        for _ in range(steps):
            if len(self.tasks) < AT_ONCE and self.random.random() < 0.4:
                self.begin()
            if self.tasks:
                self.step(self.random.choice(self.tasks))
        while self.tasks:
            self.step(self.random.choice(self.tasks))

    def begin(self) -> None:
        """Something new happens: the worker wakes, time passes, a provider misbehaves, or somebody acts."""
        fate = self.random.random()
        if fate < 0.22:
            self.spawn("worker", self.work())
        elif fate < 0.34:
            weights = range(len(STEPS_OF_TIME), 0, -1)
            (by,) = self.random.choices(STEPS_OF_TIME, [weight * weight for weight in weights])
            self.world.clock.advance(by)
        elif fate < 0.38:
            self.misbehave()
        elif fate < 0.46:
            self.spawn("notify", self.notify())
        elif fate < 0.52:
            self.spawn("money out", self.money_out())
        elif fate < 0.55 and len(self.orders) < 30:
            self.spawn("publish", self.publish())
        elif self.orders:
            order = self.choose()
            what = self.random.choice(WHAT_HAPPENS[type(order.state)])
            self.spawn(what, getattr(self, what)(order))

    def choose(self) -> Order:
        """An order that is under way mostly, or any."""
        orders = [self.at_once(self.world.order(_by_id(order_id))) for order_id in self.orders]
        alive = [order for order in orders if not order.is_final]
        return self.random.choice(alive if alive and self.random.random() < 0.9 else orders)

    def spawn(self, what: str, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Start it; now and then the process will die while doing it."""
        dies = self.random.randrange(100) < CRASHES_OF_100
        self.tasks.append(Task(coroutine, crash_after=self.random.randrange(1, 25) if dies else None))
        self.seen[what] += 1

    def step(self, task: Task) -> None:
        """One step of a task; refusals are part of life."""
        self.scheduler.step(task)
        if task.is_done:
            self.tasks.remove(task)
            if isinstance(task.result, DomainError):
                self.seen[task.result.code] += 1
            if isinstance(task.result, Crashed):
                self.seen["crashed"] += 1

    def misbehave(self) -> None:
        """A provider loses something, refuses something, or takes another course than usual."""
        desk = self.random.choice(self.desks)
        fault: Fault = self.random.choice((LoseBefore(), LoseAfter(), LoseAfter(), Decline()))
        match self.random.randrange(4):
            case 0 | 1:
                desk.fail_next(self.random.choice(OPERATIONS), fault)
            case 2:
                desk.next_refund(self.random.choice(("done", "under_way", "impossible", "needs_person")))
            case _:
                desk.next_payout(self.random.choice(("waits", "done", "under_way", "failed")))
        if self.random.random() < 0.1:
            self.world.notices.fail_next(2)

    async def work(self) -> None:
        """A worker's round: a few messages, a few timers; a fault postpones the message."""
        now = self.world.clock.now()
        relay, until = self.world.database.relay, now + LEASE
        for envelope in await relay.take(now=now, leased_until=until, limit=4):
            try:
                await self.world.use(DeliverMessage)(envelope.message)
            except (DomainError, ConnectionError) as fault:
                await relay.postpone(envelope.id, until=until, fault=str(fault))
            else:
                await relay.done([envelope.id])
        for kind in TIMER_KINDS:
            for subject in await self.world.database.timers.take(kind, now=now, leased_until=until, limit=3):
                try:
                    await self.world.use(FireTimer)(kind, subject)
                except DomainError as refusal:
                    self.seen[f"timer: {refusal.code}"] += 1

    # -- Members ---------------------------------------------------------------------------------------------

    def somebody(self, people: list[Member]) -> Member:
        """Anybody of them."""
        return self.random.choice(people)

    def runner_of(self, order: Order) -> Member:
        """The order's runner mostly, or anybody."""
        runner = next((runner for runner in self.runners if runner.id == order.runner_id), None)
        return runner if runner and self.random.random() < 0.9 else self.somebody(self.runners)

    async def publish(self) -> None:
        changes: dict[str, Any] = {}
        if self.random.random() < 0.3:
            changes = {"category": "purchase", "goods_advance": Money(self.random.randrange(100, 5_000))}
        tip = Money(self.random.choice((0, 0, 100, 333, 9_999)))
        provider = self.random.choice(("memory", "memory", "rival"))
        order = await self.world.published(self.somebody(self.requesters), tip=tip, provider=provider, **changes)
        self.orders.append(order.id)

    async def pay(self, order: Order) -> None:
        desk = self.random.choice((self.world.provider, *self.desks))
        started = await self.world.use(PayForErrand)(order.id, order.requester_id, provider=desk.provider)
        self.started.append((order.id, desk, started.attempt.number))

    async def tip(self, order: Order) -> None:
        amount = Money(self.random.choice((1, 50, 101, 5_000)))
        started = await self.world.use(RaiseTip)(order.id, order.requester_id, amount=amount, provider="memory")
        self.started.append((order.id, self.world.provider, started.attempt.number))

    async def payer_pays(self, order: Order) -> None:
        """The payer pays in their app; the provider's report is on its way to us, or gets lost."""
        for order_id, desk, number in self.started:
            if order_id == order.id:
                try:
                    report = desk.pay(number)
                except ValueError:
                    self.seen["could not be paid"] += 1
                    continue
                self.reports.append((desk, report))
                if self.random.random() < 0.9:
                    self.untold.append((desk, report))

    async def notify(self) -> None:
        """A report reaches us: soon, late, or again."""
        waiting = self.untold if self.untold and self.random.random() < 0.8 else self.reports
        if waiting:
            desk, report = self.random.choice(waiting)
            if waiting is self.untold:
                self.untold.remove((desk, report))
            await self.world.use(RecordPayment)(report, desk.merchant)

    async def cancel(self, order: Order) -> None:
        fee = Money(self.random.choice((0, 200)))
        await self.world.use(CancelErrand)(order.id, order.requester_id, reason="不需要了", confirmed_fee=fee)

    async def confirm(self, order: Order) -> None:
        await self.world.use(ConfirmErrand)(order.id, order.requester_id)

    async def dispute(self, order: Order) -> None:
        who = self.random.choice((order.requester_id, order.runner_id or order.requester_id))
        await self.world.use(OpenDispute)(order.id, who, reason="damaged", text="坏了")

    async def speak(self, order: Order) -> None:
        who = self.random.choice((order.requester_id, order.runner_id or order.requester_id))
        await self.world.use(StateCase)(order.id, who, text="不是我")

    async def review(self, order: Order) -> None:
        stars = self.random.randrange(1, 6)
        await self.world.use(ReviewOrder)(order.id, order.requester_id, stars=stars, tags=(), text="")

    # -- Runners ---------------------------------------------------------------------------------------------

    async def accept(self, order: Order) -> None:
        await self.world.use(AcceptErrand)(order.id, self.somebody(self.runners).id)

    async def give_up(self, order: Order) -> None:
        await self.world.use(GiveUpErrand)(order.id, self.runner_of(order).id, reason="other")

    async def offer(self, order: Order) -> None:
        to = self.somebody(self.runners)
        await self.world.use(OfferErrand)(order.id, self.runner_of(order).id, to=to.id)

    async def take_over(self, order: Order) -> None:
        await self.world.use(TakeOverErrand)(order.id, self.somebody(self.runners).id)

    async def arrive(self, order: Order) -> None:
        proof = s.Proof(position=order.terms.pickup.point)
        await self.world.use(ArriveAtPickup)(order.id, self.runner_of(order).id, proof=proof)

    async def pick_up(self, order: Order) -> None:
        runner = self.runner_of(order)
        photo = await self.world.photo(order, runner)
        cost = Money(self.random.randrange(order.price.goods_advance.fen + 1))
        receipt = photo if order.price.goods_advance else None
        pick_up = self.world.use(PickUpItem)
        await pick_up(order.id, runner.id, photos=(photo,), goods_cost=cost, receipt=receipt)

    async def deliver(self, order: Order) -> None:
        runner = self.runner_of(order)
        proof = s.Proof(photos=(await self.world.photo(order, runner),), position=order.terms.dropoff.point)
        await self.world.use(DeliverItem)(order.id, runner.id, proof=proof, code=None)

    async def show_code(self, order: Order) -> None:
        code = self.random.choice((order.delivery_code, order.delivery_code, "wrong"))
        await self.world.use(DeliverItem)(order.id, self.runner_of(order).id, proof=s.Proof(), code=code)

    async def impossible(self, order: Order) -> None:
        runner = self.runner_of(order)
        photo = await self.world.photo(order, runner)
        reason: Any = self.random.choice(("wrong_code", "closed"))
        await self.world.use(ReportPickupImpossible)(order.id, runner.id, reason=reason, photos=(photo,))

    async def report_return(self, order: Order) -> None:
        await self.world.use(ReportReturn)(order.id, self.runner_of(order).id, reason="unreachable")

    # -- Staff and money out ---------------------------------------------------------------------------------

    def outcome(self, whole: Money) -> s.Outcome:
        """A division of at most that."""
        refund = self.random.randrange(whole.fen + 1)
        return s.Outcome(refund=Money(refund), runner=Money(self.random.randrange(whole.fen - refund + 1)))

    async def operations_cancel(self, order: Order) -> None:
        stated = self.outcome(order.held) if order.runner_id and self.random.random() < 0.5 else None
        cancel = self.world.use(CancelByOperations)
        await cancel(order.id, self.somebody(self.staff), reason="误发", outcome=stated)

    async def reassign(self, order: Order) -> None:
        to = self.somebody(self.runners)
        await self.world.use(ReassignErrand)(order.id, self.somebody(self.staff), to=to.id)

    async def resolve_return(self, order: Order) -> None:
        stated = self.outcome(order.held)
        await self.world.use(ResolveReturn)(order.id, self.somebody(self.staff), outcome=stated)

    async def rule(self, order: Order) -> None:
        stated = self.outcome(order.disputed_sum)
        ruling = Ruling(refund=stated.refund, runner=stated.runner, runner_at_fault=False, reason="核实")
        async with self.world.begin() as tx:
            dispute = await tx.disputes.of_order(order.id)
        if dispute is not None:
            await self.world.use(RuleDispute)(dispute.id, self.somebody(self.staff), ruling=ruling)

    async def second_opinion(self, order: Order) -> None:
        async with self.world.begin() as tx:
            dispute = await tx.disputes.of_order(order.id)
        if dispute is not None:
            agree = self.random.random() < 0.7
            await self.world.use(ReviewRuling)(dispute.id, self.somebody(self.staff), agree=agree)

    async def money_out(self) -> None:
        """A runner withdraws, finance decides, a runner confirms, or a stuck refund is retried."""
        match self.random.randrange(5):
            case 0:
                runner = self.somebody(self.runners)
                available = await self.world.balance("runner_available", runner.id)
                amount = Money(self.random.choice((100, max(available, 0), max(available, 0) + 1, 30_000)))
                await self.world.use(RequestWithdrawal)(runner.id, amount=amount, provider="memory")
            case 1:
                approve = self.random.random() < 0.8
                for withdrawal in await self.withdrawals("requested"):
                    decide = self.world.use(DecideWithdrawal)
                    await decide(withdrawal.id, self.somebody(self.staff), approve=approve, reason="")
            case 2:
                await self.confirm_payouts(self.random.choice(("confirm", "confirm", "expire", "fail")))
            case 3:
                for withdrawal in await self.withdrawals("parked"):
                    await self.see_to_parked(withdrawal)
            case _:
                for number in await self.stuck_refunds():
                    await self.world.use(RetryRefund)(number, self.somebody(self.staff))

    async def see_to_parked(self, withdrawal: Withdrawal) -> None:
        """Finance tries again what the provider refused, or gives it up."""
        finance = self.somebody(self.staff)
        if self.random.random() < 0.5:
            await self.world.use(RetryWithdrawal)(withdrawal.id, finance)
        else:
            await self.world.use(GiveUpWithdrawal)(withdrawal.id, finance, reason="refused for good")

    async def withdrawals(self, *names: str) -> tuple[Any, ...]:
        """Withdrawals in the states of those names."""
        async with self.world.begin() as tx:
            return await tx.withdrawals.at_campus(self.world.campus.id, states=names, limit=1_000)

    async def stuck_refunds(self) -> list[str]:
        """Refunds that wait for a person."""
        async with self.world.begin() as tx:
            return [refund.number for refund in await tx.refunds.abnormal(self.world.campus.id, limit=1_000)]

    async def confirm_payouts(self, how: str) -> None:
        """What runners do, or let happen, in their app."""
        act: dict[str, Callable[[str], object]] = {
            "confirm": self.world.provider.confirm_payout,
            "expire": self.world.provider.expire_payout,
            "fail": self.world.provider.fail_payout,
        }
        for withdrawal in await self.withdrawals("waiting_for_user", "sending"):
            try:
                act[how](withdrawal.part_number(withdrawal.current_part))
            except ValueError:
                self.seen["no such payout"] += 1

    # -- The end ---------------------------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        """Faults stop, staff do what waits for them, time passes: everything must find its end."""
        for desk in self.desks:
            self.exhaust(desk)
        for _ in range(40):
            self.at_once(self.tidy_up())
            self.world.clock.advance(timedelta(hours=7))
            for _ in range(50):
                before = self.pending()
                self.at_once(self.work())
                if not before and not self.pending():
                    break
                self.world.clock.advance(timedelta(seconds=31))
            if not self.unfinished():
                return

    def exhaust(self, desk: MemoryProvider) -> None:
        """Let the faults that still wait be met by nobody."""
        for waiting in desk._faults._waiting.values():
            waiting.clear()
        desk._refund_plans.clear()
        desk._payout_plans.clear()

    def pending(self) -> int:
        """Messages that wait."""
        return self.at_once(self.world.database.relay.pending())

    async def tidy_up(self) -> None:
        """What people do in the end."""
        for desk, report in self.reports:
            await self.world.use(RecordPayment)(report, desk.merchant)
        for order_id in self.orders:
            await self._end(await self.world.order(_by_id(order_id)))
        for number in await self.stuck_refunds():
            for desk in self.desks:
                if number in desk._books.refunds:
                    desk.finish_refund(number)
            await self._try(self.world.use(RetryRefund)(number, self.staff[0]))
        for withdrawal in await self.withdrawals("requested"):
            decide = self.world.use(DecideWithdrawal)
            await self._try(decide(withdrawal.id, self.staff[0], approve=True, reason=""))
        for withdrawal in await self.withdrawals("parked"):
            await self._try(self.see_to_parked(withdrawal))
        for runner in self.runners:
            available = await self.world.balance("runner_available", runner.id)
            if available > 0:
                request = self.world.use(RequestWithdrawal)
                await self._try(request(runner.id, amount=Money(available), provider="memory"))
        await self.confirm_payouts("confirm")

    async def _end(self, order: Order) -> None:
        """Operations end what no timer watches."""
        if isinstance(order.state, s.AtPickup | s.PickedUp | s.Returning):
            await self._try(self.operations_cancel(order))
        if isinstance(order.state, s.Disputed):
            async with self.world.begin() as tx:
                dispute = await tx.disputes.of_order(order.id)
            match dispute and dispute.state:
                case Hearing():
                    await self._try(self.rule(order))
                case Proposed():
                    await self._try(self.second_opinion(order))
                case _:
                    raise AssertionError(f"order {order.id} is disputed and nobody can rule it: {dispute}")

    async def _try(self, act: Awaitable[object]) -> None:
        try:
            await act
        except DomainError as refusal:
            self.seen[f"end: {refusal.code}"] += 1

    def unfinished(self) -> list[str]:
        """Everything that has not found its end, in words."""
        tables = self.world.database._tables
        found = [f"order {order.id} is {order.state_name}" for order in tables.orders if not order.is_final]
        found += [f"attempt {a.number} is {a.state_name}" for a in tables.attempts if a.is_open]
        refunds = (refund for refund in tables.refunds if refund.state_name not in ("succeeded", "closed"))
        found += [f"refund {refund.number} is {refund.state_name}" for refund in refunds]
        found += [f"withdrawal {w.id} is {w.state_name}" for w in tables.withdrawals if w.is_open]
        held = (earning for earning in tables.earnings if earning.state_name in ("held", "frozen"))
        found += [f"earning of {earning.order_id} is {earning.state_name}" for earning in held]
        found += [f"message {p.envelope.message} waits: {p.envelope.last_fault}" for p in tables.messages]
        return found


class _by_id:  # noqa: N801 - reads like the argument that it stands for
    """Stands for an order of which only the id is known."""

    def __init__(self, order_id: OrderId) -> None:
        self.id = order_id


def lived(seed: int, *, steps: int) -> CampusLife:
    """A whole life under that seed, come to rest."""
    life = CampusLife(seed)
    life.live(steps)
    life.come_to_rest()
    return life
