"""Yuan and fen, and times as they are read in China."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.alipay.answers import Malformed
from adapters.alipay.china_time import read_from_china, written_in_china
from adapters.alipay.yuan import fen_of, money_of, yuan_of
from errand_domain.money import Money


@given(st.integers(min_value=0, max_value=2**53))
def test_every_fen_survives_the_way_to_yuan_and_back(fen):
    written = yuan_of(Money(fen))
    assert money_of(written) == Money(fen)
    assert written[-3] == "."


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_an_amount_below_zero_keeps_its_sign(fen):
    assert fen_of(f"{'-' if fen < 0 else ''}{yuan_of(Money(abs(fen)))}") == fen


@pytest.mark.parametrize(
    ("written", "fen"), [("19.9", 1990), ("0.01", 1), ("1", 100), ("-0.06", -6), ("+3.00", 300), ("00.10", 10)]
)
def test_yuan_are_read_by_their_digits(written, fen):
    assert fen_of(written) == fen


@pytest.mark.parametrize(
    "written", ["", ".5", "1.", "1.005", "1e2", "1,000.00", " 1.00", "１.00", "NaN", "--1", "1.0.0", "9" * 15, "0x1"]
)
def test_what_is_not_yuan_and_fen_is_not_read(written):
    with pytest.raises(Malformed):
        fen_of(written)


@pytest.mark.parametrize("written", ["-0.01", "99999999999999.00"])
def test_an_amount_that_cannot_be_is_none(written):
    with pytest.raises(Malformed):
        money_of(written)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds the zone
def test_every_second_survives_the_way_to_china_and_back(moment):
    assert read_from_china(written_in_china(moment)) == moment.replace(microsecond=0)


def test_times_are_written_as_in_china_wherever_we_are():
    moment = datetime(2026, 12, 31, 10, 0, tzinfo=timezone(timedelta(hours=-8)))
    assert written_in_china(moment) == "2027-01-01 02:00:00"
    assert read_from_china("2027-01-01 02:00:00.125") == moment


@pytest.mark.parametrize(
    "written",
    ["", "2026-11-05", "2026-13-05 00:00:00", "0000-00-00 00:00:00", "0001-01-01 00:00:00", "２026-11-05 00:00:00"],
)
def test_what_is_no_time_is_not_read(written):
    with pytest.raises(Malformed):
        read_from_china(written)
