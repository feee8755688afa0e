"""The process dies at every point between two effects, one after the other, and another one goes on.

Nothing may be paid, given back or paid out twice, and nothing may be forgotten. The points are counted while the story
runs, so a new call or a new commit in it is a new point here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import pytest
from attrs import evolve

from adapters.memory.shipping import MemoryShipping
from errand_domain.errors import DomainError
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.policy import Withdrawals
from errand_domain.use_cases.money.confirm_withdrawal import CancelWithdrawal
from errand_domain.use_cases.money.pay_for_errand import PayForErrand, RaiseTip
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.withdraw_earnings import RequestWithdrawal
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from tests.domain.examples import CAMPUS, HOUR, MINUTE
from tests.kill_points.fuse import Fuse, Killed, fused_begin, fused_providers
from tests.use_cases.world import World

IN_PARTS = Withdrawals(most_per_transfer=Money(200))
EARNED = 255


class Machine:
    """What runs our service: it dies once, where its fuse blows, and is started again."""

    def __init__(self, world: World, fuse: Fuse) -> None:
        self.world, self.fuse = world, fuse
        self._sound = (world.begin, world.parts[Providers])

    def arm(self) -> None:
        """From here on it may die."""
        self.world.begin = fused_begin(self.world.begin, self.fuse)
        self.world.parts[Providers] = fused_providers(self.world.parts[Providers], self.fuse)

    async def does(self, act: Callable[[], Awaitable[object]]) -> None:
        """The act; where the machine died over it, the client asks again, and may hear that it was done."""
        try:
            await act()
        except Killed:
            self.world.begin, self.world.parts[Providers] = self._sound
            try:
                await act()
            except DomainError as refusal:
                self.refusal = refusal

    async def works(self, *, hours: int = 4) -> None:
        """Minutes and hours pass in which the worker does what is due."""
        for pause in (0 * MINUTE, MINUTE, MINUTE, 10 * MINUTE, *[HOUR] * hours):
            await self.does(lambda pause=pause: self.world.pass_time(pause))  # type: ignore[misc]


Story = Callable[[World, Machine], Awaitable[None]]


async def every_death(story: Story) -> AsyncIterator[str]:
    """Tell the story once for each point at which the machine can die; the points, and the world afterwards proved."""
    for blows_at in count(1):
        world = await World.built(policy=evolve(CAMPUS.policy, withdrawals=IN_PARTS))
        shipping = MemoryShipping(world.clock)
        world.parts[Providers] = evolve(world.parts[Providers], shipping={"memory": shipping})
        world.parts[MemoryShipping] = shipping
        fuse = Fuse(blows_at)
        try:
            await story(world, Machine(world, fuse))
            await world.prove()
        except AssertionError as wrong:
            raise AssertionError(f"killed at point {blows_at} of {fuse.passed}: {wrong}") from wrong
        if not fuse.has_blown:
            return
        yield fuse.passed[blows_at - 1]


async def points_of(story: Story) -> list[str]:
    points = [point async for point in every_death(story)]
    assert {"before a commit", "after a commit"} <= set(points)
    return points


def total(world: World) -> tuple[int, int, int]:
    """What the provider collected, gave back and paid out."""
    totals = world.provider.totals
    return totals.collected, totals.refunded, totals.paid_out


async def pay(world: World, machine: Machine, order: Order) -> None:
    """The client asks to pay, the payer pays what is there, the provider tells us until it is understood."""
    await machine.does(lambda: world.use(PayForErrand)(order.id, order.requester_id, provider="memory"))
    ((number, _, _),) = world.provider.open_payments()
    report = world.provider.pay(number)
    await machine.does(lambda: world.tell(report))


async def test_a_payment_is_taken_once_and_given_back_once():
    async def story(world: World, machine: Machine) -> None:
        requester = await world.member()
        order = await world.published(requester)
        machine.arm()
        await pay(world, machine, order)
        await machine.works(hours=0)
        assert (await world.order(order)).state_name == "open"
        await machine.does(lambda: world.use(CancelErrand)(order.id, requester.id, reason="不需要了"))
        await machine.works()
        price = order.price.payable.fen
        assert total(world) == (price, price, 0)
        assert len(await world.refunds(order)) == 1

    points = await points_of(story)
    assert {"before start", "after start", "before refund", "after refund", "after query_refund"} <= set(points)


async def test_a_payment_that_comes_when_the_order_is_gone_goes_back_once():
    async def story(world: World, machine: Machine) -> None:
        requester = await world.member()
        order = await world.published(requester)
        machine.arm()
        await machine.does(lambda: world.use(PayForErrand)(order.id, order.requester_id, provider="memory"))
        report = world.provider.pay((await world.attempts(order))[0].number)
        await machine.works()
        await machine.does(lambda: world.tell(report))
        await machine.works()
        assert total(world)[0] == total(world)[1] == order.price.payable.fen
        assert (await world.order(order)).is_final

    assert {"before close", "after close"} <= set(await points_of(story)) or await asked_about(story)


async def asked_about(story: Story) -> bool:
    """Whether the payment was found by asking, where it was paid before it was closed."""
    return "after query" in await points_of(story)


async def test_a_tip_counts_once_and_goes_back_with_the_order():
    async def story(world: World, machine: Machine) -> None:
        requester = await world.member()
        order = await world.opened(requester)
        machine.arm()
        tip = Money(200)
        await machine.does(lambda: world.use(RaiseTip)(order.id, requester.id, amount=tip, provider="memory"))
        ((number, _, _),) = world.provider.open_payments()
        report = world.provider.pay(number)
        await machine.does(lambda: world.tell(report))
        assert (await world.order(order)).price.tip == Money(200)
        await machine.does(lambda: world.use(CancelErrand)(order.id, requester.id, reason="不需要了"))
        await machine.works()
        assert total(world)[0] == total(world)[1] == order.price.payable.fen + 200
        assert len(await world.refunds(order)) == 2

    await points_of(story)


async def test_a_withdrawal_in_parts_goes_out_once():
    async def story(world: World, machine: Machine) -> None:
        runner = await world.runner()
        sent = await world.completed(await world.member(), runner)
        await world.pass_time(MINUTE)
        (attempt,) = await world.attempts(sent)
        world.parts[MemoryShipping].settle(attempt.number)
        await world.pass_time(world.campus.policy.hold_earnings_for)
        machine.arm()
        everything = Money(EARNED)
        await machine.does(lambda: world.use(RequestWithdrawal)(runner.id, amount=everything, provider="memory"))
        for _ in range(2):
            await machine.works()
            ((number, _, _),) = world.provider.open_payouts()
            world.provider.confirm_payout(number)
        await machine.works()
        async with world.begin() as tx:
            (withdrawal,) = await tx.withdrawals.of_runner(runner.id, before=None, limit=10)
        assert withdrawal.state_name == "succeeded"
        assert total(world)[2] == EARNED

    assert {"before send", "after send", "before query_payout", "after query_payout"} <= set(await points_of(story))


async def test_a_withdrawal_that_is_taken_back_is_not_paid():
    async def story(world: World, machine: Machine) -> None:
        runner = await world.runner()
        earned = await world.completed(await world.member(), runner)
        await world.pass_time(MINUTE)
        (attempt,) = await world.attempts(earned)
        world.parts[MemoryShipping].settle(attempt.number)
        await world.pass_time(world.campus.policy.hold_earnings_for)
        withdrawal = await world.use(RequestWithdrawal)(runner.id, amount=Money(200), provider="memory")
        await world.pass_time()
        machine.arm()
        await machine.does(lambda: world.use(CancelWithdrawal)(withdrawal.id, runner.id))
        await machine.works()
        assert total(world)[2] == 0
        assert await world.balance("runner_available", runner.id) == EARNED

    assert {"before cancel", "after cancel"} <= set(await points_of(story))


async def test_a_delivery_is_told_and_an_earning_is_free_once_it_is_settled():
    async def story(world: World, machine: Machine) -> None:
        runner = await world.runner()
        order = await world.opened(await world.member())
        machine.arm()
        for step in world.steps_to_the_end(order, runner):
            await machine.does(step)
        await machine.works(hours=0)
        (attempt,) = await world.attempts(order)
        world.parts[MemoryShipping].settle(attempt.number)
        await machine.does(lambda: world.pass_time(world.campus.policy.hold_earnings_for))
        await machine.works()
        assert await world.balance("runner_available", runner.id) == EARNED
        assert await world.balance("runner_held", runner.id) == 0

    points = await points_of(story)
    assert {"before upload", "after upload", "before settlement", "after settlement"} <= set(points)


async def test_the_fuse_blows_where_it_should():
    """The control: whoever does not go on after the death has lost what was not committed."""
    world = await World.built()
    order = await world.published(await world.member())
    machine = Machine(world, Fuse(1))
    machine.arm()
    with pytest.raises(Killed):
        await world.use(CancelErrand)(order.id, order.requester_id, reason="不需要了")
    assert machine.fuse.passed == ["before a commit"]
    assert await world.order(order) == order
