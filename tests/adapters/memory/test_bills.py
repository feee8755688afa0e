"""The bills of the provider in memory: one line for each movement, in the bill of its day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.bills import MemoryBills
from adapters.memory.clock import MemoryClock
from adapters.memory.provider import MemoryProvider
from adapters.memory.provider_books import ProviderBooks
from errand_domain.money import Money
from errand_domain.ports.bills import Bill, BillLine, BillNotReady
from errand_domain.ports.payments import Lost, PayoutRequest
from errand_domain.testing import examples

DAY = date(2026, 9, 1)
LAST_MOMENT = datetime(2026, 9, 1, 15, 59, 59, 999_999, tzinfo=UTC)
NEXT_DAY = LAST_MOMENT + timedelta(microseconds=1)


@pytest.fixture
def clock():
    return MemoryClock(examples.NOW)


@pytest.fixture
def books():
    return ProviderBooks()


@pytest.fixture
def provider(clock, books):
    return MemoryProvider(clock, books=books)


@pytest.fixture
def bills(clock, books):
    return MemoryBills(books, clock)


async def paid(provider, fen=500):
    attempt = examples.attempt(fen=fen)
    await provider.start(attempt, description="an errand", payer="", expires_at=NEXT_DAY + examples.HOUR)
    provider.pay(attempt.number)
    return attempt


async def refunded(provider, attempt, fen, nth=1):
    refund = examples.refund(attempt, fen=fen, nth=nth)
    await provider.refund(refund, paid=attempt.amount, payment_number=attempt.number)
    return refund


async def sent(provider, fen=300):
    withdrawal = examples.withdrawal(fen=fen)
    request = PayoutRequest(
        number=withdrawal.part_number(1),
        runner_id=withdrawal.runner_id,
        payee="payee",
        amount=withdrawal.part_amount(1),
        remark="earnings",
    )
    await provider.send(request)
    return request


async def lines(bills, day=DAY):
    bill = await bills.of_day(day)
    assert isinstance(bill, Bill)
    assert (bill.provider, bill.day) == ("memory", day)
    return bill.lines


async def test_every_movement_stands_in_the_bill_oldest_first(provider, bills, clock):
    clock.set(examples.NOW)
    attempt = await paid(provider)
    clock.advance(examples.HOUR)
    refund = await refunded(provider, attempt, 200)
    clock.advance(examples.HOUR)
    request = await sent(provider)
    clock.advance(examples.HOUR)
    provider.confirm_payout(request.number)
    clock.set(NEXT_DAY)
    assert await lines(bills) == (
        BillLine(
            kind="payment",
            number=attempt.number,
            provider_id=f"T{attempt.number}",
            amount=Money(500),
            at=examples.NOW,
        ),
        BillLine(
            kind="refund",
            number=refund.number,
            provider_id=f"R{refund.number}",
            amount=Money(200),
            at=examples.NOW + examples.HOUR,
        ),
        BillLine(
            kind="payout",
            number=request.number,
            provider_id=f"P{request.number}",
            amount=Money(300),
            at=examples.NOW + 3 * examples.HOUR,
        ),
    )


async def test_a_day_ends_at_midnight_in_china(provider, bills, clock):
    clock.set(LAST_MOMENT)
    before = await paid(provider)
    clock.set(NEXT_DAY)
    after = await paid(provider)
    assert [line.number for line in await lines(bills)] == [before.number]
    clock.advance(timedelta(days=1))
    assert [line.number for line in await lines(bills, date(2026, 9, 2))] == [after.number]


@pytest.mark.parametrize("day", [DAY, date(2026, 9, 2), date(9999, 12, 31)])
async def test_a_day_that_is_not_over_has_no_bill_yet(bills, clock, day):
    clock.set(LAST_MOMENT)
    assert isinstance(await bills.of_day(day), BillNotReady)


async def test_a_day_without_movements_has_an_empty_bill(bills, clock):
    clock.set(NEXT_DAY)
    assert await lines(bills) == ()


async def test_a_refund_stands_in_the_bill_of_the_day_on_which_it_was_accepted(provider, bills, clock):
    clock.set(LAST_MOMENT)
    refund = await refunded(provider, await paid(provider), 500)
    clock.set(NEXT_DAY)
    provider.finish_refund(refund.number)
    assert [line.kind for line in await lines(bills)] == ["payment", "refund"]
    clock.advance(timedelta(days=1))
    assert await lines(bills, date(2026, 9, 2)) == ()


async def test_what_does_not_move_money_stands_in_no_bill(provider, bills, clock):
    attempt = examples.attempt()
    await provider.start(attempt, description="an errand", payer="", expires_at=NEXT_DAY)
    provider.next_refund("impossible", "needs_person")
    other = await paid(provider)
    await refunded(provider, other, 100)
    waits = await refunded(provider, other, 100, nth=2)
    await sent(provider)
    clock.set(NEXT_DAY)
    assert [line.number for line in await lines(bills)] == [other.number, waits.number]


@given(fen=st.integers(1, 50_000), rate=st.integers(0, 10_000), parts=st.lists(st.integers(1, 50_000), max_size=5))
async def test_refunds_never_bring_back_more_of_a_fee_than_was_charged(fen, rate, parts):
    clock, books = MemoryClock(examples.NOW), ProviderBooks()
    provider, bills = MemoryProvider(clock, books=books), MemoryBills(books, clock, fee_basis_points=rate)
    attempt = await paid(provider, fen)
    for nth, part in enumerate(parts, 1):
        await refunded(provider, attempt, part, nth)
    clock.set(NEXT_DAY)
    charged, *back = await lines(bills)
    assert abs(charged.fee_fen * 10_000 - fen * rate) <= 5_000
    assert all(line.fee_fen <= 0 for line in back)
    assert charged.fee_fen + sum(line.fee_fen for line in back) >= 0


async def test_a_bill_may_get_lost(bills, clock):
    clock.set(NEXT_DAY)
    bills.fail_next()
    assert isinstance(await bills.of_day(DAY), Lost)
    assert await lines(bills) == ()
