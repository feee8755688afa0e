"""The promises of `errand_domain.ports.bills`."""

from datetime import date
from typing import Final, Protocol

import pytest
from attrs import frozen

from errand_domain.payment.attempt import Attempt
from errand_domain.ports.bills import Bill, BillLine, BillNotReady, Bills
from errand_domain.ports.payments import Payments, PayoutRequest, Payouts, RefundDesk, RefundReport, Started
from errand_domain.settlement.recipes import MovementKind
from errand_domain.settlement.reconciliation import day_of
from errand_domain.testing import examples
from errand_domain.testing.contracts.payments import EXPIRES_AT, PAYEES, Outside

TODAY: Final[date] = day_of(examples.NOW)


class OutsideWithDays(Outside, Protocol):
    """What happens at the provider without our doing, and that its days end."""

    async def close_day(self) -> None:
        """The provider's day ends, and time passes until its bill must be there."""
        ...


@frozen(kw_only=True)
class Desks:
    """Where the movements of a bill are asked for, all of the provider whose bills they are."""

    payments: Payments
    refunds: RefundDesk
    payouts: Payouts


class BillsContract:
    """Give fixtures `adapter` (the port, its clock at `examples.NOW`), `desks` (see `Desks`) and `outside`.

    `outside` is that of the desks, and can end a day: see `OutsideWithDays`.
    """

    pytestmark = pytest.mark.anyio

    async def test_today_has_no_bill_yet(self, adapter: Bills, desks: Desks, outside: OutsideWithDays) -> None:
        await _paid(desks, outside)
        assert isinstance(await adapter.of_day(TODAY), BillNotReady)

    async def test_a_day_without_movement_has_a_bill_without_lines(
        self, adapter: Bills, outside: OutsideWithDays
    ) -> None:
        await outside.close_day()
        assert await adapter.of_day(TODAY) == Bill(provider=adapter.provider, day=TODAY, lines=())

    async def test_a_paid_payment_stands_in_the_bill_of_its_day(
        self, adapter: Bills, desks: Desks, outside: OutsideWithDays
    ) -> None:
        first, second = await _paid(desks, outside, fen=500), await _paid(desks, outside, fen=1_999)
        await outside.close_day()
        for attempt in (first, second):
            line = await _line(adapter, "payment", attempt.number)
            assert (line.amount, day_of(line.at)) == (attempt.amount, TODAY)
            assert line.provider_id
            assert line.fee_fen >= 0

    async def test_what_nobody_paid_stands_in_no_bill(
        self, adapter: Bills, desks: Desks, outside: OutsideWithDays
    ) -> None:
        await outside.open(await _started(desks, fen=500))
        await outside.close_day()
        assert await adapter.of_day(TODAY) == Bill(provider=adapter.provider, day=TODAY, lines=())

    async def test_a_refund_stands_in_the_bill_of_the_day_on_which_it_was_accepted(
        self, adapter: Bills, desks: Desks, outside: OutsideWithDays
    ) -> None:
        attempt = await _paid(desks, outside, fen=500)
        refund = examples.refund(attempt, fen=200)
        asked = await desks.refunds.refund(refund, paid=attempt.amount, payment_number=attempt.number)
        assert isinstance(asked, RefundReport)
        await outside.close_day()
        line = await _line(adapter, "refund", refund.number)
        assert (line.amount, day_of(line.at)) == (refund.amount, TODAY)
        assert line.fee_fen <= 0
        assert (await _line(adapter, "payment", attempt.number)).amount == attempt.amount

    async def test_a_payout_stands_in_the_bill_once_it_was_confirmed(
        self, adapter: Bills, desks: Desks, outside: OutsideWithDays
    ) -> None:
        withdrawal = examples.withdrawal(fen=1_250)
        request = PayoutRequest(
            number=withdrawal.part_number(1),
            runner_id=withdrawal.runner_id,
            payee=PAYEES[desks.payouts.payee_way],
            payee_name="王小明",
            amount=withdrawal.part_amount(1),
            remark="跑腿收入",
        )
        await desks.payouts.send(request)
        await outside.confirm(request)
        await outside.close_day()
        line = await _line(adapter, "payout", request.number)
        assert (line.amount, day_of(line.at)) == (request.amount, TODAY)

    async def test_a_bill_says_the_same_whenever_it_is_read(
        self, adapter: Bills, desks: Desks, outside: OutsideWithDays
    ) -> None:
        await _paid(desks, outside)
        await outside.close_day()
        bill = await adapter.of_day(TODAY)
        assert await adapter.of_day(TODAY) == bill
        await outside.close_day()
        assert await adapter.of_day(TODAY) == bill


async def _started(desks: Desks, *, fen: int) -> Attempt:
    attempt = examples.attempt(provider=desks.payments.provider, fen=fen)
    payer = PAYEES[desks.payments.payer_way]
    started = await desks.payments.start(attempt, description="校园跑腿：取快递", payer=payer, expires_at=EXPIRES_AT)
    assert isinstance(started, Started)
    return attempt


async def _paid(desks: Desks, outside: Outside, *, fen: int = 500) -> Attempt:
    attempt = await _started(desks, fen=fen)
    await outside.pay(attempt)
    return attempt


async def _line(adapter: Bills, kind: MovementKind, number: str) -> BillLine:
    """The one line about it in today's bill."""
    bill = await adapter.of_day(TODAY)
    assert isinstance(bill, Bill)
    assert (bill.provider, bill.day) == (adapter.provider, TODAY)
    (line,) = (line for line in bill.lines if (line.kind, line.number) == (kind, number))
    return line
