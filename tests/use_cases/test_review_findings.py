"""Money that could be lost, paid twice or forgotten, as a review found it: each would happen without its guard."""

import pytest
from attrs import evolve

from adapters.memory.faults import Decline, Fault, LoseBefore
from adapters.memory.provider import MemoryProvider
from adapters.memory.shipping import MemoryShipping
from errand_domain.money import Money
from errand_domain.payment.refund import Refund
from errand_domain.ports.payments import (
    Lost,
    NoLonger,
    NotPaid,
    PaymentReport,
    PayoutDone,
    RefundDone,
    RefundReport,
    RefundUnderWay,
)
from errand_domain.settlement.withdrawal import AbsenceProvesNothing, Withdrawal
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal
from errand_domain.use_cases.money.pay_for_errand import PayForErrand
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.query_payment import LAST_LOOK_AFTER
from errand_domain.use_cases.money.refunding import AdvanceRefund, RetryRefund
from errand_domain.use_cases.money.resolve_withdrawal import ABSENCE_PROVES_FOR, GiveUpWithdrawal, RetryWithdrawal
from errand_domain.use_cases.money.withdraw_earnings import RequestWithdrawal
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from tests.domain.examples import DAY, HOUR, MINUTE
from tests.use_cases.world import World

FEN = 200


async def parked_withdrawal(world: World) -> Withdrawal:
    runner = await world.runner()
    await world.earned(runner)
    world.provider.fail_next("send", Decline(reason="NOT_ENOUGH"))
    withdrawal = await world.use(RequestWithdrawal)(runner.id, amount=Money(FEN), provider="memory")
    await world.pass_time()
    return await withdrawal_now(world, withdrawal)


async def withdrawal_now(world: World, withdrawal: Withdrawal) -> Withdrawal:
    async with world.begin() as tx:
        return await tx.withdrawals.get(withdrawal.id)


async def test_a_provider_that_has_forgotten_a_payout_by_now_is_no_reason_to_give_the_money_back(world: World):
    """WeChat Pay answers questions about thirty days: after that, one that was paid is unheard of as well."""
    withdrawal, finance = await parked_withdrawal(world), await world.operator("finance")
    world.clock.advance(ABSENCE_PROVES_FOR + MINUTE)
    with pytest.raises(AbsenceProvesNothing):
        await world.use(GiveUpWithdrawal)(withdrawal.id, finance, reason="never sent")
    assert await withdrawal_now(world, withdrawal) == withdrawal
    world.provider.fail_next("send", Decline(reason="NOT_ENOUGH"))
    await world.use(RetryWithdrawal)(withdrawal.id, finance)
    await world.pass_time()
    given_up = await world.use(GiveUpWithdrawal)(withdrawal.id, finance, reason="never sent")
    assert given_up.state_name == "failed"
    await world.prove()


async def refund_under_way(world: World) -> Refund:
    """A refund that the provider took."""
    requester = await world.member()
    order = await world.opened(requester)
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    (refund,) = await world.refunds(order)
    return await world.use(AdvanceRefund)(refund.number)


async def refund_now(world: World, refund: Refund) -> Refund:
    async with world.begin() as tx:
        return await tx.refunds.get(refund.number)


async def test_one_lost_answer_about_an_old_refund_is_not_taken_for_a_day_of_silence(world: World):
    """A refund to a bank card takes days. Told that nobody knows, finance might pay it back by hand as well."""
    refund = await refund_under_way(world)
    world.clock.advance(2 * DAY)
    world.provider.fail_next("query_refund", LoseBefore())
    assert (await world.use(AdvanceRefund)(refund.number)).state_name == "processing"
    await world.pass_time(HOUR)
    assert (await refund_now(world, refund)).state_name == "succeeded"
    await world.prove()


