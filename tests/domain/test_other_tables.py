"""The tables of payment, refund, withdrawal, earning, verification, dispute, content and images, walked whole."""

from collections.abc import Callable, Mapping
from typing import Any, get_args, get_type_hints

import pytest
from attrs import evolve, frozen

from errand_domain.content import case as c
from errand_domain.content import screening as s
from errand_domain.dispute import dispute as d
from errand_domain.errors import Conflict
from errand_domain.ids import DisputeId, WithdrawalId
from errand_domain.money import Money
from errand_domain.payment import attempt as a
from errand_domain.payment import refund as r
from errand_domain.runner import verification as v
from errand_domain.settlement import earning as g
from errand_domain.settlement import withdrawal_states as w
from errand_domain.settlement.split import Split
from errand_domain.settlement.withdrawal import IllegalWithdrawalTransition
from errand_domain.testing.examples import content_case, stored_file
from tests.domain.examples import (
    APPROVED,
    APPROVED_RUNNER,
    CAMPUS_ID,
    DAY,
    NOON,
    OPERATOR,
    ORDER_ID,
    PRICE,
    RULING,
    RUNNER,
    WITHDRAWAL,
    dispute,
    paid,
    statement,
)

REFUND = r.Refund(
    number="n",
    attempt_id=paid(Money(601)).id,
    order_id=ORDER_ID,
    campus_id=CAMPUS_ID,
    provider="memory",
    amount=Money(601),
    reason="cancelled",
    requested_at=NOON,
)
CASE, FILE = content_case(), stored_file()
EARNING = g.Earning(
    order_id=ORDER_ID,
    runner_id=RUNNER,
    campus_id=CAMPUS_ID,
    split=Split(runner=Money(510), agent=Money(30), platform=Money(61)),
    goods=Money(0),
    earned_at=NOON,
    state=g.Held(release_at=NOON + 2 * DAY),
)


@frozen(kw_only=True)
class Life:
    """One table, with an example of everything in it."""

    name: str
    table: Mapping[tuple[type, type], Any]
    states: tuple[Any, ...]
    events: tuple[Any, ...]
    kinds_of_state: tuple[type, ...]
    kinds_of_event: tuple[type, ...]
    names: Mapping[type, str]
    refusal: type[Conflict]
    holder: Callable[[Any], Any]
    state_of: Callable[[Any], Any] = lambda holder: holder.state
    begins: tuple[type, ...]

    def example(self, kind: type) -> Any:
        return next(example for example in (*self.states, *self.events) if type(example) is kind)


