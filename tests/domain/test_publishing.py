"""From the quote to the hall: what a campus takes, what a price is, and when time runs out."""

import pytest
from attrs import evolve

from errand_domain.campus import CampusClosed, OutsideCampus
from errand_domain.errors import DomainError, InvalidField
from errand_domain.money import Money
from errand_domain.order import publishing
from errand_domain.order import states as s
from errand_domain.order.order import Order
from errand_domain.order.quote import Quote, fingerprint
from errand_domain.order.refusals import NotYet, OrderNotOpen, QuoteExpired, QuoteMismatch
from errand_domain.order.terms import Handover, Terms, Window
from errand_domain.place import Distance, Point, Stop
from tests.domain.examples import (
    AT_DORMITORY,
    ATTEMPT_ID,
    CAMPUS,
    CENTRE,
    DAY,
    DORMITORY,
    HOUR,
    MINUTE,
    NOON,
    OFFICE,
    ORDER_ID,
    POLICY,
    PRICE,
    PURCHASE,
    REQUESTER,
    SECOND,
    STRANGER,
    TERMS,
    order_in,
)

OUTSIDE = Point(latitude=39.96, longitude=116.30)


def quote_for(terms: Terms = TERMS, *, tip: int = 0, at: object = NOON, campus: object = CAMPUS) -> Quote:
    return publishing.make_quote(
        order_in(s.Open).quote_id,
        terms,
        campus,  # type: ignore[arg-type]
        member_id=REQUESTER,
        distance=Distance(metres=700, estimated=True),
        tip=Money(tip),
        at=at,  # type: ignore[arg-type]
    )


def placed(quote: Quote, terms: Terms = TERMS, *, by: object = REQUESTER, at: object = NOON) -> Order:
    return publishing.place(
        ORDER_ID,
        quote,
        terms,
        CAMPUS,
        requester_id=by,
        delivery_code="135790",
        at=at,  # type: ignore[arg-type]
    )


def test_a_placed_order_awaits_payment_for_a_quarter_of_an_hour_at_the_quoted_price():
    quote = quote_for(tip=100)
    order = placed(quote, at=NOON + MINUTE)
    assert order.state == s.AwaitingPayment(expires_at=NOON + 16 * MINUTE)
    assert (order.price, order.version, order.phase) == (quote.price, 1, "awaiting_payment")
    assert order.held == Money(0)


def test_a_quote_is_honoured_until_its_ten_minutes_are_over():
    quote = quote_for()
    assert placed(quote, at=NOON + 10 * MINUTE - SECOND).price == quote.price
    with pytest.raises(QuoteExpired):
        placed(quote, at=NOON + 10 * MINUTE)


def test_a_quote_made_for_another_member_is_not_honoured():
    with pytest.raises(QuoteMismatch):
        placed(quote_for(), by=STRANGER)


@pytest.mark.parametrize(
    "changed",
    [
        evolve(TERMS, weight_grams=20_000),
        evolve(TERMS, category="print"),
        evolve(TERMS, window=Window(earliest=NOON, latest=NOON + HOUR)),
        evolve(TERMS, dropoff=evolve(TERMS.dropoff, point=CENTRE)),
        evolve(TERMS, pickup=evolve(TERMS.pickup, point=CENTRE)),
        evolve(TERMS, dropoff=evolve(TERMS.dropoff, building_id=None), handover=Handover()),
        PURCHASE,
        evolve(PURCHASE, goods_advance=Money(50_000)),
    ],
    ids=["weight", "category", "window", "drop-off", "pickup", "building", "purchase", "advance"],
)
def test_whatever_the_price_depends_on_cannot_be_changed_after_the_quote(changed: Terms):
    with pytest.raises(QuoteMismatch):
        placed(quote_for(), changed)


