"""What a password must be, and how often codes are sent."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.member.guessable import PLACE_WORDS, USUAL_WORDS, well_known
from errand_domain.member.member import Way
from errand_domain.member.password import LENGTH_LEAST, LENGTH_LEAST_FOR_STAFF, PasswordWeak, check_password
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
        ("three blue bicycles and a dog in the rain at four " * 2 + "o'clock on a Sunday, please!", None),
        ("ab" * 64 + "c", "too_long"),
        ("ab" * 64, None),
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
    assert weakness("elevenchars", is_staff=True) == "too_short"
    assert weakness("twelve chars", is_staff=True) is None
    assert weakness("li is in here", email="li@example.edu.cn") is None


def test_the_well_known_ones_are_long_enough_to_matter_and_written_as_they_are_compared():
    assert all(len(word) >= LENGTH_LEAST and word == word.casefold() for word in well_known())


def test_three_thousand_of_the_well_known_ones_would_be_long_enough_for_members_and_for_staff():
    assert len(well_known()) > 5_000
    assert len([word for word in well_known() if len(word) >= LENGTH_LEAST_FOR_STAFF]) > 3_000


def test_the_list_is_of_passwords_and_tells_of_nobody():
    assert not [word for word in well_known() if "@" in word or " " in word or re.fullmatch(r"1[3-9]\d{9}", word)]
    assert {"woaini1314", "1qaz2wsx3edc", "qwertyuiop", "password123"} <= well_known()


@pytest.mark.parametrize(
    "password",
    [
        "13800001234",
        "+86 138-0000-1234",
        "qq13800001234",
        "110101199003078515",
        "5201314520",
        "13145201314",
        "woaini5201314!",
        "WoAiNi@2026",
        "paotui2026!!",
        "XiaoYuanPaoTui",
        "校园跑腿20260901",
        "campus-errand-2026",
        "zxw19990812",
        "1999-08-12lw",
        "password!2027",
        "wechat+alipay",
        "p@ssw0rd#2026",
    ],
)
def test_numbers_of_people_and_words_of_the_place_are_predictable(password: str):
    assert weakness(password) in ("predictable", "well_known")
    assert weakness(f"{password} heron") is None


@pytest.mark.parametrize("word", [*PLACE_WORDS, *USUAL_WORDS])
def test_each_listed_word_with_a_number_is_predictable_and_with_others_is_not(word: str):
    assert weakness(f"{word}-7301948265-{word}") == "predictable"
    assert weakness(f"three herons at the {word}") is None


@given(st.text("0123456789", min_size=LENGTH_LEAST, max_size=LENGTH_LEAST))
def test_digits_alone_are_no_reason_to_refuse(password: str):
    assert weakness(password) in (None, "well_known", "predictable")
    assert weakness(f"90{password[:3]}40{password[3:6]}") is None


@given(st.text(st.characters(categories=("L", "N", "P", "Z")), min_size=LENGTH_LEAST, max_size=128))
def test_no_composition_is_asked_for(password: str):
    assert weakness(password, email="") in (None, "well_known", "predictable")


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
