"""Runners: who approves them, what a shift needs, and credit line by line."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import InvalidField
from errand_domain.runner.runner import NotARunner, new_runner
from errand_domain.runner.standing import CREDIT_REASONS, move_credit
from errand_domain.runner.verification import (
    APPLICATION_KEPT_FOR,
    Applied,
    MoreWanted,
    OwnApplication,
    RunnerApproved,
    RunnerReinstated,
    RunnerRejected,
    RunnerSuspended,
    StudyEnded,
)
from tests.domain.examples import (
    APPLICATION,
    APPROVED,
    APPROVED_RUNNER,
    DAY,
    MINUTE,
    NOON,
    OPERATOR,
    ORDER_ID,
    POLICY,
    RUNNER,
)

APPLICANT = new_runner(RUNNER, APPLICATION, POLICY.credit)


def test_an_applicant_starts_with_a_hundred_points_off_shift_and_unapproved():
    assert (APPLICANT.credit, APPLICANT.on_shift, APPLICANT.is_approved) == (100, False, False)
    assert APPLICANT.verification == Applied(since=NOON)


def test_nobody_approves_or_rejects_their_own_application():
    for own in (
        RunnerApproved(at=NOON, reviewer_id=RUNNER, lapses_at=NOON + DAY),
        RunnerRejected(at=NOON, reviewer_id=RUNNER, reason="no"),
    ):
        with pytest.raises(OwnApplication):
            APPLICANT.apply(own)


def test_only_an_approved_runner_starts_a_shift():
    with pytest.raises(NotARunner):
        APPLICANT.shift(on=True)
    assert APPLICANT.shift(on=False).on_shift is False
    approved = APPLICANT.apply(RunnerApproved(at=NOON, reviewer_id=OPERATOR, lapses_at=NOON + DAY))
    assert approved.shift(on=True).on_shift


@pytest.mark.parametrize(
    "event", [RunnerSuspended(at=NOON, reason="no"), StudyEnded(at=NOON)], ids=["suspended", "lapsed"]
)
def test_whoever_is_not_approved_any_more_is_off_shift(event: Any):
    after = APPROVED_RUNNER.apply(event)
    assert (after.on_shift, after.is_approved) == (False, False)


def test_a_suspended_runner_comes_back_as_approved_as_before():
    suspended = APPROVED_RUNNER.apply(RunnerSuspended(at=NOON, reason="no"))
    assert suspended.due_at == APPROVED.lapses_at, "the study period ends all the same"
    assert suspended.apply(RunnerReinstated(at=NOON)).verification == APPROVED


def test_the_timer_watches_an_application_that_waits_and_the_end_of_the_study_period():
    assert APPROVED_RUNNER.due_at == APPROVED.lapses_at
    assert APPLICANT.due_at == APPLICATION.submitted_at + APPLICATION_KEPT_FOR
    lapsed = APPROVED_RUNNER.apply(StudyEnded(at=NOON))
    assert lapsed.due_at == NOON, "looked at once, unless it is said until when"
    assert lapsed.keep_details(until=NOON + MINUTE).due_at == NOON + MINUTE
    assert lapsed.erase_details().due_at is None


def test_a_better_application_replaces_the_one_that_needed_more():
    wanting = APPLICANT.apply(MoreWanted(at=NOON, wanted="a sharper photo"))
    better = evolve(APPLICATION, real_name="林小雨雨", submitted_at=NOON + DAY)
    again = wanting.resubmit(better)
    assert (again.application, again.verification) == (better, Applied(since=NOON + DAY))


def test_nothing_of_the_student_card_is_written_to_a_log():
    written = repr(APPROVED_RUNNER) + repr(APPLICATION)
    for secret in ("林小雨", "2023011234"):
        assert secret not in written


@pytest.mark.parametrize("wrong", [{"real_name": ""}, {"student_number": "1" * 31}], ids=lambda w: next(iter(w)))
def test_an_application_without_its_facts_cannot_be_built(wrong: dict[str, str]):
    with pytest.raises(InvalidField):
        evolve(APPLICATION, **wrong)


# -- Credit --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "points"), [("gave_up", -5), ("no_show", -10), ("late", -2), ("dispute_lost", -15), ("five_stars", 1)]
)
def test_each_deed_moves_credit_by_the_published_points_and_leaves_a_line(reason: Any, points: int):
    after, line = APPROVED_RUNNER.move_credit(reason, ORDER_ID, POLICY.credit, order_version=4, at=NOON)
    assert after.credit == 100 + points
    assert (line.points, line.reason, line.order_id, line.at) == (points, reason, ORDER_ID, NOON)
    assert after.version == APPROVED_RUNNER.version + 1


def test_every_reason_has_its_rule():
    assert {reason: getattr(POLICY.credit, reason) for reason in CREDIT_REASONS}.keys() == set(CREDIT_REASONS)


@given(st.integers(0, 120), st.lists(st.sampled_from([-15, -10, -5, -2, 1]), max_size=40))
def test_credit_stays_between_nothing_and_its_most(credit: int, points: list[int]):
    for change in points:
        credit = move_credit(credit, change, POLICY.credit)
        assert 0 <= credit <= POLICY.credit.most


def test_credit_stops_at_its_bounds():
    assert move_credit(5, -15, POLICY.credit) == 0
    assert move_credit(POLICY.credit.most, 1, POLICY.credit) == POLICY.credit.most


def test_credit_below_the_floor_is_not_enough_and_a_year_is_a_year():
    assert POLICY.credit.floor == 60
    assert APPROVED.lapses_at - NOON == timedelta(days=365)
