"""How operators come in, come back and go."""

from typing import Any, cast

import pytest
from attrs import evolve
from pyotp.totp import TOTP

from adapters.memory.outside import MemoryNotices
from errand_domain.errors import InvalidField, NotPermitted
from errand_domain.ids import MemberId
from errand_domain.member.consent import Consent
from errand_domain.member.credential import (
    INVITATION_LIFE,
    PROVEN_LIFE,
    InvitationGone,
    MailUnproven,
    WrongPassword,
    WrongSecondFactor,
)
from errand_domain.member.member import Way
from errand_domain.member.password import PasswordWeak
from errand_domain.member.roles import Grant
from errand_domain.member.session import CODE_TRIES, NotSignedIn, WrongCode
from errand_domain.permissions import may
from errand_domain.ports.outside import Notices, Secrets
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.operators.accept_invitation import TRIES_MOST, AcceptInvitation, ViewInvitation
from errand_domain.use_cases.operators.manage_members import BarMember, GrantRole
from errand_domain.use_cases.operators.manage_operators import (
    DisableOperator,
    Invited,
    InviteOperator,
    ResetOperator,
    invitation_digest,
)
from errand_domain.use_cases.operators.prove_invitee import ProveInvitee, SendInviteeCode
from errand_domain.use_cases.signing_in.own_sessions import Recognise
from tests.domain.examples import MINUTE, OTHER_CAMPUS_ID, SECOND
from tests.use_cases.enrolling import PASSWORD, enroll
from tests.use_cases.test_signing_in import enter, with_password
from tests.use_cases.world import World

EMAIL = "han.meimei@example.edu.cn"


async def invited(world: World) -> tuple[Invited, str, str]:
    """An invitation, its token, and what the authenticator shows for it now."""
    found = await world.use(InviteOperator)(EMAIL, None, role="finance", campus_id=world.campus.id)
    assert found.token is not None
    invitee = await world.use(ViewInvitation)(found.token)
    assert (invitee.email, invitee.totp_secret in invitee.otpauth) == (EMAIL, True)
    return found, found.token, TOTP(invitee.totp_secret).at(world.clock.now())


async def test_an_invitation_is_good_once(world: World):
    found, token, code = await invited(world)
    recovery = await world.use(AcceptInvitation)(token, password=PASSWORD, code=code)
    assert len(set(recovery)) == 10
    for look in (world.use(ViewInvitation)(token), world.use(AcceptInvitation)(token, password=PASSWORD, code=code)):
        with pytest.raises(InvitationGone):
            await look
    async with world.begin() as tx:
        assert await tx.audit.count(f"member:{found.member.id}", "operator.invited") == 1
        assert await tx.audit.count(f"member:{found.member.id}", "operator.enrolled") == 1


async def test_an_invitation_is_good_for_a_day(world: World):
    _, token, _ = await invited(world)
    world.clock.advance(INVITATION_LIFE - SECOND)
    await world.use(ViewInvitation)(token)
    world.clock.advance(SECOND)
    with pytest.raises(InvitationGone):
        await world.use(ViewInvitation)(token)


@pytest.fixture
def mail(world: World) -> MemoryNotices:
    """Mail is carried here, and its owners read it."""
    world.parts[Notices] = MemoryNotices(is_read=True)
    return cast("MemoryNotices", world.parts[Notices])


async def link_for(world: World, **changes: Any) -> str:
    """The link of somebody who was a member before, and signs in with that address."""
    await world.member(Way("email", EMAIL), **changes)
    found = await world.use(InviteOperator)(EMAIL, None, role="finance", campus_id=world.campus.id)
    assert found.token is not None
    return found.token


async def test_whoever_has_the_link_alone_gets_nowhere(world: World, mail: MemoryNotices):
    """The administrator who printed it, say: into a member's orders, or to what their authenticator will know."""
    token = await link_for(world)
    seen = await world.use(ViewInvitation)(token)
    assert (seen.needs_code, seen.totp_secret, seen.otpauth) == (True, "", "")
    async with world.begin() as tx:
        stored = await tx.credentials.invitation(invitation_digest(token, world.parts[Secrets]))
    assert stored is not None
    code = TOTP(stored.totp_secret).at(world.clock.now())
    with pytest.raises(MailUnproven):
        await world.use(AcceptInvitation)(token, password=PASSWORD, code=code)
    await world.use(SendInviteeCode)(token)
    assert mail.inbox[0].to == Way("email", EMAIL)
    wrong = "000000" if mail.inbox[0].code != "000000" else "000001"
    for _ in range(CODE_TRIES):
        with pytest.raises(WrongCode):
            await world.use(ProveInvitee)(token, wrong)
    with pytest.raises(WrongCode):
        await world.use(ProveInvitee)(token, mail.inbox[0].code)


