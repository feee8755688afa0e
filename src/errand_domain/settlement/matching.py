"""Match the lines of a provider's bill with the movements in our journal, and judge each."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import assert_never

from errand_domain.money import Money
from errand_domain.settlement import recipes
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.recipes import Reference
from errand_domain.settlement.reconciliation import (
    AmountDiffers,
    BillLine,
    FeeDiffers,
    Finding,
    GivenUp,
    Matched,
    MissingHere,
    MissingThere,
    Movement,
    NoDifference,
    Record,
    UnderWay,
    day_of,
)


def movements(transfers: Iterable[Transfer]) -> dict[Reference, Movement]:
    """The movements that those transfers book: one payment may be two of them, for the service and for the goods."""
    found: dict[Reference, Movement] = {}
    for transfer in transfers:
        reference = recipes.reference(transfer)
        if reference is not None:
            before = found.get(reference)
            amount = transfer.amount + before.amount if before else transfer.amount
            found[reference] = Movement(reference=reference, amount=amount, at=transfer.at)
    return found


def booked_fees(transfers: Iterable[Transfer]) -> dict[Reference, int]:
    """The fees that those transfers book, in fen: negative where one came back."""
    found: dict[Reference, int] = {}
    for transfer in transfers:
        reference = recipes.fee_reference(transfer)
        if reference is not None:
            sign = 1 if transfer.debit.kind == "provider_fees" else -1
            found[reference] = sign * transfer.amount.fen
    return found


def compare(
    bill: Iterable[BillLine],
    here: Mapping[Reference, Movement],
    records: Mapping[Reference, Record],
    fees: Mapping[Reference, int],
) -> tuple[Finding, ...]:
    """One finding for each line of the bill, in its order.

    `here` is what the journal has, `records` what else we know of lines that it has not, `fees` what was booked before.
    """
    found, seen = list[Finding](), set[Reference]()
    for line in bill:
        if line.reference in seen:
            found.append(MissingHere(line=line, reason="repeated"))
            continue
        seen.add(line.reference)
        movement = here.get(line.reference)
        if movement is None:
            found.append(_explained(line, records.get(line.reference), fees))
        else:
            found.append(_judged(line, movement.amount, fees, Matched(line=line)))
    return tuple(found)


def without_line(bill: Iterable[BillLine], here: Mapping[Reference, Movement], day: date) -> tuple[Movement, ...]:
    """The movements of that day which its bill lacks. Each may stand in the bill of a day before."""
    billed = {line.reference for line in bill}
    return tuple(one for one in here.values() if one.reference not in billed and day_of(one.at) == day)


def in_earlier_bill(movement: Movement, line: BillLine | None) -> Finding:
    """A movement that the day's bill lacks, and the line that an earlier bill has of it, if it has one.

    The fee of such a line is that earlier day's.
    """
    return _judged(line, movement.amount, {}, Matched(line=line)) if line else MissingThere(here=movement)


def fees_to_book(provider: str, findings: Iterable[Finding], booked: Mapping[Reference, int]) -> tuple[Transfer, ...]:
    """The fees of the bill that are not booked yet, of the lines that both sides know.

    Whether a provider may charge for what we do not know is part of what has to be explained first.
    """
    lines = [finding.line for finding in findings if isinstance(finding, NoDifference | AmountDiffers)]
    return tuple(
        transfer
        for line in lines
        if line.reference not in booked
        for transfer in recipes.fee(provider, line.reference, fee_fen=line.fee_fen, at=line.at)
    )


def _explained(line: BillLine, record: Record | None, fees: Mapping[Reference, int]) -> Finding:
    """What is the case with a line that the journal has not."""
    if record is None:
        return MissingHere(line=line, reason="unknown")
    otherwise: Finding
    match record.standing:
        case "booked":
            otherwise = Matched(line=line)
        case "under_way":
            otherwise = UnderWay(line=line, state=record.state)
        case "given_up":
            otherwise = GivenUp(line=line)
        case "not_booked" | "not_recorded":
            otherwise = MissingHere(line=line, reason=record.standing, state=record.state)
        case _:
            assert_never(record.standing)
    return _judged(line, record.amount, fees, otherwise)


def _judged(line: BillLine, amount: Money, fees: Mapping[Reference, int], otherwise: Finding) -> Finding:
    if line.amount != amount:
        return AmountDiffers(line=line, here=amount)
    booked_fen = fees.get(line.reference)
    if booked_fen is not None and booked_fen != line.fee_fen:
        return FeeDiffers(line=line, booked_fen=booked_fen)
    return otherwise
