"""Refunds: each under a number of its own, to its end, and none of them twice."""

import pytest
from attrs import evolve

from adapters.memory.faults import Decline, LoseAfter, LoseBefore
from errand_domain.errors import NotPermitted
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.payment.attempt import PaymentMismatch
from errand_domain.payment.refund import Refund
from errand_domain.ports.payments import Declined, Lost, RefundDesk, RefundDone, RefundImpossible, RefundReport
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.refunding import AdvanceRefund, RetryRefund
from errand_domain.use_cases.money.view_money_at_campus import ListAbnormalRefunds
from errand_domain.use_cases.orders.cancel_errand import CancelErrand
from errand_domain.use_cases.orders.resolve_order import CancelByOperations
from tests.domain.examples import MINUTE, PURCHASE
from tests.use_cases.world import World


async def cancelled(world: World) -> Order:
    requester = await world.member()
    order = await world.opened(requester)
    return await world.use(CancelErrand)(order.id, requester.id, reason="不需要了")


async def test_a_refund_goes_to_its_end_and_the_money_leaves_transit(world: World):
    order = await cancelled(world)
    assert await world.balance("refunds_in_transit", order.id) == order.price.payable.fen
    await world.settle_outside()
    assert [refund.state_name for refund in await world.refunds(order)] == ["succeeded"]
    assert await world.totals() == {}
    await world.prove()


@pytest.mark.parametrize("fault", [LoseBefore(), LoseAfter()], ids=["request lost", "answer lost"])
async def test_a_lost_answer_is_asked_for_again_under_the_same_number(world: World, fault: object):
    world.provider.fail_next("refund", fault, fault)  # type: ignore[arg-type]
    world.provider.fail_next("query_refund", LoseBefore())
    order = await cancelled(world)
    for minutes in (1, 2, 5, 10, 20):
        await world.pass_time(minutes * MINUTE)
    assert [refund.state_name for refund in await world.refunds(order)] == ["succeeded"]
    assert world.provider.totals.refunded == order.price.payable.fen
    await world.prove()


async def test_what_the_provider_gives_up_is_asked_for_under_a_new_number(world: World):
    world.provider.next_refund("impossible", "impossible", "done")
    order = await cancelled(world)
    await world.settle_outside()
    refunds = await world.refunds(order)
    assert [refund.state_name for refund in refunds] == ["closed", "closed", "succeeded"]
    assert len({refund.number for refund in refunds}) == 3
    assert world.provider.totals.refunded == order.price.payable.fen
    await world.prove()


async def test_a_stuck_refund_is_shown_to_finance_with_what_to_do_and_retried_under_its_number(world: World):
    world.provider.next_refund("needs_person")
    order = await cancelled(world)
    await world.settle_outside()
    finance, auditor = await world.operator("finance"), await world.operator("auditor")
    (stuck,) = await world.use(ListAbnormalRefunds)(world.campus.id, finance, limit=10)
    assert "arrange a transfer" in stuck.state.advice  # type: ignore[union-attr]
    assert await world.balance("refunds_in_transit", order.id) == order.price.payable.fen
    with pytest.raises(NotPermitted):
        await world.use(RetryRefund)(stuck.number, auditor)
    world.provider.finish_refund(stuck.number)
    done = await world.use(RetryRefund)(stuck.number, finance)
    assert done.state_name == "succeeded"
    assert await world.totals() == {}
    await world.prove()


async def test_what_the_provider_always_gives_up_goes_out_under_a_new_number_once_finance_says_so(world: World):
    world.provider.next_refund(*["impossible"] * 5, "done")
    order = await cancelled(world)
    await world.settle_outside()
    await world.settle_outside()
    finance = await world.operator("finance")
    for tried in (4, 5):
        (stuck,) = await world.use(ListAbnormalRefunds)(world.campus.id, finance, limit=10)
        assert [refund.state_name for refund in await world.refunds(order)] == ["closed"] * (tried - 1) + ["abnormal"]
        assert (await world.use(RetryRefund)(stuck.number, finance)).state_name == "closed"
        await world.settle_outside()
    refunds = await world.refunds(order)
    assert [refund.state_name for refund in refunds] == ["closed"] * 5 + ["succeeded"]
    assert len({refund.number for refund in refunds}) == 6
    assert world.provider.totals.refunded == order.price.payable.fen
    assert await world.totals() == {}
    await world.prove()


async def test_a_closed_refund_that_is_told_again_is_not_asked_for_under_a_new_number(world: World):
    world.provider.next_refund(*["impossible"] * 4)
    order = await cancelled(world)
    await world.settle_outside()
    await world.settle_outside()
    refunds = await world.refunds(order)
    for refund in refunds:
        outcome = RefundReport(number=refund.number, amount=refund.amount, refund_id="x", outcome=RefundImpossible())
        await world.use(AdvanceRefund).record(refund.number, outcome)
    await world.settle_outside()
    assert await world.refunds(order) == refunds