async def test_with_the_code_from_the_mailbox_the_link_is_exchanged_for_a_token_that_nobody_else_has_seen(
    world: World, mail: MemoryNotices
):
    token = await link_for(world)
    await world.use(SendInviteeCode)(token)
    fresh = await world.use(ProveInvitee)(token, mail.inbox[0].code)
    assert fresh == await world.use(ProveInvitee)(token, mail.inbox[0].code), "the first answer may have been lost"
    for look in (world.use(ViewInvitation)(token), world.use(SendInviteeCode)(token)):
        with pytest.raises(InvitationGone):
            await look
    for again in ((token, "999999"), (fresh, mail.inbox[0].code)):
        with pytest.raises(InvitationGone):
            await world.use(ProveInvitee)(*again)
    seen = await world.use(ViewInvitation)(fresh)
    assert not seen.needs_code
    code = TOTP(seen.totp_secret).at(world.clock.now())
    assert await world.use(AcceptInvitation)(fresh, password=PASSWORD, code=code)
    with pytest.raises(InvitationGone):
        await world.use(ViewInvitation)(fresh)
    with pytest.raises(InvitationGone):
        await world.use(ProveInvitee)(token, mail.inbox[0].code)


async def test_whoever_proved_the_mailbox_has_an_hour_and_so_has_whoever_guesses_at_the_code_after_them(
    world: World, mail: MemoryNotices
):
    token = await link_for(world)
    await world.use(SendInviteeCode)(token)
    fresh = await world.use(ProveInvitee)(token, mail.inbox[0].code)
    world.clock.advance(PROVEN_LIFE - SECOND)
    assert await world.use(ProveInvitee)(token, mail.inbox[0].code) == fresh
    world.clock.advance(SECOND)
    for late in (world.use(ViewInvitation)(fresh), world.use(ProveInvitee)(token, mail.inbox[0].code)):
        with pytest.raises(InvitationGone):
            await late


async def test_a_link_is_no_longer_good_for_being_proven_late(world: World, mail: MemoryNotices):
    token = await link_for(world)
    world.clock.advance(INVITATION_LIFE - SECOND)
    await world.use(SendInviteeCode)(token)
    fresh = await world.use(ProveInvitee)(token, mail.inbox[0].code)
    world.clock.advance(SECOND)
    with pytest.raises(InvitationGone):
        await world.use(ViewInvitation)(fresh)


async def test_a_link_is_guessed_at_ten_times_an_hour_whatever_the_codes(world: World, mail: MemoryNotices):
    token = await link_for(world)
    for _ in range(10):
        with pytest.raises(WrongCode):
            await world.use(ProveInvitee)(token, "123456")
    await world.use(SendInviteeCode)(token)
    with pytest.raises(TooManyRequests):
        await world.use(ProveInvitee)(token, mail.inbox[0].code)


async def test_a_reset_and_a_new_member_ask_for_the_code_as_well(world: World, mail: MemoryNotices):
    staff = await enroll(world, mail=mail)
    fresh = await world.use(ResetOperator)(staff.member.id, None)
    assert fresh.token is not None
    assert fresh.needs_code
    assert (await world.use(ViewInvitation)(fresh.token)).needs_code


async def test_without_mail_a_member_of_before_gets_the_role_and_no_link_but_on_purpose(world: World):
    consent = Consent(document="user_agreement", version="2026-11-01", at=world.clock.now())
    member = await world.member(Way("email", EMAIL), consents=(consent,))
    found = await world.use(InviteOperator)(EMAIL, None, role="finance", campus_id=world.campus.id)
    assert (found.token, found.is_enrolled, found.needs_code) == (None, False, False)
    assert may("see_money", found.member, world.campus.id)
    reset = await world.use(ResetOperator)(member.id, None)
    assert reset.token is not None
    assert not reset.needs_code
    assert (await world.use(ViewInvitation)(reset.token)).totp_secret


