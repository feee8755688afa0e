"""Ways in which money was lost, doubled or stuck once, found by reading the code against its rules."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from adapters.memory.faults import Decline, LoseBefore
from adapters.memory.provider import MemoryProvider
from entrypoints.container import MEMORY, Container
from errand_domain.member.member import Member, Way
from errand_domain.money import Money
from errand_domain.order.refusals import OwnCase
from errand_domain.order.states import Expired, Open, Outcome
from errand_domain.payment.attempt import PaymentUnknown, Succeeded
from errand_domain.payment.refund import Abnormal, Refunded
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import (
    Declined,
    Lost,
    NotPaid,
    PaymentReport,
    PayoutAnswer,
    PayoutRequest,
)
from errand_domain.settlement.withdrawal import PayeeMissing, Withdrawal
from errand_domain.settlement.withdrawal_states import Parked, Sending
from tests.stage import Stage, outcome, settings


class SlowOnce(MemoryProvider):
    """Its first payout request stays on the wire until the gate opens."""

    gate: asyncio.Event | None = None
    asked = 0

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.on_the_wire = asyncio.Event()

    async def send(self, request: PayoutRequest) -> PayoutAnswer | Declined:
        """As ever, but late."""
        self.asked += 1
        if self.gate is not None:
            gate, self.gate = self.gate, None
            self.on_the_wire.set()
            await gate.wait()
        return await super().send(request)


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    return await Stage.build(Container(settings=settings(MEMORY, tmp_path)))


@pytest.fixture
def provider(stage: Stage) -> SlowOnce:
    """The stage's provider, exchanged for one that can be slow."""
    slow = SlowOnce(stage.clock)
    found = evolve(
        stage.use.payment_providers(), payments={"memory": slow}, refunds={"memory": slow}, payouts={"memory": slow}
    )
    stage.use.payment_providers.override(found)
    stage.provider = slow
    return slow


async def withdrawn(stage: Stage) -> tuple[Member, Withdrawal]:
    runner = await stage.runner()
    earned = await stage.earn(runner)
    return runner, await stage.use.request_withdrawal()(runner.id, amount=earned, provider="memory")


async def test_while_one_worker_waits_for_the_answer_another_does_not_ask(stage: Stage, provider: SlowOnce):
    _, withdrawal = await withdrawn(stage)
    provider.gate = gate = asyncio.Event()
    slow = asyncio.create_task(stage.use.advance_withdrawal()(withdrawal.id))
    await provider.on_the_wire.wait()
    stands_back = await stage.use.advance_withdrawal()(withdrawal.id)
    assert isinstance(stands_back.state, Sending)
    gate.set()
    assert (await slow).state_name == "waiting_for_user"
    assert provider.asked == 1


async def test_a_payout_that_was_declined_is_neither_failed_nor_paid_twice(stage: Stage, provider: SlowOnce):
    runner, withdrawal = await withdrawn(stage)
    provider.fail_next("send", Decline(reason="NOT_ENOUGH"))
    declined = await stage.use.advance_withdrawal()(withdrawal.id)
    assert isinstance(declined.state, Parked)
    income = await stage.use.view_earnings()(runner.id, before=None, limit=1)
    assert (income.available_fen, income.withdrawing_fen) == (0, withdrawal.amount.fen)
    await stage.use.retry_withdrawal()(withdrawal.id, await stage.operator())
    await stage.use.advance_withdrawal()(withdrawal.id)
    ((number, _, _),) = provider.open_payouts()
    provider.confirm_payout(number)
    stage.clock.advance(timedelta(minutes=30))
    assert (await stage.use.advance_withdrawal()(withdrawal.id)).state_name == "succeeded"
    assert provider.totals.paid_out == withdrawal.amount.fen
    await stage.assert_sound()