LIVES = (
    Life(
        name="attempt",
        table=a.ATTEMPT_TRANSITIONS,
        states=(
            a.Created(),
            a.Pending(client_parameters="{}"),
            a.Succeeded(transaction_id="T", paid_at=NOON),
            a.Closed(closed_at=NOON),
            a.Failed(reason="no"),
            a.Unknown(since=NOON),
        ),
        events=(
            a.Prepared(at=NOON, client_parameters="{}"),
            a.AnswerLost(at=NOON),
            a.Refused(at=NOON, reason="no"),
            a.Paid(at=NOON, transaction_id="T"),
            a.ClosedAtProvider(at=NOON),
            a.DeliveryTold(at=NOON),
            a.FundsSettled(at=NOON),
        ),
        kinds_of_state=a.ATTEMPT_STATES,
        kinds_of_event=a.ATTEMPT_EVENTS,
        names=a.ATTEMPT_STATE_NAMES,
        refusal=a.IllegalPaymentTransition,
        holder=lambda state: evolve(paid(Money(601)), state=state),
        begins=(a.Created,),
    ),
    Life(
        name="refund",
        table=r.REFUND_TRANSITIONS,
        states=(
            r.Requested(),
            r.Processing(refund_id="R"),
            r.Refunded(refunded_at=NOON),
            r.RefundClosed(closed_at=NOON),
            r.Abnormal(since=NOON, advice="call"),
        ),
        events=(
            r.RefundAccepted(at=NOON, refund_id="R"),
            r.RefundSucceeded(at=NOON),
            r.RefundGivenUp(at=NOON),
            r.RefundStuck(at=NOON, advice="call"),
        ),
        kinds_of_state=r.REFUND_STATES,
        kinds_of_event=r.REFUND_EVENTS,
        names=r.REFUND_STATE_NAMES,
        refusal=a.IllegalPaymentTransition,
        holder=lambda state: evolve(REFUND, state=state),
        begins=(r.Requested,),
    ),
    Life(
        name="withdrawal",
        table=w.WITHDRAWAL_TRANSITIONS,
        states=(
            w.Requested(),
            w.Approved(approved_by=OPERATOR),
            w.Sending(part=1, since=NOON),
            w.WaitingForUser(part=1, package="P", expires_at=NOON + DAY),
            w.Parked(part=1, since=NOON, reason="NOT_ENOUGH"),
            w.Succeeded(finished_at=NOON),
            w.Failed(finished_at=NOON, reason="no", parts_paid=0),
            w.Expired(finished_at=NOON, parts_paid=0),
        ),
        events=(
            w.WithdrawalApproved(at=NOON, approved_by=OPERATOR),
            w.WithdrawalRejected(at=NOON, reason="no"),
            w.PartSent(at=NOON, part=1),
            w.PartWaits(at=NOON, part=1, package="P", expires_at=NOON + DAY),
            w.PartParked(at=NOON, part=1, reason="NOT_ENOUGH"),
            w.PartPaid(at=NOON, part=1, last=False),
            w.PartFailed(at=NOON, part=1, reason="no"),
            w.PartExpired(at=NOON, part=1),
        ),
        kinds_of_state=w.WITHDRAWAL_STATES,
        kinds_of_event=w.WITHDRAWAL_EVENTS,
        names=w.WITHDRAWAL_STATE_NAMES,
        refusal=IllegalWithdrawalTransition,
        holder=lambda state: evolve(WITHDRAWAL, state=state),
        begins=(w.Requested,),
    ),
    Life(
        name="earning",
        table=g.EARNING_TRANSITIONS,
        states=(
            g.Held(release_at=NOON),
            g.Frozen(since=NOON, released=False),
            g.Released(released_at=NOON),
            g.TakenBack(taken_back_at=NOON),
        ),
        events=(
            g.EarningReleased(at=NOON),
            g.EarningFrozen(at=NOON),
            g.EarningTakenBack(at=NOON),
            g.EarningRescheduled(at=NOON, release_at=NOON + DAY),
        ),
        kinds_of_state=g.EARNING_STATES,
        kinds_of_event=g.EARNING_EVENTS,
        names=g.EARNING_STATE_NAMES,
        refusal=g.IllegalEarningTransition,
        holder=lambda state: evolve(EARNING, state=state),
        begins=(g.Held,),
    ),
    Life(
        name="verification",
        table=v.VERIFICATION_TRANSITIONS,
        states=(
            v.Applied(since=NOON),
            v.NeedsMore(since=NOON, wanted="a sharper photo"),
            APPROVED,
            v.Rejected(rejected_at=NOON, rejected_by=OPERATOR, reason="no"),
            v.Suspended(suspended_at=NOON, reason="no", approved=APPROVED),
            v.Lapsed(lapsed_at=NOON),
            v.Left(left_at=NOON),
        ),
        events=(
            v.ApplicationSubmitted(at=NOON),
            v.MoreWanted(at=NOON, wanted="a sharper photo"),
            v.RunnerApproved(at=NOON, reviewer_id=OPERATOR, lapses_at=NOON + DAY),
            v.RunnerRejected(at=NOON, reviewer_id=OPERATOR, reason="no"),
            v.RunnerSuspended(at=NOON, reason="no"),
            v.RunnerReinstated(at=NOON),
            v.StudyEnded(at=NOON),
            v.ApplicationDropped(at=NOON),
            v.RunnerLeft(at=NOON),
        ),
        kinds_of_state=v.VERIFICATIONS,
        kinds_of_event=v.VERIFICATION_EVENTS,
        names=v.VERIFICATION_NAMES,
        refusal=v.IllegalVerificationTransition,
        holder=lambda state: evolve(APPROVED_RUNNER, verification=state),
        state_of=lambda runner: runner.verification,
        begins=(v.Applied,),
    ),
    Life(
        name="dispute",
        table=d.DISPUTE_TRANSITIONS,
        states=(
            d.Hearing(heard_until=NOON),
            d.Proposed(ruling=RULING, proposed_by=OPERATOR, heard_until=NOON),
            d.Decided(ruling=RULING, decided_by=OPERATOR, confirmed_by=None, decided_at=NOON),
        ),
        events=(
            d.StatementMade(at=NOON, statement=statement(RUNNER)),
            d.RulingProposed(at=NOON, ruling=RULING, operator_id=OPERATOR),
            d.RulingReturned(at=NOON, operator_id=OPERATOR),
            d.RulingMade(at=NOON, ruling=RULING, operator_id=OPERATOR),
        ),
        kinds_of_state=d.DISPUTE_STATES,
        kinds_of_event=d.DISPUTE_EVENTS,
        names=d.DISPUTE_STATE_NAMES,
        refusal=d.IllegalDisputeTransition,
        holder=lambda state: evolve(dispute(), state=state),
        begins=(d.Hearing,),
    ),
    Life(
        name="content",
        table=c.CONTENT_TRANSITIONS,
        states=(
            c.Open(),
            c.Cleared(cleared_by=OPERATOR, cleared_at=NOON),
            c.Removed(removed_by=OPERATOR, removed_at=NOON, reason="广告"),
        ),
        events=(
            c.ContentCleared(at=NOON, operator_id=OPERATOR),
            c.ContentRemoved(at=NOON, operator_id=OPERATOR, reason="广告"),
            c.ContentReported(at=NOON),
        ),
        kinds_of_state=c.CONTENT_STATES,
        kinds_of_event=c.CONTENT_EVENTS,
        names=c.CONTENT_STATE_NAMES,
        refusal=c.IllegalContentTransition,
        holder=lambda state: evolve(CASE, state=state),
        begins=(c.Open,),
    ),
    Life(
        name="image",
        table=s.SCREENING_TRANSITIONS,
        states=(
            s.Unscreened(),
            s.Waiting(due_at=NOON, trace="t"),
            s.Passed(),
            s.InDoubt(trace="t"),
            s.Withheld(),
            s.TakenAway(),
        ),
        events=(
            s.ImageSubmitted(trace="t"),
            s.ImagePassed(),
            s.ImageDoubted(),
            s.ImageRefused(),
            s.VerdictMissed(),
            s.ImageHeld(),
            s.ImageCleared(),
            s.ImageRemoved(),
        ),
        kinds_of_state=s.SCREENINGS,
        kinds_of_event=s.SCREENING_EVENTS,
        names=s.SCREENING_NAMES,
        refusal=s.IllegalScreening,
        holder=lambda state: evolve(FILE, screening=state),
        state_of=lambda file: file.screening,
        begins=(s.Unscreened, s.Waiting),
    ),
)
PAIRS = [(life, state, event) for life in LIVES for state in life.kinds_of_state for event in life.kinds_of_event]
lives = pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)


