"""A partner that is silent is left alone for a while, and asked again by one call, whatever is under way meanwhile."""

import asyncio
from contextlib import AbstractContextManager

import pytest
from attrs import define
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from structlog.testing import capture_logs

from adapters.outside.breaker import OPEN, Breaker, NotAsked, Silence

SILENT_MOST, PAUSE = 3, 10.0
ANSWERS = (None, ValueError("no such number"), ConnectionError("refused with 550"))
NOTHING_SAID = (asyncio.CancelledError(), NotAsked("no room"))


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@define(eq=False)
class Call:
    guard: AbstractContextManager[None]
    tries: bool

    def end(self, outcome: BaseException | None) -> None:
        """What was raised inside goes on to whoever called."""
        self.guard.__exit__(type(outcome) if outcome else None, outcome, None)


class Calls(RuleBasedStateMachine):
    """Calls begin, overlap and end in any order, while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = Seconds()
        self.breaker = Breaker("machine", silent_most=SILENT_MOST, pause_seconds=PAUSE, time=self.seconds)
        self.under_way: list[Call] = []
        self.silences = 0
        self.opened_at: float | None = None

    @property
    def trying(self) -> list[Call]:
        return [call for call in self.under_way if call.tries]

    @rule(seconds=st.sampled_from([0.5, PAUSE / 2, PAUSE]))
    def time_passes(self, seconds: float) -> None:
        self.seconds.now += seconds

    @rule()
    def begin(self) -> None:
        is_open = self.opened_at is not None
        may_try = is_open and self.seconds.now >= self.opened_at + PAUSE and not self.trying
        guard = self.breaker.guard()
        if is_open and not may_try:
            with pytest.raises(NotAsked, match="machine"):
                guard.__enter__()
        else:
            guard.__enter__()
            self.under_way.append(Call(guard, tries=may_try))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), outcome=st.sampled_from(ANSWERS))
    def answer(self, data: st.DataObject, outcome: Exception | None) -> None:
        self._take(data).end(outcome)
        self.silences, self.opened_at = 0, None

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def silence(self, data: st.DataObject) -> None:
        call = self._take(data)
        call.end(Silence("late"))
        if self.opened_at is None:
            self.silences += 1
            if self.silences == SILENT_MOST:
                self.opened_at = self.seconds.now
        elif call.tries:
            self.opened_at = self.seconds.now

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), outcome=st.sampled_from(NOTHING_SAID))
    def given_up(self, data: st.DataObject, outcome: BaseException) -> None:
        self._take(data).end(outcome)

    def _take(self, data: st.DataObject) -> Call:
        return self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))

    @invariant()
    def the_gauge_tells(self) -> None:
        assert gauge("machine") == (self.opened_at is not None)

    @invariant()
    def one_tries(self) -> None:
        assert len(self.trying) <= 1


TestCalls = Calls.TestCase


def gauge(partner: str) -> float:
    return OPEN.labels(partner)._value.get()


def test_one_call_tries_at_a_time_and_what_it_hears_decides():
    seconds = Seconds()
    breaker = Breaker("somebody", silent_most=1, pause_seconds=PAUSE, time=seconds)
    with pytest.raises(Silence), breaker.guard():
        raise Silence
    seconds.now += PAUSE
    with breaker.guard(), pytest.raises(NotAsked), breaker.guard():
        raise AssertionError("somebody else asks, too")
    with breaker.guard(), breaker.guard():
        """Everybody asks again."""


def test_that_a_partner_went_away_and_came_back_is_logged_once_each_and_names_nobody():
    seconds = Seconds()
    breaker = Breaker("somebody", silent_most=2, pause_seconds=PAUSE, time=seconds)

    def ask(outcome: Exception | None) -> None:
        with breaker.guard():
            if outcome:
                raise outcome

    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(Silence):
                ask(Silence("+8613800138000 did not answer"))
        for _ in range(2):
            with pytest.raises(NotAsked):
                ask(None)
            seconds.now += PAUSE
            with pytest.raises(Silence):
                ask(Silence("still"))
        seconds.now += PAUSE
        ask(None)
        ask(None)
    assert [(line["event"], line["partner"]) for line in logs] == [
        ("partner_silent", "somebody"),
        ("partner_back", "somebody"),
    ]
    assert "+86" not in str(logs)
