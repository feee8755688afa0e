"""Taking earnings out: frozen once, sent under one number, let go once."""

from typing import Any

import pytest
from attrs import evolve

from adapters.memory.faults import Decline, LoseAfter, LoseBefore
from errand_domain.errors import InvalidField, NotPermitted
from errand_domain.member.member import Member
from errand_domain.member.roles import Grant
from errand_domain.money import Money
from errand_domain.settlement.ledger import InsufficientFunds
from errand_domain.settlement.withdrawal import (
    IllegalWithdrawalTransition,
    OwnMoney,
    Withdrawal,
    WithdrawalOpen,
    WithdrawalOverDay,
    WithdrawalTooSmall,
)
from errand_domain.use_cases.background.deliver_message import SENTENCES
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal
from errand_domain.use_cases.money.resolve_withdrawal import RetryWithdrawal
from errand_domain.use_cases.money.view_earnings import ViewEarnings
from errand_domain.use_cases.money.withdraw_earnings import DecideWithdrawal, RequestWithdrawal
from errand_domain.use_cases.operators.manage_campus import ChangePolicy
from errand_domain.use_cases.orders.resolve_order import CancelByOperations
from tests.domain.examples import DAY, MINUTE, SECOND
from tests.use_cases.world import World


@pytest.fixture
async def rich(world: World) -> Member:
    """A runner with ¥900 of free earnings."""
    runner = await world.runner()
    await world.completed(await world.member(), runner, tip=Money(10_000), note="first")
    while await world.balance("runner_available", runner.id) < 90_000:
        for _ in range(3):
            await world.completed(await world.member(), runner, tip=Money(10_000))
        await world.pass_time(world.campus.policy.hold_earnings_for)
    return runner


async def request(world: World, runner: Member, fen: int) -> Withdrawal:
    return await world.use(RequestWithdrawal)(runner.id, amount=Money(fen), provider="memory")


async def current(world: World, withdrawal: Withdrawal) -> Withdrawal:
    async with world.begin() as tx:
        return await tx.withdrawals.get(withdrawal.id)


async def money(world: World, runner: Member) -> tuple[int, int]:
    """Available and withdrawing."""
    income = await world.use(ViewEarnings)(runner.id, before=None, limit=1)
    return income.available_fen, income.withdrawing_fen


async def test_earnings_are_available_after_two_days_and_not_before(world: World):
    runner = await world.runner()
    order = await world.completed(await world.member(), runner)
    part = order.price.reward.share(8_500).fen
    await world.pass_time(2 * DAY - SECOND)
    assert (await money(world, runner))[0] == 0
    await world.pass_time(SECOND)
    assert (await money(world, runner))[0] == part
    await world.pass_time(9 * DAY)
    assert (await money(world, runner))[0] == part
    await world.prove()


async def test_a_withdrawal_freezes_the_funds_and_pays_them_when_the_runner_confirms(world: World, rich: Member):
    available = (await money(world, rich))[0]
    withdrawal = await request(world, rich, 5_000)
    assert await money(world, rich) == (available - 5_000, 5_000)
    await world.pass_time()
    waiting = await current(world, withdrawal)
    assert waiting.state_name == "waiting_for_user"
    world.provider.confirm_payout(waiting.part_number(1))
    await world.settle_outside()
    assert (await current(world, withdrawal)).state_name == "succeeded"
    assert await money(world, rich) == (available - 5_000, 0)
    assert world.provider.totals.paid_out == 5_000
    await world.prove()


@pytest.mark.parametrize("plan", ["failed", "expired"])
async def test_funds_are_let_go_once_when_it_fails_or_is_not_confirmed(world: World, rich: Member, plan: str):
    if plan == "failed":
        world.provider.next_payout("failed")
    before = await money(world, rich)
    withdrawal = await request(world, rich, 5_000)
    await world.pass_time()
    if plan == "expired":
        assert (await current(world, withdrawal)).state_name == "waiting_for_user"
    for _ in range(4):
        await world.pass_time(8 * 60 * MINUTE)
    assert (await current(world, withdrawal)).state_name == ("expired" if plan == "expired" else "failed")
    assert await money(world, rich) == before
    for _ in range(3):
        await world.use(AdvanceWithdrawal)(withdrawal.id)
    assert await money(world, rich) == before
    await world.prove()


@pytest.mark.parametrize("fault", [LoseBefore(), LoseAfter()], ids=["request lost", "answer lost"])
async def test_an_unknown_answer_is_queried_and_never_sent_under_another_number(world: World, rich: Member, fault: Any):
    world.provider.fail_next("send", fault, fault)
    world.provider.fail_next("query_payout", LoseBefore())
    withdrawal = await request(world, rich, 5_000)
    for minutes in (0, 1, 2, 5, 10):
        await world.pass_time(minutes * MINUTE)
    waiting = await current(world, withdrawal)
    assert waiting.state_name == "waiting_for_user"
    world.provider.confirm_payout(waiting.part_number(1))
    for minutes in (10, 20, 30):
        await world.pass_time(minutes * MINUTE)
    assert (await current(world, withdrawal)).state_name == "succeeded"
    assert world.provider.totals.paid_out == 5_000
    await world.prove()


