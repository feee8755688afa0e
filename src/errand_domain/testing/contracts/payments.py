"""The promises of `errand_domain.ports.payments`.

Give a fixture `adapter`, and a fixture `outside`: what people and time do at the provider.
"""

from datetime import datetime
from functools import partial
from typing import Protocol

import pytest
from attrs import evolve

from errand_domain.ids import MemberId
from errand_domain.member.member import WayKind
from errand_domain.money import Money
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.payments import (
    Declined,
    Lost,
    NoLonger,
    NotPaid,
    PaymentReport,
    Payments,
    PayoutDone,
    PayoutFailed,
    PayoutRequest,
    Payouts,
    PayoutUnderWay,
    PayoutWaits,
    RefundDesk,
    RefundDone,
    RefundReport,
    RefundUnderWay,
    Started,
)
from errand_domain.testing import examples
from errand_domain.testing.contracts.racing import all_at_once

EXPIRES_AT: datetime = examples.NOW + examples.HOUR
PAYEES: dict[WayKind | None, str] = {
    None: "payee-1",
    "wechat": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    "phone": "+8613800001234",
    "email": "payee@example.com",
}


class Outside(Protocol):
    """What happens at the provider without our doing."""

    async def open(self, attempt: Attempt) -> None:
        """The payer opens what was started, so that the provider has heard of it, and does not pay yet."""
        ...

    async def pay(self, attempt: Attempt) -> None:
        """The payer pays what was started, whole; raises `ValueError` where it cannot be paid."""
        ...

    async def confirm(self, request: PayoutRequest) -> None:
        """The runner confirms the payout, if the provider asks for that."""
        ...


class Provider(Payments, RefundDesk, Protocol):
    """Refunds are of payments, so their contract needs both."""


class PaymentsContract:
    """Give fixtures `adapter` (the port, its clock at `examples.NOW`) and `outside` (see `Outside`)."""

    pytestmark = pytest.mark.anyio

    async def test_a_started_payment_waits_for_the_payer(self, adapter: Payments) -> None:
        attempt = _attempt(adapter)
        assert isinstance(await _start(adapter, attempt), Started)
        assert await adapter.query(attempt.number) == NotPaid()

    async def test_a_payment_that_was_opened_still_waits_for_the_payer(
        self, adapter: Payments, outside: Outside
    ) -> None:
        attempt = _attempt(adapter)
        await _start(adapter, attempt)
        await outside.open(attempt)
        assert await adapter.query(attempt.number) == NotPaid()

    async def test_starting_again_is_the_same_payment(self, adapter: Payments, outside: Outside) -> None:
        attempt = _attempt(adapter)
        results = await all_at_once([partial(_start, adapter, attempt) for _ in range(5)])
        assert {type(result) for result in results} == {Started}
        await outside.pay(attempt)
        report = await adapter.query(attempt.number)
        assert isinstance(report, PaymentReport)
        assert report.amount == attempt.amount

    async def test_a_paid_payment_is_reported_in_full(self, adapter: Payments, outside: Outside) -> None:
        attempt = _attempt(adapter)
        await _start(adapter, attempt)
        await outside.pay(attempt)
        report = await adapter.query(attempt.number)
        assert isinstance(report, PaymentReport)
        assert (report.number, report.amount) == (attempt.number, attempt.amount)
        assert (report.provider, report.currency) == (adapter.provider, adapter.merchant.currency)
        assert (report.merchant, report.app) == (adapter.merchant.merchant, adapter.merchant.app)
        assert report.transaction_id
        assert report.paid_at.tzinfo is not None
        assert await adapter.query(attempt.number) == report

    async def test_a_paid_payment_is_never_called_refused(self, adapter: Payments, outside: Outside) -> None:
        """Starting it again may answer that nothing is known, not that nothing happened."""
        attempt = _attempt(adapter)
        await _start(adapter, attempt)
        await outside.pay(attempt)
        assert not isinstance(await _start(adapter, attempt), Declined)

    async def test_a_number_never_heard_of_is_not_paid(self, adapter: Payments) -> None:
        assert isinstance(await adapter.query(_attempt(adapter).number), NoLonger | NotPaid)
        assert await adapter.close(_attempt(adapter).number) == NoLonger()

    async def test_a_closed_payment_stays_closed(self, adapter: Payments, outside: Outside) -> None:
        attempt = _attempt(adapter)
        await _start(adapter, attempt)
        await outside.open(attempt)
        for _ in range(2):
            assert await adapter.close(attempt.number) == NoLonger()
        assert await adapter.query(attempt.number) == NoLonger()
        await _start(adapter, attempt)
        with pytest.raises(ValueError, match=attempt.number):
            await outside.pay(attempt)
        assert await adapter.query(attempt.number) == NoLonger()

    async def test_closing_a_paid_payment_reports_it(self, adapter: Payments, outside: Outside) -> None:
        attempt = _attempt(adapter)
        await _start(adapter, attempt)
        await outside.pay(attempt)
        report = await adapter.close(attempt.number)
        assert isinstance(report, PaymentReport)
        assert report == await adapter.query(attempt.number)


