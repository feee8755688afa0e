"""The promises of `errand_domain.ports.outside`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.ids import QuoteId
from errand_domain.member.member import Way
from errand_domain.order.quote import Quote
from errand_domain.order.refusals import QuoteForged
from errand_domain.place import Point
from errand_domain.ports.outside import Clock, Ids, Maps, Notice, Notices, QuoteSeal, Secrets
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES
from errand_domain.testing.strategies.terms import quotes
from errand_domain.testing.strategies.values import points


class ClockContract:
    """Give a fixture `adapter`."""

    def test_now_is_aware_and_in_utc(self, adapter: Clock) -> None:
        now = adapter.now()
        assert now.tzinfo is UTC
        assert now.utcoffset() == timedelta(0)

    def test_time_does_not_run_backwards(self, adapter: Clock) -> None:
        moments: list[datetime] = [adapter.now() for _ in range(100)]
        assert moments == sorted(moments)


class IdsContract:
    """Give a fixture `adapter`."""

    def test_identities_are_version_seven(self, adapter: Ids) -> None:
        for identity in (adapter.new() for _ in range(1_000)):
            assert (identity.version, identity.variant) == (7, RFC_4122)

    def test_identities_are_unique_and_rise(self, adapter: Ids) -> None:
        made = [adapter.new() for _ in range(20_000)]
        assert all(earlier < later for earlier, later in pairwise(made))


class SecretsContract:
    """Give a fixture `adapter`."""

    @given(count=st.integers(1, 12))
    @SOME_EXAMPLES
    def test_digits_are_that_many_decimal_digits(self, adapter: Secrets, count: int) -> None:
        assert re.fullmatch(rf"[0-9]{{{count}}}", adapter.digits(count))

    def test_digits_take_every_value(self, adapter: Secrets) -> None:
        assert {adapter.digits(1) for _ in range(2_000)} == set("0123456789")

    def test_a_token_is_long_and_safe_in_a_url(self, adapter: Secrets) -> None:
        tokens = {adapter.token() for _ in range(500)}
        assert len(tokens) == 500
        assert all(re.fullmatch(r"[A-Za-z0-9_~.-]{43,}", token) for token in tokens)

    @given(one=st.text(), other=st.text())
    @SOME_EXAMPLES
    def test_digests_are_equal_where_the_secrets_are(self, adapter: Secrets, one: str, other: str) -> None:
        assert adapter.digest(one) == adapter.digest(one)
        assert (adapter.digest(one) == adapter.digest(other)) == (one == other)

    def test_a_digest_does_not_show_its_secret(self, adapter: Secrets) -> None:
        digest = adapter.digest("204816")
        assert "204816" not in digest
        assert re.fullmatch(r"[0-9a-f]{64}", digest)


class MapsContract:
    """Give a fixture `adapter`."""

    pytestmark = pytest.mark.anyio

    async def test_a_way_is_at_least_as_long_as_the_crow_flies(self, adapter: Maps) -> None:
        there = Point(latitude=examples.GATE.latitude + 0.004, longitude=examples.GATE.longitude + 0.003)
        distance = await adapter.walking(examples.GATE, there)
        straight = examples.GATE.metres_to(there)
        assert straight <= distance.metres <= 10 * straight
        assert isinstance(distance.estimated, bool)

    async def test_to_stay_is_no_way(self, adapter: Maps) -> None:
        assert (await adapter.walking(examples.GATE, examples.GATE)).metres == 0

    @given(start=points(), end=points())
    @SOME_EXAMPLES
    async def test_it_answers_for_any_two_points(self, adapter: Maps, start: Point, end: Point) -> None:
        assert (await adapter.walking(start, end)).metres >= 0


class NoticesContract:
    """Give fixtures `adapter` and `arrived`: a call that returns what has arrived, newest first.

    A carrier that does not take every notice has a fixture `sendable` of its own: two that it takes.
    """

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def sendable(self) -> tuple[Notice, Notice]:
        first = Notice(to=Way("phone", "+8613800138000"), text="您的验证码是 204816 🛵", code="204816")
        return first, Notice(to=Way("email", "someone@example.edu.cn"), text="订单已完成")

    async def test_a_notice_arrives_as_it_was_sent(
        self, adapter: Notices, sendable: tuple[Notice, Notice], arrived: Callable[[], tuple[Notice, ...]]
    ) -> None:
        first, second = sendable
        await adapter.send(first)
        await adapter.send(second)
        assert arrived()[:2] == (second, first)

    async def test_a_notice_sent_twice_arrives_twice(
        self, adapter: Notices, sendable: tuple[Notice, Notice], arrived: Callable[[], tuple[Notice, ...]]
    ) -> None:
        for _ in range(2):
            await adapter.send(sendable[0])
        assert arrived()[:2] == (sendable[0],) * 2

    async def test_it_says_that_it_reaches_whom_it_sends_codes_to(
        self, adapter: Notices, sendable: tuple[Notice, Notice]
    ) -> None:
        assert all(adapter.reaches(notice.to.kind) for notice in sendable if notice.code)
        assert not adapter.reaches("wechat")


class QuoteSealContract:
    """Give fixtures `adapter` and `stranger`: the same kind of seal with another key."""

    @given(quote=quotes())
    @SOME_EXAMPLES
    def test_a_quote_comes_back_as_it_went(self, adapter: QuoteSeal, quote: Quote) -> None:
        sealed = adapter.seal(quote)
        assert adapter.unseal(sealed) == quote
        assert re.fullmatch(r"[A-Za-z0-9_.~-]+", sealed)

    @given(quote=quotes(), data=st.data())
    @SOME_EXAMPLES
    def test_one_changed_character_is_a_forgery(self, adapter: QuoteSeal, quote: Quote, data: st.DataObject) -> None:
        sealed = adapter.seal(quote)
        place = data.draw(st.integers(0, len(sealed) - 1))
        letter = data.draw(st.sampled_from("ABCxyz059-_=.+/ \n\u00e9").filter(lambda c: c != sealed[place]))
        for forged in (sealed[:place] + letter + sealed[place + 1 :], sealed[:place], sealed[: place + 1] + letter):
            if forged != sealed:
                with pytest.raises(QuoteForged):
                    adapter.unseal(forged)

    @given(text=st.text(st.characters(codec="utf-8")) | st.text("ABCabc019-_=", min_size=1))
    @SOME_EXAMPLES
    def test_whatever_else_comes_is_a_forgery(self, adapter: QuoteSeal, text: str) -> None:
        with pytest.raises(QuoteForged):
            adapter.unseal(text)

    def test_a_very_long_text_is_a_forgery(self, adapter: QuoteSeal) -> None:
        with pytest.raises(QuoteForged):
            adapter.unseal("A" * 1_000_000)

    def test_another_key_does_not_open_it(self, adapter: QuoteSeal, stranger: QuoteSeal) -> None:
        with pytest.raises(QuoteForged):
            adapter.unseal(stranger.seal(examples.quote()))

    def test_two_quotes_have_two_seals(self, adapter: QuoteSeal) -> None:
        quote = examples.quote()
        assert adapter.seal(quote) != adapter.seal(evolve(quote, id=QuoteId(examples.fresh())))
