"""Withdrawals that a provider refused to begin, and those that runners take back or open again."""

import pytest
from attrs import evolve

from adapters.memory.faults import Decline, LoseAfter, LoseBefore
from errand_domain.errors import Missing, NotPermitted
from errand_domain.member.member import Member
from errand_domain.member.roles import Grant
from errand_domain.money import Money
from errand_domain.policy import Policy
from errand_domain.ports.payments import PayoutDone
from errand_domain.settlement.withdrawal import IllegalWithdrawalTransition, OwnMoney, Withdrawal, WithdrawalUnknown
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal
from errand_domain.use_cases.money.confirm_withdrawal import CancelWithdrawal, ReopenConfirmation
from errand_domain.use_cases.money.resolve_withdrawal import GiveUpWithdrawal, RetryWithdrawal
from errand_domain.use_cases.money.withdraw_earnings import RequestWithdrawal
from errand_domain.use_cases.operators.manage_campus import ChangePolicy
from tests.domain.examples import MINUTE
from tests.use_cases.world import World

FEN = 200


@pytest.fixture
async def runner(world: World) -> Member:
    """A runner with a little free money."""
    runner = await world.runner()
    await world.earned(runner)
    return runner


async def asked(world: World, runner: Member) -> Withdrawal:
    return await world.use(RequestWithdrawal)(runner.id, amount=Money(FEN), provider="memory")


async def parked(world: World, runner: Member) -> Withdrawal:
    world.provider.fail_next("send", Decline(reason="NOT_ENOUGH"))
    withdrawal = await asked(world, runner)
    await world.pass_time()
    return await now(world, withdrawal)


async def waiting(world: World, runner: Member) -> Withdrawal:
    withdrawal = await asked(world, runner)
    await world.pass_time()
    return await now(world, withdrawal)


async def now(world: World, withdrawal: Withdrawal) -> Withdrawal:
    async with world.begin() as tx:
        return await tx.withdrawals.get(withdrawal.id)


async def frozen(world: World, runner: Member) -> int:
    return await world.balance("runner_withdrawing", runner.id)


async def test_finance_gives_up_what_the_provider_knows_nothing_of_and_the_money_goes_back(
    world: World, runner: Member
):
    withdrawal = await parked(world, runner)
    before = await world.balance("runner_available", runner.id)
    failed = await world.use(GiveUpWithdrawal)(withdrawal.id, await world.operator("finance"), reason="no such account")
    assert failed.state_name == "failed"
    assert await frozen(world, runner) == 0
    assert await world.balance("runner_available", runner.id) == before + FEN
    async with world.begin() as tx:
        written = await tx.audit.of_subject(f"withdrawal:{withdrawal.id}", limit=5)
    assert [line.action for line in written] == ["withdrawal.given_up"]
    await world.prove()


async def test_what_the_provider_knows_of_after_all_is_not_given_up(world: World, runner: Member):
    """The refusal was wrong: the payout waits there, and giving the money back too would pay it twice."""
    withdrawal = await parked(world, runner)
    await world.provider.send(request_of(withdrawal))
    told = await world.use(GiveUpWithdrawal)(withdrawal.id, await world.operator("finance"), reason="refused")
    assert told.state_name == "waiting_for_user"
    assert await frozen(world, runner) == FEN
    world.provider.confirm_payout(withdrawal.part_number(1))
    await world.pass_time(30 * MINUTE)
    assert (await now(world, withdrawal)).state_name == "succeeded"
    await world.prove()


async def test_what_is_under_way_there_after_all_is_watched_again(world: World, runner: Member):
    withdrawal = await parked(world, runner)
    world.provider.next_payout("under_way")
    await world.provider.send(request_of(withdrawal))
    told = await world.use(GiveUpWithdrawal)(withdrawal.id, await world.operator("finance"), reason="refused")
    assert (told.state_name, told.query_at) == ("sending", world.clock.now())


async def test_what_nobody_could_learn_for_a_day_is_put_before_finance_and_found_paid(world: World, runner: Member):
    """The request arrived and every answer was lost: it is parked, and never sent under another number."""
    world.provider.fail_next("send", LoseAfter())
    withdrawal = await asked(world, runner)
    await world.pass_time()
    world.provider.confirm_payout(withdrawal.part_number(1))
    world.provider.fail_next("query_payout", *[LoseBefore()] * 400)
    for _ in range(26):
        await world.pass_time(60 * MINUTE)
    assert (await now(world, withdrawal)).state_name == "parked"
    world.provider._faults._waiting.clear()
    finance = await world.operator("finance")
    assert (await world.use(GiveUpWithdrawal)(withdrawal.id, finance, reason="unknown")).state_name == "succeeded"
    assert world.provider.totals.paid_out == FEN
    await world.prove()


async def test_another_amount_than_was_asked_for_is_no_answer_and_written_down_once(world: World, runner: Member):
    withdrawal = await waiting(world, runner)
    wrong = PayoutDone(at=world.clock.now(), amount=Money(FEN + 1))
    for _ in range(3):
        told = await world.use(AdvanceWithdrawal).record(withdrawal.id, 1, wrong)
        assert told.state_name == "waiting_for_user"
    assert await frozen(world, runner) == FEN
    async with world.begin() as tx:
        written = await tx.audit.of_subject(f"withdrawal:{withdrawal.id}", limit=5)
    assert [line.action for line in written] == ["withdrawal.mismatch"]


