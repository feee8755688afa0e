"""The stories that are told: how money comes in, goes back and goes out, each with every right end that it can have.

What a story prepares goes well. From `arm` on something may go wrong, once, twice, or for two days.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from errand_domain.member.member import Member
from errand_domain.money import FULL_BASIS_POINTS, NOTHING, Money
from errand_domain.order.order import Order
from errand_domain.settlement.reconciliation import day_of
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.use_cases.money.reconcile_day import Reconciled
from tests.domain.examples import DAY, MINUTE, PURCHASE
from tests.faults.books import BILLS_ARE_WRITTEN_AFTER, Totals, totals
from tests.faults.operators import RECONCILE
from tests.faults.world import World

End = Callable[[], Awaitable[str]]
"""The name of the end that a story has come to by now; an end that has no name is a wrong one."""
Story = Callable[[World], Awaitable[End]]
"""Tells itself in a world, until it has come to an end."""
AT_ONCE: Final = timedelta(0)
TIP: Final = Money(100)
FEE: Final = Money(200)
COST: Final = Money(1_200)
UNPAID: Final = Totals()


async def payment(world: World) -> End:
    """A requester pays for an order."""
    order = await world.people.publish()
    world.arm()
    await world.people.pay(await world.people.ask_to_pay(order))
    await world.until(lambda: world.is_decided(order))
    return partial(_end_of_payment, world, order)


async def payment_at_the_last_moment(world: World) -> End:
    """The payer pays a minute before the order expires."""
    order = await world.people.publish()
    world.arm()
    started = await world.people.ask_to_pay(order)
    await world.passes(order.due_at - MINUTE - world.clock.now() if order.due_at else MINUTE)
    await world.people.pay(started)
    await world.until(lambda: world.is_decided(order))
    return partial(_end_of_payment, world, order)


async def payment_of_a_cancelled_order(world: World) -> End:
    """The requester calls the order off while the payer is paying for it."""
    order = await world.people.publish()
    world.arm()
    started = await world.people.ask_to_pay(order)
    await world.people.cancel(order)
    await world.people.pay(started)
    await world.until(lambda: world.is_decided(order))
    return partial(_end_of_payment, world, order)


async def nobody_pays(world: World) -> End:
    """The payer opens the payment and leaves it at that."""
    order = await world.people.publish()
    world.arm()
    started = await world.people.ask_to_pay(order)
    if started is not None:
        await world.people.look(started)
    await world.until(lambda: world.is_decided(order))
    return partial(_end_of_payment, world, order)


async def tip_and_cancellation(world: World) -> End:
    """A tip is added by a second payment, and then both go back."""
    order = await world.people.open()
    world.arm()
    await world.people.pay(await world.people.ask_to_tip(order, TIP))
    await world.until(world.is_paid_up)
    tip = (await world.order(order)).price.tip
    await world.people.cancel(order)
    await world.until(world.is_paid_up)
    return partial(_end_of_cancellation, world, order, tip=tip)


async def cancellation(world: World) -> End:
    """A requester calls a paid order off, and gets all of it back."""
    order = await world.people.open()
    world.arm()
    await world.people.cancel(order)
    await world.until(world.is_paid_up)
    return partial(_end_of_cancellation, world, order)


async def refund_asked_for_again(world: World) -> End:
    """The answer to a refund was lost once before, and it is asked for again."""
    order = await world.people.open()
    world.outside.faults.ask(f"{world.provider}.refund", "drop_answer")
    await world.people.cancel(order)
    await world.passes(AT_ONCE)
    world.arm()
    await world.until(world.is_paid_up)
    return partial(_end_of_cancellation, world, order)


async def cancellation_for_a_fee(world: World) -> End:
    """A requester calls an order off too late: the runner has a fee of it, the rest goes back."""
    runner = await world.people.runner()
    order = await world.people.accept(runner)
    await world.passes(10 * MINUTE)
    world.arm()
    await world.people.cancel(order, fee=FEE)
    await world.until(lambda: world.is_free(order))
    price = order.price.payable
    return partial(_end_of_division, world, runner, earned=FEE, paid=price, back=price - FEE)


async def purchase(world: World) -> End:
    """A runner buys for less than was advanced and delivers; the rest goes back, and what was earned becomes free."""
    runner = await world.people.runner()
    order = await world.people.accept(runner, PURCHASE)
    world.arm()
    await world.people.deliver(await world.people.pick_up(order, runner, cost=COST), runner)
    await world.until(lambda: world.is_free(order))
    price = order.price
    earned = Money(COST.fen + price.reward.fen * price.shares.runner_basis_points // FULL_BASIS_POINTS)
    left = PURCHASE.goods_advance - COST
    return partial(_end_of_division, world, runner, earned=earned, paid=price.payable, back=left)


async def withdrawal(world: World) -> End:
    """A runner takes out what they earned, in parts."""

    async def confirm(_: Member, asked: Withdrawal) -> None:
        await world.people.confirm(await _now(world, asked))

    return await _withdrawn(world, confirm)


async def withdrawal_taken_back(world: World) -> End:
    """A runner takes a withdrawal back while it waits for them."""

    async def take_back(runner: Member, asked: Withdrawal) -> None:
        cancel = world.use.cancel_withdrawal()
        await world.people.insist(lambda: cancel(asked.id, runner.id))

    return await _withdrawn(world, take_back)


async def withdrawal_never_confirmed(world: World) -> End:
    """A runner does not confirm what waits for them, until it is over."""

    async def do_nothing(_runner: Member, _asked: Withdrawal) -> None:
        """It is over by itself."""

    return await _withdrawn(world, do_nothing)


async def _withdrawn(world: World, meanwhile: Callable[[Member, Withdrawal], Awaitable[None]]) -> End:
    """All that a runner earned is asked for, and they do that again and again until it is over."""
    runner = await world.people.runner()
    earned = await world.people.earn(runner)
    world.arm()
    asked = await world.people.withdraw(runner, earned)

    async def is_over() -> bool:
        await meanwhile(runner, asked)
        return not (await _now(world, asked)).is_open

    await world.until(is_over)
    return partial(_end_of_withdrawal, world, asked)


async def reconciliation(world: World) -> End:
    """A day with every kind of movement is compared with the provider's bill, fees are booked."""
    runner = await world.people.runner()
    earned = await world.people.earn(runner)
    await world.people.cancel(await world.people.open())
    asked = await world.people.withdraw(runner, earned)

    async def is_over() -> bool:
        await world.people.confirm(await _now(world, asked))
        return not (await _now(world, asked)).is_open and await world.is_paid_up()

    await world.until(is_over)
    await world.passes(AT_ONCE)  # so that the last notification is no step of what follows
    day = day_of(world.clock.now())
    world.clock.reach(world.clock.now() + DAY + BILLS_ARE_WRITTEN_AFTER)
    world.arm()

    async def matched() -> str:
        return "matched"

    async def is_compared() -> bool:
        answer = await world.use.reconcile_day()(world.provider, day)
        if not isinstance(answer, Reconciled):
            world.operators.commands.append(RECONCILE)
            return False
        assert answer.found.is_clean, answer.found.differences
        assert answer.booked_count == len([line for line in answer.found.bill if line.fee_fen])
        return True

    await world.until(is_compared)
    return matched


