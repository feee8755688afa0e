"""What a password must be, and how often codes are sent."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.member.member import Way
from errand_domain.member.password import COMMON, LENGTH_LEAST, PasswordWeak, check_password
from errand_domain.member.session import (
    CODES_A_DAY,
    CODES_AN_HOUR,
    DAY,
    HOUR,
    CodeTooSoon,
    SignInCode,
    check_pause,
)
from tests.domain.examples import NOON

EMAIL = "lin@example.edu.cn"


def weakness(password: str, *, email: str = EMAIL, is_staff: bool = False) -> str | None:
    try:
        check_password(password, email=email, is_staff=is_staff)
    except PasswordWeak as refusal:
        return refusal.reason
    return None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "too_short"),
        ("ninechars", "too_short"),
        ("x" * 129, "too_long"),
        ("Password123", "well_known"),
        ("qwertyuiop", "well_known"),
        ("aaaaaaaaaaaaaaa", "well_known"),
        ("我爱跑腿跑腿跑腿啊Lin", "contains_address"),
        ("three blue bicycles", None),
        ("tencharss.", None),
        ("                 x", None),
        ("我们的校园跑腿平台很好", None),
    ],
)
def test_a_password_is_long_not_well_known_and_not_ones_own_address(password: str, reason: str | None):
    assert weakness(password) == reason


def test_staff_need_longer_ones_and_short_names_forbid_nothing():
    assert weakness("tencharss.", is_staff=True) == "too_short"
    assert weakness("twelve chars", is_staff=True) is None
    assert weakness("li is in here", email="li@example.edu.cn") is None


def test_the_well_known_ones_are_long_enough_to_matter_and_written_as_they_are_compared():
    assert all(len(word) >= LENGTH_LEAST and word == word.casefold() for word in COMMON)


@given(st.text(st.characters(categories=("L", "N", "P", "Z")), min_size=LENGTH_LEAST, max_size=128))
def test_no_composition_is_asked_for(password: str):
    assert weakness(password, email="") in (None, "well_known")


@given(st.lists(st.integers(0, 7_200), min_size=1, max_size=60))
def test_no_hour_has_more_than_five_codes_and_no_day_more_than_ten(waits: list[int]):
    at, last, sent = NOON, None, []
    for wait in waits:
        at += timedelta(seconds=wait)
        try:
            check_pause(last, at=at)
        except CodeTooSoon as refusal:
            check_pause(last, at=at + timedelta(seconds=refusal.seconds))
            continue
        fresh = SignInCode(way=Way("email", EMAIL), code_hash="h", sent_at=at)
        last = last.followed_by("h", at=at) if last else fresh
        sent.append(at)
    for first in sent:
        assert len([one for one in sent if first <= one < first + HOUR]) <= CODES_AN_HOUR
        assert len([one for one in sent if first <= one < first + DAY]) <= CODES_A_DAY