async def test_a_refund_that_nobody_could_learn_of_for_a_day_is_put_before_finance_and_found_done(world: World):
    world.provider.fail_next("refund", LoseAfter(), *[LoseBefore()] * 400)
    order = await cancelled(world)
    for _ in range(26):
        await world.pass_time(60 * MINUTE)
    (refund,) = await world.refunds(order)
    assert (refund.state_name, refund.query_at) == ("abnormal", None)
    world.provider._faults._waiting.clear()
    world.provider.finish_refund(refund.number)
    done = await world.use(RetryRefund)(refund.number, await world.operator("finance"))
    assert done.state_name == "succeeded"
    assert world.provider.totals.refunded == order.price.payable.fen
    await world.prove()


async def test_a_refused_refund_waits_for_a_person(world: World):
    world.provider.fail_next("refund", Decline(reason="not enough on the account"))
    order = await cancelled(world)
    await world.settle_outside()
    (refund,) = await world.refunds(order)
    assert (refund.state_name, refund.query_at) == ("abnormal", None)


async def test_the_refunds_result_is_compared_before_it_is_believed(world: World):
    order = await cancelled(world)
    (refund,) = await world.refunds(order)
    right = RefundReport(
        number=refund.number, amount=refund.amount, refund_id="R", outcome=RefundDone(at=world.clock.now())
    )
    record = world.use(AdvanceRefund).record
    for field, wrong in (("amount", Money(1)), ("number", "another")):
        with pytest.raises(PaymentMismatch) as refusal:
            await record(refund.number, evolve(right, **{field: wrong}))
        assert refusal.value.field == field
    assert (await world.refunds(order))[0].state_name == "requested"


class Liar(RefundDesk):
    """A desk that does what is asked, and tells of a fen more."""

    def __init__(self, desk: RefundDesk) -> None:
        self.provider, self._desk = desk.provider, desk

    async def refund(self, refund: Refund, *, paid: Money, payment_number: str) -> RefundReport | Declined | Lost:
        return _with_a_fen_more(await self._desk.refund(refund, paid=paid, payment_number=payment_number))

    async def query_refund(self, number: str, *, payment_number: str) -> RefundReport | Declined | Lost:
        return _with_a_fen_more(await self._desk.query_refund(number, payment_number=payment_number))


def _with_a_fen_more(told: RefundReport | Declined | Lost) -> RefundReport | Declined | Lost:
    return evolve(told, amount=Money(told.amount.fen + 1)) if isinstance(told, RefundReport) else told


async def test_an_answer_about_another_amount_is_no_answer_and_finance_hears_of_it_once(world: World):
    finance = await world.operator("finance")
    order = await cancelled(world)
    world.parts[Providers] = evolve(world.parts[Providers], refunds={"memory": Liar(world.provider)})
    for _ in range(26):
        await world.pass_time(60 * MINUTE)
    (refund,) = await world.refunds(order)
    assert refund.state_name == "abnormal"
    async with world.begin() as tx:
        assert await tx.audit.count(f"refund:{refund.number}", "refund.mismatch") == 1
    assert await world.database.relay.pending() == 0
    world.parts[Providers] = evolve(world.parts[Providers], refunds={"memory": world.provider})
    await world.use(RetryRefund)(refund.number, finance)
    await world.pass_time(60 * MINUTE)
    assert [one.state_name for one in await world.refunds(order)] == ["succeeded"]
    assert world.provider.totals.refunded == order.price.payable.fen
    await world.prove()


async def test_a_result_that_is_told_twice_happens_once(world: World):
    order = await cancelled(world)
    await world.pass_time()
    (refund,) = await world.refunds(order)
    report = world.provider.finish_refund(refund.number)
    record = world.use(AdvanceRefund).record
    first = await record(refund.number, report)
    assert [await record(refund.number, report) for _ in range(3)] == [first] * 3
    await world.prove()


async def test_each_partial_refund_of_a_payment_has_its_own_number(world: World):
    requester, runner = await world.member(), await world.runner()
    order = await world.picked_up(
        requester, runner, category="purchase", goods_advance=PURCHASE.goods_advance, cost=1_234
    )
    operations = await world.operator("operations")
    await world.use(CancelByOperations)(order.id, operations, reason="商品有误")
    await world.settle_outside()
    refunds = await world.refunds(order)
    assert [(r.reason, r.amount.fen) for r in refunds] == [("advance", 1_766), ("cancelled", order.held.fen)]
    assert len({refund.number for refund in refunds}) == 2
    assert all(order.id.hex not in refund.number for refund in refunds)
    assert world.provider.totals.refunded == order.price.payable.fen
    await world.prove()
