"""Members: ways to sign in, consents, roles, blocking, leaving; sessions and codes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from errand_domain.errors import InvalidField
from errand_domain.ids import MemberId
from errand_domain.member.consent import DOCUMENTS, REQUIRED, Consent, ConsentMissing
from errand_domain.member.member import LastWay, Member, Way
from errand_domain.member.roles import ACTIONS, PERMISSIONS, ROLES, Grant
from errand_domain.member.session import (
    CODE_LIFE,
    CODE_PAUSE,
    CODE_TRIES,
    DAY,
    HOUR,
    CodeTooSoon,
    SignInCode,
    check_pause,
)
from errand_domain.permissions import may
from tests.domain.examples import CAMPUS_ID, NOON, OTHER_CAMPUS_ID, SECOND, STRANGER

PHONE = Way("phone", "+8613800000001")
EMAIL = Way("email", "lin@example.edu")
MEMBER = Member(id=MemberId(UUID(int=99)), nickname="小林", ways=(PHONE,), joined_at=NOON)
CODE = SignInCode(way=PHONE, code_hash="h", sent_at=NOON)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "13800000001"),
        ("phone", "+86 138 0000 0001"),
        ("phone", "+８６１３８０００００００１"),
        ("phone", "+0123456789"),
        ("email", "Lin@example.edu"),
        ("email", "lin@"),
        ("email", "a@b@c"),
        ("email", "lin@example.edu\nBcc: x@y"),
        ("wechat", "short"),
        ("wechat", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M!"),
    ],
    ids=ascii,
)
def test_an_address_of_no_use_is_refused(kind: Any, value: str):
    with pytest.raises(InvalidField):
        Way(kind, value)


def test_an_address_stays_out_of_every_log():
    assert "13800000001" not in repr(MEMBER)
    assert "小林" not in repr(MEMBER)


def test_a_way_is_linked_once_of_each_kind_and_the_last_cannot_be_removed():
    both = MEMBER.link(EMAIL)
    assert both.ways == (PHONE, EMAIL)
    assert both.link(EMAIL) is both
    with pytest.raises(InvalidField):
        both.link(Way("email", "other@example.edu"))
    assert both.unlink("phone").ways == (EMAIL,)
    with pytest.raises(LastWay):
        both.unlink("phone").unlink("email")


def test_the_mailbox_of_a_member_is_no_other_way_of_theirs():
    assert MEMBER.email() == ""
    assert MEMBER.link(EMAIL).email() == EMAIL.value


@pytest.mark.parametrize("name", ["me.png", "../keys", f"{'a' * 64}.gif", f"{'A' * 64}.png", f"{'a' * 64}.png\n"])
def test_what_is_no_name_of_a_picture_is_none_of_a_member(name: str):
    with pytest.raises(InvalidField):
        MEMBER.picture(name)
    assert MEMBER.picture(f"{'a' * 64}.png").picture("").avatar == ""


def test_the_current_version_of_each_required_document_must_have_been_accepted():
    current = tuple((document, "2026-02") for document in DOCUMENTS)
    old = MEMBER.consent(Consent(document="user_agreement", version="2026-01", at=NOON))
    with pytest.raises(ConsentMissing) as refusal:
        old.check_consents(current)
    assert refusal.value.document == "user_agreement"
    member = old
    for document in REQUIRED:
        member = member.consent(Consent(document=document, version="2026-02", at=NOON))
    member.check_consents(current)
    assert REQUIRED == ("user_agreement", "privacy_policy")


def test_accepting_the_same_version_again_changes_nothing():
    consent = Consent(document="user_agreement", version="2026-01", at=NOON)
    once = MEMBER.consent(consent)
    assert once.consent(evolve(consent, at=NOON + SECOND)) is once


def test_blocking_is_of_somebody_else_and_can_be_undone():
    blocking = MEMBER.block(STRANGER)
    assert blocking.blocked == {STRANGER}
    assert blocking.unblock(STRANGER).blocked == frozenset()
    with pytest.raises(InvalidField):
        MEMBER.block(MEMBER.id)


def test_a_closed_account_keeps_nothing_personal():
    member = MEMBER.link(EMAIL).block(STRANGER).grant(Grant("admin", CAMPUS_ID))
    closed = member.close(at=NOON)
    assert (closed.nickname, closed.ways, closed.grants, closed.blocked) == ("", (), frozenset(), frozenset())
    assert (closed.id, closed.closed_at) == (MEMBER.id, NOON)


def test_every_change_counts_a_version():
    changes = (
        MEMBER.link(EMAIL),
        MEMBER.profile(nickname="林", campus_id=CAMPUS_ID),
        MEMBER.grant(Grant("admin", CAMPUS_ID)),
        MEMBER.revoke(Grant("admin", CAMPUS_ID)),
        MEMBER.block(STRANGER),
        MEMBER.bar(barred=True),
        MEMBER.close(at=NOON),
    )
    assert {member.version for member in changes} == {MEMBER.version + 1}


# -- Roles ---------------------------------------------------------------------------------------------------


def test_every_action_is_somebodys_and_every_role_is_good_for_something():
    assert set(PERMISSIONS) == set(ACTIONS)
    assert all(PERMISSIONS.values())
    assert {role for roles in PERMISSIONS.values() for role in roles} == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_allows_what_the_table_says_at_its_own_campus_only(action: Any, role: Any):
    member = MEMBER.grant(Grant(role, CAMPUS_ID))
    assert may(action, member, CAMPUS_ID) == (role in PERMISSIONS[action])
    assert not may(action, member, OTHER_CAMPUS_ID)
    assert not may(action, MEMBER, CAMPUS_ID)


def test_an_auditor_changes_nothing():
    assert {action for action, roles in PERMISSIONS.items() if "auditor" in roles} == {
        "see_orders",
        "see_money",
        "see_audit",
    }


# -- Codes ---------------------------------------------------------------------------------------------------


def test_a_code_is_good_for_five_minutes_and_not_longer():
    assert CODE.is_good(at=NOON + CODE_LIFE - SECOND)
    assert not CODE.is_good(at=NOON + CODE_LIFE)
    assert timedelta(minutes=5) == CODE_LIFE


def test_a_code_is_good_for_five_tries_and_for_one_use():
    tried = CODE
    for left in range(CODE_TRIES, 0, -1):
        assert (tried.tries_left, tried.is_good(at=NOON)) == (left, True)
        tried = tried.tried()
    assert not tried.is_good(at=NOON)
    assert not CODE.spent().is_good(at=NOON)


def test_when_codes_were_sent_is_remembered_for_a_day_and_no_longer():
    code = CODE.followed_by("h", at=NOON + DAY - SECOND)
    assert code.history.sent == (NOON,)
    assert code.followed_by("h", at=NOON + DAY).history.sent == (code.sent_at,)


def test_when_codes_were_guessed_at_is_remembered_for_an_hour_and_no_longer():
    burnt = CODE
    for _ in range(CODE_TRIES):
        burnt = burnt.tried()
    assert burnt.followed_by("h", at=NOON + HOUR - SECOND).history.burnt == (NOON,)
    assert burnt.followed_by("h", at=NOON + HOUR).history.burnt == ()


def test_another_code_is_sent_after_a_minute_and_not_before():
    check_pause(None, at=NOON)
    check_pause(CODE, at=NOON + CODE_PAUSE)
    with pytest.raises(CodeTooSoon) as refusal:
        check_pause(CODE, at=NOON + CODE_PAUSE - SECOND)
    assert refusal.value.seconds == 2
