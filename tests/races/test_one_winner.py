"""Races that must have exactly one winner, with the loser told plainly and no money moved twice."""

from asyncio import gather
from collections import Counter
from datetime import timedelta

import pytest

from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.order.states import Accepted, Cancelled, Completed, Disputed, Expired, Open, PickedUp
from errand_domain.payment.attempt import Succeeded
from errand_domain.settlement.recipes import runner_held
from errand_domain.settlement.withdrawal import Withdrawal
from tests.stage import Stage, outcome

pytestmark = pytest.mark.anyio

LOST = "order.illegal_transition"


async def test_of_sixteen_runners_who_accept_at_once_one_has_it_and_the_others_hear_that_it_is_taken(stage: Stage):
    order = await stage.opened(await stage.member())
    runners = [await stage.runner() for _ in range(16)]
    accept = stage.use.accept_errand()
    came = await gather(*(outcome(accept(order.id, runner.id)) for runner in runners))
    winners = [o for o in came if isinstance(o, Order)]
    assert len(winners) == 1
    assert Counter(o for o in came if isinstance(o, str)) == {"order.taken": 15}
    assert (await stage.order(order)).runner_id == winners[0].runner_id


async def test_a_runner_who_accepts_eight_orders_at_once_carries_no_more_than_the_cap(stage: Stage):
    requester, runner = await stage.member(), await stage.runner()
    orders = [await stage.opened(requester) for _ in range(8)]
    accept = stage.use.accept_errand()
    came = await gather(*(outcome(accept(order.id, runner.id)) for order in orders))
    taken = [o for o in came if isinstance(o, Order)]
    assert len(taken) <= stage.campus.policy.open_orders_most
    assert set(came) - {o for o in came if isinstance(o, Order)} <= {"runner.too_many_orders", "stale"}
    carried = [o for o in [await stage.order(order) for order in orders] if isinstance(o.state, Accepted)]
    assert len(carried) == len(taken) > 0


async def test_accept_against_cancel(stage: Stage):
    requester, runner = await stage.member(), await stage.runner()
    order = await stage.opened(requester)
    accepted, cancelled = await gather(
        outcome(stage.use.accept_errand()(order.id, runner.id)),
        outcome(stage.use.cancel_errand()(order.id, requester.id, reason="不需要了")),
    )
    state = (await stage.order(order)).state
    assert isinstance(cancelled, Order), "cancelling is free just after an accept, so it wins or comes second"
    assert isinstance(state, Cancelled)
    assert accepted == "order.not_open" or isinstance(accepted, Order)
    assert state.outcome.refund == order.held
    await stage.assert_sound()


async def test_accept_against_expiry(stage: Stage):
    requester, runner = await stage.member(), await stage.runner()
    order = await stage.opened(requester)
    assert isinstance(order.state, Open)
    stage.clock.set(order.state.expires_at - timedelta(microseconds=1))
    accepting = outcome(stage.use.accept_errand()(order.id, runner.id))
    stage.clock.set(order.state.expires_at)
    accepted, _ = await gather(accepting, stage.use.watch_order()(order.id))
    state = (await stage.order(order)).state
    assert isinstance(state, Expired)
    assert accepted == "order.not_open"
    await stage.assert_sound()


async def test_payment_against_expiry_opens_the_order_or_gives_the_money_back(stage: Stage):
    order = await stage.published(await stage.member())
    report = await stage.report(order)
    assert order.due_at is not None
    stage.clock.set(order.due_at)
    await gather(
        stage.use.record_payment()(report, stage.provider.merchant),
        stage.use.watch_order()(order.id),
    )
    after = await stage.order(order)
    async with stage.begin() as tx:
        refunds = await tx.refunds.of_order(order.id)
        (attempt,) = await tx.attempts.of_order(order.id)
    assert isinstance(attempt.state, Succeeded)
    given_back = sum(refund.amount.fen for refund in refunds)
    assert (after.held.fen, given_back) in {(order.price.payable.fen, 0), (0, order.price.payable.fen)}
    await stage.assert_sound()


async def test_eight_confirmations_at_once_settle_once(stage: Stage):
    requester, runner = await stage.member(), await stage.runner()
    order = await stage.delivered(requester, runner)
    confirm = stage.use.confirm_errand()
    came = await gather(*(outcome(confirm(order.id, requester.id)) for _ in range(8)))
    assert Counter(o if isinstance(o, str) else "won" for o in came) == {"won": 1, LOST: 7}
    async with stage.begin() as tx:
        held = await tx.ledger.balance(runner_held(runner.id))
    assert held == order.price.reward.share(8_500).fen
    await stage.assert_sound()


