"""A day with a provider's bill: everything that happens matches, and whatever is changed in the bill is found."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, timedelta

import pytest
from attrs import evolve

from adapters.memory.faults import Decline, LoseBefore
from errand_domain.errors import InvalidField, Missing
from errand_domain.member.member import Member
from errand_domain.money import Money
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.bills import BillLine, BillNotReady
from errand_domain.ports.payments import Lost, PaymentReport
from errand_domain.ports.transaction import Transaction
from errand_domain.settlement import recipes
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.recipes import MovementKind
from errand_domain.settlement.reconciliation import (
    AmountDiffers,
    Difference,
    FeeDiffers,
    Finding,
    GivenUp,
    Matched,
    MissingHere,
    MissingThere,
    UnderWay,
    reference_of,
)
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.testing import examples
from errand_domain.use_cases.money.pay_for_errand import PayForErrand
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.recheck_payment import RecheckPayment
from errand_domain.use_cases.money.reconcile_day import BATCH, PAGE, Progress, Reconciled, ReconcileDay
from errand_domain.use_cases.money.verify_ledger import VerifyLedger
from tests.use_cases.billed import FIRST, Billed, Story, few_days

SECOND = FIRST + timedelta(days=1)
FOURTH, FIFTH = FIRST + timedelta(days=3), FIRST + timedelta(days=4)
EVERY_DAY = tuple(FIRST + timedelta(days=number) for number in range(6))


@pytest.fixture
async def billed() -> Billed:
    return await Billed.built()


@pytest.fixture
async def story(billed: Billed) -> Story:
    return await few_days(billed)


async def only_difference(billed: Billed, day: date) -> Difference:
    (difference,) = (await billed.reconciled(day)).differences
    return difference


async def numbers_of(billed: Billed, found_as: type, day: date) -> set[str]:
    found = await billed.reconciled(day)
    return {reference_of(finding).number for finding in found.findings if type(finding) is found_as}


async def clearing_is_what_the_provider_holds(billed: Billed) -> bool:
    """Our clearing account and what the provider took for itself are together what it says that it holds."""
    clearing = await billed.world.balance("provider_clearing", "memory")
    fees = await billed.world.balance("provider_fees", "memory")
    return clearing + fees == billed.world.provider.totals.balance


# -- Faithful bills ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("story")
async def test_days_on_which_everything_happened_are_clean(billed: Billed):
    found = [await billed.reconciled(day) for day in EVERY_DAY]
    assert [one.differences for one in found] == [()] * len(EVERY_DAY)
    kinds = {kind for one in found for kind, total in one.by_kind.items() if total.count}
    assert kinds == {"payment", "refund", "payout"}
    assert all(line.reference in {reference_of(f) for f in one.findings} for one in found for line in one.bill)


@pytest.mark.usefixtures("story")
async def test_fees_are_booked_once_and_the_ledger_verifies(billed: Billed):
    charged = sum([(await billed.reconciled(day)).fee_fen for day in EVERY_DAY])
    assert await billed.world.balance("provider_fees", "memory") == charged > 0
    for day in EVERY_DAY:
        answer = await billed.world.use(ReconcileDay)("memory", day)
        assert isinstance(answer, Reconciled)
        assert answer.booked == ()
    assert (await billed.world.use(VerifyLedger)()).imbalances == ()
    assert await clearing_is_what_the_provider_holds(billed)


async def test_a_payment_before_midnight_of_which_we_heard_after_it_belongs_to_its_day(billed: Billed, story: Story):
    (attempt,) = await billed.world.attempts(story.late)
    assert attempt.number in await numbers_of(billed, Matched, FIRST)
    assert (await billed.reconciled(SECOND)).by_kind["payment"].count == 0


async def test_a_refund_that_was_done_after_midnight_is_compared_with_the_bill_of_its_acceptance(
    billed: Billed, story: Story
):
    (refund,) = await billed.world.refunds(story.done_after_midnight)
    assert refund.number in await numbers_of(billed, Matched, FIRST)
    billed.bills.asked.clear()
    assert refund.number in await numbers_of(billed, Matched, SECOND)
    assert billed.bills.asked == [SECOND, FIRST]


async def test_refunds_that_are_not_done_are_no_difference(billed: Billed, story: Story):
    (stuck,) = await billed.world.refunds(story.stuck)
    assert (stuck.state_name, await numbers_of(billed, UnderWay, FIRST)) == ("abnormal", {stuck.number})
    given_up, again = await billed.world.refunds(story.given_up)
    assert (given_up.state_name, again.state_name) == ("closed", "succeeded")
    billed.bills.edit(FIRST, lambda lines: (*lines, evolve(lines[-1], kind="refund", number=given_up.number)))
    assert await numbers_of(billed, GivenUp, FIRST) == {given_up.number}
    assert (await billed.reconciled(FIRST)).is_clean


@pytest.mark.usefixtures("story")
async def test_a_payout_that_is_confirmed_after_midnight_may_stand_in_the_bill_of_the_day_before(billed: Billed):
    moved = [line for line in await billed.true_lines(FIFTH) if line.kind == "payout"]
    assert len(moved) == 2
    billed.bills.edit(FIFTH, lambda lines: tuple(line for line in lines if line not in moved))
    billed.bills.edit(FOURTH, lambda lines: (*lines, *moved))
    assert (await billed.reconciled(FOURTH)).is_clean
    assert (await billed.reconciled(FIFTH)).is_clean


async def test_an_empty_day_is_clean(billed: Billed):
    await billed.until(SECOND, 10)
    found = await billed.reconciled(FIRST)
    assert (found.is_clean, found.findings) == (True, ())


# -- Bills in which something was changed --------------------------------------------------------------------

PLACES: dict[MovementKind, date] = {"payment": FIRST, "refund": FIRST, "payout": FOURTH}


async def a_line(billed: Billed, kind: MovementKind) -> BillLine:
    return next(line for line in await billed.true_lines(PLACES[kind]) if line.kind == kind)


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("kind", list(PLACES))
async def test_a_line_that_was_removed_is_missing_there(billed: Billed, kind: MovementKind):
    day, line = PLACES[kind], await a_line(billed, kind)
    billed.bills.edit(day, lambda lines: tuple(one for one in lines if one != line))
    difference = await only_difference(billed, day)
    assert isinstance(difference, MissingThere)
    assert (reference_of(difference), difference.here.amount) == (line.reference, line.amount)


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("kind", list(PLACES))
async def test_a_line_that_was_added_is_unknown_here(billed: Billed, kind: MovementKind):
    day, line = PLACES[kind], await a_line(billed, kind)
    withdrawal, attempt = examples.withdrawal(), examples.attempt()
    number = {"payment": attempt.number, "refund": f"{attempt.number}-late-1", "payout": withdrawal.part_number(1)}
    added = evolve(line, number=number[kind])
    billed.bills.edit(day, lambda lines: (*lines, added))
    assert await only_difference(billed, day) == MissingHere(line=added, reason="unknown")


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("kind", list(PLACES))
async def test_a_line_that_stands_twice_is_once_too_many(billed: Billed, kind: MovementKind):
    day, line = PLACES[kind], await a_line(billed, kind)
    billed.bills.edit(day, lambda lines: (*lines, line))
    assert await only_difference(billed, day) == MissingHere(line=line, reason="repeated")


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("kind", list(PLACES))
@pytest.mark.parametrize("by", [-1, 1])
async def test_an_amount_that_was_changed_differs(billed: Billed, kind: MovementKind, by: int):
    day, line = PLACES[kind], await a_line(billed, kind)
    changed = evolve(line, amount=Money(line.amount.fen + by))
    billed.bills.edit(day, lambda lines: tuple(changed if one == line else one for one in lines))
    assert await only_difference(billed, day) == AmountDiffers(line=changed, here=line.amount)


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("kind", ["payment", "refund"])
async def test_a_fee_that_changed_after_it_was_booked_differs(billed: Billed, kind: MovementKind):
    day, line = PLACES[kind], await a_line(billed, kind)
    await billed.reconciled(day)
    changed = evolve(line, fee_fen=line.fee_fen + 1)
    billed.bills.edit(day, lambda lines: tuple(changed if one == line else one for one in lines))
    before = await billed.world.balance("provider_fees", "memory")
    assert await only_difference(billed, day) == FeeDiffers(line=changed, booked_fen=line.fee_fen)
    assert await billed.world.balance("provider_fees", "memory") == before


async def test_an_earlier_bill_that_lacks_a_refund_or_differs_is_told_on_the_day_it_was_done(
    billed: Billed, story: Story
):
    (refund,) = await billed.world.refunds(story.done_after_midnight)
    billed.bills.edit(FIRST, lambda lines: tuple(line for line in lines if line.number != refund.number))
    difference = await only_difference(billed, SECOND)
    assert isinstance(difference, MissingThere)
    assert reference_of(difference).number == refund.number
    true = next(line for line in await billed.true_lines(FIRST) if line.number == refund.number)
    changed = evolve(true, amount=Money(7))
    billed.bills.edit(FIRST, lambda lines: tuple(changed if line == true else line for line in lines))
    assert await only_difference(billed, SECOND) == AmountDiffers(line=changed, here=refund.amount)


@pytest.mark.usefixtures("story")
async def test_differences_move_no_money(billed: Billed):
    for day in EVERY_DAY:
        await billed.reconciled(day)
    before = await billed.world.totals()
    billed.bills.edit(FIRST, lambda lines: tuple(evolve(line, amount=line.amount + Money(1)) for line in lines[1:]))
    found = await billed.reconciled(FIRST)
    assert found.by_finding["amount_differs"].count == len(found.bill)
    assert found.by_finding["missing_there"].count == 1
    assert await billed.world.totals() == before


# -- Lines that the journal lacks, traced to what we know ----------------------------------------------------


async def test_a_payment_of_which_we_have_not_heard_is_missing_here_until_it_is_recorded(billed: Billed):
    order = await billed.world.published(await billed.world.member())
    report = await billed.world.report(order)
    billed.world.clock.advance(timedelta(days=1))
    difference = await only_difference(billed, FIRST)
    assert isinstance(difference, MissingHere)
    assert (difference.line.number, difference.reason, difference.state) == (report.number, "not_recorded", "pending")
    assert await billed.world.balance("provider_fees", "memory") == 0
    await billed.world.tell(report)
    assert (await billed.reconciled(FIRST)).is_clean
    assert await billed.world.balance("provider_fees", "memory") > 0


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("number", ["", "!", "1" * 25, "z" * 25, "1" * 27, "a-late-1", "付款"])
@pytest.mark.parametrize("kind", list(PLACES))
async def test_a_number_that_cannot_be_ours_is_unknown(billed: Billed, kind: MovementKind, number: str):
    added = evolve(await a_line(billed, kind), number=number)
    billed.bills.edit(PLACES[kind], lambda lines: (*lines, added))
    assert await only_difference(billed, PLACES[kind]) == MissingHere(line=added, reason="unknown")


async def test_what_another_provider_moved_is_unknown_to_this_one(billed: Billed, story: Story):
    (attempt,) = await billed.world.attempts(story.done_after_midnight)
    (refund,) = await billed.world.refunds(story.done_after_midnight)
    async with billed.world.begin() as tx:
        tx.attempts.save(evolve(attempt, provider="rival", version=attempt.version + 1))
        tx.refunds.save(evolve(refund, provider="rival", version=refund.version + 1))
        await tx.commit()
    billed.world.parts[Providers].bills["rival"] = billed.bills
    answer = await billed.world.use(ReconcileDay)("rival", FIRST)
    assert isinstance(answer, Reconciled)
    unknown = [found for found in answer.found.findings if found == MissingHere(line=found.line, reason="unknown")]  # type: ignore[union-attr]
    known = {reference_of(found).number for found in answer.found.findings if found not in unknown}
    assert known == {attempt.number, refund.number}


@pytest.mark.usefixtures("story")
async def test_what_is_recorded_as_done_and_was_never_booked_is_named(billed: Billed):
    """Somebody wrote past the ledger."""
    rows = billed.world.database._tables.transfers._rows
    for transfer in await journal(billed):
        if recipes.reference(transfer):
            del rows[transfer.key]
    for day in (FIRST, FOURTH):
        found = await billed.reconciled(day)
        assert {finding.reason for finding in found.findings if isinstance(finding, MissingHere)} == {"not_booked"}
        not_booked = found.by_finding["missing_here"].count
        assert not_booked + found.by_finding["under_way"].count == len(found.bill) == len(found.findings)


async def earner(billed: Billed) -> Member:
    """A runner who has money to take out at noon of the fourth day."""
    runner = await billed.world.runner()
    await billed.world.completed(await billed.world.member(), runner)
    await billed.until(FOURTH, 12)
    return runner


async def test_a_payout_on_its_way_is_no_difference_and_one_that_never_left_is(billed: Billed):
    world = billed.world
    withdrawal = await billed.withdrawal(await earner(billed), 250)
    lines = tuple(
        BillLine(
            kind="payout",
            number=withdrawal.part_number(part),
            provider_id="P",
            amount=withdrawal.part_amount(min(part, len(withdrawal.parts))),
            at=world.clock.now(),
        )
        for part in range(4)
    )
    billed.bills.edit(FOURTH, lambda _: lines)
    await billed.until(FIFTH, 11)
    found = await billed.reconciled(FOURTH)
    assert found.findings == (
        MissingHere(line=lines[0], reason="unknown"),
        UnderWay(line=lines[1], state="waiting_for_user"),
        MissingHere(line=lines[2], reason="not_recorded", state="waiting_for_user"),
        MissingHere(line=lines[3], reason="unknown"),
    )
    await billed.until(FIFTH, 13)  # it was not confirmed within a day
    await world.pass_time(timedelta(minutes=30))
    expired = await billed.reconciled(FOURTH)
    assert expired.findings[1] == MissingHere(line=lines[1], reason="not_recorded", state="expired")


async def found_of_part(billed: Billed, withdrawal: Withdrawal, part: int) -> Finding:
    """What is found the next morning about that part, which stands in the bill."""
    amount, at = withdrawal.part_amount(part), billed.world.clock.now()
    line = BillLine(kind="payout", number=withdrawal.part_number(part), provider_id="P", amount=amount, at=at)
    billed.bills.edit(FOURTH, lambda _: (line,))
    await billed.until(FIFTH, 11)
    return (await billed.reconciled(FOURTH)).findings[0]


async def test_a_payout_that_the_provider_refused_to_begin_must_not_stand_in_its_bill(billed: Billed):
    runner = await earner(billed)
    billed.world.provider.fail_next("send", Decline(reason="NOT_ENOUGH"))
    found = await found_of_part(billed, await billed.withdrawal(runner, 200), 1)
    assert isinstance(found, MissingHere)
    assert (found.reason, found.state) == ("not_recorded", "parked")


async def test_a_part_that_was_paid_and_never_booked_is_named_while_the_next_one_waits(billed: Billed):
    withdrawal = await billed.withdrawal(await earner(billed), 250)
    billed.world.provider.confirm_payout(withdrawal.part_number(1))
    await billed.world.pass_time(timedelta(minutes=15))
    rows = billed.world.database._tables.transfers._rows
    del rows[f"withdrawal:{withdrawal.id}:part-1"]  # somebody wrote past the ledger
    found = await found_of_part(billed, withdrawal, 1)
    assert isinstance(found, MissingHere)
    assert (found.reason, found.state) == ("not_booked", "waiting_for_user")


# -- Asking about one payment --------------------------------------------------------------------------------


async def paid_unheard(billed: Billed) -> PaymentReport:
    """Somebody paid, and nobody told us."""
    return await billed.world.report(await billed.world.published(await billed.world.member()))


async def order_state(billed: Billed, attempt: Attempt) -> str:
    async with billed.world.begin() as tx:
        return (await tx.orders.get(attempt.order_id)).state_name


async def test_a_payment_that_was_paid_unheard_is_recorded_when_it_is_asked_about(billed: Billed):
    report = await paid_unheard(billed)
    attempt = await billed.world.use(RecheckPayment)(report.number)
    assert isinstance(attempt, Attempt)
    assert (attempt.state_name, await order_state(billed, attempt)) == ("succeeded", "open")
    await billed.world.prove()


async def test_a_payment_that_we_took_for_closed_and_that_was_paid_goes_back(billed: Billed):
    world = billed.world
    order = await world.published(await world.member())
    attempt = (await world.use(PayForErrand)(order.id, order.requester_id, provider="memory")).attempt
    await world.pass_time(world.campus.policy.pay_within + timedelta(minutes=1))
    (closed,) = await world.attempts(order)
    assert closed.state_name == "closed"
    unchanged = await world.use(RecheckPayment)(attempt.number)
    assert unchanged == closed
    books = world.provider._books
    kept = books.payments[attempt.number]
    books.payments[attempt.number] = evolve(kept, closed=False, expires_at=world.clock.now() + timedelta(hours=1))
    world.provider.pay(attempt.number)
    world.provider.fail_next("query", LoseBefore())
    assert isinstance(await world.use(RecheckPayment)(attempt.number), Lost)
    known = await world.use(RecheckPayment)(attempt.number)
    assert isinstance(known, Attempt)
    assert known.state_name == "succeeded"
    world.provider.fail_next("query", LoseBefore())
    assert await world.use(RecheckPayment)(attempt.number) == known  # what is known is not asked for
    await world.settle_outside()
    assert await world.totals() == {}
    await world.prove()


@pytest.mark.parametrize("number", ["", "nonsense", "0" * 25])
async def test_a_number_that_is_none_of_ours_is_not_asked_about(billed: Billed, number: str):
    with pytest.raises(Missing):
        await billed.world.use(RecheckPayment)(number)


# -- A journal longer than a page ----------------------------------------------------------------------------


async def journal(billed: Billed) -> list[Transfer]:
    async with billed.world.begin() as tx:
        return [entry.transfer for entry in await tx.ledger.journal(after=0, limit=1_000_000)]


async def post(billed: Billed, transfers: list[Transfer]) -> None:
    async with billed.world.begin() as tx:
        tx.ledger.post(*transfers)
        await tx.commit()


def between_us(billed: Billed, *, days_ago: int, count: int = PAGE + 1) -> list[Transfer]:
    """Movements at the provider of so many days before the first, that are in no bill of these days."""
    at = billed.world.clock.now() - timedelta(days=days_ago)
    made = (examples.attempt() for _ in range(count))
    return [
        transfer
        for attempt in made
        for transfer in recipes.fund(
            attempt.order_id, attempt.id, provider="memory", service=Money(1), goods=Money(0), at=at
        )
    ]


@pytest.mark.usefixtures("story")
async def test_entries_behind_many_newer_ones_are_read(billed: Billed):
    await post(billed, between_us(billed, days_ago=-1, count=2 * PAGE))
    assert (await billed.reconciled(FIRST)).is_clean


@pytest.mark.usefixtures("story")
async def test_reading_ends_where_everything_is_older_and_what_was_booked_later_is_found_all_the_same(billed: Billed):
    await post(billed, between_us(billed, days_ago=60))
    read = list[Progress]()
    answer = await billed.world.use(ReconcileDay)("memory", FIRST, tell=read.append)
    assert isinstance(answer, Reconciled)
    assert answer.found.is_clean
    assert [one.done for one in read if one.step == "journal"] == [PAGE]


@pytest.mark.usefixtures("story")
async def test_fees_of_long_ago_that_were_booked_today_do_not_end_the_reading(billed: Billed):
    """What is missing there is only seen by reading: it must not hide behind a page of fees."""
    line = await a_line(billed, "payment")
    at = billed.world.clock.now() - timedelta(days=60)
    fees = [
        transfer
        for number in range(PAGE + 1)
        for transfer in recipes.fee("memory", evolve(line, number=f"n{number}").reference, fee_fen=1, at=at)
    ]
    await post(billed, fees)
    billed.bills.edit(FIRST, lambda lines: tuple(one for one in lines if one != line))
    assert reference_of(await only_difference(billed, FIRST)) == line.reference


@pytest.mark.usefixtures("story")
async def test_one_old_entry_among_newer_ones_does_not_end_the_reading(billed: Billed):
    line = await a_line(billed, "payment")
    await post(billed, between_us(billed, days_ago=-1, count=PAGE - 1) + between_us(billed, days_ago=60, count=1))
    billed.bills.edit(FIRST, lambda lines: tuple(one for one in lines if one != line))
    assert reference_of(await only_difference(billed, FIRST)) == line.reference


# -- Runs that end early -------------------------------------------------------------------------------------


async def test_a_bill_that_is_not_there_is_an_outcome(billed: Billed):
    reconcile = billed.world.use(ReconcileDay)
    assert isinstance(await reconcile("memory", FIRST), BillNotReady)
    billed.bills.answer(FIRST, Lost(why="no answer"))
    assert await reconcile("memory", FIRST) == Lost(why="no answer")
    with pytest.raises(InvalidField):
        await reconcile("rival", FIRST)


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("answer", [Lost(why="no answer"), BillNotReady(why="still written")])
async def test_without_an_earlier_bill_that_is_needed_nothing_is_said_or_booked(
    billed: Billed, answer: Lost | BillNotReady
):
    billed.bills.answer(FIRST, answer)
    before = await journal(billed)
    assert await billed.world.use(ReconcileDay)("memory", SECOND) == answer
    assert await journal(billed) == before
    billed.bills.mend()
    assert (await billed.reconciled(SECOND)).is_clean


def dying(billed: Billed, at: int) -> Callable[[], AbstractAsyncContextManager[Transaction]]:
    """Transactions of a process that dies when it would begin that one."""
    begun = 0

    @asynccontextmanager
    async def begin() -> AsyncGenerator[Transaction, None]:
        nonlocal begun
        begun += 1
        if begun == at:
            raise ConnectionError("the process died")
        async with billed.world.begin() as tx:
            yield tx

    return begin


@pytest.mark.usefixtures("story")
async def test_a_run_that_died_anywhere_is_run_again_and_ends_the_same(billed: Billed):
    made = between_us(billed, days_ago=6, count=2 * BATCH)
    await post(billed, made)
    extra = tuple(
        BillLine(kind="payment", number=one.number, provider_id="T", amount=t.amount, fee_fen=1, at=t.at)
        for t in made
        if (one := recipes.reference(t))
    )
    billed.bills.edit(FIRST, lambda lines: lines + extra)
    providers, died = billed.world.parts[Providers], 0
    outcomes = list[object]()
    for at in range(1, 100):
        try:
            answer = await ReconcileDay(begin=dying(billed, at), providers=providers)("memory", FIRST)
        except ConnectionError:
            died += 1
            continue
        assert isinstance(answer, Reconciled)
        outcomes.append(answer.found)
        break
    assert died >= 5  # two pages, lines to trace, three batches of fees
    assert outcomes == [await billed.reconciled(FIRST)]
    booked = [t for t in await journal(billed) if recipes.fee_reference(t)]
    assert len(booked) == sum(bool(line.fee_fen) for line in outcomes[0].bill)  # type: ignore[attr-defined]
    assert (await billed.world.use(VerifyLedger)()).imbalances == ()


@pytest.mark.usefixtures("story")
async def test_progress_is_told_and_ends_with_all_of_it(billed: Billed):
    told = list[Progress]()
    answer = await billed.world.use(ReconcileDay)("memory", FIRST, tell=told.append)
    assert isinstance(answer, Reconciled)
    assert {one.step for one in told} == {"bill", "journal", "lines", "fees"}
    assert [one for one in told if one.step == "fees"][-1].done == answer.booked_count
    assert all(one.of is None or one.done <= one.of for one in told)
