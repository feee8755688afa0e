"""A world whose provider writes bills, which a test may edit, and a few days in it in which everything happens."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from attrs import evolve, frozen

from adapters.memory.bills import MemoryBills
from errand_domain.member.member import Member
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.policy import Policy
from errand_domain.policy import Withdrawals as Limits
from errand_domain.ports.bills import Bill, BillLine, BillNotReady, Bills
from errand_domain.ports.payments import Lost
from errand_domain.settlement.reconciliation import CALENDAR, Reconciliation
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.use_cases.money.pay_for_errand import RaiseTip
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.reconcile_day import Reconciled, ReconcileDay
from errand_domain.use_cases.money.withdraw_earnings import RequestWithdrawal
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from tests.domain.examples import PURCHASE
from tests.use_cases.world import World

FIRST: Final = date(2026, 9, 1)
FEE_BASIS_POINTS: Final = 60
POLICY: Final = Policy(withdrawals=Limits(most_per_transfer=Money(200)))
Edit = Callable[[tuple[BillLine, ...]], tuple[BillLine, ...]]


class EditedBills(Bills):
    """The true bills, with what a test wrote into them; each time a day is asked for is noted."""

    def __init__(self, true: Bills) -> None:
        self.provider = true.provider
        self.asked = list[date]()
        self._true = true
        self._edits: dict[date, Edit] = {}
        self._answers: dict[date, BillNotReady | Lost] = {}

    def edit(self, day: date, edit: Edit) -> None:
        """From now on that day's bill reads so."""
        self._edits[day] = edit

    def answer(self, day: date, answer: BillNotReady | Lost) -> None:
        """From now on that day has no bill."""
        self._answers[day] = answer

    def mend(self) -> None:
        """From now on all bills are true again."""
        self._edits.clear()
        self._answers.clear()

    async def of_day(self, day: date) -> Bill | BillNotReady | Lost:
        """The day's bill, as edited."""
        self.asked.append(day)
        if day in self._answers:
            return self._answers[day]
        bill = await self._true.of_day(day)
        edit = self._edits.get(day)
        return evolve(bill, lines=edit(bill.lines)) if isinstance(bill, Bill) and edit else bill


@frozen(kw_only=True)
class Billed:
    """The world, and the bills of its provider."""

    world: World
    bills: EditedBills

    @classmethod
    async def built(cls) -> "Billed":
        """A fresh world that pays out in parts of ¥2, and whose provider charges 0.6 %."""
        world = await World.built(policy=POLICY)
        true = MemoryBills(world.provider._books, world.clock, fee_basis_points=FEE_BASIS_POINTS)
        bills = EditedBills(true)
        world.parts[Providers] = evolve(world.parts[Providers], bills={"memory": bills})
        return cls(world=world, bills=bills)

    async def reconciled(self, day: date) -> Reconciliation:
        """What is found about that day."""
        answer = await self.world.use(ReconcileDay)("memory", day)
        assert isinstance(answer, Reconciled), answer
        return answer.found

    async def true_lines(self, day: date) -> tuple[BillLine, ...]:
        """The lines of that day's true bill."""
        bill = await self.bills._true.of_day(day)
        assert isinstance(bill, Bill)
        return bill.lines

    async def until(self, day: date, hour: int, minute: int = 0, second: int = 0) -> None:
        """Time passes until then, in China."""
        then = datetime.combine(day, time(hour, minute, second), tzinfo=CALENDAR)
        await self.world.pass_time(then - self.world.clock.now())

    async def cancelled(self, *plans: str) -> Order:
        """An order that was paid and at once cancelled; its refunds take these courses."""
        self.world.provider.next_refund(*plans)  # type: ignore[arg-type]
        requester = await self.world.member()
        order = await self.world.opened(requester)
        await self.world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
        await self.world.pass_time()
        return order

    async def tipped(self, order: Order) -> None:
        """The requester pays a tip."""
        tip = await self.world.use(RaiseTip)(order.id, order.requester_id, amount=Money(150), provider="memory")
        await self.world.tell(self.world.provider.pay(tip.attempt.number))

    async def withdrawal(self, runner: Member, fen: int) -> Withdrawal:
        """The runner asks for so much, and its first part waits for them."""
        made = await self.world.use(RequestWithdrawal)(runner.id, amount=Money(fen), provider="memory")
        await self.world.pass_time()
        return made


@frozen(kw_only=True)
class Story:
    """Whom the few days were about."""

    late: Order
    done_after_midnight: Order
    given_up: Order
    stuck: Order
    withdrawal: Withdrawal


async def few_days(billed: Billed) -> Story:
    """Payments, tips, goods, refunds of every fate across midnight, and payouts in parts; then the days are over.

    1 September: all of the payments, refunds before and around midnight. 2 September: what ends then.
    4 and 5 September: a withdrawal of three parts, one before midnight and two after it.
    """
    world = billed.world
    runner = await world.runner()
    for _ in range(2):
        await world.completed(await world.member(), runner)
    await world.picked_up(await world.member(), runner, cost=2_500, **_purchase())
    await billed.tipped(await world.opened(await world.member()))
    await billed.cancelled("done")
    await billed.until(FIRST, 23, 58)
    late = await world.published(await world.member())
    done_after_midnight = await billed.cancelled("under_way")
    given_up = await billed.cancelled("impossible")
    stuck = await billed.cancelled("needs_person")
    report = await world.report(late)
    await billed.until(FIRST + timedelta(days=1), 0, 5)
    await world.tell(report)
    await billed.until(FIRST + timedelta(days=3), 23, 50)
    withdrawal = await billed.withdrawal(runner, 500)
    world.provider.confirm_payout(withdrawal.part_number(1))
    await billed.until(FIRST + timedelta(days=4), 0, 10)
    for part in (2, 3):
        await world.pass_time(timedelta(minutes=15))
        world.provider.confirm_payout(withdrawal.part_number(part))
    await billed.until(FIRST + timedelta(days=6), 10)
    return Story(
        late=late, done_after_midnight=done_after_midnight, given_up=given_up, stuck=stuck, withdrawal=withdrawal
    )


def _purchase() -> dict[str, object]:
    return {"category": PURCHASE.category, "item": PURCHASE.item, "goods_advance": PURCHASE.goods_advance}
