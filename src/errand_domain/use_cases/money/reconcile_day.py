"""Compare one day of a provider's bill with our books, and book what the provider charged."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from attrs import frozen

from errand_domain.payment.refund import Processing, Refunded
from errand_domain.ports.bills import Bill, BillNotReady
from errand_domain.ports.ledger import Entry
from errand_domain.ports.payments import Lost
from errand_domain.ports.transaction import Begin
from errand_domain.settlement import recipes
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.matching import (
    booked_fees,
    compare,
    fees_to_book,
    in_earlier_bill,
    movements,
    without_line,
)
from errand_domain.settlement.recipes import Reference
from errand_domain.settlement.reconciliation import (
    BillLine,
    Finding,
    Movement,
    Reconciliation,
    Record,
    day_of,
    start_of,
)
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.tracing import trace

PAGE: Final = 1_000
BATCH: Final = 500
BOOKED_LATE_MOST: Final = timedelta(days=7)
"""An entry is booked when we hear of the movement: at once, or days after it, and never before."""

Step = Literal["bill", "journal", "lines", "earlier bills", "fees"]


@frozen(kw_only=True)
class Progress:
    """How far it is: so many done in this step, of so many where that is known."""

    step: Step
    done: int
    of: int | None = None


Tell = Callable[[Progress], None]


@frozen(kw_only=True)
class Reconciled:
    """What was found, and the fees that were booked just now: none where an earlier run booked them all."""

    found: Reconciliation
    booked: tuple[Transfer, ...]

    @property
    def booked_count(self) -> int:
        """How many fees were booked just now."""
        return len(self.booked)


@frozen(kw_only=True)
class ReconcileDay:
    """Name every difference between a provider's bill and our journal; book the fees, and nothing else.

    A run that died anywhere is simply run again, and ends the same: whatever it books has a key. No provider is asked
    inside a transaction.
    """

    begin: Begin
    providers: Providers

    async def __call__(
        self, provider: str, day: date, *, tell: Tell = lambda _: None
    ) -> Reconciled | BillNotReady | Lost:
        """The day's reconciliation, or why there is no bill to compare with; raises `InvalidField`."""
        answer = await self._bill(provider, day, tell)
        if not isinstance(answer, Bill):
            return answer
        lines = answer.lines
        transfers = await self._entries(provider, day, {line.reference for line in lines}, tell)
        here, fees = movements(transfers), booked_fees(transfers)
        records = await self._records(provider, [line for line in lines if line.reference not in here], tell)
        ours = await self._elsewhere(provider, day, without_line(lines, here, day), tell)
        if not isinstance(ours, tuple):
            return ours
        theirs = compare(lines, here, records, fees)
        due = fees_to_book(provider, theirs, fees)
        await self._book(due, tell)
        found = Reconciliation(provider=provider, day=day, bill=lines, findings=theirs + ours)
        return Reconciled(found=found, booked=due)

    async def _bill(self, provider: str, day: date, tell: Tell) -> Bill | BillNotReady | Lost:
        tell(Progress(step="bill", done=0, of=1))
        answer = await self.providers.billing(provider).of_day(day)
        if isinstance(answer, Bill):
            tell(Progress(step="bill", done=1, of=1))
        return answer

    async def _entries(self, provider: str, day: date, billed: set[Reference], tell: Tell) -> list[Transfer]:
        """The provider's entries that the bill or the day asks for, newest first.

        Reading ends at a page on which everything is older than the day by more than an entry may be late.
        """
        found, read, before = list[Transfer](), 0, None
        account, since = recipes.clearing(provider), start_of(day) - BOOKED_LATE_MOST
        while True:
            async with self.begin() as tx:
                page = await tx.ledger.of_account(account, before=before, limit=PAGE)
            found += [one for one in _transfers(page) if _is_asked_for(one, day, billed)]
            read += len(page)
            tell(Progress(step="journal", done=read))
            # Fees are booked when somebody reconciles, perhaps months later: they say nothing about their neighbours.
            moments = [one.at for one in _transfers(page) if recipes.fee_reference(one) is None]
            if len(page) < PAGE or (moments and max(moments) < since):
                return found
            before = page[-1].sequence

    async def _records(self, provider: str, lines: Sequence[BillLine], tell: Tell) -> dict[Reference, Record]:
        """What we know of the lines that the journal has not."""
        found = dict[Reference, Record]()
        for done, line in enumerate(lines, start=1):
            async with self.begin() as tx:
                record = await trace(tx, provider, line.reference)
            if record is not None:
                found[line.reference] = record
            tell(Progress(step="lines", done=done, of=len(lines)))
        return found

    async def _elsewhere(
        self, provider: str, day: date, unbilled: Sequence[Movement], tell: Tell
    ) -> tuple[Finding, ...] | BillNotReady | Lost:
        """What is the case with our movements that the day's bill lacks: a bill of a day before may have them."""
        bills, found = dict[date, dict[Reference, BillLine]](), list[Finding]()
        for done, movement in enumerate(unbilled, start=1):
            earlier = await self._earlier_day(movement, day)
            if earlier is not None and earlier not in bills:
                answer = await self.providers.billing(provider).of_day(earlier)
                if not isinstance(answer, Bill):
                    return answer
                bills[earlier] = {line.reference: line for line in answer.lines}
            line = None if earlier is None else bills[earlier].get(movement.reference)
            found.append(in_earlier_bill(movement, line))
            tell(Progress(step="earlier bills", done=done, of=len(unbilled)))
        return tuple(found)

    async def _earlier_day(self, movement: Movement, day: date) -> date | None:
        """The earlier day in whose bill a movement may stand that was done on this one.

        A refund stands where the provider took it. What is asked for in the evening may be done after midnight: a
        payout that the runner confirms then, or a refund of which the provider did not say when it took it.
        """
        if movement.reference.kind == "payment":
            return None
        if movement.reference.kind == "refund":
            async with self.begin() as tx:
                state = (await tx.refunds.get(movement.reference.number)).state
            if isinstance(state, Processing | Refunded) and state.accepted_at is not None:
                accepted = day_of(state.accepted_at)
                return accepted if accepted != day else None
        return day - timedelta(days=1)

    async def _book(self, due: Sequence[Transfer], tell: Tell) -> None:
        for start in range(0, len(due), BATCH):
            batch = due[start : start + BATCH]
            async with self.begin() as tx:
                tx.ledger.post(*batch)
                await tx.commit()
            tell(Progress(step="fees", done=start + len(batch), of=len(due)))


def _transfers(page: Iterable[Entry]) -> list[Transfer]:
    return [entry.transfer for entry in page]


def _is_asked_for(transfer: Transfer, day: date, billed: set[Reference]) -> bool:
    reference = recipes.reference(transfer)
    if reference is None:
        return recipes.fee_reference(transfer) in billed
    return reference in billed or day_of(transfer.at) == day
