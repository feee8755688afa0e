"""Money is whole fen, divided so that every fen goes somewhere and the platform keeps the odd one."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import InvalidField
from errand_domain.money import NOTHING, Money, total, whole_basis_points
from errand_domain.policy import Shares
from errand_domain.settlement.split import Split, by_decision, by_rates
from errand_domain.testing.strategies.values import money, shares, splits_of


@pytest.mark.parametrize(
    "wrong",
    [19.90, 1990.0, True, "1990", Decimal(1990), None, -1, 2**53 + 1, float("nan")],
    ids=repr,
)
def test_money_is_a_whole_number_of_fen_and_nothing_else(wrong: object):
    with pytest.raises(InvalidField) as refusal:
        Money(wrong)  # type: ignore[arg-type]
    assert refusal.value.field == "fen"


def test_money_is_never_negative():
    with pytest.raises(InvalidField):
        Money(100) - Money(101)


def test_19_yuan_90_is_1990_fen_all_the_way():
    price = Money(1990)
    assert str(price) == "¥19.90"
    assert json.loads(json.dumps(price.fen)) == 1990
    assert int(19.9 * 100) == 1989, "which is why a float never comes near it"


@pytest.mark.parametrize(
    ("fen", "written"), [(0, "¥0.00"), (5, "¥0.05"), (105, "¥1.05"), (2**53, "¥90071992547409.92")]
)
def test_money_is_written_as_yuan_for_people(fen: int, written: str):
    assert str(Money(fen)) == written


@given(st.lists(money(), max_size=20))
def test_a_total_is_the_sum_of_its_parts(amounts: list[Money]):
    one_by_one = NOTHING
    for amount in amounts:
        one_by_one += amount
    assert total(amounts) == one_by_one


@given(money(), money())
def test_what_was_added_can_be_taken_away_again(one: Money, other: Money):
    assert (one + other) - other == one
    assert bool(one) == (one > NOTHING)


@given(money(), st.integers(0, 10_000))
def test_a_share_is_rounded_down_by_less_than_a_fen(amount: Money, rate: int):
    part = amount.share(rate)
    assert 0 <= amount.fen * rate - part.fen * 10_000 < 10_000
    assert part <= amount


@pytest.mark.parametrize("wrong", [-1, 10_001, 85.0, True, None], ids=repr)
def test_a_rate_is_a_whole_number_of_basis_points(wrong: object):
    with pytest.raises(InvalidField):
        Shares(runner_basis_points=wrong)  # type: ignore[arg-type]
    assert whole_basis_points.__doc__


def test_rates_that_give_away_more_than_there_is_cannot_be_built():
    assert Shares(runner_basis_points=9_500, agent_basis_points=500)
    with pytest.raises(InvalidField):
        Shares(runner_basis_points=9_501, agent_basis_points=500)


# -- Splits --------------------------------------------------------------------------------------------------


@given(money(), money(), shares())
def test_an_ordinary_split_sums_to_the_whole_and_the_odd_fen_are_the_platforms(
    service: Money, goods: Money, rates: Shares
):
    split = by_rates(service=service, goods=goods, shares=rates)
    assert split.whole == service + goods
    assert split.refund == NOTHING
    assert split.runner == service.share(rates.runner_basis_points) + goods
    assert split.agent == service.share(rates.agent_basis_points)
    fair = service.fen * (10_000 - rates.runner_basis_points - rates.agent_basis_points)
    assert 0 <= split.platform.fen * 10_000 - fair < 20_000, "at most two roundings go to the platform"


@given(data=st.data(), held=money(), rates=shares())
def test_a_decided_split_gives_exactly_what_was_decided_and_loses_nothing(
    data: st.DataObject, held: Money, rates: Shares
):
    refund, runner = data.draw(splits_of(held))
    split = by_decision(held=held, refund=refund, runner=runner, shares=rates)
    assert (split.refund, split.runner) == (refund, runner)
    assert split.whole == held


@given(money(), money(), money(least=1), shares())
def test_a_decision_that_gives_more_than_is_held_is_refused(refund: Money, runner: Money, more: Money, rates: Shares):
    given_away = refund + runner + more
    with pytest.raises(InvalidField):
        by_decision(held=refund + runner, refund=given_away, runner=NOTHING, shares=rates)
    with pytest.raises(InvalidField):
        by_decision(held=refund + runner, refund=refund, runner=runner + more, shares=rates)


@pytest.mark.parametrize(
    ("fen", "split"),
    [
        (300, Split(runner=Money(255), agent=Money(15), platform=Money(30))),
        (5, Split(runner=Money(4), agent=Money(0), platform=Money(1))),
        (1, Split(runner=Money(0), agent=Money(0), platform=Money(1))),
        (0, Split()),
    ],
    ids=["3.00 pays 3.00", "0.05 pays 0.05", "0.01 pays 0.01", "nothing pays nothing"],
)
def test_a_split_pays_neither_more_nor_less_than_there_is(fen: int, split: Split):
    assert by_rates(service=Money(fen), goods=NOTHING, shares=Shares()) == split
