"""The stable access token, by the rules that WeChat documents."""

from datetime import timedelta

import pytest

from entrypoints.sandbox.wechat.tokens import Tokens
from errand_domain.testing import examples

START = examples.NOW
SECOND = timedelta(seconds=1)


def asked(tokens, text, after, *, force=False):
    return tokens.asked(text, at=START + after, force=force)


def test_who_asks_again_gets_the_same_token():
    tokens = asked(Tokens(), "a", 0 * SECOND)
    again = asked(tokens, "b", 6_900 * SECOND)
    assert again == tokens
    assert again.given[-1].text == "a"
    assert again.given[-1].seconds_left(START + 6_900 * SECOND) == 300


def test_in_the_last_five_minutes_a_new_one_is_given_and_both_count():
    now = START + 6_901 * SECOND
    tokens = asked(asked(Tokens(), "a", 0 * SECOND), "b", now - START)
    assert tokens.given[-1].text == "b"
    assert [tokens.standing(text, at=now) for text in "ab"] == ["counts", "counts"]
    later = START + 7_200 * SECOND
    assert [tokens.standing(text, at=later) for text in "ab"] == ["expired", "counts"]


def test_a_token_that_was_never_given_is_not_known():
    assert Tokens().standing("a", at=START) == "unknown"


def test_a_forced_token_takes_the_old_one_away_at_once():
    tokens = asked(asked(Tokens(), "a", 0 * SECOND), "b", SECOND, force=True)
    assert [tokens.standing(text, at=START + SECOND) for text in "ab"] == ["unknown", "counts"]


@pytest.mark.parametrize(("after_seconds", "newest"), [(29, "b"), (30, "c")])
def test_a_token_is_forced_every_thirty_seconds_at_most(after_seconds, newest):
    tokens = asked(Tokens(), "b", 0 * SECOND, force=True)
    assert asked(tokens, "c", after_seconds * SECOND, force=True).given[-1].text == newest


def test_a_token_is_forced_twenty_times_a_day_at_most():
    tokens = Tokens()
    for nth in range(25):
        tokens = asked(tokens, str(nth), nth * 60 * SECOND, force=True)
    assert tokens.given[-1].text == "19"
    assert asked(tokens, "tomorrow", timedelta(days=1), force=True).given[-1].text == "tomorrow"
