"""What a runner may decide, and everything that keeps one from it."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from errand_domain.errors import DomainError, InvalidField, Missing
from errand_domain.money import Money
from errand_domain.order import refusals as r
from errand_domain.order import running
from errand_domain.order import states as s
from errand_domain.order.terms import Handover, Window
from tests.domain.examples import (
    ASSIGNMENT,
    AT_DORMITORY,
    AT_STATION,
    CANDIDATE,
    CENTRE,
    COLLEAGUE,
    DAY,
    FAR_AWAY,
    HOUR,
    MINUTE,
    NOON,
    OTHER_CAMPUS_ID,
    PHOTO,
    POLICY,
    PURCHASE,
    RECEIPT,
    REQUESTER,
    RUNNER,
    SECOND,
    STATE_EXAMPLES,
    STRANGER,
    TERMS,
    order_in,
)

FOR_WOMEN = order_in(s.Open, terms=evolve(TERMS, handover=Handover(place="door", admits="women")))
BY_A_WOMAN = order_in(s.Open, terms=evolve(TERMS, handover=Handover(admits="women", runner_gender="female")))

KEPT_FROM_IT: dict[str, tuple[dict[str, Any], type[DomainError]]] = {
    "own order": ({"member_id": REQUESTER}, r.OwnOrder),
    "not verified": ({"approved": False}, r.RunnerNotApproved),
    "another campus": ({"campus_id": OTHER_CAMPUS_ID}, r.WrongCampus),
    "off shift": ({"on_shift": False}, r.OffShift),
    "blocked": ({"blocked": True}, r.Blocked),
    "credit of 59": ({"credit": 59}, r.CreditTooLow),
    "three orders in hand": ({"open_orders": 3}, r.TooManyOpenOrders),
}
kept_from_it = pytest.mark.parametrize(("lack", "refusal"), KEPT_FROM_IT.values(), ids=KEPT_FROM_IT)
COLLEAGUES = evolve(CANDIDATE, member_id=COLLEAGUE)


def offered(state: type[s.State]) -> Any:
    return order_in(evolve(STATE_EXAMPLES[state], offered_to=COLLEAGUE))  # type: ignore[type-var]


# -- Accepting -----------------------------------------------------------------------------------------------


@kept_from_it
def test_accepting_is_refused_with_the_reason(lack: dict[str, Any], refusal: type[DomainError]):
    with pytest.raises(Missing if refusal is r.WrongCampus else refusal):
        running.take(order_in(s.Open), evolve(CANDIDATE, **lack), POLICY, at=NOON)


def test_accepting_is_allowed_at_the_very_bounds():
    at_the_bounds = evolve(CANDIDATE, credit=60, open_orders=2)
    event = running.take(order_in(s.Open), at_the_bounds, POLICY, at=NOON)
    accepted = order_in(s.Open).apply(event)
    assert accepted.runner_id == RUNNER
    assert accepted.state == s.Accepted(
        assignment=s.Assignment(runner_id=RUNNER, accepted_at=NOON, arrive_by=NOON + 30 * MINUTE),
        no_show_at=NOON + HOUR,
    )


@pytest.mark.parametrize("order", [FOR_WOMEN, BY_A_WOMAN], ids=["house rule", "wish"])
@pytest.mark.parametrize(("gender", "may"), [("female", True), ("male", False), (None, False)])
def test_the_handover_rule_says_who_may_accept(order: Any, gender: Any, *, may: bool):
    runner = evolve(CANDIDATE, gender=gender)
    if may:
        assert running.take(order, runner, POLICY, at=NOON).assignment.runner_id == RUNNER
    else:
        with pytest.raises(r.HandoverNotAllowed):
            running.take(order, runner, POLICY, at=NOON)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (s.AwaitingPayment, r.OrderNotOpen),
        (s.Cancelled, r.OrderNotOpen),
        (s.Expired, r.OrderNotOpen),
        (s.Accepted, r.OrderTaken),
        (s.AtPickup, r.OrderTaken),
        (s.PickedUp, r.OrderTaken),
        (s.Delivered, r.OrderTaken),
        (s.Completed, r.OrderTaken),
        (s.Returning, r.OrderTaken),
        (s.Disputed, r.OrderTaken),
        (s.Resolved, r.OrderTaken),
    ],
    ids=lambda case: case.__name__,
)
def test_whoever_comes_too_late_hears_why(state: type[s.State], refusal: type[DomainError]):
    with pytest.raises(refusal):
        running.take(order_in(state), COLLEAGUES, POLICY, at=NOON)


def test_an_order_whose_time_is_up_is_not_taken_any_more_even_before_its_timer_fires():
    with pytest.raises(r.OrderNotOpen) as refusal:
        running.take(order_in(s.Open), CANDIDATE, POLICY, at=NOON + 2 * HOUR)
    assert refusal.value.state == "expired"


def test_the_runner_promises_to_come_half_an_hour_after_the_window_opens():
    later = evolve(TERMS, window=Window(earliest=NOON + HOUR, latest=NOON + 3 * HOUR))
    event = running.take(order_in(s.Open, terms=later), CANDIDATE, POLICY, at=NOON)
    assert event.assignment.arrive_by == NOON + 90 * MINUTE
    assert event.no_show_at == NOON + 2 * HOUR


# -- What only the order's runner may do ---------------------------------------------------------------------

ONLY_THE_RUNNER: dict[str, Callable[[Any], object]] = {
    "give up": lambda who: running.give_up(
        order_in(s.Accepted), who, POLICY, reason="other", given_up_today=0, at=NOON
    ),
    "offer": lambda who: running.offer_to(order_in(s.Accepted), who, COLLEAGUES, POLICY, at=NOON),
    "arrive": lambda who: running.arrive(order_in(s.Accepted), who, POLICY, proof=s.Proof(photos=(PHOTO,)), at=NOON),
    "report impossible": lambda who: running.report_impossible(
        order_in(s.AtPickup), who, POLICY, reason="closed", photos=(PHOTO,), at=NOON
    ),
    "pick up": lambda who: running.pick_up(
        order_in(s.AtPickup), who, photos=(PHOTO,), goods_cost=Money(0), receipt=None, at=NOON
    ),
    "deliver": lambda who: running.deliver(order_in(s.PickedUp), who, POLICY, proof=s.Proof(), code="135790", at=NOON),
    "complete with the code": lambda who: running.complete_with_code(
        order_in(s.Delivered), who, POLICY, code="135790", at=NOON
    ),
    "report a return": lambda who: running.report_return(
        order_in(s.PickedUp), who, reason="refused", photos=(), at=NOON
    ),
}


@pytest.mark.parametrize("act", ONLY_THE_RUNNER.values(), ids=ONLY_THE_RUNNER)
@pytest.mark.parametrize("who", [STRANGER, REQUESTER, COLLEAGUE], ids=["stranger", "requester", "colleague"])
def test_to_anybody_but_its_runner_the_order_is_not_there(act: Callable[[Any], object], who: object):
    with pytest.raises(Missing) as refusal:
        act(who)
    assert refusal.value.what == "order"


@pytest.mark.parametrize("act", ONLY_THE_RUNNER.values(), ids=ONLY_THE_RUNNER)
def test_its_runner_may(act: Callable[[Any], object]):
    assert act(RUNNER)


# -- Giving up and passing on --------------------------------------------------------------------------------


def test_an_errand_is_given_up_three_times_a_day_and_not_a_fourth():
    running.give_up(order_in(s.Accepted), RUNNER, POLICY, reason="other", given_up_today=2, at=NOON)
    with pytest.raises(r.TooManyGiveUps) as refusal:
        running.give_up(order_in(s.Accepted), RUNNER, POLICY, reason="other", given_up_today=3, at=NOON)
    assert refusal.value.most == 3


def test_after_arriving_the_runner_cannot_give_up_any_more():
    order = order_in(s.AtPickup)
    event = running.give_up(order, RUNNER, POLICY, reason="other", given_up_today=0, at=NOON)
    with pytest.raises(r.IllegalTransition):
        order.apply(event)


@kept_from_it
@pytest.mark.parametrize("state", [s.Accepted, s.AtPickup], ids=s.NAMES.get)
def test_a_colleague_must_satisfy_all_that_accepting_asks(
    state: type[s.State], lack: dict[str, Any], refusal: type[DomainError]
):
    lacking = evolve(COLLEAGUES, **lack)
    with pytest.raises(r.ColleagueUnavailable):
        running.offer_to(order_in(state), RUNNER, lacking, POLICY, at=NOON)
    with pytest.raises(refusal):
        running.reassign(order_in(state), lacking, POLICY, at=NOON)
    order = order_in(evolve(STATE_EXAMPLES[state], offered_to=lacking.member_id))  # type: ignore[type-var]
    with pytest.raises(refusal):
        running.take_over(order, lacking, POLICY, at=NOON)


@pytest.mark.parametrize("state", [s.Accepted, s.AtPickup], ids=s.NAMES.get)
def test_the_colleague_to_whom_it_was_offered_takes_over_the_promise_as_it_stands(state: type[s.State]):
    order = offered(state)
    after = order.apply(running.take_over(order, COLLEAGUES, POLICY, at=NOON + 20 * MINUTE))
    assert isinstance(after.state, state)
    assert after.runner_id == COLLEAGUE
    assert after.state.offered_to is None
    assert after.state.assignment == evolve(ASSIGNMENT, runner_id=COLLEAGUE)
    assert after.due_at == order.due_at


def test_nobody_takes_over_what_was_not_offered_to_them():
    for order in (order_in(s.Accepted), offered(s.Accepted), order_in(s.Open), order_in(s.PickedUp)):
        with pytest.raises(Missing):
            running.take_over(order, evolve(CANDIDATE, member_id=STRANGER), POLICY, at=NOON)


def test_nobody_offers_an_errand_to_themselves():
    with pytest.raises(r.ColleagueUnavailable):
        running.offer_to(order_in(s.Accepted), RUNNER, CANDIDATE, POLICY, at=NOON)


@pytest.mark.parametrize(
    "state", [state for state in s.STATES if state not in (s.Accepted, s.AtPickup)], ids=s.NAMES.get
)
def test_an_errand_is_passed_on_only_before_the_item_was_picked_up(state: type[s.State]):
    with pytest.raises(r.IllegalTransition):
        running.reassign(order_in(state), COLLEAGUES, POLICY, at=NOON)


# -- Proofs --------------------------------------------------------------------------------------------------

NEAR_PICKUP = AT_STATION
ARRIVALS: dict[str, tuple[s.Proof, type[DomainError] | None]] = {
    "position": (s.Proof(position=NEAR_PICKUP), None),
    "photo": (s.Proof(photos=(PHOTO,)), None),
    "photo, far away": (s.Proof(photos=(PHOTO,), position=FAR_AWAY), None),
    "far away": (s.Proof(position=FAR_AWAY), r.TooFarAway),
    "nothing": (s.Proof(), r.ProofMissing),
}
HANDOVERS: dict[str, tuple[s.Proof, type[DomainError] | None]] = {
    "photo and position": (s.Proof(photos=(PHOTO,), position=AT_DORMITORY), None),
    "photo alone": (s.Proof(photos=(PHOTO,)), r.ProofMissing),
    "position alone": (s.Proof(position=AT_DORMITORY), r.ProofMissing),
    "far away": (s.Proof(photos=(PHOTO,), position=CENTRE), r.TooFarAway),
    "nothing": (s.Proof(), r.ProofMissing),
}


@pytest.mark.parametrize(("proof", "refusal"), ARRIVALS.values(), ids=ARRIVALS)
def test_arriving_needs_to_be_near_or_to_show_a_photo(proof: s.Proof, refusal: type[DomainError] | None):
    order = order_in(s.Accepted)
    if refusal is None:
        arrived = order.apply(running.arrive(order, RUNNER, POLICY, proof=proof, at=NOON))
        assert arrived.state == s.AtPickup(assignment=ASSIGNMENT, arrived_at=NOON, proof=proof)
    else:
        with pytest.raises(refusal):
            running.arrive(order, RUNNER, POLICY, proof=proof, at=NOON)


def test_near_is_150_metres_and_not_more():
    def north(metres: int) -> s.Proof:
        return s.Proof(position=evolve(AT_STATION, latitude=AT_STATION.latitude + metres / 111_195))

    running.arrive(order_in(s.Accepted), RUNNER, POLICY, proof=north(150), at=NOON)
    with pytest.raises(r.TooFarAway) as refusal:
        running.arrive(order_in(s.Accepted), RUNNER, POLICY, proof=north(152), at=NOON)
    assert (refusal.value.distance_metres, refusal.value.allowed_metres) == (152, 150)


@pytest.mark.parametrize(("proof", "refusal"), HANDOVERS.values(), ids=HANDOVERS)
def test_delivering_without_the_code_needs_photo_and_position(proof: s.Proof, refusal: type[DomainError] | None):
    order = order_in(s.PickedUp)
    if refusal is None:
        (event,) = running.deliver(order, RUNNER, POLICY, proof=proof, code=None, at=NOON)
        delivered = order.apply(event).state
        assert isinstance(delivered, s.Delivered)
        assert delivered.completes_at == NOON + DAY
    else:
        with pytest.raises(refusal):
            running.deliver(order, RUNNER, POLICY, proof=proof, code=None, at=NOON)


def test_the_delivery_code_completes_the_order_at_once():
    order = order_in(s.PickedUp)
    for event in running.deliver(order, RUNNER, POLICY, proof=s.Proof(), code="135790", at=NOON):
        order = order.apply(event)
    assert order.state_name == "completed"
    assert order.version == 3


@pytest.mark.parametrize("code", ["", "000000", "135791", "１３５７９０", "13579", "\ud800"], ids=ascii)
def test_a_wrong_delivery_code_is_refused(code: str):
    for act in (
        lambda: running.deliver(order_in(s.PickedUp), RUNNER, POLICY, proof=s.Proof(), code=code, at=NOON),
        lambda: running.complete_with_code(order_in(s.Delivered), RUNNER, POLICY, code=code, at=NOON),
    ):
        with pytest.raises(r.WrongDeliveryCode):
            act()


def test_the_code_completes_only_what_was_delivered():
    with pytest.raises(r.IllegalTransition):
        running.complete_with_code(order_in(s.PickedUp), RUNNER, POLICY, code="135790", at=NOON)


# -- Pickup --------------------------------------------------------------------------------------------------


def bought(cost: int, *, receipt: object = RECEIPT) -> Any:
    return running.pick_up(
        order_in(s.AtPickup, terms=PURCHASE),
        RUNNER,
        photos=(PHOTO,),
        goods_cost=Money(cost),
        receipt=receipt,  # type: ignore[arg-type]
        at=NOON,
    )


def test_picking_up_needs_a_photo():
    with pytest.raises(r.ProofMissing):
        running.pick_up(order_in(s.AtPickup), RUNNER, photos=(), goods_cost=Money(0), receipt=None, at=NOON)


def test_a_purchase_needs_its_receipt():
    with pytest.raises(r.ProofMissing) as refusal:
        bought(1_000, receipt=None)
    assert refusal.value.proof == "receipt"


def test_a_purchase_needs_the_price_that_was_paid():
    with pytest.raises(InvalidField) as refusal:
        bought(0)
    assert refusal.value.field == "goods_cost"


def test_goods_cost_what_was_advanced_at_most():
    assert bought(3_000).advance_left == Money(0)
    with pytest.raises(r.AdvanceExceeded) as refusal:
        bought(3_001)
    assert refusal.value.advance == Money(3_000)


def test_nothing_is_charged_for_goods_where_nothing_was_advanced():
    with pytest.raises(r.AdvanceExceeded):
        running.pick_up(order_in(s.AtPickup), RUNNER, photos=(PHOTO,), goods_cost=Money(1), receipt=None, at=NOON)


def test_the_receipt_is_kept_with_the_photos():
    assert bought(1_000).carriage.proof.photos == (PHOTO, RECEIPT)


# -- When it cannot be done ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "fee"),
    [
        ("wrong_code", 200),
        ("wrong_address", 200),
        ("item_not_ready", 200),
        ("closed", 0),
        ("item_missing", 0),
        ("other", 0),
    ],
)
def test_the_arrival_fee_is_due_where_the_terms_were_at_fault(reason: Any, fee: int):
    event = running.report_impossible(order_in(s.AtPickup), RUNNER, POLICY, reason=reason, photos=(PHOTO,), at=NOON)
    assert event.outcome == s.Outcome(refund=Money(601 - fee), runner=Money(fee))


def test_an_impossible_pickup_is_shown_by_a_photo():
    with pytest.raises(r.ProofMissing):
        running.report_impossible(order_in(s.AtPickup), RUNNER, POLICY, reason="closed", photos=(), at=NOON)


def test_a_pickup_is_impossible_only_for_somebody_who_is_there():
    order = order_in(s.Accepted)
    event = running.report_impossible(order, RUNNER, POLICY, reason="closed", photos=(PHOTO,), at=NOON)
    with pytest.raises(r.IllegalTransition):
        order.apply(event)


@pytest.mark.parametrize("state", [state for state in s.STATES if state is not s.PickedUp], ids=s.NAMES.get)
def test_a_return_is_reported_only_by_somebody_who_has_the_item(state: type[s.State]):
    with pytest.raises((r.IllegalTransition, Missing)):
        running.report_return(order_in(state), RUNNER, reason="refused", photos=(), at=NOON + SECOND)
