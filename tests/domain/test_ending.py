"""Cancelling, confirming, disputing and ruling: fees, windows and bounds."""

from typing import Any

import pytest
from attrs import evolve

from errand_domain.errors import InvalidField, Missing
from errand_domain.money import Money
from errand_domain.order import ending
from errand_domain.order import refusals as r
from errand_domain.order import states as s
from errand_domain.order.terms import Terms
from tests.domain.examples import (
    DAY,
    DISPUTE_ID,
    HOUR,
    MINUTE,
    NOON,
    POLICY,
    PRICE,
    PURCHASE,
    REQUESTER,
    RUNNER,
    SECOND,
    STRANGER,
    TERMS,
    order_in,
)
from tests.domain.tables import cases

UNFINISHED = [state for state in s.STATES if state not in s.FINAL]


def outcome(refund: int, runner: int = 0) -> s.Outcome:
    return s.Outcome(refund=Money(refund), runner=Money(runner))


# -- The cancellation fee ------------------------------------------------------------------------------------

FEES = cases("""
state            | minutes after acceptance | reward | fee
-----------------+--------------------------+--------+----
awaiting_payment |                       10 |    601 |   0
open             |                       10 |    601 |   0
accepted         |                        0 |    601 |   0
accepted         |                        2 |    601 |   0
accepted         |                        3 |    601 | 200
accepted         |                       44 |    601 | 200
accepted         |                       45 |    601 |   0
accepted         |                        3 |    150 | 150
at_pickup        |                        2 |    601 |   0
at_pickup        |                        3 |    601 | 200
at_pickup        |                       45 |    601 | 200
at_pickup        |                        3 |    199 | 199
""")


@pytest.mark.parametrize("row", FEES, ids=lambda row: " ".join(row.values()))
def test_cancelling_costs_what_the_table_says(row: dict[str, str]):
    kind = next(state for state, name in s.NAMES.items() if name == row["state"])
    order = order_in(kind, price=evolve(PRICE, base=Money(int(row["reward"]))))
    at = NOON + int(row["minutes after acceptance"]) * MINUTE
    assert ending.cancellation_fee(order, POLICY, at=at) == Money(int(row["fee"]))


@pytest.mark.parametrize(("came_after_minutes", "fee"), [(44, 200), (45, 0)])
def test_a_runner_who_came_too_late_is_not_paid_for_a_cancellation_at_the_pickup(came_after_minutes: int, fee: int):
    order = order_in(s.AtPickup)
    assert isinstance(order.state, s.AtPickup)
    there = evolve(order, state=evolve(order.state, arrived_at=NOON + came_after_minutes * MINUTE))
    assert ending.cancellation_fee(there, POLICY, at=NOON + HOUR) == Money(fee)


@pytest.mark.parametrize("state", [s.PickedUp, s.Delivered, s.Returning, s.Disputed, *s.FINAL], ids=s.NAMES.get)
def test_the_requester_cannot_cancel_once_the_item_is_on_its_way(state: type[s.State]):
    with pytest.raises(r.IllegalTransition):
        ending.cancellation_fee(order_in(state), POLICY, at=NOON)
    with pytest.raises(r.IllegalTransition):
        ending.cancel(order_in(state), REQUESTER, POLICY, reason="算了", confirmed_fee=Money(999), at=NOON)


def test_a_fee_is_taken_only_from_a_requester_who_confirmed_it():
    order, later = order_in(s.Accepted), NOON + 3 * MINUTE
    with pytest.raises(r.FeeNotConfirmed) as refusal:
        ending.cancel(order, REQUESTER, POLICY, reason="算了", confirmed_fee=Money(199), at=later)
    assert refusal.value.fee == Money(200)
    event = ending.cancel(order, REQUESTER, POLICY, reason="算了", confirmed_fee=Money(200), at=later)
    assert event.outcome == outcome(401, 200)


def test_confirming_more_than_the_fee_costs_no_more_than_the_fee():
    event = ending.cancel(
        order_in(s.Accepted), REQUESTER, POLICY, reason="算了", confirmed_fee=Money(600), at=NOON + 3 * MINUTE
    )
    assert event.outcome == outcome(401, 200)


def test_cancelling_needs_a_reason():
    with pytest.raises(InvalidField):
        ending.cancel(order_in(s.Open), REQUESTER, POLICY, reason=" ", confirmed_fee=Money(0), at=NOON)


@pytest.mark.parametrize("who", [RUNNER, STRANGER], ids=["runner", "stranger"])
def test_to_anybody_but_the_requester_there_is_nothing_to_cancel_or_to_confirm(who: Any):
    with pytest.raises(Missing):
        ending.cancel(order_in(s.Accepted), who, POLICY, reason="算了", confirmed_fee=Money(0), at=NOON)
    with pytest.raises(Missing):
        ending.confirm(order_in(s.Delivered), who, POLICY, at=NOON)


