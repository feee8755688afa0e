"""Money that could be lost, paid twice or forgotten, as a review found it: each would happen without its guard."""

import pytest

from adapters.memory.faults import Decline
from errand_domain.money import Money
from errand_domain.settlement.withdrawal import AbsenceProvesNothing, Withdrawal
from errand_domain.use_cases.resolve_withdrawal import ABSENCE_PROVES_FOR, GiveUpWithdrawal, RetryWithdrawal
from errand_domain.use_cases.withdraw_earnings import RequestWithdrawal
from tests.domain.examples import MINUTE
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