# -- Ends ----------------------------------------------------------------------------------------------------


def _named(found: object, ends: Mapping[object, str]) -> str:
    assert found in ends, f"{found} is none of {ends}"
    return ends[found]


def _totals(world: World) -> Totals:
    return totals(world.store, world.provider)


async def _now(world: World, asked: Withdrawal) -> Withdrawal:
    async with world.begin() as tx:
        return await tx.withdrawals.get(asked.id)


async def _end_of_payment(world: World, order: Order) -> str:
    price = order.price.payable.fen
    paid, back = Totals((price,)), Totals((price,), (price,))
    return _named(
        ((await world.order(order)).state_name, _totals(world)),
        {
            ("open", paid): "open",
            ("expired", UNPAID): "unpaid",
            ("cancelled", UNPAID): "unpaid",
            ("expired", back): "given back",
            ("cancelled", back): "given back",
        },
    )


async def _end_of_cancellation(world: World, order: Order, *, tip: Money = NOTHING) -> str:
    paid = tuple(money.fen for money in (order.price.payable, tip) if money)
    return _named(
        ((await world.order(order)).state_name, _totals(world)), {("cancelled", Totals(paid, paid)): "given back"}
    )


async def _end_of_division(world: World, runner: Member, *, earned: Money, paid: Money, back: Money) -> str:
    available = await world.balance("runner_available", runner.id)
    return _named((available, _totals(world)), {(earned.fen, Totals((paid.fen,), (back.fen,))): "divided"})


async def _end_of_withdrawal(world: World, asked: Withdrawal) -> str:
    """Every part was paid once, or none that is not paid has left the runner's account."""
    parts = tuple(sorted((part.fen for part in asked.parts), reverse=True))
    left = await world.balance("runner_available", asked.runner_id)
    assert await world.balance("runner_withdrawing", asked.runner_id) == 0
    state, paid = (await _now(world, asked)).state_name, _totals(world).paid_out
    return _named(
        (state, paid, left),
        {
            ("succeeded", parts, 0): "paid out",
            ("failed", (), asked.amount.fen): "given up",
            ("failed", (asked.parts[0].fen,), asked.amount.fen - asked.parts[0].fen): "given up",
            ("expired", (), asked.amount.fen): "expired",
        },
    )