async def test_confirmation_against_dispute_settles_or_freezes_and_never_loses_the_money(stage: Stage):
    requester, runner = await stage.member(), await stage.runner()
    order = await stage.delivered(requester, runner)
    confirmed, disputed = await gather(
        outcome(stage.use.confirm_errand()(order.id, requester.id)),
        outcome(stage.use.open_dispute()(order.id, runner.id, reason="behaviour", text="对方一直不接电话")),
    )
    state = (await stage.order(order)).state
    assert isinstance(state, Disputed)
    assert not isinstance(disputed, str)
    assert state.settled is isinstance(confirmed, Order)
    assert isinstance(confirmed, Order) or confirmed == LOST
    await stage.assert_sound()


async def test_cancel_against_pickup(stage: Stage):
    requester, runner = await stage.member(), await stage.runner()
    order = await stage.accepted(requester, runner)
    photo = await stage.photo(order, runner)
    cancelled, picked_up = await gather(
        outcome(stage.use.cancel_errand()(order.id, requester.id, reason="不需要了")),
        outcome(stage.use.pick_up_item()(order.id, runner.id, photos=(photo,))),
    )
    state = (await stage.order(order)).state
    if isinstance(state, PickedUp):
        assert (isinstance(picked_up, Order), cancelled) == (True, LOST)
    else:
        assert isinstance(state, Cancelled)
        assert (isinstance(cancelled, Order), picked_up) == (True, LOST)
    await stage.assert_sound()


async def test_the_same_notification_ten_times_at_once_opens_the_order_once(stage: Stage):
    order = await stage.published(await stage.member())
    report = await stage.report(order)
    record = stage.use.record_payment()
    await gather(*(record(report, stage.provider.merchant) for _ in range(10)))
    after = await stage.order(order)
    assert isinstance(after.state, Open)
    assert after.version == order.version + 1
    async with stage.begin() as tx:
        assert await tx.refunds.of_order(order.id) == ()
        assert len(await tx.ledger.journal(after=0, limit=100)) == 1
    await stage.assert_sound()


async def test_the_same_notification_ten_times_after_the_order_is_gone_gives_back_once(stage: Stage):
    requester = await stage.member()
    order = await stage.published(requester)
    report = await stage.report(order)
    await stage.use.cancel_errand()(order.id, requester.id, reason="不需要了")
    record = stage.use.record_payment()
    await gather(*(record(report, stage.provider.merchant) for _ in range(10)))
    async with stage.begin() as tx:
        (refund,) = await tx.refunds.of_order(order.id)
    assert refund.amount == order.price.payable
    await stage.assert_sound()


async def test_of_ten_withdrawals_at_once_one_is_under_way_and_the_balance_is_not_overdrawn(stage: Stage):
    runner = await stage.runner()
    earned = await stage.earn(runner)
    withdraw = stage.use.request_withdrawal()
    came = await gather(*(outcome(withdraw(runner.id, amount=earned, provider="memory")) for _ in range(10)))
    assert sum(isinstance(o, Withdrawal) for o in came) == 1
    refused = {o for o in came if isinstance(o, str)}
    assert refused <= {"withdrawal.open", "ledger.insufficient_funds"}
    income = await stage.use.view_earnings()(runner.id, before=None, limit=1)
    assert (income.available_fen, Money(income.withdrawing_fen)) == (0, earned)
    await stage.assert_sound()


async def test_timer_and_requester_who_complete_at_once_pay_the_runner_once(stage: Stage):
    requester, runner = await stage.member(), await stage.runner()
    order = await stage.delivered(requester, runner)
    assert order.due_at is not None
    stage.clock.set(order.due_at)
    await gather(
        outcome(stage.use.confirm_errand()(order.id, requester.id)),
        stage.use.watch_order()(order.id),
        stage.use.watch_order()(order.id),
    )
    assert isinstance((await stage.order(order)).state, Completed)
    async with stage.begin() as tx:
        assert await tx.ledger.balance(runner_held(runner.id)) == order.price.reward.share(8_500).fen
    await stage.assert_sound()
