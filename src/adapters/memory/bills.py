"""The daily bills of the provider in memory, written from its books."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Final

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from adapters.memory.provider_books import ProviderBooks
from errand_domain.money import FULL_BASIS_POINTS, Money
from errand_domain.ports.bills import Bill, BillLine, BillNotReady, Bills
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Lost, PayoutDone, RefundImpossible

CALENDAR: Final = timezone(timedelta(hours=8))


class MemoryBills(Bills):
    """Every movement stands in the bill of its day.

    The day of a payment is when it was paid, of a refund when it was accepted, of a payout when it was done. Refunds
    that will not happen stand in none.

    The fee of a payment is rounded to the nearest fen. What a refund brings back of it is rounded down, so that no
    number of refunds brings back more than was charged.
    """

    def __init__(
        self,
        books: ProviderBooks,
        clock: Clock,
        *,
        provider: str = "memory",
        fee_basis_points: int = 0,
        pause: Pause = give_way,
    ) -> None:
        self.provider = provider
        self._books = books
        self._clock = clock
        self._fee_basis_points = fee_basis_points
        self._pause = pause
        self._failures = 0

    def fail_next(self, times: int = 1) -> None:
        """The next bills that are asked for get lost on their way."""
        self._failures += times

    async def of_day(self, day: date) -> Bill | BillNotReady | Lost:
        """The bill of that day, if it is over, oldest first."""
        await self._pause()
        if self._failures:
            self._failures -= 1
            return Lost(why="the bill did not arrive")
        if day >= _day(self._clock.now()):
            return BillNotReady(why="the day is not over")
        with self._books.together():
            lines = [line for line in self._every() if _day(line.at) == day]
        return Bill(provider=self.provider, day=day, lines=tuple(sorted(lines, key=lambda line: line.at)))

    def _every(self) -> Iterator[BillLine]:
        yield from self._payments()
        yield from self._refunds()
        yield from self._payouts()

    def _payments(self) -> Iterator[BillLine]:
        for payment in self._books.payments.values():
            if payment.report is not None:
                yield BillLine(
                    kind="payment",
                    number=payment.report.number,
                    provider_id=payment.report.transaction_id,
                    amount=payment.report.amount,
                    fee_fen=self._fee_fen(payment.report.amount),
                    at=payment.report.paid_at,
                )

    def _refunds(self) -> Iterator[BillLine]:
        for kept in self._books.refunds.values():
            report = kept.report
            if report.accepted_at is not None and not isinstance(report.outcome, RefundImpossible):
                yield BillLine(
                    kind="refund",
                    number=report.number,
                    provider_id=report.refund_id,
                    amount=report.amount,
                    fee_fen=-report.amount.share(self._fee_basis_points).fen,
                    at=report.accepted_at,
                )

    def _payouts(self) -> Iterator[BillLine]:
        for number, kept in self._books.payouts.items():
            if isinstance(kept.answer, PayoutDone):
                yield BillLine(
                    kind="payout",
                    number=number,
                    provider_id=f"P{number}",
                    amount=kept.answer.amount,
                    at=kept.answer.at,
                )

    def _fee_fen(self, amount: Money) -> int:
        return (amount.fen * self._fee_basis_points + FULL_BASIS_POINTS // 2) // FULL_BASIS_POINTS


def _day(moment: datetime) -> date:
    return moment.astimezone(CALENDAR).date()