def read(case: object) -> str:
    return case.name if isinstance(case, Life) else case.__name__  # type: ignore[attr-defined]


@lives
def test_the_examples_cover_every_state_and_every_event(life: Life):
    assert [type(example) for example in life.states] == list(life.kinds_of_state)
    assert [type(example) for example in life.events] == list(life.kinds_of_event)


@pytest.mark.parametrize(("life", "state", "event"), [p for p in PAIRS if p[1:] in p[0].table], ids=read)
def test_what_is_in_the_table_applies(life: Life, state: type, event: type):
    before = life.holder(life.example(state))
    after = before.apply(life.example(event))
    result = get_type_hints(life.table[state, event])["return"]
    assert isinstance(life.state_of(after), result)
    assert after.version == before.version + 1


@pytest.mark.parametrize(("life", "state", "event"), [p for p in PAIRS if p[1:] not in p[0].table], ids=read)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(life: Life, state: type, event: type):
    before = life.holder(life.example(state))
    with pytest.raises(life.refusal) as refusal:
        before.apply(life.example(event))
    assert refusal.value.facts() == {"state": life.names[state], "event": event.__name__}
    assert before == life.holder(life.example(state))


@pytest.mark.parametrize(("life", "state", "event"), [p for p in PAIRS if p[1:] in p[0].table], ids=read)
def test_each_step_is_annotated_with_the_state_and_event_of_its_key(life: Life, state: type, event: type):
    hints = get_type_hints(life.table[state, event])
    result = hints.pop("return")
    of_state, of_event = hints.values()
    assert state in (get_args(of_state) or (of_state,))
    assert event in (get_args(of_event) or (of_event,))
    assert set(get_args(result) or (result,)) <= set(life.kinds_of_state)


@lives
def test_every_state_is_named_and_can_be_reached(life: Life):
    assert set(life.names) == set(life.kinds_of_state)
    assert len(set(life.names.values())) == len(life.kinds_of_state)
    results = [get_type_hints(step)["return"] for step in life.table.values()]
    reached = {state for result in results for state in (get_args(result) or (result,))}
    assert reached | set(life.begins) == set(life.kinds_of_state)


@lives
def test_every_event_happens_somewhere(life: Life):
    assert {event for _, event in life.table} == set(life.kinds_of_event)