async def test_a_request_that_was_declined_is_parked_and_sent_again_under_the_same_number(world: World, rich: Member):
    finance = await world.operator("finance")
    world.provider.fail_next("send", Decline(reason="NOT_ENOUGH"))
    withdrawal = await request(world, rich, 5_000)
    for minutes in (0, 1, 2, 5, 10):
        await world.pass_time(minutes * MINUTE)
    parked = await current(world, withdrawal)
    assert (parked.state_name, parked.query_at) == ("parked", None), "nobody asks again for what was refused"
    assert (await money(world, rich))[1] == 5_000
    told = {notice.to for notice in world.notices.inbox if notice.text == SENTENCES["withdrawal_parked"]}
    assert told == {finance.ways[0]}
    await world.use(RetryWithdrawal)(withdrawal.id, finance)
    await world.pass_time(MINUTE)
    waiting = await current(world, withdrawal)
    assert (waiting.state_name, waiting.current_part) == ("waiting_for_user", 1)
    world.provider.confirm_payout(withdrawal.part_number(1))
    for minutes in (10, 20):
        await world.pass_time(minutes * MINUTE)
    assert world.provider.totals.paid_out == 5_000
    await world.prove()


async def test_a_large_sum_is_approved_by_finance_once_and_split(world: World, rich: Member):
    withdrawal = await request(world, rich, 50_050)
    assert withdrawal.state_name == "requested"
    await world.pass_time(MINUTE)
    assert (await current(world, withdrawal)).state_name == "requested", "nothing goes out unseen"
    finance, auditor = await world.operator("finance"), await world.operator("auditor")
    decide = world.use(DecideWithdrawal)
    with pytest.raises(NotPermitted):
        await decide(withdrawal.id, auditor, approve=True, reason="")
    await decide(withdrawal.id, finance, approve=True, reason="")
    with pytest.raises(IllegalWithdrawalTransition):
        await decide(withdrawal.id, finance, approve=True, reason="")
    for part in (1, 2, 3):
        await world.settle_outside()
        for minutes in (10, 10):
            await world.pass_time(minutes * MINUTE)
        world.provider.confirm_payout(withdrawal.part_number(part))
        await world.pass_time(10 * MINUTE)
    assert (await current(world, withdrawal)).state_name == "succeeded"
    assert world.provider.totals.paid_out == 50_050
    await world.prove()


async def test_a_rejected_withdrawal_lets_go_at_once_and_is_audited(world: World, rich: Member):
    before = await money(world, rich)
    withdrawal = await request(world, rich, 50_000)
    finance = await world.operator("finance")
    decide = world.use(DecideWithdrawal)
    await decide(withdrawal.id, finance, approve=False, reason="请先核实身份")
    assert await money(world, rich) == before
    for approve in (True, False):
        with pytest.raises(IllegalWithdrawalTransition):
            await decide(withdrawal.id, finance, approve=approve, reason="")
    async with world.begin() as tx:
        (entry,) = await tx.audit.of_subject(f"withdrawal:{withdrawal.id}", limit=5)
    assert (entry.action, entry.detail) == ("withdrawal.rejected", "请先核实身份")
    await world.prove()


async def test_nobody_approves_their_own_withdrawal(world: World, rich: Member):

    withdrawal = await request(world, rich, 50_000)
    both = evolve(rich, grants=frozenset({Grant("finance", world.campus.id)}))
    with pytest.raises(OwnMoney):
        await world.use(DecideWithdrawal)(withdrawal.id, both, approve=True, reason="")


@pytest.mark.parametrize("fen", [0, 1, 99])
async def test_nothing_and_less_than_the_minimum_are_refused(world: World, rich: Member, fen: int):
    before = await money(world, rich)
    with pytest.raises(WithdrawalTooSmall):
        await request(world, rich, fen)
    assert await money(world, rich) == before


async def test_a_negative_sum_is_refused(world: World, rich: Member):
    with pytest.raises(InvalidField):
        await request(world, rich, -5_000)


async def test_more_than_is_available_is_refused_held_and_frozen_money_not_counted(world: World, rich: Member):
    available = (await money(world, rich))[0]
    await world.completed(await world.member(), rich, tip=Money(10_000))
    with pytest.raises(InsufficientFunds):
        await request(world, rich, available + 1)
    assert await money(world, rich) == (available, 0)


async def test_one_withdrawal_at_a_time(world: World, rich: Member):
    await request(world, rich, 5_000)
    before = await money(world, rich)
    with pytest.raises(WithdrawalOpen):
        await request(world, rich, 5_000)
    assert await money(world, rich) == before


async def test_the_days_limit_counts_what_went_out_before(world: World, rich: Member):

    def tighter(policy: Any) -> Any:
        return evolve(policy, withdrawals=evolve(policy.withdrawals, most_per_day=Money(8_000)))

    await world.use(ChangePolicy)(world.campus.id, None, change=tighter, summary="tighter")
    await world.withdraw(rich, 5_000)
    with pytest.raises(WithdrawalOverDay):
        await request(world, rich, 3_001)
    world.clock.advance(DAY)
    assert (await request(world, rich, 3_001)).amount == Money(3_001)


async def test_a_provider_that_pays_nobody_is_refused(world: World, rich: Member):
    with pytest.raises(InvalidField):
        await world.use(RequestWithdrawal)(rich.id, amount=Money(500), provider="rival")


async def test_no_payout_goes_out_for_a_refunded_order(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.picked_up(requester, runner)

    await world.use(CancelByOperations)(order.id, await world.operator("operations"), reason="误发")
    await world.pass_time(3 * DAY)
    with pytest.raises(InsufficientFunds):
        await request(world, runner, 100)
    await world.prove()