async def test_who_is_invited_without_a_mailbox_is_asked_to_link_one_first(world: World):
    member = await world.operator("finance")
    reset = await world.use(ResetOperator)(member.id, None)
    assert reset.token is not None
    with pytest.raises(InvitationGone):
        await world.use(ViewInvitation)(reset.token)


async def test_the_last_invitation_counts_and_a_token_that_was_never_given_does_not(world: World):
    _, first, _ = await invited(world)
    _, second, code = await invited(world)
    for token in (first, "", "nonsense", second[:-1]):
        with pytest.raises(InvitationGone):
            await world.use(ViewInvitation)(token)
    await world.use(AcceptInvitation)(second, password=PASSWORD, code=code)


async def test_what_was_mistyped_may_be_typed_again_and_not_forever(world: World):
    _, token, code = await invited(world)
    accept = world.use(AcceptInvitation)
    with pytest.raises(PasswordWeak):
        await accept(token, password="eleven long", code=code)
    for _ in range(TRIES_MOST - 1):
        with pytest.raises(WrongSecondFactor):
            await accept(token, password=PASSWORD, code="000000")
    with pytest.raises(TooManyRequests):
        await accept(token, password=PASSWORD, code=code)


async def test_neither_token_nor_recovery_codes_are_stored_as_they_are(world: World):
    found, token, code = await invited(world)
    async with world.begin() as tx:
        stored = await tx.credentials.invitation_of(found.member.id)
    assert stored is not None
    assert token not in (stored.token_hash, repr(found), repr(stored))
    assert token not in repr(found)
    recovery = await world.use(AcceptInvitation)(token, password=PASSWORD, code=code)
    async with world.begin() as tx:
        credential, stored = (
            await tx.credentials.of_member(found.member.id),
            await tx.credentials.invitation_of(found.member.id),
        )
    assert credential is not None
    assert not set(recovery) & set(credential.recovery_hashes)
    assert credential.totp_secret not in repr(credential)
    assert stored is not None
    assert stored.totp_secret == ""


async def test_nobody_is_invited_or_reset_or_disabled_by_somebody_without_that_power_there(world: World):
    staff = await enroll(world)
    for who in (await world.member(), await world.operator("operations")):
        with pytest.raises(NotPermitted):
            await world.use(InviteOperator)(EMAIL, who, role="admin", campus_id=world.campus.id)
        with pytest.raises(NotPermitted):
            await world.use(ResetOperator)(staff.member.id, who)
        with pytest.raises(NotPermitted):
            await world.use(DisableOperator)(staff.member.id, who)
    admin = await world.operator("admin")
    with pytest.raises(NotPermitted):
        await world.use(InviteOperator)(EMAIL, admin, role="admin", campus_id=OTHER_CAMPUS_ID)
    await world.use(InviteOperator)("other@example.edu.cn", admin, role="admin", campus_id=world.campus.id)


async def test_no_link_is_given_to_powers_that_whoever_gives_it_does_not_manage(world: World):
    found, token, _ = await invited(world)
    elsewhere = evolve(world.campus, id=OTHER_CAMPUS_ID, name="Another campus")
    async with world.begin() as tx:
        tx.campuses.add(elsewhere)
        await tx.commit()
    admin = await world.member(grants=frozenset({Grant("admin", elsewhere.id)}))
    with pytest.raises(NotPermitted):
        await world.use(InviteOperator)(EMAIL, admin, role="auditor", campus_id=elsewhere.id)
    await world.use(ViewInvitation)(token)
    async with world.begin() as tx:
        assert (await tx.members.get(found.member.id)).grants == found.member.grants


async def test_a_reset_takes_everything_at_once_and_a_fresh_link_gives_it_back(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    entered = await staff.enter(world)
    fresh = await world.use(ResetOperator)(staff.member.id, None)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered.token)
    world.clock.advance(MINUTE)
    for second in ("", staff.recovery[0]):
        with pytest.raises(WrongPassword):
            await staff.enter(world, second=second)
    assert fresh.token is not None
    secret = (await world.use(ViewInvitation)(fresh.token)).totp_secret
    assert secret != staff.secret
    code = TOTP(secret).at(world.clock.now())
    await world.use(AcceptInvitation)(fresh.token, password=PASSWORD, code=code)
    with pytest.raises(WrongSecondFactor):
        await staff.enter(world)