async def test_nothing_is_given_up_while_the_provider_does_not_tell(world: World, runner: Member):
    withdrawal = await parked(world, runner)
    world.provider.fail_next("query_payout", LoseBefore())
    with pytest.raises(WithdrawalUnknown):
        await world.use(GiveUpWithdrawal)(withdrawal.id, await world.operator("finance"), reason="refused")
    assert await now(world, withdrawal) == withdrawal


@pytest.mark.parametrize("act", ["retry", "give up"])
async def test_only_finance_sees_to_what_is_parked_and_never_to_their_own(world: World, runner: Member, act: str):
    withdrawal = await parked(world, runner)

    async def do(by: Member) -> Withdrawal:
        if act == "retry":
            return await world.use(RetryWithdrawal)(withdrawal.id, by)
        return await world.use(GiveUpWithdrawal)(withdrawal.id, by, reason="refused")

    with pytest.raises(NotPermitted):
        await do(await world.operator("auditor"))
    with pytest.raises(OwnMoney):
        await do(evolve(runner, grants=frozenset({Grant("finance", world.campus.id)})))
    assert await now(world, withdrawal) == withdrawal


async def test_what_is_not_parked_is_neither_retried_nor_given_up(world: World, runner: Member):
    withdrawal, finance = await waiting(world, runner), await world.operator("finance")
    with pytest.raises(IllegalWithdrawalTransition):
        await world.use(RetryWithdrawal)(withdrawal.id, finance)
    with pytest.raises(IllegalWithdrawalTransition):
        await world.use(GiveUpWithdrawal)(withdrawal.id, finance, reason="refused")


async def test_a_runner_takes_back_what_waits_for_the_confirmation(world: World, runner: Member):
    withdrawal = await waiting(world, runner)
    taken = await world.use(CancelWithdrawal)(withdrawal.id, runner.id)
    assert taken.state_name == "failed"
    assert await frozen(world, runner) == 0
    with pytest.raises(IllegalWithdrawalTransition):
        await world.use(CancelWithdrawal)(withdrawal.id, runner.id)
    assert world.provider.totals.paid_out == 0
    await world.prove()


async def test_taking_back_what_was_confirmed_a_moment_ago_finds_it_paid(world: World, runner: Member):
    withdrawal = await waiting(world, runner)
    world.provider.confirm_payout(withdrawal.part_number(1))
    assert (await world.use(CancelWithdrawal)(withdrawal.id, runner.id)).state_name == "succeeded"
    assert await frozen(world, runner) == 0
    await world.prove()


async def test_an_answer_that_was_lost_when_taking_back_is_asked_for(world: World, runner: Member):
    withdrawal = await waiting(world, runner)
    world.provider.fail_next("cancel", LoseAfter())
    with pytest.raises(WithdrawalUnknown):
        await world.use(CancelWithdrawal)(withdrawal.id, runner.id)
    assert await frozen(world, runner) == FEN
    await world.pass_time(30 * MINUTE)
    assert (await now(world, withdrawal)).state_name == "failed"
    await world.prove()


async def test_a_request_that_waits_for_finance_is_taken_back_at_once(world: World, runner: Member):

    def seen(policy: Policy) -> Policy:
        return evolve(policy, withdrawals=evolve(policy.withdrawals, approved_unseen_most=Money(0)))

    await world.use(ChangePolicy)(world.campus.id, None, change=seen, summary="finance sees everything")
    withdrawal = await asked(world, runner)
    assert withdrawal.state_name == "requested"
    assert (await world.use(CancelWithdrawal)(withdrawal.id, runner.id)).state_name == "failed"
    assert await frozen(world, runner) == 0
    await world.prove()


async def test_the_confirmation_is_opened_again_with_the_same_request(world: World, runner: Member):
    withdrawal = await waiting(world, runner)
    again = await world.use(ReopenConfirmation)(withdrawal.id, runner.id)
    assert again.state_name == "waiting_for_user"
    world.provider.fail_next("send", LoseAfter())
    with pytest.raises(WithdrawalUnknown):
        await world.use(ReopenConfirmation)(withdrawal.id, runner.id)
    world.provider.confirm_payout(withdrawal.part_number(1))
    assert (await world.use(ReopenConfirmation)(withdrawal.id, runner.id)).state_name == "succeeded"
    assert world.provider.totals.paid_out == FEN
    await world.prove()


async def test_somebody_elses_withdrawal_is_not_there(world: World, runner: Member):
    withdrawal, other = await waiting(world, runner), await world.runner()
    for act in (world.use(CancelWithdrawal), world.use(ReopenConfirmation)):
        with pytest.raises(Missing):
            await act(withdrawal.id, other.id)


def request_of(withdrawal: Withdrawal):
    from errand_domain.use_cases.money.advance_withdrawal import part_request

    return part_request(withdrawal, 1)
