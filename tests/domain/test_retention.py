"""The table of how long things are kept, and what is taken out of an order when its time is over."""

from datetime import timedelta
from typing import get_args

import pytest
from attrs import evolve, fields

from errand_domain.content.case import Cleared
from errand_domain.errors import InvalidField
from errand_domain.order.erasing import (
    details_due,
    ended_at,
    event_without_proofs,
    event_without_words,
    watched,
    without_details,
)
from errand_domain.order.events import EVENTS
from errand_domain.order.states import FINAL, STATES
from errand_domain.place import Contact
from errand_domain.policy import Policy
from errand_domain.ports.files import FilePurpose
from errand_domain.ports.retained import FORGOTTEN_KINDS, WATCHED_KINDS
from errand_domain.retention import FILES_KEPT, FORGOTTEN_AFTER, RETENTION, ROW_NAMES, ByPolicy, kept_at
from errand_domain.runner.runner import new_runner
from errand_domain.runner.verification import APPLICATION_KEPT_FOR, MoreWanted
from errand_domain.testing import examples
from tests.domain.examples import APPLICATION, AT_STATION, EVENT_EXAMPLES, NOON, PHOTO, RUNNER, TERMS, order_in

POLICY = Policy()
SECRETS = ("5 楼 512", "小林", "+8613800000001", "3 号货架", "6-2-1045", "135790", "不需要了", "图书馆后门", "一个快递")


def everything(order) -> str:
    """All that an order says, also what its repr keeps to itself."""
    stops = (order.terms.pickup, order.terms.dropoff)
    told = [stop.detail for stop in stops] + [vars_of(stop.contact) for stop in stops]
    return " ".join(map(str, (order, order.terms.pickup_code, order.delivery_code, order.terms.note, *told)))


def vars_of(contact: Contact | None) -> str:
    return "" if contact is None else f"{contact.name} {contact.phone}"


def test_the_table_has_every_row_and_ends_everything_that_time_alone_ends():
    assert tuple(RETENTION) == ROW_NAMES
    enders = {row.ended_by for row in RETENTION.values()} - {None}
    assert enders == {*WATCHED_KINDS, *FORGOTTEN_KINDS}
    for name, row in RETENTION.items():
        assert (row.ended_by is not None) == (not isinstance(row.kept, str)), name


def test_what_is_forgotten_is_forgotten_after_the_time_of_its_row():
    spans = {row.ended_by: row.kept for row in RETENTION.values() if row.ended_by in FORGOTTEN_KINDS}
    assert spans == FORGOTTEN_AFTER


def test_a_number_of_the_policy_is_that_of_the_campus():
    longer = Policy(keep_order_details_for=timedelta(days=365))
    named = {row.kept.name for row in RETENTION.values() if isinstance(row.kept, ByPolicy)}
    assert named <= {attribute.name for attribute in fields(Policy)}
    assert kept_at(RETENTION["order_details"], longer) == timedelta(days=365)


def test_every_purpose_of_a_file_has_its_row():
    assert set(FILES_KEPT) == set(get_args(FilePurpose))
    assert set(FILES_KEPT.values()) <= set(RETENTION)


def test_details_are_not_gone_while_an_order_may_be_disputed_or_reviewed():
    with pytest.raises(InvalidField, match="keep_order_details_for"):
        Policy(keep_order_details_for=POLICY.review_within - timedelta(seconds=1))


@pytest.mark.parametrize("state", STATES)
def test_an_order_is_watched_from_its_end_on_and_not_before(state):
    order = order_in(state)
    ended = ended_at(order.state)
    assert (ended is not None) == (state in FINAL)
    assert watched(order, POLICY).details_until == details_due(order, POLICY)
    assert details_due(order, POLICY) == (None if ended is None else ended + POLICY.keep_order_details_for)


@pytest.mark.parametrize("state", FINAL)
def test_nothing_that_was_typed_shown_or_photographed_is_left_in_an_ended_order(state):
    dropoff = evolve(TERMS.dropoff, building_id=None, name="图书馆后门")
    order = watched(order_in(state, terms=evolve(TERMS, dropoff=dropoff, note="请放在鞋柜")), POLICY)
    bare = without_details(order, at=NOON)
    text = everything(bare)
    assert {
        secret for secret in (*SECRETS, "请放在鞋柜", str(PHOTO), str(TERMS.dropoff.point)) if secret in text
    } == set()
    assert (bare.state_name, bare.price, bare.version) == (order.state_name, order.price, order.version)
    assert (bare.details_until, bare.details_removed_at) == (None, NOON)
    assert without_details(bare, at=NOON + timedelta(days=1)) == bare


@pytest.mark.parametrize("event", EVENTS)
def test_nothing_that_was_typed_shown_or_photographed_is_left_in_an_event(event):
    happened = EVENT_EXAMPLES[event]
    proof = getattr(happened, "proof", None)
    if proof is not None:
        happened = evolve(happened, proof=evolve(proof, position=AT_STATION))
    bare = event_without_words(event_without_proofs(happened))
    assert {text for text in (*SECRETS, str(PHOTO), str(AT_STATION)) if text in str(bare)} == set()
    assert (type(bare), bare.at, bare.by) == (event, happened.at, happened.by)


def test_a_waiting_application_is_dropped_after_its_time_whoever_is_waited_for():
    runner = new_runner(RUNNER, APPLICATION, POLICY.credit)
    assert runner.due_at == runner.drops_at == APPLICATION.submitted_at + APPLICATION_KEPT_FOR
    asked = runner.apply(MoreWanted(at=NOON + timedelta(days=3), wanted="更清楚的照片"))
    assert asked.drops_at == NOON + timedelta(days=3) + APPLICATION_KEPT_FOR
    dropped = asked.drop(at=asked.drops_at)
    assert dropped.due_at is None
    assert dropped.application.real_name is None


def test_a_case_without_words_is_watched_no_more():
    case = evolve(examples.content_case(), state=Cleared(cleared_by=RUNNER, cleared_at=NOON))
    assert case.erase_at is not None
    assert case.erased().erase_at is None