def test_a_note_and_a_pickup_code_may_still_be_corrected_after_the_quote():
    corrected = evolve(TERMS, note="放在门口", pickup_code="7-1-2", item="一个大快递")
    assert fingerprint(corrected) == fingerprint(TERMS)
    assert placed(quote_for(), corrected).terms == corrected


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (evolve(TERMS, pickup=evolve(TERMS.pickup, point=OUTSIDE)), OutsideCampus),
        (evolve(TERMS, dropoff=evolve(TERMS.dropoff, point=OUTSIDE)), OutsideCampus),
        (evolve(TERMS, dropoff=evolve(TERMS.dropoff, building_id=ORDER_ID)), InvalidField),
        (evolve(TERMS, window=Window(earliest=NOON - HOUR, latest=NOON)), InvalidField),
        (evolve(TERMS, handover=Handover(place="door", admits="anyone")), InvalidField),
    ],
    ids=["pickup outside", "drop-off outside", "no such building", "window over", "house rule left out"],
)
def test_terms_that_the_campus_cannot_serve_are_refused(terms: Terms, refusal: type[DomainError]):
    with pytest.raises(refusal):
        quote_for(terms)


def test_a_closed_campus_takes_no_orders():
    with pytest.raises(CampusClosed):
        quote_for(campus=evolve(CAMPUS, open=False))


# -- Handover rules ------------------------------------------------------------------------------------------


def test_the_house_rule_holds_at_the_door_and_not_at_the_gate():
    assert Handover(place="door", admits="women").required_gender == "female"
    assert Handover(place="door", admits="men").required_gender == "male"
    assert Handover(place="gate", admits="women").required_gender is None


def test_a_wish_for_a_runner_of_one_gender_holds_everywhere():
    assert Handover(place="gate", admits="men", runner_gender="female").required_gender == "female"
    assert not Handover(runner_gender="female").allows("male")
    assert not Handover(runner_gender="female").allows(None)


@pytest.mark.parametrize(
    "rule",
    [
        {"place": "door", "admits": "nobody"},
        {"place": "door", "admits": "women", "runner_gender": "male"},
        {"place": "door", "admits": "men", "runner_gender": "female"},
    ],
    ids=["nobody may enter", "no man may enter", "no woman may enter"],
)
def test_a_handover_that_nobody_could_carry_out_cannot_be_built(rule: dict[str, str]):
    with pytest.raises(InvalidField) as refusal:
        Handover(**rule)  # type: ignore[arg-type]
    assert refusal.value.field == "handover"


def test_the_campus_says_whom_a_building_admits():
    def at(building: object) -> str:
        return CAMPUS.admits_at(Stop(name="那里", point=CENTRE, building_id=building))  # type: ignore[arg-type]

    assert [at(DORMITORY), at(OFFICE), at(None)] == ["women", "nobody", "anyone"]


# -- Into the hall and out of it by time ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latest", "until"),
    [(NOON + 6 * HOUR, NOON + 2 * HOUR), (NOON + 90 * MINUTE, NOON + 90 * MINUTE)],
    ids=["two hours", "end of its window"],
)
def test_a_paid_order_stays_in_the_hall_for_two_hours_or_until_its_window_ends(latest: object, until: object):
    terms = evolve(TERMS, window=Window(earliest=NOON, latest=latest))  # type: ignore[arg-type]
    order = order_in(s.AwaitingPayment, terms=terms)
    paid = publishing.confirm_payment(order, POLICY, attempt_id=ATTEMPT_ID, amount=PRICE.payable, at=NOON)
    assert order.apply(paid).state == s.Open(opened_at=NOON, expires_at=until)  # type: ignore[arg-type]


def test_an_order_that_is_paid_after_its_window_expires_at_once_and_is_given_back():
    late = NOON + 7 * HOUR
    order = order_in(s.AwaitingPayment)
    paid = publishing.confirm_payment(order, POLICY, attempt_id=ATTEMPT_ID, amount=PRICE.payable, at=late)
    opened = order.apply(paid)
    assert opened.due_at == late
    assert publishing.fall_due(opened, POLICY, at=late).refund == PRICE.payable  # type: ignore[union-attr]


@pytest.mark.parametrize("state", [kind for kind in s.STATES if kind is not s.AwaitingPayment], ids=s.NAMES.get)
def test_a_payment_revives_no_order_that_is_past_it(state: type[s.State]):
    with pytest.raises(OrderNotOpen):
        publishing.confirm_payment(order_in(state), POLICY, attempt_id=ATTEMPT_ID, amount=PRICE.payable, at=NOON)


