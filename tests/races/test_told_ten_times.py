"""The same notification, ten times at once, changes one thing once."""

from asyncio import gather

import pytest
from attrs import evolve

from adapters.memory.notifications import MemoryNotifications
from errand_domain.ports.notifications import Notification, PayoutReport
from errand_domain.ports.payments import PayoutDone
from tests.stage import Stage

pytestmark = pytest.mark.anyio


async def tell_ten_times(stage: Stage, told: Notification) -> None:
    spoken = MemoryNotifications()
    providers = evolve(stage.use.payment_providers(), notifications={"memory": spoken})
    stage.use.payment_providers.override(providers)
    delivery, receive = spoken.written(told), stage.use.receive_notification()
    await gather(*(receive("memory", delivery) for _ in range(10)))


async def test_a_payment_opens_its_order_once(stage: Stage):
    order = await stage.published(await stage.member())
    await tell_ten_times(stage, await stage.report(order))
    async with stage.begin() as tx:
        history = await tx.orders.history(order.id)
    assert [type(line.event).__name__ for line in history] == ["PaymentConfirmed"]
    await stage.assert_sound()


async def test_a_payment_that_is_too_late_is_given_back_once(stage: Stage):
    order = await stage.published(await stage.member())
    report = await stage.report(order)
    await stage.use.cancel_errand()(order.id, order.requester_id, reason="不需要了")
    await tell_ten_times(stage, report)
    async with stage.begin() as tx:
        refunds = await tx.refunds.of_order(order.id)
    assert [refund.amount for refund in refunds] == [order.price.payable]
    await stage.assert_sound()


async def test_a_refund_is_booked_once(stage: Stage):
    requester = await stage.member()
    order = await stage.opened(requester)
    await stage.use.cancel_errand()(order.id, requester.id, reason="不需要了")
    async with stage.begin() as tx:
        (refund,) = await tx.refunds.of_order(order.id)
    await stage.use.advance_refund()(refund.number)
    await tell_ten_times(stage, stage.provider.finish_refund(refund.number))
    await stage.assert_sound()


async def test_a_payout_is_booked_once(stage: Stage):
    runner = await stage.runner()
    earned = await stage.earn(runner)
    withdrawal = await stage.use.request_withdrawal()(runner.id, amount=earned, provider="memory")
    await stage.use.advance_withdrawal()(withdrawal.id)
    number = withdrawal.part_number(1)
    stage.provider.confirm_payout(number)
    done = PayoutDone(at=stage.clock.now(), amount=earned)
    await tell_ten_times(stage, PayoutReport(number=number, amount=earned, answer=done))
    await stage.assert_sound()
