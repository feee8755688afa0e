"""One table says who may do what, and one rule which refusal the others hear."""

from itertools import product

import pytest
from attrs import evolve

from errand_domain.errors import DomainError, Missing, NotPermitted
from errand_domain.ids import MemberId
from errand_domain.member.member import Member, MemberBarred
from errand_domain.member.roles import PERMISSIONS, ROLES, Grant
from errand_domain.order.actions import ACTION_NAMES, MOVES, actions_for
from errand_domain.order.refusals import OwnCase, RunnerNotApproved
from errand_domain.order.states import STATES
from errand_domain.permissions import OTHERS_ONLY, POLICY, RELATIONS, check, check_anywhere, may
from errand_domain.settlement.withdrawal import OwnMoney
from tests.domain.examples import CAMPUS_ID, NOON, OTHER_CAMPUS_ID, order_in
from tests.domain.examples import POLICY as CAMPUS_POLICY
from tests.domain.test_member import MEMBER

EVERYBODY = {"anybody", "member"}


def refusal(action: str, actor: Member | MemberId | None, **more: object) -> type[DomainError] | None:
    try:
        check(action, actor, of="thing", **more)  # type: ignore[arg-type]
    except DomainError as told:
        return type(told)
    return None


@pytest.mark.parametrize("action", sorted(POLICY))
def test_a_row_is_the_whole_truth_about_roles_and_campuses(action: str):
    everybodys = bool(POLICY[action] & EVERYBODY)
    for role, at_home in product(ROLES, (True, False)):
        grant = Grant(role, CAMPUS_ID if at_home else OTHER_CAMPUS_ID)
        actor = evolve(MEMBER, grants=frozenset({grant}))
        allowed = refusal(action, actor, campus_id=CAMPUS_ID) is None
        assert allowed == (everybodys or (at_home and role in POLICY[action])), (role, at_home)


@pytest.mark.parametrize("action", sorted(POLICY))
def test_a_row_is_the_whole_truth_about_relations(action: str):
    everybodys = bool(POLICY[action] & EVERYBODY)
    for relation in RELATIONS:
        for actor in (MEMBER, MEMBER.id):
            allowed = refusal(action, actor, relation=relation, campus_id=CAMPUS_ID) is None
            assert allowed == (everybodys or relation in POLICY[action]), relation


@pytest.mark.parametrize("action", sorted(set(POLICY) - {a for a, held in POLICY.items() if held & EVERYBODY}))
def test_what_is_not_yours_is_not_there_and_what_is_staffs_is_not_permitted(action: str):
    told = refusal(action, MEMBER.id)
    if POLICY[action] & {"self", "requester", "runner", "offered"}:
        assert told is Missing
    elif "approved_runner" in POLICY[action]:
        assert told is RunnerNotApproved
    else:
        assert told is NotPermitted


@pytest.mark.parametrize("gone", [evolve(MEMBER, barred=True), evolve(MEMBER, closed_at=NOON)])
def test_who_is_barred_or_has_left_may_nothing_at_all(gone: Member):
    chief = evolve(gone, grants=frozenset(Grant(role, CAMPUS_ID) for role in ROLES))
    for action in POLICY:
        assert refusal(action, chief, campus_id=CAMPUS_ID, relation="self") is MemberBarred
        assert not may(action, chief, CAMPUS_ID)
        with pytest.raises(MemberBarred):
            check_anywhere(action, chief)


def test_the_machine_itself_does_what_its_rows_say():
    assert {action for action in POLICY if refusal(action, None, campus_id=CAMPUS_ID) is None} == {
        "see_campuses",
        "sign_in",
        "manage_members",
        "manage_campus",
        "add_campus",
        "export_self",
    }


@pytest.mark.parametrize("action", sorted(OTHERS_ONLY))
def test_nobody_decides_about_themselves_whatever_their_roles(action: str):
    chief = evolve(MEMBER, grants=frozenset(Grant(role, CAMPUS_ID) for role in ROLES))
    assert refusal(action, chief, campus_id=CAMPUS_ID, concerns=(chief.id,)) is OTHERS_ONLY[action]
    assert refusal(action, chief, campus_id=CAMPUS_ID) is None
    assert refusal(action, MEMBER, campus_id=CAMPUS_ID, concerns=(MEMBER.id,)) is NotPermitted


def test_what_is_decided_about_money_and_orders_is_decided_by_others():
    assert OTHERS_ONLY["resolve_orders"] is OwnCase
    assert OTHERS_ONLY["approve_withdrawals"] is OwnMoney
    assert {"review_runners", "suspend_runners"} <= set(OTHERS_ONLY)


def test_a_suspended_runner_finishes_and_takes_nothing_new():
    runner = MEMBER.id
    finishing = {"arrive", "pick-up", "deliver", "return", "report-impossible", "give-up", "offer", "read_pickup_code"}
    assert {a for a in finishing if refusal(a, runner, relation="runner") is not None} == set()
    assert refusal("accept", runner) is RunnerNotApproved
    assert refusal("browse_hall", runner) is RunnerNotApproved


def test_what_parties_may_do_to_an_order_is_the_orders_own_table():
    assert set(MOVES) == {name for (by, _), name in ACTION_NAMES.items() if by != "operations"} | {
        "take-over",
        "review",
    }
    for state, party in product(STATES, ("requester", "runner", "offered")):
        for action in actions_for(order_in(state), party, CAMPUS_POLICY, at=NOON):  # type: ignore[arg-type]
            assert party in POLICY[action.name], (state, action.name)
    assert all(POLICY[name] == parties for name, parties in MOVES.items())
    assert all(POLICY[action] >= roles for action, roles in PERMISSIONS.items())
