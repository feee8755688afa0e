"""Payments: what the provider says is compared before it is believed, and happens once however often it is told."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from adapters.memory.faults import Decline, LoseAfter, LoseBefore
from adapters.memory.provider import MemoryProvider
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import compact
from errand_domain.member.member import Way
from errand_domain.money import Money
from errand_domain.order.refusals import IllegalTransition, OrderNotOpen
from errand_domain.order.states import Cancelled, Expired, Open
from errand_domain.payment.attempt import (
    Attempt,
    Closed,
    ClosedAtProvider,
    Failed,
    PayerMissing,
    PaymentMismatch,
    PaymentRefused,
    PaymentUnknown,
    Pending,
    Succeeded,
    Unknown,
)
from errand_domain.ports.payments import Declined, Lost, Started
from errand_domain.use_cases.money.pay_for_errand import PayForErrand, RaiseTip
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.query_payment import QueryPayment
from errand_domain.use_cases.money.record_payment import RecordPayment
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from tests.domain.examples import MINUTE, SECOND, STRANGER
from tests.use_cases.world import World


async def test_a_verified_success_opens_the_order_and_funds_its_escrow(world: World):
    order = await world.published(await world.member())
    await world.tell(await world.report(order))
    assert isinstance((await world.order(order)).state, Open)
    assert await world.totals() == {"provider_clearing": order.price.payable.fen, "escrow": order.price.payable.fen}


class Hasty(MemoryProvider):
    """A provider whose payer pays, and whose notification comes, before its answer does, which is lost."""

    world: World

    async def start(self, attempt: Attempt, **rest: Any) -> Started | Declined | Lost:
        """Collected and told before it is answered."""
        await super().start(attempt, **rest)
        await self.world.tell(self.pay(attempt.number))
        return Lost(why="no answer")


async def test_nobody_is_told_that_a_payment_was_refused_which_they_made(world: World):
    desk, found = Hasty(world.clock), world.parts[Providers]
    desk.world = world
    world.provider, world.parts[Providers] = desk, evolve(found, payments={"memory": desk}, refunds={"memory": desk})
    order = await world.published(await world.member())
    with pytest.raises(PaymentUnknown):
        await world.use(PayForErrand)(order.id, order.requester_id, provider="memory")
    assert isinstance((await world.order(order)).state, Open)


class Forgetful(MemoryProvider):
    """A provider that is asked for a payment it has not heard of, just before it hears of it."""

    world: World

    async def start(self, attempt: Attempt, **rest: Any) -> Started | Declined | Lost:
        """Given up by a query that was under way, and then collected."""
        if isinstance(attempt.state, Unknown):
            await self.world.use(QueryPayment)(attempt.id)
        return await super().start(attempt, **rest)


async def test_whoever_pays_again_while_the_first_try_is_given_up_may_pay_by_another(world: World):
    desk, found = Forgetful(world.clock), world.parts[Providers]
    desk.world = world
    world.provider, world.parts[Providers] = desk, evolve(found, payments={"memory": desk}, refunds={"memory": desk})
    order = await world.published(await world.member())
    world.provider.fail_next("start", LoseBefore())
    pay = world.use(PayForErrand)
    with pytest.raises(PaymentUnknown):
        await pay(order.id, order.requester_id, provider="memory")
    again = await pay(order.id, order.requester_id, provider="memory")
    assert [type(attempt.state) for attempt in await world.attempts(order)] == [Closed, Pending]
    assert again.attempt == (await world.attempts(order))[1]


@pytest.mark.parametrize("times", [2, 10])
async def test_a_repeated_notification_happens_once(world: World, times: int):
    order = await world.published(await world.member())
    report = await world.report(order)
    told = [await world.tell(report) for _ in range(times)]
    assert len(set(told)) == 1
    assert (await world.order(order)).version == 2
    await world.prove()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("amount", Money(1)),
        ("amount", Money(10**6)),
        ("currency", "USD"),
        ("merchant", "another"),
        ("app", "another"),
        ("provider", "rival"),
    ],
)
async def test_a_notification_that_differs_from_what_was_asked_for_is_refused(world: World, field: str, wrong: Any):
    order = await world.published(await world.member())
    report = evolve(await world.report(order), **{field: wrong})
    with pytest.raises(PaymentMismatch) as refusal:
        await world.tell(report)
    assert refusal.value.field == field
    assert (await world.order(order)).state_name == "awaiting_payment"
    assert await world.totals() == {}


@pytest.mark.parametrize("number", ["", "nonsense", "0" * 25, compact(STRANGER)], ids=repr)
async def test_a_notification_about_a_payment_that_is_not_ours_is_refused(world: World, number: str):
    order = await world.published(await world.member())
    report = evolve(await world.report(order), number=number)
    with pytest.raises(Missing):
        await world.tell(report)


async def test_a_second_success_under_another_transaction_is_refused(world: World):
    order = await world.published(await world.member())
    report = await world.report(order)
    await world.tell(report)
    with pytest.raises(PaymentMismatch) as refusal:
        await world.tell(evolve(report, transaction_id="another"))
    assert refusal.value.field == "transaction_id"


async def test_a_late_notification_does_not_revive_a_cancelled_order_and_is_given_back(world: World):
    requester = await world.member()
    order = await world.published(requester)
    report = await world.report(order)
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    await world.tell(report)
    assert isinstance((await world.order(order)).state, Cancelled)
    await world.settle_outside()
    assert [(r.reason, r.amount, r.state_name) for r in await world.refunds(order)] == [
        ("late", order.price.payable, "succeeded")
    ]
    assert await world.totals() == {}
    await world.prove()


async def test_a_late_notification_does_not_revive_an_expired_order_and_is_given_back(world: World):
    order = await world.published(await world.member())
    report = await world.report(order)
    world.provider.fail_next("close", LoseBefore(), LoseBefore())
    await world.pass_time(15 * MINUTE)
    assert isinstance((await world.order(order)).state, Expired)
    await world.tell(report)
    await world.tell(report)
    await world.settle_outside()
    assert isinstance((await world.order(order)).state, Expired)
    assert [r.state_name for r in await world.refunds(order)] == ["succeeded"]
    await world.prove()


async def test_a_late_notification_changes_nothing_of_an_accepted_order(world: World):
    order = await world.published(await world.member())
    report = await world.report(order)
    await world.tell(report)
    accepted = await world.use(AcceptErrand)(order.id, (await world.runner()).id)
    await world.tell(report)
    assert await world.order(order) == accepted


async def test_the_provider_is_asked_before_an_unpaid_order_expires(world: World):
    order = await world.published(await world.member())
    await world.report(order)
    await world.pass_time(15 * MINUTE)
    assert isinstance((await world.order(order)).state, Open), "it had been paid, and nobody had told us"
    await world.prove()


async def test_an_unpaid_order_expires_with_its_payment_closed_at_the_provider(world: World):
    requester = await world.member()
    order = await world.published(requester)
    started = await world.use(PayForErrand)(order.id, requester.id, provider="memory")
    await world.pass_time(15 * MINUTE)
    assert isinstance((await world.order(order)).state, Expired)
    assert [type(attempt.state) for attempt in await world.attempts(order)] == [Closed]
    with pytest.raises(ValueError, match="cannot be paid"):
        world.provider.pay(started.attempt.number)


async def test_an_order_does_not_expire_a_second_before_its_time(world: World):
    order = await world.published(await world.member())
    await world.pass_time(15 * MINUTE - SECOND)
    assert (await world.order(order)).state_name == "awaiting_payment"


async def test_nobody_pays_for_the_order_of_somebody_else(world: World):
    order = await world.published(await world.member())
    with pytest.raises(Missing):
        await world.use(PayForErrand)(order.id, (await world.member()).id, provider="memory")


async def test_paying_again_goes_on_with_the_same_payment(world: World):
    requester = await world.member()
    order = await world.published(requester)
    pay = world.use(PayForErrand)
    first, second = [await pay(order.id, requester.id, provider="memory") for _ in range(2)]
    assert first.attempt.number == second.attempt.number
    assert first.client_parameters == second.client_parameters
    assert len(await world.attempts(order)) == 1


async def test_a_paid_order_is_not_paid_again(world: World):
    requester = await world.member()
    order = await world.opened(requester)
    with pytest.raises(IllegalTransition):
        await world.use(PayForErrand)(order.id, requester.id, provider="memory")


@pytest.mark.parametrize("fault", [LoseBefore(), LoseAfter()], ids=["request lost", "answer lost"])
async def test_an_unknown_payment_is_queried_and_never_replaced_meanwhile(world: World, fault: Any):
    requester = await world.member()
    order = await world.published(requester)
    world.provider.fail_next("start", fault)
    pay = world.use(PayForErrand)
    with pytest.raises(PaymentUnknown):
        await pay(order.id, requester.id, provider="memory")
    (attempt,) = await world.attempts(order)
    assert isinstance(attempt.state, Unknown)
    again = await pay(order.id, requester.id, provider="memory")
    assert again.attempt.number == attempt.number
    assert isinstance(again.attempt.state, Pending)


async def test_another_provider_is_asked_only_after_the_first_has_closed_its_payment(world: World):
    requester = await world.member()
    order = await world.published(requester)
    pay = world.use(PayForErrand)
    first = await pay(order.id, requester.id, provider="memory")
    world.provider.fail_next("close", LoseBefore())
    with pytest.raises(PaymentUnknown):
        await pay(order.id, requester.id, provider="rival")
    second = await pay(order.id, requester.id, provider="rival")
    assert second.attempt.provider == "rival"
    with pytest.raises(ValueError, match="cannot be paid"):
        world.provider.pay(first.attempt.number)


async def test_whoever_has_paid_at_the_first_provider_is_not_asked_to_pay_at_a_second(world: World):
    requester = await world.member()
    order = await world.published(requester)
    await world.report(order)
    with pytest.raises(IllegalTransition) as refusal:
        await world.use(PayForErrand)(order.id, requester.id, provider="rival")
    assert refusal.value.state == "open"
    assert len(await world.attempts(order)) == 1


async def test_a_refused_payment_is_replaced_by_another_one(world: World):
    requester = await world.member()
    order = await world.published(requester)
    pay = world.use(PayForErrand)
    world.provider.fail_next("start", Decline())
    with pytest.raises(PaymentRefused):
        await pay(order.id, requester.id, provider="memory")
    again = await pay(order.id, requester.id, provider="memory")
    assert [type(attempt.state) for attempt in await world.attempts(order)] == [Failed, Pending]
    assert again.attempt.number != (await world.attempts(order))[0].number


async def test_both_of_two_payments_that_succeed_are_told_and_one_goes_back(world: World):
    requester = await world.member()
    order = await world.published(requester)
    pay = world.use(PayForErrand)
    first = await pay(order.id, requester.id, provider="memory")
    first_report = world.provider.pay(first.attempt.number)
    world.provider.fail_next("close", LoseBefore())
    world.provider.fail_next("query", LoseBefore())
    async with world.begin() as tx:  # the provider once told us wrongly that it was closed
        closed = (await tx.attempts.get(first.attempt.id)).apply(ClosedAtProvider(at=world.clock.now()))
        tx.attempts.save(closed)
        await tx.commit()
    await world.use(RecordPayment)(await world.report(order, provider="rival"), world.rival.merchant)
    await world.tell(first_report)
    await world.settle_outside()
    assert [(r.provider, r.reason, r.state_name) for r in await world.refunds(order)] == [
        ("memory", "late", "succeeded")
    ]
    assert [type(attempt.state) for attempt in await world.attempts(order)] == [Succeeded, Succeeded]
    await world.prove()


async def test_a_notification_may_come_before_the_answer_that_announces_the_payment(world: World):
    requester = await world.member()
    order = await world.published(requester)
    world.provider.fail_next("start", LoseAfter())
    with pytest.raises(PaymentUnknown):
        await world.use(PayForErrand)(order.id, requester.id, provider="memory")
    (attempt,) = await world.attempts(order)
    await world.tell(world.provider.pay(attempt.number))
    await world.settle_outside()
    assert isinstance((await world.order(order)).state, Open)
    assert [type(a.state) for a in await world.attempts(order)] == [Succeeded]


async def test_an_active_query_opens_the_order_like_a_notification(world: World):
    order = await world.published(await world.member())
    await world.report(order)
    (attempt,) = await world.attempts(order)
    await world.use(QueryPayment)(attempt.id)
    assert isinstance((await world.order(order)).state, Open)


# -- Tips ----------------------------------------------------------------------------------------------------


async def tipped(world: World, order: Any, fen: int) -> Any:
    started = await world.use(RaiseTip)(order.id, order.requester_id, amount=Money(fen), provider="memory")
    return world.provider.pay(started.attempt.number)


async def test_a_tip_counts_once_it_is_paid_and_only_once(world: World):
    order = await world.opened(await world.member())
    report = await tipped(world, order, 150)
    assert (await world.order(order)).price.tip == Money(0)
    for _ in range(3):
        await world.tell(report)
    assert (await world.order(order)).price.tip == Money(150)
    await world.prove()


async def test_the_tip_is_refunded_with_the_rest(world: World):
    requester = await world.member()
    order = await world.opened(requester)
    await world.tell(await tipped(world, order, 150))
    await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")
    await world.settle_outside()
    refunds = await world.refunds(order)
    assert sorted(r.amount.fen for r in refunds) == [150, order.price.payable.fen]
    assert await world.totals() == {}
    await world.prove()


async def test_a_tip_that_is_paid_after_somebody_took_the_order_goes_back(world: World):
    order = await world.opened(await world.member())
    report = await tipped(world, order, 150)
    await world.use(AcceptErrand)(order.id, (await world.runner()).id)
    await world.tell(report)
    await world.settle_outside()
    assert (await world.order(order)).price.tip == Money(0)
    assert [(r.reason, r.amount.fen) for r in await world.refunds(order)] == [("late", 150)]
    await world.prove()


async def test_a_tip_is_for_ones_own_open_order_at_a_provider_that_is_there(world: World):
    requester, other = await world.member(), await world.member()
    order, unpaid = await world.opened(requester), await world.published(requester)
    raise_tip = world.use(RaiseTip)
    with pytest.raises(Missing):
        await raise_tip(order.id, other.id, amount=Money(100), provider="memory")
    with pytest.raises(OrderNotOpen):
        await raise_tip(unpaid.id, requester.id, amount=Money(100), provider="memory")
    with pytest.raises(InvalidField):
        await raise_tip(order.id, requester.id, amount=Money(100), provider="nonsense")
    with pytest.raises(InvalidField):
        await raise_tip(order.id, requester.id, amount=Money(0), provider="memory")
    assert len(await world.attempts(order)) == 1


async def test_a_tip_that_nobody_pays_is_closed_in_the_end(world: World):
    requester = await world.member()
    order = await world.opened(requester)
    await world.use(RaiseTip)(order.id, requester.id, amount=Money(100), provider="memory")
    await world.pass_time(timedelta(minutes=16))
    assert [type(attempt.state) for attempt in await world.attempts(order)] == [Succeeded, Closed]


async def test_a_provider_with_accounts_of_its_own_collects_from_those_who_have_linked_one(world: World):
    world.provider.payer_way = "wechat"
    stranger = await world.member(Way("phone", "+8613900001111"))
    order = await world.published(stranger)
    with pytest.raises(PayerMissing):
        await world.use(PayForErrand)(order.id, stranger.id, provider="memory")
    started = await world.use(PayForErrand)(order.id, stranger.id, provider="rival")
    assert started.attempt.provider == "rival", "another provider is not kept waiting"