@pytest.mark.parametrize("state", [kind for kind in s.STATES if kind is not s.Open], ids=s.NAMES.get)
def test_a_tip_is_raised_only_while_nobody_has_taken_the_order(state: type[s.State]):
    with pytest.raises(OrderNotOpen):
        publishing.check_tip(order_in(state), Money(100), POLICY)
    with pytest.raises(OrderNotOpen):
        publishing.raise_tip(order_in(state), attempt_id=ATTEMPT_ID, amount=Money(100), at=NOON)


@pytest.mark.parametrize("fen", [0, 10_001])
def test_a_tip_of_nothing_or_above_the_tariff_is_refused(fen: int):
    with pytest.raises(InvalidField):
        publishing.check_tip(order_in(s.Open), Money(fen), POLICY)


def test_tips_count_together_against_the_tariff():
    tipped = order_in(s.Open, price=evolve(PRICE, tip=Money(9_900)))
    publishing.check_tip(tipped, Money(100), POLICY)
    with pytest.raises(InvalidField):
        publishing.check_tip(tipped, Money(101), POLICY)


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (s.AwaitingPayment, NOON + 15 * MINUTE),
        (s.Open, NOON + 2 * HOUR),
        (s.Accepted, NOON + HOUR),
        (s.Delivered, NOON + DAY),
    ],
    ids=["awaiting_payment", "open", "accepted", "delivered"],
)
def test_a_timer_fires_on_time_and_not_a_moment_before(state: type[s.State], due: object):
    order = order_in(state)
    assert order.due_at == due
    with pytest.raises(NotYet):
        publishing.fall_due(order, POLICY, at=due - SECOND)  # type: ignore[operator]
    event = publishing.fall_due(order, POLICY, at=due)  # type: ignore[arg-type]
    assert order.apply(event).version == order.version + 1


@pytest.mark.parametrize("state", [s.AtPickup, s.PickedUp, s.Returning, s.Disputed, *s.FINAL], ids=s.NAMES.get)
def test_a_stale_timer_does_nothing_to_an_order_that_has_moved_on(state: type[s.State]):
    with pytest.raises(NotYet):
        publishing.fall_due(order_in(state), POLICY, at=NOON + 365 * DAY)


def test_a_runner_who_never_came_loses_the_order_to_the_hall_for_another_two_hours():
    late = NOON + HOUR
    order = order_in(s.Accepted)
    reopened = order.apply(publishing.fall_due(order, POLICY, at=late))
    assert reopened.state == s.Open(opened_at=late, expires_at=late + 2 * HOUR)
    assert reopened.runner_id is None


# -- Terms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"goods_advance": Money(1)}, "goods_advance"),
        ({"category": "purchase"}, "goods_advance"),
        ({"weight_grams": 0}, "weight_grams"),
        ({"weight_grams": True}, "weight_grams"),
        ({"weight_grams": 1.5}, "weight_grams"),
        ({"item": " "}, "item"),
        ({"item": "一" * 81}, "item"),
        ({"note": "换\x00行"}, "note"),
        ({"pickup_code": "1" * 41}, "pickup_code"),
    ],
    ids=lambda case: case if isinstance(case, str) else repr(case)[:40],
)
def test_terms_that_cannot_be_meant_cannot_be_built(changes: dict[str, object], field: str):
    with pytest.raises(InvalidField) as refusal:
        evolve(TERMS, **changes)
    assert refusal.value.field == field


@pytest.mark.parametrize("length", [0 * DAY, -DAY, 7 * DAY + SECOND], ids=["empty", "backwards", "over a week"])
def test_a_window_is_neither_empty_nor_longer_than_a_week(length: object):
    with pytest.raises(InvalidField):
        Window(earliest=NOON, latest=NOON + length)  # type: ignore[operator]


def test_a_moment_without_its_time_zone_is_refused():
    with pytest.raises(InvalidField):
        Window(earliest=NOON.replace(tzinfo=None), latest=NOON + HOUR)


def test_what_only_the_parties_may_see_stays_out_of_every_log():
    written = repr(order_in(s.Open))
    for secret in (TERMS.pickup_code, "135790", "512", "小林", "+8613800000001"):
        assert secret not in written
    assert TERMS.dropoff.point == AT_DORMITORY