@pytest.mark.parametrize("fault", [LoseBefore(), Decline(reason="never heard of it")], ids=["silent", "forgetful"])
async def test_a_refund_that_was_taken_and_of_which_nothing_is_told_for_a_day_is_put_before_finance(
    world: World, fault: Fault
):
    finance = await world.operator("finance")
    refund = await refund_under_way(world)
    world.clock.advance(2 * DAY)
    world.provider.fail_next("query_refund", *[fault] * 400)
    for _ in range(26):
        await world.pass_time(HOUR)
    stuck = await refund_now(world, refund)
    assert (stuck.state_name, stuck.query_at) == ("abnormal", None)
    assert [notice.to for notice in world.notices.inbox if "退款需要人工处理" in notice.text] == [finance.ways[0]]


async def withdrawal_under_way(world: World) -> Withdrawal:
    """A withdrawal that the provider is working on."""
    runner = await world.runner()
    await world.earned(runner)
    world.provider.next_payout("under_way")
    withdrawal = await world.use(RequestWithdrawal)(runner.id, amount=Money(FEN), provider="memory")
    await world.pass_time()
    return await withdrawal_now(world, withdrawal)


def alarms(world: World) -> int:
    """How often somebody was told that the books of some money are unclear."""
    return sum("请查看审计记录" in notice.text for notice in world.notices.inbox)


async def test_one_lost_answer_about_an_old_payout_is_not_taken_for_a_day_of_silence(world: World):
    withdrawal = await withdrawal_under_way(world)
    world.clock.advance(2 * DAY)
    world.provider.fail_next("query_payout", LoseBefore())
    await world.pass_time()
    assert (await withdrawal_now(world, withdrawal)).state_name == "sending"


async def test_a_payout_that_stays_under_way_is_watched_on_and_told_to_finance_once(world: World):
    """The merchant account may be short there. Nobody else would ever look."""
    await world.operator("finance")
    withdrawal = await withdrawal_under_way(world)
    for _ in range(30):
        await world.pass_time(2 * HOUR)
    assert alarms(world) == 1
    world.provider.confirm_payout(withdrawal.part_number(1))
    await world.pass_time(HOUR)
    assert (await withdrawal_now(world, withdrawal)).state_name == "succeeded"


@pytest.mark.parametrize("fault", [LoseBefore(), Decline(reason="never heard of it")], ids=["silent", "forgetful"])
async def test_a_payout_that_waited_for_its_runner_and_of_which_nothing_is_told_is_parked(world: World, fault: Fault):
    """Its money would be set aside for ever, and its runner could never take out anything again."""
    runner = await world.runner()
    await world.earned(runner)
    withdrawal = await world.use(RequestWithdrawal)(runner.id, amount=Money(FEN), provider="memory")
    await world.pass_time()
    assert (await withdrawal_now(world, withdrawal)).state_name == "waiting_for_user"
    world.provider.fail_next("query_payout", *[fault] * 400)
    for _ in range(50):
        await world.pass_time(HOUR)
    assert (await withdrawal_now(world, withdrawal)).state_name == "parked"


async def test_a_payout_that_moves_after_it_was_given_up_is_told_to_finance_once(world: World):
    finance, withdrawal = await world.operator("finance"), await parked_withdrawal(world)
    await world.use(GiveUpWithdrawal)(withdrawal.id, finance, reason="never sent")
    paid = PayoutDone(at=world.clock.now(), amount=withdrawal.amount)
    for _ in range(3):
        await world.use(AdvanceWithdrawal).record(withdrawal.id, 1, paid)
    await world.pass_time()
    assert alarms(world) == 1


async def test_a_refund_that_stays_under_way_is_watched_on_and_told_to_finance_once(world: World):
    await world.operator("finance")
    refund = await refund_under_way(world)
    report = RefundReport(number=refund.number, amount=refund.amount, refund_id="R", outcome=RefundUnderWay())
    for days in (1, 6, 7):
        world.clock.advance(days * DAY)
        await world.use(AdvanceRefund).record(refund.number, report)
    assert (await refund_now(world, refund)).query_at is not None
    await world.pass_time()
    assert alarms(world) == 1


