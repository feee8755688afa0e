"""What an errand costs: each line of the tariff, and what it does not allow."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import InvalidField
from errand_domain.money import Money
from errand_domain.order.pricing import Price, price_of
from errand_domain.order.terms import Window
from errand_domain.place import Distance
from errand_domain.policy import Policy, Shares, Tariff
from errand_domain.testing.strategies.values import money
from tests.domain.examples import CAMPUS, HOUR, MINUTE, NOON, POLICY, PURCHASE, SECOND, TERMS
from tests.domain.tables import cases


def price(
    terms: Any = TERMS,
    *,
    metres: int = 700,
    grams: int = 1_000,
    tip: int = 0,
    policy: Policy = POLICY,
    at: datetime = NOON,
) -> Price:
    return price_of(
        evolve(terms, weight_grams=grams),
        distance=Distance(metres=metres, estimated=False),
        tip=Money(tip),
        policy=policy,
        zone=CAMPUS.zone,
        at=at,
    )


LINES = cases("""
metres | grams | distance | weight | reward
-------+-------+----------+--------+-------
     0 |     1 |        0 |      0 |    300
  1000 |  3000 |        0 |      0 |    300
  1001 |  3000 |       50 |      0 |    350
  1500 |  3001 |       50 |     50 |    400
  1501 |  4000 |      100 |     50 |    450
  3000 |  4001 |      200 |    100 |    600
  9999 | 30000 |      900 |   1350 |   2550
""")


@pytest.mark.parametrize("row", LINES, ids=lambda row: f"{row['metres']} m, {row['grams']} g")
def test_every_step_begun_beyond_what_is_included_costs(row: dict[str, str]):
    found = price(metres=int(row["metres"]), grams=int(row["grams"]))
    assert (found.distance.fen, found.weight.fen) == (int(row["distance"]), int(row["weight"]))
    assert found.reward == Money(int(row["reward"]))


NIGHTS = cases("""
campus time | night
------------+------
21:59:59    |     0
22:00:00    |   200
23:59:59    |   200
00:00:00    |   200
05:59:59    |   200
06:00:00    |     0
12:00:00    |     0
""")


def at_campus(clock: str) -> datetime:
    """That time of the day at the campus."""
    return datetime.combine(NOON.date(), time.fromisoformat(clock), tzinfo=CAMPUS.zone).astimezone(UTC)


@pytest.mark.parametrize("row", NIGHTS, ids=lambda row: row["campus time"])
def test_the_night_of_the_campus_lasts_over_midnight(row: dict[str, str]):
    earliest = at_campus(row["campus time"])
    terms = evolve(TERMS, window=Window(earliest=earliest, latest=earliest + 3 * HOUR))
    assert price(terms, at=earliest - HOUR).night == Money(int(row["night"]))


def test_a_night_within_one_day_ends_before_midnight():
    early = evolve(POLICY, tariff=evolve(POLICY.tariff, night_from=time(18), night_until=time(20)))
    for clock, fee in (("17:59:59", 0), ("18:00:00", 200), ("20:00:00", 0), ("02:00:00", 0)):
        earliest = at_campus(clock)
        terms = evolve(TERMS, window=Window(earliest=earliest, latest=earliest + 3 * HOUR))
        assert price(terms, policy=early, at=earliest - HOUR).night == Money(fee)


def test_a_window_that_has_begun_counts_from_now():
    dusk = at_campus("21:00:00")
    terms = evolve(TERMS, window=Window(earliest=dusk, latest=dusk + 6 * HOUR))
    assert price(terms, at=dusk).night == Money(0)
    assert price(terms, at=dusk + HOUR).night == Money(200)


@pytest.mark.parametrize(
    ("left", "fee"), [(30 * MINUTE, 200), (30 * MINUTE + SECOND, 0)], ids=["30 min left", "a second more"]
)
def test_what_must_be_done_within_half_an_hour_is_urgent(left: timedelta, fee: int):
    assert price(evolve(TERMS, window=Window(earliest=NOON, latest=NOON + left))).urgency == Money(fee)


def test_goods_are_advanced_on_top_of_the_reward():
    found = price(PURCHASE, tip=150)
    assert (found.reward, found.goods_advance, found.payable) == (Money(450), Money(3_000), Money(3_450))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"tip": 10_001}, "tip"),
        ({"grams": 30_001}, "weight_grams"),
        ({"terms": evolve(PURCHASE, goods_advance=Money(50_001))}, "goods_advance"),
        ({"policy": evolve(POLICY, categories=("meal",))}, "category"),
    ],
    ids=["tip", "weight", "advance", "category"],
)
def test_what_the_tariff_does_not_allow_is_refused_with_its_field(asked: dict[str, Any], field: str):
    with pytest.raises(InvalidField) as refusal:
        price(**asked)
    assert refusal.value.field == field


def test_the_rates_of_the_day_are_kept_with_the_price():
    generous = Shares(runner_basis_points=9_000, agent_basis_points=1_000)
    assert price(policy=evolve(POLICY, shares=generous)).shares == generous


@given(st.integers(0, 20_000), st.integers(1, 30_000), st.integers(0, 10_000))
def test_a_price_is_the_sum_of_its_lines_and_never_falls_with_distance_weight_or_tip(metres: int, grams: int, tip: int):
    found = price(metres=metres, grams=grams, tip=tip)
    lines = (found.base, found.distance, found.weight, found.night, found.urgency, found.tip)
    assert found.reward.fen == sum(line.fen for line in lines)
    assert price(metres=metres + 1, grams=grams, tip=tip).reward >= found.reward
    assert price(metres=metres, grams=min(grams + 1, 30_000), tip=tip).reward >= found.reward


@given(money(most=10_000), money(most=10_000))
def test_a_raised_tip_adds_to_the_reward_and_to_nothing_else(first: Money, more: Money):
    tipped = Price(base=Money(300), tip=first, goods_advance=Money(500)).with_tip(more)
    assert tipped.reward == Money(300) + first + more
    assert tipped.goods_advance == Money(500)


# -- The policy ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["metres_per_step", "grams_per_step", "weight_most_grams"])
def test_a_tariff_that_divides_by_nothing_cannot_be_built(name: str):
    with pytest.raises(InvalidField) as refusal:
        Tariff(**{name: 0})  # type: ignore[arg-type]
    assert refusal.value.field == name


@pytest.mark.parametrize(
    "name", ["quote_life", "pay_within", "open_for", "complete_after", "dispute_within", "hearing_for"]
)
def test_a_window_of_no_time_cannot_be_built(name: str):
    with pytest.raises(InvalidField) as refusal:
        Policy(**{name: timedelta(0)})  # type: ignore[arg-type]
    assert refusal.value.field == name


def test_money_cannot_leave_before_it_can_be_disputed():
    with pytest.raises(InvalidField) as refusal:
        Policy(hold_earnings_for=timedelta(hours=47), dispute_within=timedelta(hours=48))
    assert refusal.value.field == "hold_earnings_for"


def test_the_defaults_are_the_products():
    assert (POLICY.pay_within, POLICY.open_for, POLICY.complete_after) == (15 * MINUTE, 2 * HOUR, 24 * HOUR)
    assert (POLICY.cancel_fee, POLICY.arrival_fee, POLICY.four_eyes_above) == (Money(200), Money(200), Money(5_000))
    assert (POLICY.credit.start, POLICY.credit.floor, POLICY.give_ups_per_day) == (100, 60, 3)
