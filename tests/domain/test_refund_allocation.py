"""Which payment is given back how much, and under which number."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import InvalidField
from errand_domain.ids import AttemptId
from errand_domain.money import Money, total
from errand_domain.payment.refund import (
    Abnormal,
    Processing,
    Refund,
    RefundClosed,
    Refunded,
    RefundExceedsPayment,
    allocate,
    refund_number,
)
from errand_domain.testing.strategies.values import identities
from tests.domain.examples import ATTEMPT_ID, MINUTE, NOON, TIP_ID, paid

TWO = (paid(Money(600)), paid(Money(100), attempt_id=TIP_ID, purpose="tip", at=NOON + MINUTE))


def back(fen: int, refunds: tuple[Refund, ...] = (), *, of: Any = TWO, reason: Any = "cancelled") -> tuple[Refund, ...]:
    return allocate(Money(fen), of, refunds, reason=reason, at=NOON)


def read(refunds: tuple[Refund, ...]) -> list[tuple[AttemptId, int]]:
    return [(refund.attempt_id, refund.amount.fen) for refund in refunds]


def test_the_oldest_payment_is_given_back_first_and_the_tip_too():
    assert read(back(500)) == [(ATTEMPT_ID, 500)]
    assert read(back(650)) == [(ATTEMPT_ID, 600), (TIP_ID, 50)]
    assert read(back(700)) == [(ATTEMPT_ID, 600), (TIP_ID, 100)]


def test_never_more_is_given_back_than_was_paid():
    with pytest.raises(RefundExceedsPayment) as refusal:
        back(701)
    assert refusal.value.facts() == {"asked": Money(701), "left": Money(700)}
    first = back(400)
    with pytest.raises(RefundExceedsPayment):
        back(301, first, reason="dispute")


def test_what_has_gone_back_before_counts_whatever_its_state():
    for state in (Processing(refund_id="R"), Refunded(refunded_at=NOON), Abnormal(since=NOON, advice="call")):
        before = tuple(evolve(refund, state=state) for refund in back(600))
        assert read(back(100, before, reason="dispute")) == [(TIP_ID, 100)]


def test_what_the_provider_gave_up_is_given_back_again_under_a_new_number():
    (first,) = back(600)
    given_up = evolve(first, state=RefundClosed(closed_at=NOON))
    (again,) = back(600, (given_up,))
    assert again.amount == first.amount
    assert again.number == refund_number(ATTEMPT_ID, "cancelled", nth=2)
    assert again.number != first.number


def test_asking_again_is_the_same_refund():
    assert back(650) == back(650)
    assert refund_number(ATTEMPT_ID, "late") == refund_number(ATTEMPT_ID, "late")


def test_a_second_partial_refund_has_a_number_of_its_own():
    first = back(200, reason="advance")
    second = back(400, first, reason="cancelled")
    third = back(50, first + second, reason="cancelled")
    numbers = [refund.number for refund in first + second + third]
    assert len(set(numbers)) == len(numbers)
    assert all(len(number) <= 64 for number in numbers)
    assert all(number not in (attempt.number, str(attempt.order_id)) for number in numbers for attempt in TWO)


def test_a_refund_of_nothing_cannot_be_built():
    assert back(0) == ()
    with pytest.raises(InvalidField):
        evolve(back(1)[0], amount=Money(0))


@given(
    payments=st.lists(st.tuples(identities(), st.integers(1, 1_000)), max_size=4, unique_by=lambda pair: pair[0]),
    asked=st.lists(st.tuples(st.integers(1, 1_500), st.booleans()), max_size=6),
)
def test_however_often_it_is_asked_no_payment_gives_back_more_than_it_was(
    payments: list[tuple[Any, int]], asked: list[tuple[int, bool]]
):
    attempts = tuple(
        paid(Money(fen), attempt_id=AttemptId(identity), at=NOON + n * MINUTE)
        for n, (identity, fen) in enumerate(payments)
    )
    done: tuple[Refund, ...] = ()
    for fen, given_up in asked:
        try:
            made = allocate(Money(fen), attempts, done, reason="cancelled", at=NOON)
        except RefundExceedsPayment:
            continue
        assert total([refund.amount for refund in made]) == Money(fen)
        state = RefundClosed(closed_at=NOON) if given_up else Refunded(refunded_at=NOON)
        done += tuple(evolve(refund, state=state) for refund in made)
    for attempt in attempts:
        kept = [r.amount for r in done if r.attempt_id == attempt.id and not isinstance(r.state, RefundClosed)]
        assert total(kept) <= attempt.amount
    assert len({refund.number for refund in done}) == len(done)