async def test_a_closed_refund_that_arrives_after_all_is_told_to_finance_once(world: World):
    await world.operator("finance")
    world.provider.next_refund("impossible", "done")
    refund = await refund_under_way(world)
    await world.pass_time(DAY)
    closed = await refund_now(world, refund)
    assert closed.state_name == "closed"
    done = RefundDone(at=world.clock.now())
    report = RefundReport(number=refund.number, amount=refund.amount, refund_id="R", outcome=done)
    for _ in range(3):
        assert await world.use(AdvanceRefund).record(refund.number, report) == closed
    await world.pass_time()
    assert alarms(world) == 1


async def test_who_tried_a_refund_again_stands_in_the_audit_record(world: World):
    finance = await world.operator("finance")
    world.provider.next_refund("needs_person")
    refund = await refund_under_way(world)
    await world.use(RetryRefund)(refund.number, finance)
    async with world.begin() as tx:
        assert await tx.audit.count(f"refund:{refund.number}", "refund.retried") == 1


async def test_a_payment_that_is_told_wrongly_each_time_is_put_before_finance_once(world: World):
    await world.operator("finance")
    order = await world.published(await world.member())
    await world.report(order)
    world.provider.merchant = evolve(world.provider.merchant, app="another-app")
    for _ in range(5):
        await world.pass_time(10 * MINUTE)
    async with world.begin() as tx:
        assert await tx.audit.count(f"order:{order.id}", "payment.mismatch") == 1
    assert alarms(world) == 1


async def test_earnings_that_a_provider_keeps_back_for_weeks_are_told_to_finance_once(world: World):
    await world.operator("finance")
    world.parts[Providers] = evolve(world.parts[Providers], shipping={"memory": MemoryShipping(world.clock)})
    await world.completed(await world.member(), await world.runner())
    for _ in range(10):
        await world.pass_time(2 * DAY)
    assert alarms(world) == 1


class Unopened(MemoryProvider):
    """A provider that hears of a payment only when its payer opens it, and so has nothing to close before."""

    async def close(self, number: str) -> PaymentReport | NoLonger | Lost:
        """Nothing is known there, and nothing is changed."""
        known = await self.query(number)
        return NoLonger() if isinstance(known, NotPaid) else known


@pytest.mark.parametrize("fault", [None, LoseBefore()], ids=["told", "told at last"])
async def test_what_is_paid_after_it_was_closed_early_is_found_and_given_back_without_a_notification(
    world: World, fault: Fault | None
):
    """An order for Alipay lies signed in the payer's hands: it can be paid until its time is over."""
    desk = Unopened(world.clock)
    found = world.parts[Providers]
    world.provider, world.parts[Providers] = desk, evolve(found, payments={"memory": desk}, refunds={"memory": desk})
    requester = await world.member()
    order = await world.published(requester)
    started = await world.use(PayForErrand)(order.id, requester.id, provider="memory")
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    await world.pass_time()
    assert [attempt.state_name for attempt in await world.attempts(order)] == ["closed"]
    desk.pay(started.attempt.number)
    if fault is not None:
        desk.fail_next("query", fault)
    for _ in range(6):
        await world.pass_time(10 * MINUTE)
    assert [refund.state_name for refund in await world.refunds(order)] == ["succeeded"]
    assert desk.totals.balance == 0
    await world.prove()


async def test_a_closed_payment_is_looked_at_once_more_and_then_left(world: World):
    requester = await world.member()
    order = await world.published(requester)
    await world.use(PayForErrand)(order.id, requester.id, provider="memory")
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    await world.pass_time()
    (closed,) = await world.attempts(order)
    assert closed.query_at == closed.created_at + world.campus.policy.pay_within + LAST_LOOK_AFTER
    await world.pass_time(30 * MINUTE)
    (left,) = await world.attempts(order)
    assert (left.state_name, left.query_at) == ("closed", None)