class RefundDeskContract:
    """Give fixtures `adapter` (refund desk and payments of one provider in one) and `outside` (see `Outside`)."""

    pytestmark = pytest.mark.anyio

    async def test_a_refund_is_done_in_the_end(self, adapter: Provider, outside: Outside) -> None:
        attempt = await _paid(adapter, outside)
        refund = examples.refund(attempt, fen=200)
        asked = await adapter.refund(refund, paid=attempt.amount, payment_number=attempt.number)
        assert isinstance(asked, RefundReport)
        assert (asked.number, asked.amount) == (refund.number, refund.amount)
        assert isinstance(asked.outcome, RefundDone | RefundUnderWay)
        told = await adapter.query_refund(refund.number, payment_number=attempt.number)
        assert isinstance(told, RefundReport)
        assert (told.number, told.amount, told.refund_id) == (asked.number, asked.amount, asked.refund_id)

    async def test_asking_again_is_the_same_refund(self, adapter: Provider, outside: Outside) -> None:
        attempt = await _paid(adapter, outside)
        refund = examples.refund(attempt, fen=400)
        ask = partial(adapter.refund, refund, paid=attempt.amount, payment_number=attempt.number)
        results = await all_at_once([ask for _ in range(5)])
        assert len({result.refund_id for result in results if isinstance(result, RefundReport)}) == 1
        assert all(isinstance(result, RefundReport) for result in results)
        rest = examples.refund(attempt, fen=100, nth=2)
        report = await adapter.refund(rest, paid=attempt.amount, payment_number=attempt.number)
        assert isinstance(report, RefundReport)

    async def test_no_more_is_given_back_than_was_paid(self, adapter: Provider, outside: Outside) -> None:
        attempt = await _paid(adapter, outside)
        first, second = examples.refund(attempt, fen=300), examples.refund(attempt, fen=201, nth=2)
        await adapter.refund(first, paid=attempt.amount, payment_number=attempt.number)
        refused = await adapter.refund(second, paid=attempt.amount, payment_number=attempt.number)
        assert isinstance(refused, Declined)

    async def test_what_was_never_paid_is_not_given_back(self, adapter: Provider) -> None:
        attempt = _attempt(adapter)
        await _start(adapter, attempt)
        refund = examples.refund(attempt, fen=1)
        assert isinstance(await adapter.refund(refund, paid=attempt.amount, payment_number=attempt.number), Declined)

    async def test_a_refund_never_heard_of_is_declined(self, adapter: Provider, outside: Outside) -> None:
        attempt = await _paid(adapter, outside)
        number = examples.refund(attempt).number
        assert isinstance(await adapter.query_refund(number, payment_number=attempt.number), Declined)


class PayoutsContract:
    """Give fixtures `adapter` (the port) and `outside` (see `Outside`)."""

    pytestmark = pytest.mark.anyio

    async def test_a_payout_reaches_the_runner_once_confirmed(self, adapter: Payouts, outside: Outside) -> None:
        request = _request(adapter)
        answer = await adapter.send(request)
        assert isinstance(answer, PayoutWaits | PayoutUnderWay | PayoutDone)
        await outside.confirm(request)
        told = await adapter.query_payout(request.number)
        assert isinstance(told, PayoutDone)
        assert told.amount == request.amount
        assert await adapter.query_payout(request.number) == told

    async def test_sending_again_is_the_same_payout(self, adapter: Payouts, outside: Outside) -> None:
        request = _request(adapter)
        results = await all_at_once([partial(adapter.send, request) for _ in range(5)])
        assert len({type(result) for result in results}) == 1
        await outside.confirm(request)
        done = await adapter.query_payout(request.number)
        assert await adapter.send(request) == done

    async def test_another_request_under_the_number_is_never_called_failed(self, adapter: Payouts) -> None:
        """Failed would mean that the first will not be paid, and its money would go out twice."""
        request = _request(adapter)
        await adapter.send(request)
        other = evolve(request, amount=request.amount + Money(1))
        assert not isinstance(await adapter.send(other), PayoutFailed)

    async def test_a_payout_never_heard_of_is_declined(self, adapter: Payouts) -> None:
        number = _request(adapter).number
        assert isinstance(await adapter.query_payout(number), Declined)
        assert isinstance(await adapter.cancel(number), Declined)

    async def test_what_was_taken_back_is_not_paid(self, adapter: Payouts) -> None:
        """A provider that asks for no confirmation has nothing to take back, and says so."""
        request = _request(adapter)
        sent = await adapter.send(request)
        taken = await adapter.cancel(request.number)
        if isinstance(sent, PayoutWaits):
            assert isinstance(taken, PayoutFailed | PayoutUnderWay)
            assert isinstance(await adapter.query_payout(request.number), PayoutFailed)
        else:
            assert not isinstance(taken, PayoutFailed)

    async def test_what_was_paid_is_not_taken_back(self, adapter: Payouts, outside: Outside) -> None:
        request = _request(adapter)
        await adapter.send(request)
        await outside.confirm(request)
        await adapter.cancel(request.number)
        assert isinstance(await adapter.query_payout(request.number), PayoutDone)


def _attempt(adapter: Payments) -> Attempt:
    return examples.attempt(provider=adapter.provider)


async def _start(adapter: Payments, attempt: Attempt) -> Started | Declined | Lost:
    return await adapter.start(
        attempt, description="校园跑腿：取快递", payer=PAYEES[adapter.payer_way], expires_at=EXPIRES_AT
    )


async def _paid(adapter: Payments, outside: Outside) -> Attempt:
    attempt = _attempt(adapter)
    await _start(adapter, attempt)
    await outside.pay(attempt)
    return attempt


def _request(adapter: Payouts) -> PayoutRequest:
    withdrawal = examples.withdrawal()
    return PayoutRequest(
        number=withdrawal.part_number(1),
        runner_id=MemberId(withdrawal.runner_id),
        payee=PAYEES[adapter.payee_way],
        payee_name="王小明",
        amount=withdrawal.part_amount(1),
        remark="跑腿收入",
    )
