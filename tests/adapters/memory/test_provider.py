"""The provider in memory: what it does on demand, and its own sums."""

from datetime import timedelta

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.faults import Decline, LoseAfter, LoseBefore
from adapters.memory.provider import MemoryProvider
from adapters.memory.provider_plans import CONFIRM_WITHIN
from errand_domain.ports.payments import (
    Declined,
    Lost,
    NoLonger,
    NotPaid,
    PaymentReport,
    PayoutDone,
    PayoutExpired,
    PayoutFailed,
    PayoutRequest,
    PayoutWaits,
    RefundDone,
    RefundImpossible,
    RefundNeedsPerson,
    RefundReport,
    RefundUnderWay,
    Started,
)
from errand_domain.testing import examples

EXPIRES_AT = examples.NOW + examples.HOUR


@pytest.fixture
def clock():
    return MemoryClock(examples.NOW)


@pytest.fixture
def provider(clock):
    return MemoryProvider(clock)


def _request():
    withdrawal = examples.withdrawal(fen=300)
    return PayoutRequest(
        number=withdrawal.part_number(1),
        runner_id=withdrawal.runner_id,
        payee="payee",
        amount=withdrawal.part_amount(1),
        remark="earnings",
    )


async def _start(provider, attempt):
    return await provider.start(attempt, description="an errand", payer="", expires_at=EXPIRES_AT)


async def _paid(provider):
    attempt = examples.attempt()
    await _start(provider, attempt)
    provider.pay(attempt.number)
    return attempt


async def test_an_answer_lost_after_the_work_leaves_the_work_done(provider):
    attempt = examples.attempt()
    provider.fail_next("start", LoseAfter())
    assert isinstance(await _start(provider, attempt), Lost)
    assert await provider.query(attempt.number) == NotPaid()


async def test_a_request_lost_before_the_work_leaves_nothing(provider):
    attempt = examples.attempt()
    provider.fail_next("start", LoseBefore())
    assert isinstance(await _start(provider, attempt), Lost)
    assert await provider.query(attempt.number) == NoLonger()


async def test_faults_come_one_for_each_call_in_their_order(provider):
    attempt = examples.attempt()
    provider.fail_next("start", LoseBefore(), Decline(reason="risk"))
    assert isinstance(await _start(provider, attempt), Lost)
    assert await _start(provider, attempt) == Declined(reason="risk")
    assert isinstance(await _start(provider, attempt), Started)


async def test_a_question_that_is_declined_is_not_answered(provider):
    provider.fail_next("query", Decline())
    assert isinstance(await provider.query("anything"), Lost)


async def test_nobody_can_pay_what_is_closed_expired_or_unknown(provider, clock):
    closed, late = examples.attempt(), examples.attempt()
    for attempt in (closed, late):
        await _start(provider, attempt)
    await provider.close(closed.number)
    clock.set(EXPIRES_AT)
    for number in (closed.number, late.number, examples.attempt().number):
        with pytest.raises(ValueError, match="cannot be paid"):
            provider.pay(number)
    assert await provider.query(late.number) == NoLonger()


async def test_paying_twice_is_paying_once(provider):
    attempt = await _paid(provider)
    assert provider.pay(attempt.number) == provider.pay(attempt.number)
    assert provider.totals.collected == attempt.amount.fen


async def test_a_closing_whose_answer_is_lost_still_reports_what_was_paid(provider):
    attempt = await _paid(provider)
    provider.fail_next("close", LoseAfter())
    assert isinstance(await provider.close(attempt.number), Lost)
    assert isinstance(await provider.close(attempt.number), PaymentReport)


@pytest.mark.parametrize(
    ("plan", "outcome"),
    [
        ("done", RefundDone),
        ("under_way", RefundUnderWay),
        ("impossible", RefundImpossible),
        ("needs_person", RefundNeedsPerson),
    ],
)
async def test_a_refund_takes_the_course_that_was_asked_for(provider, plan, outcome):
    attempt = await _paid(provider)
    provider.next_refund(plan)
    refund = examples.refund(attempt, fen=200)
    report = await provider.refund(refund, paid=attempt.amount, payment_number=attempt.number)
    assert isinstance(report, RefundReport)
    assert isinstance(report.outcome, outcome)
    assert provider.totals.refunded == (200 if plan == "done" else 0)


async def test_a_refund_that_will_not_happen_may_be_asked_for_anew(provider):
    attempt = await _paid(provider)
    provider.next_refund("impossible", "done")
    for nth in (1, 2):
        refund = examples.refund(attempt, fen=500, nth=nth)
        report = await provider.refund(refund, paid=attempt.amount, payment_number=attempt.number)
        assert isinstance(report, RefundReport)
    assert provider.totals.refunded == attempt.amount.fen
    assert provider.totals.balance == 0


async def test_a_payout_that_is_not_confirmed_in_time_expires(provider, clock):
    request = _request()
    assert isinstance(await provider.send(request), PayoutWaits)
    clock.advance(CONFIRM_WITHIN - timedelta(microseconds=1))
    assert isinstance(await provider.query_payout(request.number), PayoutWaits)
    clock.advance(timedelta(microseconds=1))
    assert await provider.query_payout(request.number) == PayoutExpired()
    provider.confirm_payout(request.number)
    assert await provider.query_payout(request.number) == PayoutExpired()
    assert provider.totals.paid_out == 0


async def test_a_payout_ends_once(provider):
    request = _request()
    await provider.send(request)
    provider.confirm_payout(request.number)
    provider.fail_payout(request.number)
    provider.expire_payout(request.number)
    assert isinstance(await provider.query_payout(request.number), PayoutDone)
    assert provider.totals.paid_out == request.amount.fen


async def test_a_payout_fails_where_that_was_asked_for(provider):
    provider.next_payout("failed", "done")
    assert isinstance(await provider.send(_request()), PayoutFailed)
    assert isinstance(await provider.send(_request()), PayoutDone)
    assert provider.totals.balance == -300