# -- Operations ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in UNFINISHED if state is not s.Disputed], ids=s.NAMES.get)
def test_operations_end_any_unfinished_order_with_everything_back(state: type[s.State]):
    order = order_in(state)
    event = ending.cancel_by_operations(order, reason="误发", outcome=None, at=NOON)
    after = order.apply(event)
    assert after.state_name == "cancelled"
    assert event.outcome == s.Outcome(refund=order.held)
    assert after.runner_id == order.runner_id


@pytest.mark.parametrize("state", [s.Disputed, *s.FINAL], ids=s.NAMES.get)
@pytest.mark.parametrize("stated", [None, outcome(0), outcome(100, 100)], ids=["default", "nothing", "something"])
def test_operations_cannot_cancel_what_is_disputed_or_over(state: type[s.State], stated: s.Outcome | None):
    with pytest.raises(r.IllegalTransition):
        ending.cancel_by_operations(order_in(state), reason="误发", outcome=stated, at=NOON)


def test_without_a_runner_there_is_nobody_but_the_requester_to_give_it_to():
    for stated in (outcome(500), outcome(500, 101), outcome(0)):
        with pytest.raises(r.OutcomeUnbalanced):
            ending.cancel_by_operations(order_in(s.Open), reason="误发", outcome=stated, at=NOON)


@pytest.mark.parametrize("terms", [TERMS, PURCHASE], ids=["parcel", "purchase"])
def test_no_decision_gives_more_than_the_order_holds(terms: Terms):
    carried, returning, disputed = (order_in(k, terms=terms) for k in (s.PickedUp, s.Returning, s.Disputed))
    held = carried.held.fen
    for stated in (outcome(held, 1), outcome(0, held + 1), outcome(held + 1)):
        with pytest.raises(r.OutcomeUnbalanced) as refusal:
            ending.cancel_by_operations(carried, reason="误发", outcome=stated, at=NOON)
        assert refusal.value.held == Money(held)
        with pytest.raises(r.OutcomeUnbalanced):
            ending.resolve_return(returning, outcome=stated, at=NOON)
        with pytest.raises(r.OutcomeUnbalanced):
            ending.resolve_dispute(disputed, outcome=stated, at=NOON)
    assert ending.resolve_dispute(disputed, outcome=outcome(held), at=NOON).outcome == outcome(held)


@pytest.mark.parametrize("state", [k for k in s.STATES if k is not s.Returning], ids=s.NAMES.get)
def test_only_a_return_is_resolved_as_one(state: type[s.State]):
    with pytest.raises(r.IllegalTransition):
        ending.resolve_return(order_in(state), outcome=outcome(300, 200), at=NOON)


@pytest.mark.parametrize("state", [k for k in s.STATES if k is not s.Disputed], ids=s.NAMES.get)
def test_only_a_dispute_is_ruled(state: type[s.State]):
    with pytest.raises(r.IllegalTransition):
        ending.resolve_dispute(order_in(state), outcome=outcome(300, 200), at=NOON)


# -- Confirming and disputing --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in s.STATES if state is not s.Delivered], ids=s.NAMES.get)
def test_only_a_delivered_order_is_confirmed_and_only_once(state: type[s.State]):
    order = order_in(state)
    with pytest.raises(r.IllegalTransition):
        order.apply(ending.confirm(order, REQUESTER, POLICY, at=NOON))


@pytest.mark.parametrize("who", [REQUESTER, RUNNER], ids=["requester", "runner"])
@pytest.mark.parametrize(("state", "settled"), [(s.PickedUp, False), (s.Delivered, False), (s.Completed, True)])
def test_either_party_may_dispute_what_was_picked_up(who: Any, state: type[s.State], *, settled: bool):
    order = order_in(state)
    after = order.apply(ending.open_dispute(order, who, DISPUTE_ID, at=NOON + 2 * HOUR))
    assert isinstance(after.state, s.Disputed)
    assert after.state.settled is settled
    assert after.due_at is None
    assert after.held == (Money(0) if settled else PRICE.reward)
    assert after.disputed_sum == PRICE.reward


def test_a_stranger_finds_nothing_to_dispute():
    with pytest.raises(Missing):
        ending.open_dispute(order_in(s.Completed), STRANGER, DISPUTE_ID, at=NOON)


def test_a_completed_order_may_be_disputed_for_48_hours_and_not_longer():
    over = NOON + HOUR + 2 * DAY
    assert ending.open_dispute(order_in(s.Completed), REQUESTER, DISPUTE_ID, at=over)
    with pytest.raises(r.TooLate):
        ending.open_dispute(order_in(s.Completed), REQUESTER, DISPUTE_ID, at=over + SECOND)


@pytest.mark.parametrize(
    "state", [k for k in s.STATES if k not in (s.PickedUp, s.Delivered, s.Completed)], ids=s.NAMES.get
)
def test_a_dispute_cannot_be_opened_from_any_other_state(state: type[s.State]):
    order = order_in(state)
    with pytest.raises(r.IllegalTransition):
        order.apply(ending.open_dispute(order, REQUESTER, DISPUTE_ID, at=NOON))
