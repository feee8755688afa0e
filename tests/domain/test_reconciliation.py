"""A provider's bill and our journal: what matches, what does not, and what it is called."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.ids import AttemptId, WithdrawalId, compact
from errand_domain.money import NOTHING, Money
from errand_domain.settlement import recipes
from errand_domain.settlement.ledger import Transfer, balances
from errand_domain.settlement.matching import (
    booked_fees,
    compare,
    fees_to_book,
    in_earlier_bill,
    movements,
    without_line,
)
from errand_domain.settlement.recipes import MovementKind, Reference
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
    Reconciliation,
    Record,
    Standing,
    Total,
    UnderWay,
    day_of,
    reference_of,
    start_of,
)
from errand_domain.testing import examples
from tests.domain.examples import ATTEMPT_ID, NOON, ORDER_ID, RUNNER, WITHDRAWAL_ID

DAY = day_of(NOON)
PAYMENT = compact(ATTEMPT_ID)


def line(number: str = PAYMENT, fen: int = 500, *, kind: MovementKind = "payment", fee_fen: int = 0) -> BillLine:
    return BillLine(kind=kind, number=number, provider_id="T1", amount=Money(fen), fee_fen=fee_fen, at=NOON)


def movement(number: str = PAYMENT, fen: int = 500, *, kind: MovementKind = "payment", at: datetime = NOON) -> Movement:
    return Movement(reference=Reference(kind, number), amount=Money(fen), at=at)


def here(*found: Movement) -> dict[Reference, Movement]:
    return {one.reference: one for one in found}


def reconciliation(*findings: Finding, bill: tuple[BillLine, ...] = ()) -> Reconciliation:
    return Reconciliation(provider="memory", day=DAY, bill=bill, findings=findings)


# -- The calendar --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 8, 31, 15, 59, 59, tzinfo=UTC), date(2026, 8, 31)),
        (datetime(2026, 8, 31, 16, 0, 0, tzinfo=UTC), date(2026, 9, 1)),
    ],
)
def test_a_day_ends_at_midnight_in_china(moment: datetime, day: date):
    assert day_of(moment) == day


def test_a_day_begins_with_its_first_moment():
    assert day_of(start_of(DAY)) == DAY
    assert day_of(start_of(DAY) - timedelta(microseconds=1)) == DAY - timedelta(days=1)


# -- Keys ----------------------------------------------------------------------------------------------------


@given(identity=st.uuids(), part=st.integers(1, 99))
def test_what_moves_at_a_provider_is_read_back_from_its_key(identity: UUID, part: int):
    attempt_id, withdrawal = AttemptId(identity), evolve(examples.withdrawal(), id=WithdrawalId(identity))
    one = Money(1)
    paid = recipes.fund(ORDER_ID, attempt_id, provider="memory", service=one, goods=one, at=NOON)
    assert {recipes.reference(transfer) for transfer in paid} == {Reference("payment", compact(attempt_id))}
    (back,) = recipes.refunded("n-late-1", ORDER_ID, provider="memory", amount=one, at=NOON)
    assert recipes.reference(back) == Reference("refund", "n-late-1")
    (out,) = recipes.paid_out(withdrawal.id, RUNNER, part=part, provider="memory", amount=one, at=NOON)
    assert recipes.reference(out) == Reference("payout", withdrawal.part_number(part))


@pytest.mark.parametrize("provider", ["memory", "our.module:make"])
@pytest.mark.parametrize("kind", ["payment", "refund", "payout"])
def test_a_fee_is_read_back_from_its_key_and_is_no_movement(provider: str, kind: MovementKind):
    reference = Reference(kind, "n-late-1")
    (fee,) = recipes.fee(provider, reference, fee_fen=3, at=NOON)
    assert recipes.fee_reference(fee) == reference
    assert recipes.reference(fee) is None


def test_what_moves_at_no_provider_has_no_reference():
    inside = (
        *recipes.refund_late(ORDER_ID, ATTEMPT_ID, amount=Money(1), at=NOON),
        *recipes.return_advance(ORDER_ID, left=Money(1), at=NOON),
        *recipes.withdraw(WITHDRAWAL_ID, RUNNER, amount=Money(1), at=NOON),
        *recipes.let_go(WITHDRAWAL_ID, RUNNER, amount=Money(1), at=NOON),
    )
    assert [recipes.reference(transfer) or recipes.fee_reference(transfer) for transfer in inside] == [None] * 4


def test_every_movement_on_a_clearing_account_can_be_explained_by_a_bill():
    """A recipe that touches clearing and is not read back would be a difference that nobody sees."""
    one = Money(1)
    moved = (
        *recipes.fund(ORDER_ID, ATTEMPT_ID, provider="memory", service=one, goods=one, at=NOON),
        *recipes.refunded("n", ORDER_ID, provider="memory", amount=one, at=NOON),
        *recipes.paid_out(WITHDRAWAL_ID, RUNNER, part=1, provider="memory", amount=one, at=NOON),
        *recipes.fee("memory", Reference("payment", "n"), fee_fen=1, at=NOON),
    )
    clearing = recipes.clearing("memory")
    assert all(clearing in (transfer.debit, transfer.credit) for transfer in moved)
    assert all(recipes.reference(transfer) or recipes.fee_reference(transfer) for transfer in moved)


# -- Fees ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fee_fen", "clearing"), [(3, -3), (-3, 3)])
def test_a_fee_comes_out_of_what_the_provider_holds_and_back_into_it(fee_fen: int, clearing: int):
    booked = recipes.fee("memory", Reference("refund", "n"), fee_fen=fee_fen, at=NOON)
    folded = balances(booked)
    assert folded[recipes.clearing("memory")] == clearing
    assert sum(folded.values()) == 0
    assert booked_fees(booked) == {Reference("refund", "n"): fee_fen}


def test_no_fee_is_no_transfer():
    assert recipes.fee("memory", Reference("payment", "n"), fee_fen=0, at=NOON) == ()


def test_fees_are_booked_of_what_both_sides_know():
    known, other = line(fee_fen=3), line("another", 7, fee_fen=4)
    findings = compare((known, other), here(movement()), {}, {})
    (fee,) = fees_to_book("memory", findings, {})
    assert (recipes.fee_reference(fee), fee.amount, fee.at) == (known.reference, Money(3), known.at)


def test_a_fee_that_was_booked_is_not_booked_again():
    findings = compare((line(fee_fen=3),), here(movement()), {}, {})
    assert fees_to_book("memory", findings, {line().reference: 3}) == ()


@pytest.mark.parametrize("fee_fen", [2, 4, 0, -3])
def test_a_fee_that_changed_is_told_and_not_booked(fee_fen: int):
    booked = {line().reference: 3}
    (found,) = findings = compare((line(fee_fen=fee_fen),), here(movement()), {}, booked)
    assert found == FeeDiffers(line=line(fee_fen=fee_fen), booked_fen=3)
    assert fees_to_book("memory", findings, booked) == ()


# -- Comparing -----------------------------------------------------------------------------------------------


def test_what_both_have_matches():
    assert compare((line(),), here(movement()), {}, {}) == (Matched(line=line()),)


def test_a_payment_of_two_entries_matches_by_their_sum():
    paid = recipes.fund(ORDER_ID, ATTEMPT_ID, provider="memory", service=Money(200), goods=Money(300), at=NOON)
    assert movements(paid) == here(movement(fen=500))


def test_the_same_number_of_another_kind_does_not_match():
    (found,) = compare((line(kind="refund"),), here(movement()), {}, {})
    assert found == MissingHere(line=line(kind="refund"), reason="unknown")


def test_another_amount_is_named_with_both():
    assert compare((line(fen=501),), here(movement()), {}, {}) == (AmountDiffers(line=line(fen=501), here=Money(500)),)


def test_a_line_that_stands_twice_matches_once():
    found = compare((line(), line()), here(movement()), {}, {})
    assert found == (Matched(line=line()), MissingHere(line=line(), reason="repeated"))


@pytest.mark.parametrize(
    ("standing", "finding"),
    [
        ("booked", Matched(line=line())),
        ("under_way", UnderWay(line=line(), state="some")),
        ("given_up", GivenUp(line=line())),
        ("not_booked", MissingHere(line=line(), reason="not_booked", state="some")),
        ("not_recorded", MissingHere(line=line(), reason="not_recorded", state="some")),
    ],
)
def test_a_line_without_entry_is_explained_by_what_we_know_of_it(standing: Standing, finding: Finding):
    record = Record(amount=Money(500), state="some", standing=standing)
    assert compare((line(),), {}, {line().reference: record}, {}) == (finding,)
    other = compare((line(fen=499),), {}, {line().reference: record}, {})
    assert other == (AmountDiffers(line=line(fen=499), here=Money(500)),)


def test_what_the_days_bill_lacks_is_found_by_the_providers_day():
    late, early = start_of(DAY + timedelta(days=1)), start_of(DAY) - timedelta(seconds=1)
    ours = here(
        movement("of the day"), movement("billed"), movement("next day", at=late), movement("day before", at=early)
    )
    assert without_line((line("billed"),), ours, DAY) == (movement("of the day"),)


def test_a_movement_in_an_earlier_bill_is_compared_with_it():
    ours = movement(kind="refund")
    assert in_earlier_bill(ours, None) == MissingThere(here=ours)
    assert in_earlier_bill(ours, line(kind="refund")) == Matched(line=line(kind="refund"))
    other = line(fen=1, kind="refund")
    assert in_earlier_bill(ours, other) == AmountDiffers(line=other, here=Money(500))


# -- The report ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("finding", [Matched(line=line()), UnderWay(line=line(), state="x"), GivenUp(line=line())])
def test_what_both_sides_can_explain_is_clean(finding: Finding):
    assert reconciliation(finding).is_clean


@pytest.mark.parametrize(
    "finding",
    [
        MissingHere(line=line(), reason="unknown"),
        MissingThere(here=movement()),
        AmountDiffers(line=line(), here=Money(1)),
        FeeDiffers(line=line(), booked_fen=1),
    ],
)
def test_one_difference_is_enough(finding: Finding):
    found = reconciliation(Matched(line=line("other")), finding)
    assert found.differences == (finding,)
    assert not found.is_clean


def test_a_report_adds_up_by_kind_and_by_finding():
    bill = (line("a", 500, fee_fen=3), line("b", 300, fee_fen=2), line("c", 200, kind="refund", fee_fen=-1))
    findings = (*compare(bill, here(movement("a"), movement("c", 200, kind="refund")), {}, {}),)
    found = reconciliation(*findings, MissingThere(here=movement("d", 70)), bill=bill)
    assert found.by_kind == {
        "payment": Total(count=2, fen=800),
        "refund": Total(count=1, fen=200),
        "payout": Total(count=0, fen=0),
    }
    assert {name: (one.count, one.fen) for name, one in found.by_finding.items() if one.count} == {
        "matched": (2, 700),
        "missing_here": (1, 300),
        "missing_there": (1, 70),
    }
    assert found.fee_fen == 4


# -- Any journal ---------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Day:
    """A journal of one day and the bill that says exactly the same."""

    journal: tuple[Transfer, ...]
    bill: tuple[BillLine, ...]


@st.composite
def days(draw: st.DrawFn) -> Day:
    journal, bill = list[Transfer](), list[BillLine]()
    amounts = st.integers(1, 10_000_000).map(Money)
    seconds = st.integers(0, 86_399).map(lambda second: start_of(DAY) + timedelta(seconds=second))
    for identity in draw(st.lists(st.uuids(), min_size=1, max_size=8, unique=True)):
        kind: MovementKind = draw(st.sampled_from(["payment", "refund", "payout"]))
        amount, at = draw(amounts), draw(seconds)
        if kind == "payment":
            goods = Money(draw(st.integers(0, amount.fen - 1))) if amount.fen > 1 else NOTHING
            booked = recipes.fund(
                ORDER_ID, AttemptId(identity), provider="memory", service=amount - goods, goods=goods, at=at
            )
            number = compact(identity)
        elif kind == "refund":
            number = f"{compact(identity)}-late-1"
            booked = recipes.refunded(number, ORDER_ID, provider="memory", amount=amount, at=at)
        else:
            withdrawal, part = evolve(examples.withdrawal(), id=WithdrawalId(identity)), draw(st.integers(1, 99))
            number = withdrawal.part_number(part)
            booked = recipes.paid_out(withdrawal.id, RUNNER, part=part, provider="memory", amount=amount, at=at)
        fee_fen = draw(st.integers(-50, 50))
        journal += booked
        bill.append(BillLine(kind=kind, number=number, provider_id="T", amount=amount, fee_fen=fee_fen, at=at))
    for one in bill:
        journal += recipes.fee("memory", one.reference, fee_fen=one.fee_fen, at=one.at)
    return Day(journal=tuple(draw(st.permutations(journal))), bill=tuple(draw(st.permutations(bill))))


def found_in(day: Day, bill: tuple[BillLine, ...]) -> Reconciliation:
    ours = movements(day.journal)
    theirs = compare(bill, ours, {}, booked_fees(day.journal))
    missing = tuple(in_earlier_bill(one, None) for one in without_line(bill, ours, DAY))
    return reconciliation(*theirs, *missing, bill=bill)


@given(day=days())
def test_a_journal_and_its_own_bill_are_clean_and_owe_no_fee(day: Day):
    found = found_in(day, day.bill)
    assert found.is_clean
    assert {type(finding) for finding in found.findings} == {Matched}
    assert len(found.findings) == len(day.bill)
    assert fees_to_book("memory", found.findings, booked_fees(day.journal)) == ()


@given(day=days(), data=st.data())
def test_any_single_change_is_found_and_named(day: Day, data: st.DataObject):
    place = data.draw(st.integers(0, len(day.bill) - 1))
    one, rest = day.bill[place], (day.bill[:place], day.bill[place + 1 :])
    change = data.draw(st.sampled_from(["removed", "added", "amount", "fee", "repeated", "renumbered"]))
    match change:
        case "removed":
            changed, kinds = (), {MissingThere}
        case "added":
            changed, kinds = (one, evolve(one, number=f"{one.number}!")), {MissingHere}
        case "amount":
            changed, kinds = (evolve(one, amount=one.amount + Money(data.draw(st.integers(1, 100)))),), {AmountDiffers}
        case "fee":
            # What was not charged before may be booked now: only a fee that was booked can differ.
            changed, kinds = (evolve(one, fee_fen=one.fee_fen + 1),), {FeeDiffers} if one.fee_fen else set()
        case "repeated":
            changed, kinds = (one, one), {MissingHere}
        case _:
            changed, kinds = (evolve(one, number=f"{one.number}!"),), {MissingHere, MissingThere}
    found = found_in(day, (*rest[0], *changed, *rest[1]))
    assert {type(difference) for difference in found.differences} == kinds
    assert len(found.differences) == len(kinds)
    assert {reference_of(difference).number.removesuffix("!") for difference in found.differences} <= {one.number}
