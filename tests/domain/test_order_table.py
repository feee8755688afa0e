"""The order table, walked whole: every pair of state and event with every actor, in it and not in it."""

from typing import get_args, get_type_hints

import pytest
from attrs import evolve

from errand_domain.order.actions import ACTION_NAMES
from errand_domain.order.events import EVENTS, Event, TipRaised
from errand_domain.order.refusals import IllegalTransition
from errand_domain.order.states import (
    FINAL,
    IN_PROGRESS,
    NAMES,
    PHASES,
    STATES,
    Actor,
    AwaitingPayment,
    Open,
    Phase,
    State,
    runner_of,
)
from errand_domain.order.transitions import EFFECTS, TIMERS, TRANSITIONS
from errand_domain.use_cases.moving import TELL
from tests.domain.examples import EVENT_EXAMPLES, RUNNER, STATE_EXAMPLES, order_in

ACTORS = get_args(Actor)
EVERY_CASE = [(state, event, actor) for state in STATES for event in EVENTS for actor in ACTORS]


def allowed(state: type[State], event: type[Event], actor: Actor) -> bool:
    row = TRANSITIONS.get((state, event))
    return row is not None and actor in row.by


def read(case: object) -> str:
    return NAMES.get(case) or getattr(case, "__name__", None) or str(case)


IN_THE_TABLE = [case for case in EVERY_CASE if allowed(*case)]
NOT_IN_THE_TABLE = [case for case in EVERY_CASE if not allowed(*case)]


def test_the_examples_cover_every_state_and_every_event():
    assert set(STATE_EXAMPLES) == set(STATES)
    assert set(EVENT_EXAMPLES) == set(EVENTS)
    assert len(EVERY_CASE) == 12 * 18 * 5


@pytest.mark.parametrize(("state", "event", "actor"), IN_THE_TABLE, ids=read)
def test_what_is_in_the_table_applies(state: type[State], event: type[Event], actor: Actor):
    before = order_in(state)
    after = before.apply(evolve(EVENT_EXAMPLES[event], by=actor))
    step = TRANSITIONS[state, event].step
    assert isinstance(after.state, get_type_hints(step)["return"])
    assert after.version == before.version + 1
    assert (after.id, after.terms, after.requester_id) == (before.id, before.terms, before.requester_id)


@pytest.mark.parametrize(("state", "event", "actor"), NOT_IN_THE_TABLE, ids=read)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(state: type[State], event: type[Event], actor: Actor):
    before = order_in(state)
    with pytest.raises(IllegalTransition) as refusal:
        before.apply(evolve(EVENT_EXAMPLES[event], by=actor))
    assert refusal.value.facts() == {"state": NAMES[state], "event": event.__name__}
    assert before == order_in(state)


@pytest.mark.parametrize(("state", "event"), TRANSITIONS, ids=read)
def test_each_step_is_annotated_with_the_state_and_event_of_its_key(state: type[State], event: type[Event]):
    step = TRANSITIONS[state, event].step
    hints = get_type_hints(step)
    result = hints.pop("return")
    of_state, of_event = hints.values()
    assert state in (get_args(of_state) or (of_state,))
    assert event in (get_args(of_event) or (of_event,))
    assert result in STATES


def test_each_row_names_its_actors_once_and_an_effect_that_is_explained():
    for row in TRANSITIONS.values():
        assert row.by
        assert len(set(row.by)) == len(row.by)
        assert set(row.by) <= set(ACTORS)
    assert {row.money for row in TRANSITIONS.values()} == set(EFFECTS)


def test_every_state_is_named_and_phased():
    assert set(NAMES) == set(PHASES) == set(STATES)
    assert len(set(NAMES.values())) == len(STATES)
    assert set(PHASES.values()) == set(get_args(Phase))
    assert all(name == name.lower() for name in NAMES.values())


def test_every_state_can_be_reached_and_every_event_happens_somewhere():
    reached = {get_type_hints(row.step)["return"] for row in TRANSITIONS.values()}
    assert reached | {AwaitingPayment} == set(STATES)
    assert {event for _, event in TRANSITIONS} == set(EVENTS)


def test_only_a_dispute_leaves_a_final_state():
    leaving = {(NAMES[state], event.__name__) for state, event in TRANSITIONS if state in FINAL}
    assert leaving == {("completed", "DisputeOpened")}


def test_every_state_that_is_not_final_can_be_left():
    assert {state for state, _ in TRANSITIONS} >= set(STATES) - set(FINAL)


def test_operations_can_end_every_unfinished_order_but_one_in_dispute_which_is_ruled():
    by_operations = {state for (state, _), row in TRANSITIONS.items() if "operations" in row.by}
    assert by_operations == set(STATES) - set(FINAL)


def test_every_event_is_told_to_somebody_or_deliberately_silent():
    silent = {TipRaised}
    assert set(TELL) == set(EVENTS) - silent
    assert all(TELL.values())


def test_every_row_of_a_person_is_an_action_that_a_client_can_offer():
    people = {"requester", "runner", "operations"}
    rows = {(actor, event) for (_, event), row in TRANSITIONS.items() for actor in row.by if actor in people}
    from_the_hall = {("runner", "RunnerAccepted"), ("runner", "RunnerReplaced")}
    unnamed = {(actor, event.__name__) for actor, event in rows - set(ACTION_NAMES)}
    assert unnamed == from_the_hall


@pytest.mark.parametrize("state", STATES, ids=read)
def test_a_timer_watches_a_state_exactly_where_the_table_has_something_for_it_to_cause(state: type[State]):
    caused = {event for (of, event), row in TRANSITIONS.items() if of is state and "timer" in row.by}
    assert caused == ({TIMERS[state].causes} if state in TIMERS else set())
    assert (order_in(state).due_at is not None) == (state in TIMERS)


@pytest.mark.parametrize("state", STATES, ids=read)
def test_a_state_names_its_runner_exactly_where_somebody_runs(state: type[State]):
    expected = RUNNER if state in IN_PROGRESS or state.__name__ in ("Completed", "Resolved") else None
    assert runner_of(STATE_EXAMPLES[state]) == expected


def test_a_tip_is_part_of_the_price_from_then_on():
    after = order_in(Open).apply(EVENT_EXAMPLES[TipRaised])
    assert after.price.tip.fen == 100
    assert after.price.reward.fen == 701
    assert after.held.fen == 701
