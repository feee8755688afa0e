"""A world in which one story is told: two sides, time, a worker, a courier, and one thing that goes wrong."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve, frozen

from entrypoints.sandbox.faults import Kind
from entrypoints.worker.worker import make_worker
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.payment.attempt import Attempt
from errand_domain.payment.refund import Refund
from errand_domain.policy import Withdrawals
from errand_domain.settlement.accounts import Account
from errand_domain.settlement.earning import Released
from errand_domain.settlement.withdrawal import Withdrawal
from tests.domain.examples import CAMPUS, DAY, HOUR, MINUTE
from tests.faults.ground import Ground
from tests.faults.operators import Operators
from tests.faults.people import People

if TYPE_CHECKING:
    from errand_domain.ports.outbox import Relay
    from errand_domain.ports.transaction import Begin

WITHIN_A_DAY: Final = evolve(
    CAMPUS.policy,
    open_for=30 * DAY,
    dispute_within=HOUR,
    hold_earnings_for=HOUR,
    withdrawals=Withdrawals(most_per_transfer=Money(200)),
)
"""So that most stories end on the day on which they begin: each day has bills to be compared."""
PAUSES: Final[Sequence[timedelta]] = (
    *(timedelta(0), MINUTE, MINUTE, 5 * MINUTE, 5 * MINUTE, 20 * MINUTE),
    *(HOUR, 10 * HOUR, 14 * HOUR, 24 * HOUR),
)
"""What goes wrong may last for two days, after which somebody outside mends it."""
AFTERWARDS: Final[Sequence[timedelta]] = (timedelta(0), MINUTE, 10 * MINUTE, HOUR, 12 * HOUR, 13 * HOUR)
Condition = Callable[[], Awaitable[bool]]


@frozen(kw_only=True)
class Trouble:
    """What goes wrong, where, and how often in a row."""

    operation: str
    kind: Kind
    times: int


class World:
    """One campus with one provider; what is asked to go wrong goes wrong once the story says so."""

    def __init__(self, ground: Ground, *, provider: str, troubles: Sequence[Trouble] = ()) -> None:
        self.outside = ground.outside
        self.store = ground.store
        self.use = ground.container
        self.clock = ground.clock
        self.provider = provider
        self.began_at = self.clock.now()
        self.begin = cast("Begin", self.use.begin())
        self.relay = cast("Relay", self.use.relay())
        self.people = People(self, ground.browser)
        self.operators = Operators(self)
        self._worker = make_worker(self.use)
        self._troubles = troubles
        self._left = sum(trouble.times for trouble in troubles)

    @classmethod
    async def built(cls, ground: Ground, **about: Any) -> "World":
        """A world whose campus is there."""
        world = cls(ground, **about)
        await world.use.add_campus()(evolve(CAMPUS, policy=WITHIN_A_DAY))
        await world.operators.take_office()
        return world

    # -- What goes wrong -------------------------------------------------------------------------------------

    def arm(self) -> None:
        """From here on it goes wrong."""
        for trouble in self._troubles:
            self.outside.faults.ask(trouble.operation, trouble.kind, times=trouble.times)

    def mend(self) -> None:
        """From here on it does not."""
        self._left = min(self._left, len(self.outside.faults.waiting()))
        self.outside.faults.clear()

    @property
    def times_met(self) -> int:
        """How often it has gone wrong by now, once it was mended."""
        return sum(trouble.times for trouble in self._troubles) - self._left

    # -- Time ------------------------------------------------------------------------------------------------

    async def passes(self, by: timedelta) -> None:
        """Time passes: the courier walks, and the worker does what is due."""
        self.clock.reach(self.clock.now() + by)
        self.outside.pass_time()
        await self.outside.courier.deliver_due(everything=True)
        await self._worker.drain()

    async def until(self, is_so: Condition) -> None:
        """Time passes until it is so. People see to what is parked; what lasts is mended after two days."""
        for pauses in (PAUSES, AFTERWARDS):
            for pause in pauses:
                await self.passes(pause)
                if await is_so():
                    return
                await self.operators.see_to_what_is_parked()
            self.mend()
        raise AssertionError("it never came to its end")

    # -- What is so now --------------------------------------------------------------------------------------

    async def order(self, order: Order) -> Order:
        """The order as it stands."""
        async with self.begin() as tx:
            return await tx.orders.get(order.id)

    async def attempts(self) -> tuple[Attempt, ...]:
        """Every payment."""
        async with self.begin() as tx:
            found = [await tx.attempts.of_order(order.id) for order in self.people.orders]
        return tuple(attempt for attempts in found for attempt in attempts)

    async def refunds(self) -> tuple[Refund, ...]:
        """Every refund."""
        async with self.begin() as tx:
            found = [await tx.refunds.of_order(order.id) for order in self.people.orders]
        return tuple(refund for refunds in found for refund in refunds)

    async def withdrawals(self) -> tuple[Withdrawal, ...]:
        """Every withdrawal, newest first."""
        async with self.begin() as tx:
            found = [await tx.withdrawals.of_runner(one.id, before=None, limit=10) for one in self.people.runners]
        return tuple(withdrawal for withdrawals in found for withdrawal in withdrawals)

    async def balance(self, kind: Any, owner: object) -> int:
        """A balance in fen."""
        async with self.begin() as tx:
            return await tx.ledger.balance(Account(kind, str(owner)))

    async def is_decided(self, order: Order) -> bool:
        """Whether the order does not wait for its payment, and no payment of it is open."""
        return (await self.order(order)).state_name != "awaiting_payment" and await self.is_paid_up()

    async def is_paid_up(self) -> bool:
        """Whether no payment is open, and whatever is to go back has gone back."""
        back = {refund.state_name for refund in await self.refunds()}
        return back <= {"succeeded", "closed"} and not [one for one in await self.attempts() if one.is_open]

    async def is_free(self, order: Order) -> bool:
        """Whether the runner may take out what the order brought."""
        async with self.begin() as tx:
            earning = await tx.earnings.latest(order.id)
        return earning is not None and isinstance(earning.state, Released) and await self.is_paid_up()