async def test_who_is_disabled_is_a_member_without_power_and_without_password(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    entered = await staff.enter(world)
    gone = await world.use(DisableOperator)(staff.member.id, None)
    assert (gone.grants, gone.ways) == (frozenset(), (Way("email", staff.email),))
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered.token)
    world.clock.advance(MINUTE)
    with pytest.raises(WrongPassword):
        await staff.enter(world)
    with pytest.raises(InvalidField):
        await world.use(DisableOperator)(staff.member.id, None)
    async with world.begin() as tx:
        assert await tx.audit.count(f"member:{staff.member.id}", "operator.disabled") == 1


@pytest.mark.parametrize("how", ["barred", "disabled"])
async def test_the_link_of_whoever_was_shut_out_leads_nowhere(world: World, how: str):
    found, token, _ = await invited(world)
    if how == "barred":
        await world.use(BarMember)(found.member.id, None, campus_id=world.campus.id, barred=True, reason="离职")
    else:
        await world.use(DisableOperator)(found.member.id, None)
    with pytest.raises(InvitationGone):
        await world.use(ViewInvitation)(token)


async def test_whoever_is_enrolled_gets_a_further_role_without_a_link(world: World):
    staff = await enroll(world)
    again = await world.use(InviteOperator)(staff.email, None, role="auditor", campus_id=world.campus.id)
    assert again.token is None
    assert may("see_audit", again.member, world.campus.id)
    world.clock.advance(MINUTE)
    await staff.enter(world)


async def test_a_role_that_is_taken_ends_the_sessions_that_had_it(world: World):
    staff = await enroll(world)
    world.clock.advance(MINUTE)
    entered = await staff.enter(world)
    take = world.use(GrantRole)
    await take(staff.member.id, None, role="admin", campus_id=world.campus.id, granted=False)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered.token)


async def test_who_manages_nobody_does_not_hear_who_is_a_member_without_a_role(world: World):
    operations, member = await world.operator("operations"), await world.member()
    for act in (ResetOperator, DisableOperator):
        for somebody in (member.id, MemberId(world.ids.new())):
            with pytest.raises(NotPermitted):
                await world.use(act)(somebody, operations)


async def test_a_link_that_was_taken_back_stays_so_when_its_owner_gets_a_role_again(world: World):
    found, token, _ = await invited(world)
    await world.use(DisableOperator)(found.member.id, None)
    await world.use(GrantRole)(found.member.id, None, role="auditor", campus_id=world.campus.id, granted=True)
    with pytest.raises(InvitationGone):
        await world.use(ViewInvitation)(token)


async def test_a_link_is_good_for_nothing_once_the_last_role_is_taken(world: World):
    found, token, _ = await invited(world)
    await world.use(GrantRole)(found.member.id, None, role="finance", campus_id=world.campus.id, granted=False)
    with pytest.raises(InvitationGone):
        await world.use(ViewInvitation)(token)


async def test_whoever_enrolls_is_signed_out_of_what_one_factor_began(world: World):
    way = Way("email", EMAIL)
    entered = await enter(world, way)
    _, token, code = await invited(world)
    await world.use(AcceptInvitation)(token, password=PASSWORD, code=code)
    with pytest.raises(NotSignedIn):
        await world.use(Recognise)(entered.token)


async def test_a_member_with_a_password_alone_gets_a_role_and_a_link(world: World):
    entered = await with_password(world)
    found = await world.use(InviteOperator)(entered.member.email(), None, role="finance", campus_id=world.campus.id)
    assert found.token is not None
    async with world.begin() as tx:
        stored = await tx.members.get(entered.member.id)
    assert stored.grants == frozenset({Grant("finance", world.campus.id)})


@pytest.mark.parametrize("act", [ResetOperator, DisableOperator])
async def test_nobody_of_one_campus_takes_away_what_an_operator_may_at_another(world: World, act: Any):
    found, token, _ = await invited(world)
    elsewhere = evolve(world.campus, id=OTHER_CAMPUS_ID, name="Another campus")
    async with world.begin() as tx:
        tx.campuses.add(elsewhere)
        await tx.commit()
    await world.use(GrantRole)(found.member.id, None, role="auditor", campus_id=elsewhere.id, granted=True)
    with pytest.raises(NotPermitted):
        await world.use(act)(found.member.id, await world.operator("admin"))
    await world.use(ViewInvitation)(token)
