"""Ruling a dispute: both sides heard, no judge in their own case, four eyes above a sum. And reviews."""

from typing import Any

import pytest
from attrs import evolve

from errand_domain.dispute.dispute import (
    Dispute,
    Hearing,
    IllegalDisputeTransition,
    NotHeard,
    Proposed,
    RulingMade,
    RulingProposed,
    SameEyes,
    StatementMade,
    review_ruling,
    rule,
)
from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import ReviewId
from errand_domain.money import Money
from errand_domain.review.review import (
    Review,
    ReviewTooEarly,
    ReviewTooLate,
    check_time,
    counterpart,
)
from tests.domain.examples import (
    DAY,
    HOUR,
    NOON,
    OPERATOR,
    ORDER_ID,
    POLICY,
    REQUESTER,
    RULING,
    RUNNER,
    SECOND,
    SECOND_OPERATOR,
    STRANGER,
    dispute,
    statement,
)

SMALL = Money(601)
HEARD = dispute(REQUESTER, RUNNER)
LARGE = evolve(RULING, refund=Money(2_501), runner=Money(2_500))
PROPOSED = HEARD.apply(RulingProposed(at=NOON, ruling=LARGE, operator_id=OPERATOR))


def test_nobody_is_judged_before_both_sides_have_spoken_or_the_hearing_is_over():
    only_one = dispute(REQUESTER)
    with pytest.raises(NotHeard) as refusal:
        rule(only_one, OPERATOR, RULING, POLICY, disputed=SMALL, at=NOON + DAY - SECOND)
    assert refusal.value.until == NOON + DAY
    assert rule(only_one, OPERATOR, RULING, POLICY, disputed=SMALL, at=NOON + DAY)
    assert rule(HEARD, OPERATOR, RULING, POLICY, disputed=SMALL, at=NOON)


def test_one_side_that_speaks_twice_is_not_two_sides():
    with pytest.raises(NotHeard):
        rule(dispute(REQUESTER, REQUESTER), OPERATOR, RULING, POLICY, disputed=SMALL, at=NOON)


def test_a_statement_is_kept_and_counts_as_being_heard():
    heard = dispute(REQUESTER).apply(StatementMade(at=NOON, statement=statement(RUNNER)))
    assert heard.both_heard
    assert [said.author_id for said in heard.statements] == [REQUESTER, RUNNER]


def test_where_up_to_50_yuan_are_disputed_one_operator_decides():
    event = rule(HEARD, OPERATOR, RULING, POLICY, disputed=Money(5_000), at=NOON)
    assert isinstance(event, RulingMade)
    decided = HEARD.apply(event).state
    assert (decided.decided_by, decided.confirmed_by) == (OPERATOR, None)  # type: ignore[union-attr]


@pytest.mark.parametrize(("refund", "runner"), [(5_001, 0), (0, 5_001), (0, 0)], ids=["back", "runner", "commission"])
def test_where_more_is_disputed_a_second_operator_must_agree_wherever_it_goes(refund: int, runner: int):
    ruling = evolve(RULING, refund=Money(refund), runner=Money(runner))
    event = rule(HEARD, OPERATOR, ruling, POLICY, disputed=Money(5_001), at=NOON)
    assert isinstance(event, RulingProposed)
    assert isinstance(HEARD.apply(event).state, Proposed)


@pytest.mark.parametrize("agree", [True, False])
def test_the_second_pair_of_eyes_is_not_the_first(agree: bool):
    with pytest.raises(SameEyes):
        review_ruling(PROPOSED, OPERATOR, agree=agree, at=NOON)


def test_a_confirmed_ruling_names_both_operators():
    decided = PROPOSED.apply(review_ruling(PROPOSED, SECOND_OPERATOR, agree=True, at=NOON)).state
    assert (decided.decided_by, decided.confirmed_by) == (OPERATOR, SECOND_OPERATOR)  # type: ignore[union-attr]
    assert decided.ruling == LARGE  # type: ignore[union-attr]


def test_a_ruling_that_was_not_agreed_to_goes_back_to_the_hearing():
    returned = PROPOSED.apply(review_ruling(PROPOSED, SECOND_OPERATOR, agree=False, at=NOON))
    assert returned.state == Hearing(heard_until=NOON + DAY)


def test_there_is_nothing_to_confirm_where_nothing_was_proposed():
    with pytest.raises(IllegalDisputeTransition):
        review_ruling(HEARD, SECOND_OPERATOR, agree=True, at=NOON)


def test_a_proposal_is_not_replaced_by_another_large_one():
    with pytest.raises(IllegalDisputeTransition):
        PROPOSED.apply(rule(PROPOSED, SECOND_OPERATOR, LARGE, POLICY, disputed=SMALL, at=NOON))


def test_a_decided_dispute_is_not_decided_again():
    decided: Dispute = HEARD.apply(rule(HEARD, OPERATOR, RULING, POLICY, disputed=SMALL, at=NOON))
    with pytest.raises(IllegalDisputeTransition):
        decided.apply(rule(decided, SECOND_OPERATOR, RULING, POLICY, disputed=SMALL, at=NOON))
    with pytest.raises(IllegalDisputeTransition):
        decided.apply(StatementMade(at=NOON, statement=statement(RUNNER)))


def test_what_was_said_stays_out_of_every_log():
    assert "没有送到" not in repr(HEARD)


# -- Reviews -------------------------------------------------------------------------------------------------

REVIEW = Review(id=ReviewId(ORDER_ID), order_id=ORDER_ID, author_id=REQUESTER, subject_id=RUNNER, stars=5, at=NOON)


@pytest.mark.parametrize("stars", [0, 6, True, 4.5, None], ids=repr)
def test_stars_are_one_to_five(stars: Any):
    with pytest.raises(InvalidField):
        evolve(REVIEW, stars=stars)


def test_a_tag_is_given_once():
    with pytest.raises(InvalidField):
        evolve(REVIEW, tags=("fast", "fast"))


def test_each_side_reviews_the_other_and_nobody_else_reviews():
    assert counterpart(REQUESTER, requester_id=REQUESTER, runner_id=RUNNER) == RUNNER
    assert counterpart(RUNNER, requester_id=REQUESTER, runner_id=RUNNER) == REQUESTER
    for who, runner in ((STRANGER, RUNNER), (REQUESTER, None), (STRANGER, None)):
        with pytest.raises(Missing):
            counterpart(who, requester_id=REQUESTER, runner_id=runner)


def test_an_order_is_reviewed_from_its_end_for_a_week():
    week = POLICY.review_within
    check_time(NOON, within=week, at=NOON)
    check_time(NOON, within=week, at=NOON + 7 * DAY)
    with pytest.raises(ReviewTooLate):
        check_time(NOON, within=week, at=NOON + 7 * DAY + SECOND)
    with pytest.raises(ReviewTooEarly):
        check_time(None, within=week, at=NOON + HOUR)
