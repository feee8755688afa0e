"""Money that could be lost, paid twice or forgotten, as a review found it: each would happen without its guard."""

import pytest

from adapters.memory.faults import Decline, Fault, LoseBefore
from errand_domain.money import Money
from errand_domain.payment.refund import Refund
from errand_domain.settlement.withdrawal import AbsenceProvesNothing, Withdrawal
from errand_domain.use_cases.cancel_errand import CancelErrand
from errand_domain.use_cases.refunding import AdvanceRefund
from errand_domain.use_cases.resolve_withdrawal import ABSENCE_PROVES_FOR, GiveUpWithdrawal, RetryWithdrawal
from errand_domain.use_cases.withdraw_earnings import RequestWithdrawal
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
