"""The buttons of every client: what somebody may do now, and what it costs, read from the order table."""

from typing import Any

import pytest
from attrs import evolve

from errand_domain.money import Money
from errand_domain.order import states as s
from errand_domain.order.actions import Action, actions_for, relation_of
from tests.domain.examples import (
    COLLEAGUE,
    DAY,
    HOUR,
    MINUTE,
    NOON,
    OPERATOR,
    POLICY,
    REQUESTER,
    RUNNER,
    SECOND,
    STATE_EXAMPLES,
    STRANGER,
    order_in,
)
from tests.domain.tables import cases

NOW = NOON + 2 * HOUR
ROWS = cases("""
state            | requester              | runner                                              | operations
-----------------+------------------------+-----------------------------------------------------+----------------------
awaiting_payment | pay cancel             |                                                     | cancel
open             | tip cancel             |                                                     | cancel
accepted         | cancel                 | give-up offer arrive pick-up                        | reassign cancel
at_pickup        | cancel                 | offer report-impossible pick-up                     | reassign cancel
picked_up        | dispute                | deliver return dispute                              | cancel
delivered        | confirm dispute        | deliver dispute                                     | cancel
completed        | dispute review         | dispute review                                      |
returning        |                        |                                                     | resolve-return cancel
disputed         |                        |                                                     | rule
resolved         | review                 | review                                              |
cancelled        |                        |                                                     |
expired          |                        |                                                     |
""")


def names(state: s.State | type[s.State], relation: Any, *, at: Any = NOW) -> list[str]:
    return [action.name for action in actions_for(order_in(state), relation, POLICY, at=at)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["state"])
def test_each_party_may_do_what_the_table_has_for_them(row: dict[str, str]):
    kind = next(state for state, name in s.NAMES.items() if name == row["state"])
    for relation in ("requester", "runner", "operations"):
        assert names(kind, relation) == row[relation].split(), relation


def test_the_table_above_has_every_state():
    assert [row["state"] for row in ROWS] == [s.NAMES[state] for state in s.STATES]


def test_whoever_was_offered_the_errand_may_take_it_over_and_nothing_else():
    offered = evolve(STATE_EXAMPLES[s.Accepted], offered_to=COLLEAGUE)  # type: ignore[type-var]
    assert names(offered, "offered") == ["take-over"]
    assert relation_of(order_in(offered), COLLEAGUE) == "offered"
    assert relation_of(order_in(s.Accepted), COLLEAGUE) is None


def test_a_member_is_requester_or_runner_or_nobody_to_an_order():
    order = order_in(s.PickedUp)
    found = [relation_of(order, who) for who in (REQUESTER, RUNNER, STRANGER, OPERATOR)]
    assert found == ["requester", "runner", None, None]


def test_cancelling_says_what_it_costs():
    def cost(at: Any) -> list[Action]:
        found = actions_for(order_in(s.Accepted), "requester", POLICY, at=at)
        return [action for action in found if action.name == "cancel"]

    assert cost(NOON) == [Action(name="cancel")]
    assert cost(NOON + 3 * MINUTE) == [Action(name="cancel", cost=Money(200))]


def test_what_is_over_is_not_offered_any_more():
    over = NOON + HOUR + 2 * DAY
    assert names(s.Completed, "requester", at=over) == ["dispute", "review"]
    assert names(s.Completed, "requester", at=over + SECOND) == ["review"]
    assert names(s.Completed, "requester", at=NOON + HOUR + 7 * DAY + SECOND) == []
    assert names(s.Resolved, "runner", at=NOON + 8 * DAY + SECOND) == []
