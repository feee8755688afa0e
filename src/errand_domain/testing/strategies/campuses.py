"""Campuses and their policies."""

from datetime import time, timedelta
from typing import get_args

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from errand_domain.campus import Admits, Building, BuildingKind, Campus
from errand_domain.ids import BuildingId, CampusId
from errand_domain.place import Point
from errand_domain.policy import CATEGORIES, CreditRules, Policy, Tariff, Withdrawals
from errand_domain.testing.strategies.values import identities, lines, money, points, shares

_ZONES = ("Asia/Shanghai", "Asia/Urumqi", "UTC")
_STEP_MOST = 10_000


def tariffs() -> SearchStrategy[Tariff]:
    """Tariffs, nights within one day and across midnight among them."""
    fee = money(most=5_000)
    return st.builds(
        Tariff,
        base=money(least=1, most=5_000),
        included_metres=st.integers(0, _STEP_MOST),
        metres_per_step=st.integers(1, _STEP_MOST),
        step_fee=fee,
        included_grams=st.integers(0, _STEP_MOST),
        grams_per_step=st.integers(1, _STEP_MOST),
        weight_fee=fee,
        night_from=st.times(time(0), time(23, 59)).map(lambda t: t.replace(microsecond=0)),
        night_until=st.times(time(0), time(23, 59)).map(lambda t: t.replace(microsecond=0)),
        night_fee=fee,
        urgent_within=st.timedeltas(timedelta(0), timedelta(hours=2)),
        urgency_fee=fee,
        tip_most=fee,
    )


def credit_rules() -> SearchStrategy[CreditRules]:
    """Rules of credit under which the start is above the floor."""
    debit = st.integers(-20, 0)
    return st.builds(
        CreditRules,
        start=st.integers(60, 120),
        floor=st.integers(0, 60),
        gave_up=debit,
        no_show=debit,
        late=debit,
        dispute_lost=debit,
        five_stars=st.integers(0, 5),
    )


@st.composite
def policies(draw: DrawFn) -> Policy:
    """Rules of a campus, whatever an operator may set."""
    minutes = st.integers(1, 3 * 24 * 60).map(lambda count: timedelta(minutes=count))
    dispute_within = draw(minutes)
    return Policy(
        categories=tuple(draw(st.lists(st.sampled_from(CATEGORIES), min_size=1, unique=True))),
        tariff=draw(tariffs()),
        shares=draw(shares()),
        credit=draw(credit_rules()),
        withdrawals=draw(
            st.builds(
                Withdrawals,
                least=money(least=1, most=1_000),
                most_per_transfer=money(least=10_000, most=20_000),
                most_per_day=money(least=20_000, most=200_000),
            )
        ),
        quote_life=draw(minutes),
        pay_within=draw(minutes),
        open_for=draw(minutes),
        arrive_within=draw(minutes),
        no_show_after=draw(minutes),
        cancel_free_for=draw(minutes),
        runner_late_after=draw(minutes),
        cancel_fee=draw(money(most=1_000)),
        arrival_fee=draw(money(most=1_000)),
        complete_after=draw(minutes),
        dispute_within=dispute_within,
        hold_earnings_for=dispute_within + draw(minutes),
        four_eyes_above=draw(money(most=10_000)),
        open_orders_most=draw(st.integers(1, 5)),
        give_ups_per_day=draw(st.integers(1, 5)),
        unpaid_orders_most=draw(st.integers(1, 9)),
    )


def buildings() -> SearchStrategy[Building]:
    """Named places with their house rules."""
    return st.builds(
        Building,
        id=identities().map(BuildingId),
        name=lines(most=40),
        kind=st.sampled_from(get_args(BuildingKind)),
        point=points(),
        admits=st.sampled_from(get_args(Admits)),
    )


@st.composite
def campuses(draw: DrawFn) -> Campus:
    """Campuses with a rectangular boundary somewhere, a few buildings and any policy."""
    south, west = draw(st.integers(-80, 79)), draw(st.integers(-170, 169))
    corners = ((south, west), (south, west + 1), (south + 1, west + 1), (south + 1, west))
    campus = Campus(
        id=CampusId(draw(identities())),
        name=draw(lines(most=40)),
        time_zone=draw(st.sampled_from(_ZONES)),
        boundary=tuple(Point(latitude=latitude, longitude=longitude) for latitude, longitude in corners),
        buildings=tuple(draw(st.lists(buildings(), max_size=3, unique_by=lambda building: building.id))),
        open=draw(st.booleans()),
    )
    return evolve(campus, policy=draw(policies()))
