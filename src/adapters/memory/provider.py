"""A payment provider in memory, for tests and demonstrations: it behaves and misbehaves as real ones do."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from attrs import evolve

from adapters.memory.access import Pause
from adapters.memory.faults import Fault, Faults, Operation
from adapters.memory.pauses import give_way
from adapters.memory.provider_books import KeptPayment, KeptPayout, KeptRefund, ProviderBooks, Totals
from adapters.memory.provider_plans import PayoutPlan, RefundPlan, payout_answer, refund_outcome
from errand_domain.money import Money
from errand_domain.payment.attempt import Attempt
from errand_domain.payment.refund import Refund
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import (
    Declined,
    Lost,
    Merchant,
    NoLonger,
    NotPaid,
    PaymentReport,
    Payments,
    PayoutAnswer,
    PayoutDone,
    PayoutExpired,
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

if TYPE_CHECKING:
    from errand_domain.member.member import WayKind

A = TypeVar("A")
P = ParamSpec("P")


def _whole(act: Callable[Concatenate["MemoryProvider", P], A]) -> Callable[Concatenate["MemoryProvider", P], A]:
    """Read and write the books with nobody between: they may be kept where other processes reach them."""

    @wraps(act)
    def acting(self: "MemoryProvider", /, *args: P.args, **kwargs: P.kwargs) -> A:
        with self._books.together():  # pyright: ignore[reportPrivateUsage]  # a method's own decorator
            return act(self, *args, **kwargs)

    return acting


class MemoryProvider(Payments, RefundDesk, Payouts):
    """Collects, gives back and pays out, idempotently under our numbers, and keeps its own sums.

    A refund is under way when it is asked for and done when it is asked about, unless `next_refund` set
    another course. A payout waits for the runner (`confirm_payout`), unless `next_payout` says otherwise.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        provider: str = "memory",
        books: ProviderBooks | None = None,
        pause: Pause = give_way,
    ) -> None:
        self.provider = provider
        self.payer_way: WayKind | None = None
        self.payee_way: WayKind | None = None
        self.merchant = Merchant(merchant=f"{provider}-merchant", app=f"{provider}-app", currency="CNY")
        self._clock = clock
        self._pause = pause
        self._books = books or ProviderBooks()
        self._faults = Faults()
        self._refund_plans: list[RefundPlan] = []
        self._payout_plans: list[PayoutPlan] = []

    async def start(
        self,
        attempt: Attempt,
        *,
        description: str,
        payer: str,  # noqa: ARG002 - anybody may pay here
        expires_at: datetime,
    ) -> Started | Declined | Lost:
        """Wait for the payer; the same number again is the same payment."""
        await self._pause()
        return self._meet("start", lambda: self._start(attempt, description, expires_at))

    async def query(self, number: str) -> PaymentReport | NotPaid | NoLonger | Lost:
        """What became of the payment."""
        await self._pause()
        return _or_lost(self._meet("query", lambda: self._payment_answer(number)))

    async def close(self, number: str) -> PaymentReport | NoLonger | Lost:
        """Make it unpayable, unless it was paid already."""
        await self._pause()
        return _or_lost(self._meet("close", lambda: self._close(number)))

    async def refund(self, refund: Refund, *, paid: Money, payment_number: str) -> RefundReport | Declined | Lost:
        """Give it back, if so much of that payment is left; the same number again is the same refund."""
        await self._pause()
        return self._meet("refund", lambda: self._refund(refund, paid, payment_number))

    async def query_refund(self, number: str, *, payment_number: str) -> RefundReport | Declined | Lost:
        """What became of the refund; one that was under way is done by now."""
        await self._pause()
        return self._meet("query_refund", lambda: self._refund_answer(number, payment_number))

    async def send(self, request: PayoutRequest) -> PayoutAnswer | Declined:
        """Pay it out; the same number again is the same payout."""
        await self._pause()
        return self._meet("send", lambda: self._send(request))

    async def query_payout(self, number: str) -> PayoutAnswer | Declined:
        """What became of the payout."""
        await self._pause()
        return self._meet("query_payout", lambda: self._payout_answer(number))

    async def cancel(self, number: str) -> PayoutAnswer | Declined:
        """Take it back, if it still waits for its payee."""
        await self._pause()
        return self._meet("cancel", lambda: self._cancel(number))

    @_whole
    def pay(self, number: str) -> PaymentReport:
        """The payer pays; the report is what a notification would carry. Else `ValueError`."""
        kept = self._books.payments.get(number)
        if kept is None or kept.closed or (kept.report is None and self._clock.now() >= kept.expires_at):
            raise ValueError(f"{number} cannot be paid")
        if kept.report is None:
            report = PaymentReport(
                number=number,
                provider=self.provider,
                merchant=self.merchant.merchant,
                app=self.merchant.app,
                amount=kept.amount,
                currency=self.merchant.currency,
                transaction_id=f"T{number}",
                paid_at=self._clock.now(),
            )
            kept = evolve(kept, report=report)
            self._books.payments[number] = kept
        return _there(kept.report)

    @_whole
    def finish_refund(self, number: str) -> RefundReport:
        """The payer has the refund; the report is what a notification would carry."""
        kept = _there(self._books.refunds.get(number))
        report = evolve(kept.report, outcome=RefundDone(at=self._clock.now()))
        self._books.refunds[number] = evolve(kept, report=report)
        return report

    @_whole
    def confirm_payout(self, number: str) -> PayoutAnswer:
        """The runner confirms in their app, if there is still time; the answer is the payout's new state."""
        kept = _there(self._payout(number))
        if isinstance(kept.answer, PayoutWaits | PayoutUnderWay):
            self._settle_payout(number, PayoutDone(at=self._clock.now(), amount=kept.request.amount))
        return _there(self._payout(number)).answer

    def expire_payout(self, number: str) -> None:
        """The runner lets the time for confirming pass."""
        self._settle_payout(number, PayoutExpired())

    def fail_payout(self, number: str, reason: str = "the account does not take it") -> None:
        """The payout fails there."""
        self._settle_payout(number, PayoutFailed(reason=reason))

    def fail_next(self, operation: Operation, *faults: Fault) -> None:
        """The next calls of that operation meet these faults, one each."""
        self._faults.ask_for(operation, *faults)

    def next_refund(self, *plans: RefundPlan) -> None:
        """The courses of the next new refunds."""
        self._refund_plans.extend(plans)

    def next_payout(self, *plans: PayoutPlan) -> None:
        """The courses of the next new payouts."""
        self._payout_plans.extend(plans)

    def open_payments(self) -> tuple[tuple[str, str, Money], ...]:
        """What payers could pay now: number, description, amount."""
        now = self._clock.now()
        return tuple(
            (number, json.loads(kept.client_parameters)["description"], kept.amount)
            for number, kept in self._books.payments.items()
            if kept.report is None and not kept.closed and now < kept.expires_at
        )

    def open_payouts(self) -> tuple[tuple[str, str, Money], ...]:
        """What runners could confirm now: number, remark, amount."""
        found = ((number, self._payout(number)) for number in tuple(self._books.payouts))
        return tuple(
            (number, kept.request.remark, kept.request.amount)
            for number, kept in found
            if kept and isinstance(kept.answer, PayoutWaits)
        )

    def open_refunds(self) -> tuple[tuple[str, str, Money], ...]:
        """What is on its way back to payers now: number, the payment's number, amount."""
        return tuple(
            (number, kept.payment_number, kept.report.amount)
            for number, kept in self._books.refunds.items()
            if isinstance(kept.report.outcome, RefundUnderWay)
        )

    @property
    def totals(self) -> Totals:
        """The provider's own sums of what has really moved."""
        return self._books.totals()

    def _meet(self, operation: Operation, work: Callable[[], A]) -> A | Declined | Lost:
        """Do the work whole, unless a fault waits for this operation."""
        with self._books.together():
            return self._faults.meet(operation, work)

    def _start(self, attempt: Attempt, description: str, expires_at: datetime) -> Started | Declined | Lost:
        kept = self._books.payments.get(attempt.number)
        if kept is None:
            parameters = {
                "provider": self.provider,
                "number": attempt.number,
                "amountFen": attempt.amount.fen,
            }
            kept = KeptPayment(
                amount=attempt.amount,
                client_parameters=json.dumps(parameters | {"description": description}, ensure_ascii=False),
                expires_at=expires_at,
            )
            self._books.payments[attempt.number] = kept
        if kept.report is not None:
            # It was paid: a refusal would be taken for "nothing happened there".
            return Lost(why="paid already; a query tells")
        if kept.closed or kept.amount != attempt.amount:
            return Declined(reason="closed" if kept.closed else "the number stands for another amount")
        return Started(client_parameters=kept.client_parameters)

    def _payment_answer(self, number: str) -> PaymentReport | NotPaid | NoLonger:
        kept = self._books.payments.get(number)
        if kept is None:
            return NoLonger()
        if kept.report is not None:
            return kept.report
        return NoLonger() if kept.closed or self._clock.now() >= kept.expires_at else NotPaid()

    def _close(self, number: str) -> PaymentReport | NoLonger:
        kept = self._books.payments.get(number)
        if kept is not None and kept.report is not None:
            return kept.report
        if kept is not None:
            self._books.payments[number] = evolve(kept, closed=True)
        return NoLonger()

    def _refund(self, refund: Refund, paid: Money, payment_number: str) -> RefundReport | Declined:
        kept = self._books.refunds.get(refund.number)
        if kept is not None:
            is_same = (kept.payment_number, kept.report.amount) == (payment_number, refund.amount)
            return kept.report if is_same else Declined(reason="the number stands for another refund")
        payment = self._books.payments.get(payment_number)
        if payment is None or payment.report is None or payment.report.amount != paid:
            return Declined(reason="there is no such payment of that amount")
        if refund.amount.fen > self._books.refundable(payment_number):
            return Declined(reason="more than is left of the payment")
        plan = self._refund_plans.pop(0) if self._refund_plans else "under_way"
        report = RefundReport(
            number=refund.number,
            amount=refund.amount,
            refund_id=f"R{refund.number}",
            outcome=refund_outcome(plan, at=self._clock.now()),
            accepted_at=self._clock.now(),
        )
        self._books.refunds[refund.number] = KeptRefund(payment_number=payment_number, report=report)
        return report

    def _refund_answer(self, number: str, payment_number: str) -> RefundReport | Declined:
        kept = self._books.refunds.get(number)
        if kept is None or kept.payment_number != payment_number:
            return Declined(reason="there is no such refund")
        if isinstance(kept.report.outcome, RefundUnderWay):
            return self.finish_refund(number)
        return kept.report

    def _send(self, request: PayoutRequest) -> PayoutAnswer:
        kept = self._payout(request.number)
        if kept is None:
            plan = self._payout_plans.pop(0) if self._payout_plans else "waits"
            kept = KeptPayout(request=request, answer=payout_answer(plan, request, at=self._clock.now()))
            self._books.payouts[request.number] = kept
        # To call another request under this number failed would let its money go twice.
        return kept.answer if kept.request == request else Lost(why="the number stands for another payout")

    def _payout_answer(self, number: str) -> PayoutAnswer | Declined:
        kept = self._payout(number)
        return kept.answer if kept else Declined(reason="there is no such payout")

    def _cancel(self, number: str) -> PayoutAnswer | Declined:
        kept = self._payout(number)
        if kept and isinstance(kept.answer, PayoutWaits):
            self._books.payouts[number] = evolve(kept, answer=PayoutFailed(reason="taken back"))
        return self._payout_answer(number)

    def _payout(self, number: str) -> KeptPayout | None:
        """The payout as it is now: one that was not confirmed in time has expired."""
        kept = self._books.payouts.get(number)
        if kept and isinstance(kept.answer, PayoutWaits) and self._clock.now() >= kept.answer.expires_at:
            kept = evolve(kept, answer=PayoutExpired())
            self._books.payouts[number] = kept
        return kept

    @_whole
    def _settle_payout(self, number: str, answer: PayoutAnswer) -> None:
        kept = _there(self._payout(number))
        if isinstance(kept.answer, PayoutWaits | PayoutUnderWay):
            self._books.payouts[number] = evolve(kept, answer=answer)


def _or_lost(answer: A | Declined) -> A | Lost:
    """A question is answered or not; whoever declines to answer has not told."""
    return Lost(why=answer.reason) if isinstance(answer, Declined) else answer


def _there(kept: A | None) -> A:
    """What must be there, for the hands of a test would otherwise grasp at nothing."""
    if kept is None:
        raise ValueError("the provider has no such thing")
    return kept
