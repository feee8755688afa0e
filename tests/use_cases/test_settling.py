"""A provider that keeps money back until it hears of the delivery, and earnings that wait for its word."""

from datetime import timedelta

import pytest
from attrs import evolve

from adapters.memory.shipping import MemoryShipping, Refuse, Silence
from errand_domain.errors import Missing
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.payment.attempt import Attempt, PaymentMismatch, PaymentUnknown, Succeeded
from errand_domain.ports.notifications import SettlementReport
from errand_domain.settlement.earning import Earning
from errand_domain.use_cases.money.pay_for_errand import RaiseTip
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.record_settlement import RecordSettlement
from errand_domain.use_cases.money.report_delivery import SILENCE_MOST, DeliveryNotTaken, ReportDelivery
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.cancel_errand import CancelErrand, QuoteCancellation
from tests.domain.examples import CAMPUS, HOUR, MINUTE
from tests.use_cases.world import World


@pytest.fixture
def shipping(world: World) -> MemoryShipping:
    """The world's provider, which now keeps money back."""
    shipping = MemoryShipping(world.clock)
    world.parts[Providers] = evolve(world.parts[Providers], shipping={"memory": shipping})
    return shipping


async def attempt_of(world: World, order: Order) -> Attempt:
    (attempt,) = await world.attempts(order)
    return attempt


async def paid(world: World, order: Order) -> Succeeded:
    state = (await attempt_of(world, order)).state
    assert isinstance(state, Succeeded)
    return state


async def earning(world: World, order: Order) -> Earning:
    async with world.begin() as tx:
        found = await tx.earnings.latest(order.id)
    assert found is not None
    return found


async def told(world: World, order: Order) -> Attempt:
    number = (await attempt_of(world, order)).number
    report = SettlementReport(number=number, provider="memory", at=world.clock.now())
    return await world.use(RecordSettlement)(report)


async def test_the_provider_hears_of_a_delivery_once_it_happened(world: World, shipping: MemoryShipping):
    order = await world.picked_up(await world.member(), await world.runner())
    await world.pass_time(MINUTE)
    assert not shipping.uploaded
    delivered = await world.delivered(await world.member(), await world.runner())
    await world.pass_time(MINUTE)
    attempt = await attempt_of(world, delivered)
    assert set(shipping.uploaded) == {attempt.number}
    assert shipping.uploaded[attempt.number].transaction_id == (await paid(world, delivered)).transaction_id
    assert (await paid(world, delivered)).shipped_at == world.clock.now()
    assert (await paid(world, order)).shipped_at is None


@pytest.mark.parametrize("fault", [Refuse(), Silence(done=True), Silence(done=False)], ids=repr)
async def test_a_delivery_that_was_not_taken_is_told_again(world: World, shipping: MemoryShipping, fault: Silence):
    shipping.fail_next(fault)
    order = await world.delivered(await world.member(), await world.runner())
    await world.pass_time(MINUTE)
    assert (await paid(world, order)).shipped_at is None
    await world.pass_time(5 * MINUTE)
    assert (await paid(world, order)).shipped_at is not None
    assert len(shipping.uploaded) == 1


async def test_a_delivery_is_told_through_an_outage_of_hours(world: World, shipping: MemoryShipping):
    shipping.fail_next(*[Silence(done=False)] * 100)
    order = await world.delivered(await world.member(), await world.runner())
    for _ in range(100):
        await world.pass_time(5 * MINUTE)
    assert (await paid(world, order)).shipped_at is None
    await world.pass_time(5 * MINUTE)
    assert (await paid(world, order)).shipped_at is not None


async def test_a_provider_that_is_silent_for_a_day_is_put_before_a_person(world: World, shipping: MemoryShipping):
    order = await world.delivered(await world.member(), await world.runner())
    shipping.fail_next(Silence(done=False), Silence(done=False))
    tell = world.use(ReportDelivery)
    delivered_at = world.clock.now()
    world.clock.advance(SILENCE_MOST - MINUTE)
    await tell(order.id, delivered_at=delivered_at)
    world.clock.advance(MINUTE)
    with pytest.raises(DeliveryNotTaken):
        await tell(order.id, delivered_at=delivered_at)


async def test_a_fee_that_was_kept_is_told_and_what_goes_back_whole_is_not(world: World, shipping: MemoryShipping):
    requester, runner = await world.member(), await world.runner()
    kept = await world.accepted(requester, runner)
    world.clock.advance(10 * MINUTE)
    fee = await world.use(QuoteCancellation)(kept.id, requester.id)
    assert fee
    await world.use(CancelErrand)(kept.id, requester.id, reason="不需要了", confirmed_fee=fee)
    whole = await world.opened(requester)
    await world.use(CancelErrand)(whole.id, requester.id, reason="不需要了")
    await world.pass_time(MINUTE)
    assert set(shipping.uploaded) == {(await attempt_of(world, kept)).number}