async def test_all_parts_of_a_withdrawal_go_to_the_account_that_was_linked_when_it_was_requested(
    stage: Stage, provider: SlowOnce
):
    provider.payee_way = "wechat"
    runner = await stage.runner()
    earned = await stage.earn(runner)
    request = stage.use.request_withdrawal()
    with pytest.raises(PayeeMissing):
        await request(runner.id, amount=earned, provider="memory")
    async with stage.begin() as tx:
        member = await tx.members.get(runner.id)
        tx.members.save(member.link(Way("wechat", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M")))
        await tx.commit()
    withdrawal = await request(runner.id, amount=earned, provider="memory")
    await stage.use.unlink_way()(runner.id, "wechat")
    async with stage.begin() as tx:
        assert (await tx.withdrawals.get(withdrawal.id)).payee == "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"


async def test_a_stuck_refund_that_goes_on_after_a_retry_is_followed_to_its_end(stage: Stage, provider: SlowOnce):
    requester, operator = await stage.member(), await stage.operator()
    order = await stage.opened(requester)
    await stage.use.cancel_errand()(order.id, requester.id, reason="不需要了")
    async with stage.begin() as tx:
        (refund,) = await tx.refunds.of_order(order.id)
    provider.fail_next("refund", Decline(reason="NOT_ENOUGH"))
    assert isinstance((await stage.use.advance_refund()(refund.number)).state, Abnormal)
    provider.next_refund("under_way")
    again = await stage.use.retry_refund()(refund.number, operator)
    assert again.state_name == "processing"
    assert again.query_at is not None
    provider.finish_refund(refund.number)
    assert isinstance((await stage.use.advance_refund()(refund.number)).state, Refunded)
    await stage.assert_sound()


async def test_a_refund_that_the_provider_always_gives_up_ends_before_a_person(stage: Stage, provider: SlowOnce):
    requester = await stage.member()
    order = await stage.opened(requester)
    await stage.use.cancel_errand()(order.id, requester.id, reason="不需要了")
    provider.next_refund(*["impossible"] * 50)
    for _ in range(50):
        async with stage.begin() as tx:
            refunds = await tx.refunds.of_order(order.id)
        for refund in refunds:
            if refund.is_open:
                await stage.use.advance_refund()(refund.number)
    assert len(refunds) <= 5
    assert [refund.state_name for refund in refunds].count("abnormal") == 1
    await stage.assert_sound()


class Liar(MemoryProvider):
    """Reports another sum than was asked for."""

    async def query(self, number: str) -> PaymentReport | NotPaid | Lost:  # type: ignore[override]
        """A report that cannot be believed."""
        return self._lie(number)

    async def close(self, number: str) -> PaymentReport | Lost:  # type: ignore[override]
        """The same, when asked to close."""
        return self._lie(number)

    def _lie(self, number: str) -> PaymentReport:
        return PaymentReport(
            number=number,
            provider=self.provider,
            merchant=self.merchant.merchant,
            app=self.merchant.app,
            amount=Money(1),
            currency="CNY",
            transaction_id="T1",
            paid_at=self._clock.now(),
        )


async def test_a_report_that_cannot_be_believed_neither_opens_the_order_nor_keeps_it_from_expiring(stage: Stage):
    order = await stage.published(await stage.member())
    liar = Liar(stage.clock)
    stage.use.payment_providers.override(evolve(stage.use.payment_providers(), payments={"memory": liar}))
    async with stage.begin() as tx:
        (attempt,) = await tx.attempts.of_order(order.id)
    assert order.due_at is not None
    stage.clock.set(order.due_at)
    asked = await stage.use.query_payment()(attempt.id)
    assert asked.query_at is not None
    assert asked.query_at > stage.clock.now()
    assert isinstance((await stage.use.watch_order()(order.id)).state, Expired)
    async with stage.begin() as tx:
        written = await tx.audit.of_subject(f"order:{order.id}", limit=10)
    assert {(line.action, line.detail) for line in written} == {("payment.mismatch", "amount")}


async def test_the_cap_on_tips_holds_for_all_of_them_together(stage: Stage):
    requester = await stage.member()
    order = await stage.opened(requester)
    cap = stage.campus.policy.tariff.tip_most
    raise_tip, record = stage.use.raise_tip(), stage.use.record_payment()
    first = await raise_tip(order.id, requester.id, amount=cap, provider="memory")
    again = await raise_tip(order.id, requester.id, amount=cap, provider="memory")
    assert again.attempt.id == first.attempt.id, "asking twice is one tip"
    await record(stage.provider.pay(first.attempt.number), stage.provider.merchant)
    assert (await outcome(raise_tip(order.id, requester.id, amount=Money(1), provider="memory"))) == "field.invalid"
    assert (await stage.order(order)).price.tip == cap


async def test_another_tip_waits_until_it_is_known_what_became_of_the_one_before(stage: Stage):
    requester = await stage.member()
    order = await stage.opened(requester)
    raise_tip = stage.use.raise_tip()
    first = await raise_tip(order.id, requester.id, amount=Money(100), provider="memory")
    report = stage.provider.pay(first.attempt.number)
    second = await raise_tip(order.id, requester.id, amount=Money(200), provider="memory")
    async with stage.begin() as tx:
        assert isinstance((await tx.attempts.get(first.attempt.id)).state, Succeeded)
    assert (await stage.order(order)).price.tip == report.amount
    assert second.attempt.amount == Money(200)


@pytest.mark.parametrize("way", ["cancel", "reassign"])
async def test_staff_decide_nothing_about_an_order_of_their_own(stage: Stage, way: str):
    operator = await stage.operator()
    order = await stage.opened(operator)
    runner = await stage.runner()
    order = await stage.use.accept_errand()(order.id, runner.id)
    if way == "cancel":
        everything = Outcome(refund=order.held)
        deciding = stage.use.cancel_by_operations()(order.id, operator, reason="为自己", outcome=everything)
    else:
        deciding = stage.use.reassign_errand()(order.id, operator, to=(await stage.runner()).id)
    with pytest.raises(OwnCase):
        await deciding
    assert (await stage.order(order)) == order


async def test_a_payment_with_another_provider_waits_until_the_first_is_known(stage: Stage):
    order = await stage.published(await stage.member())
    await stage.use.pay_for_errand()(order.id, order.requester_id, provider="memory")
    other = MemoryProvider(stage.clock, provider="other")
    both = evolve(stage.use.payment_providers(), payments={"memory": stage.provider, "other": other})
    stage.use.payment_providers.override(both)
    stage.provider.fail_next("close", LoseBefore())
    with pytest.raises(PaymentUnknown):
        await stage.use.pay_for_errand()(order.id, order.requester_id, provider="other")
    started = await stage.use.pay_for_errand()(order.id, order.requester_id, provider="other")
    await stage.use.record_payment()(other.pay(started.attempt.number), other.merchant)
    assert isinstance((await stage.order(order)).state, Open)
