"""How much a runner may take out at once, and in which parts."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import InvalidField
from errand_domain.money import Money, total
from errand_domain.policy import Withdrawals
from errand_domain.settlement.withdrawal import Withdrawal, WithdrawalOverDay, WithdrawalTooSmall, request_withdrawal
from tests.domain.examples import CAMPUS_ID, NOON, RUNNER, WITHDRAWAL_ID

LIMITS = Withdrawals()


def request(fen: int, *, today: int = 0, limits: Withdrawals = LIMITS) -> Withdrawal:
    return request_withdrawal(
        WITHDRAWAL_ID,
        RUNNER,
        CAMPUS_ID,
        amount=Money(fen),
        provider="memory",
        withdrawn_today=Money(today),
        limits=limits,
        at=NOON,
    )


@pytest.mark.parametrize("fen", [0, 1, 99])
def test_less_than_the_minimum_is_refused(fen: int):
    with pytest.raises(WithdrawalTooSmall) as refusal:
        request(fen)
    assert refusal.value.least == Money(100)


def test_nothing_is_refused_even_where_there_is_no_minimum():
    with pytest.raises((WithdrawalTooSmall, InvalidField)):
        request(0, limits=evolve(LIMITS, least=Money(1)))


def test_a_negative_sum_cannot_even_be_written_down():
    with pytest.raises(InvalidField):
        request(-100)


def test_the_day_counts_what_was_withdrawn_before():
    assert request(100_000, today=100_000).amount == Money(100_000)
    with pytest.raises(WithdrawalOverDay) as refusal:
        request(100_001, today=100_000)
    assert refusal.value.most == Money(200_000)


@pytest.mark.parametrize(
    ("fen", "parts"),
    [
        (100, [100]),
        (20_000, [20_000]),
        (20_001, [19_901, 100]),
        (20_099, [19_999, 100]),
        (20_100, [20_000, 100]),
        (60_000, [20_000] * 3),
    ],
)
def test_a_sum_over_the_providers_limit_is_split(fen: int, parts: list[int]):
    assert [part.fen for part in request(fen).parts] == parts


@given(st.integers(100, 200_000), st.integers(1, 500), st.integers(2, 40_000))
def test_parts_sum_to_the_whole_and_each_can_be_transferred(fen: int, least: int, most: int):
    limits = evolve(LIMITS, least=Money(least), most_per_transfer=Money(max(most, 2 * least)))
    if fen < least:
        return
    withdrawal = request(fen, limits=limits)
    assert total(withdrawal.parts) == withdrawal.amount == Money(fen)
    assert all(limits.least <= part <= limits.most_per_transfer for part in withdrawal.parts)
    numbers = {withdrawal.part_number(part + 1) for part in range(len(withdrawal.parts))}
    assert len(numbers) == len(withdrawal.parts)


@pytest.mark.parametrize(
    "limits",
    [{"least": Money(0)}, {"most_per_transfer": Money(0)}, {"least": Money(100), "most_per_transfer": Money(199)}],
    ids=["least nothing", "most nothing", "a rest that nobody could transfer"],
)
def test_limits_under_which_a_sum_could_not_be_split_cannot_be_built(limits: dict[str, Any]):
    with pytest.raises(InvalidField):
        Withdrawals(**limits)