async def test_earnings_wait_for_the_providers_word_however_long_it_takes(world: World, shipping: MemoryShipping):
    order = await world.completed(await world.member(), await world.runner())
    await world.pass_time(world.campus.policy.hold_earnings_for)
    for _ in range(3):
        await world.pass_time(HOUR)
        assert (await earning(world, order)).state_name == "held"
    shipping.settle((await attempt_of(world, order)).number)
    await world.pass_time(HOUR)
    assert (await earning(world, order)).state_name == "available"
    assert (await paid(world, order)).settled_at is not None
    await world.prove()


async def test_a_word_that_comes_early_leaves_the_dispute_window_alone(world: World, shipping: MemoryShipping):
    policy = evolve(world.campus.policy, hold_earnings_for=timedelta(days=5), dispute_within=timedelta(days=2))
    slow = await World.built(policy=policy)
    slow.parts[Providers] = evolve(slow.parts[Providers], shipping={"memory": shipping})
    order = await slow.completed(await slow.member(), await slow.runner())
    await slow.pass_time(HOUR)
    await told(slow, order)
    await slow.pass_time(timedelta(days=2) - 2 * HOUR)
    assert (await earning(slow, order)).state_name == "held"
    await slow.pass_time(HOUR)
    assert (await earning(slow, order)).state_name == "available"
    await slow.prove()


async def test_the_word_of_one_payment_is_not_the_word_of_the_other(world: World, shipping: MemoryShipping):
    requester, runner = await world.member(), await world.runner()
    order = await world.opened(requester)
    tip = await world.use(RaiseTip)(order.id, requester.id, amount=Money(200), provider="memory")
    await world.tell(world.provider.pay(tip.attempt.number))
    await world.complete(order, runner)
    await world.pass_time(world.campus.policy.hold_earnings_for)
    first, second = await world.attempts(order)
    shipping.settle(first.number)
    await world.pass_time(HOUR)
    assert (await earning(world, order)).state_name == "held"
    shipping.settle(second.number)
    await world.pass_time(HOUR)
    assert (await earning(world, order)).state_name == "available"


async def test_a_word_about_one_of_two_payments_frees_nothing_early(shipping: MemoryShipping):
    policy = evolve(CAMPUS.policy, hold_earnings_for=timedelta(days=5), dispute_within=timedelta(days=2))
    slow = await World.built(policy=policy)
    slow.parts[Providers] = evolve(slow.parts[Providers], shipping={"memory": shipping})
    requester, runner = await slow.member(), await slow.runner()
    order = await slow.opened(requester)
    tip = await slow.use(RaiseTip)(order.id, requester.id, amount=Money(200), provider="memory")
    await slow.tell(slow.provider.pay(tip.attempt.number))
    await slow.complete(order, runner)
    held_until = (await earning(slow, order)).release_at
    for attempt in await slow.attempts(order):
        assert (await earning(slow, order)).release_at == held_until
        report = SettlementReport(number=attempt.number, provider="memory", at=slow.clock.now())
        await slow.use(RecordSettlement)(report)
    assert (await earning(slow, order)).release_at == slow.clock.now() + timedelta(days=2)


async def test_of_two_payments_only_the_one_that_is_kept_is_told(world: World, shipping: MemoryShipping):
    requester, runner = await world.member(), await world.runner()
    order = await world.opened(requester)
    tip = await world.use(RaiseTip)(order.id, requester.id, amount=Money(200), provider="memory")
    await world.tell(world.provider.pay(tip.attempt.number))
    await world.use(AcceptErrand)(order.id, runner.id)
    world.clock.advance(10 * MINUTE)
    fee = await world.use(QuoteCancellation)(order.id, requester.id)
    assert fee == Money(200)
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了", confirmed_fee=fee)
    await world.pass_time(MINUTE)
    assert set(shipping.uploaded) == {tip.attempt.number}


@pytest.mark.usefixtures("shipping")
async def test_a_settlement_told_ten_times_happens_once(world: World):
    order = await world.completed(await world.member(), await world.runner())
    first = await told(world, order)
    world.clock.advance(HOUR)
    for _ in range(9):
        assert await told(world, order) == first


@pytest.mark.usefixtures("shipping")
async def test_a_settlement_of_what_we_do_not_know_is_refused(world: World):
    order = await world.published(await world.member())
    record, now = world.use(RecordSettlement), world.clock.now()
    with pytest.raises(Missing):
        await record(SettlementReport(number="nothing of ours", provider="memory", at=now))
    (unpaid,) = await world.attempts(order)
    with pytest.raises(PaymentUnknown):
        await record(SettlementReport(number=unpaid.number, provider="memory", at=now))
    with pytest.raises(PaymentMismatch):
        await record(SettlementReport(number=unpaid.number, provider="rival", at=now))


async def test_without_such_a_provider_nobody_is_told_and_two_days_are_enough(world: World):
    order = await world.completed(await world.member(), await world.runner())
    await world.pass_time(world.campus.policy.hold_earnings_for)
    assert (await earning(world, order)).state_name == "available"
    assert await world.database.relay.pending() == 0
    assert (await paid(world, order)).shipped_at is None