# -- What the tables mean ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [a.Closed(closed_at=NOON), a.Failed(reason="no")], ids=lambda s: type(s).__name__)
def test_a_success_that_arrives_after_all_is_still_a_success(state: a.AttemptState):
    attempt = evolve(paid(Money(601)), state=state).apply(a.Paid(at=NOON, transaction_id="T1"))
    assert attempt.state == a.Succeeded(transaction_id="T1", paid_at=NOON)


def test_an_unknown_attempt_counts_its_queries_and_keeps_since_when():
    attempt = evolve(paid(Money(601)), state=a.Created())
    for minutes in range(3):
        attempt = attempt.apply(a.AnswerLost(at=NOON + minutes * DAY))
    assert attempt.state == a.Unknown(since=NOON, queries=2)


@pytest.mark.parametrize("example", LIVES[0].states, ids=lambda state: type(state).__name__)
def test_an_attempt_is_queried_while_it_is_open_and_may_be_once_more_when_it_is_closed(example: a.AttemptState):
    attempt = evolve(paid(Money(601)), state=example)
    assert attempt.is_open == isinstance(example, a.Created | a.Pending | a.Unknown)
    for event in LIVES[0].events:
        if (type(example), type(event)) in a.ATTEMPT_TRANSITIONS:
            after = attempt.apply(event, query_at=NOON)
            assert (after.query_at is not None) == (after.is_open or isinstance(after.state, a.Closed))


def test_the_next_query_waits_longer_the_longer_nothing_is_known_and_ten_minutes_at_most():
    waits = [a.next_query(NOON, at=NOON + after) - (NOON + after) for after in (0 * DAY, DAY / 1440, DAY)]
    assert [wait.total_seconds() for wait in waits] == [10, 60, 600]


def test_a_refund_that_waits_for_a_person_is_not_queried():
    stuck = REFUND.apply(r.RefundStuck(at=NOON, advice="call"), query_at=NOON)
    assert (stuck.is_open, stuck.query_at) == (False, None)


def test_earnings_that_a_dispute_froze_are_not_released():
    frozen_earning = EARNING.apply(g.EarningFrozen(at=NOON))
    assert frozen_earning.release_at is None
    with pytest.raises(g.IllegalEarningTransition):
        frozen_earning.apply(g.EarningReleased(at=NOON))


def test_a_frozen_earning_remembers_whether_it_had_been_free():
    released = EARNING.apply(g.EarningReleased(at=NOON)).apply(g.EarningFrozen(at=NOON))
    assert released.state == g.Frozen(since=NOON, released=True)
    assert EARNING.apply(g.EarningFrozen(at=NOON)).state == g.Frozen(since=NOON, released=False)


def test_an_old_report_about_another_part_is_refused():
    second = evolve(WITHDRAWAL, state=w.Sending(part=2, since=NOON))
    with pytest.raises(IllegalWithdrawalTransition):
        second.apply(w.PartPaid(at=NOON, part=1, last=False))


def test_a_withdrawal_pays_its_parts_one_after_the_other_and_ends_with_the_last():
    going = evolve(WITHDRAWAL, state=w.Approved(approved_by=None)).apply(w.PartSent(at=NOON, part=1))
    seen = []
    for part in (1, 2, 3):
        assert going.current_part == part
        seen.append((going.part_number(part), going.part_amount(part).fen))
        going = going.apply(w.PartPaid(at=NOON, part=part, last=part == 3))
    assert [fen for _, fen in seen] == [20_000, 20_000, 5]
    assert len({number for number, _ in seen}) == 3
    assert (going.state_name, going.is_open, going.current_part) == ("succeeded", False, None)


@pytest.mark.parametrize(("part", "left"), [(1, 40_005), (2, 20_005), (3, 5)])
def test_what_was_not_paid_out_goes_back_when_a_part_fails_or_expires(part: int, left: int):
    sending = evolve(WITHDRAWAL, state=w.Sending(part=part, since=NOON))
    assert sending.apply(w.PartFailed(at=NOON, part=part, reason="no")).unpaid().fen == left
    assert sending.apply(w.PartExpired(at=NOON, part=part)).unpaid().fen == left


def test_a_withdrawal_that_succeeded_leaves_nothing_unpaid():
    assert evolve(WITHDRAWAL, state=w.Succeeded(finished_at=NOON)).unpaid() == Money(0)


def test_numbers_at_the_provider_are_letters_and_digits_of_a_length_that_it_takes():
    assert paid(PRICE.payable).number.isalnum()
    assert len(paid(PRICE.payable).number) <= 32
    number = evolve(WITHDRAWAL, id=WithdrawalId(DisputeId(WITHDRAWAL.id))).part_number(10)
    assert number.isalnum()
    assert len(number) <= 32
