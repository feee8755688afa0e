"""How operators come, come back and go: by invitation, decided by an administrator or by the machine itself."""

from datetime import datetime

from attrs import field, frozen

from errand_domain.errors import InvalidField
from errand_domain.ids import CampusId, MemberId
from errand_domain.member.credential import INVITATION_LIFE, Invitation
from errand_domain.member.member import Member, Way
from errand_domain.member.roles import Grant, Role
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.credentials import Authenticators
from errand_domain.ports.outside import Clock, Ids, Notices, Secrets
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class Invited:
    """An operator to be. The token is shown once and stored nowhere; there is none for whoever is enrolled already.

    There is none either for a member with a life of their own whose mailbox nobody can ask: see `InviteOperator`.
    `needs_code` says that whoever follows the link has to read the member's mail as well.
    """

    member: Member
    token: str | None = field(repr=False)
    expires_at: datetime | None
    is_enrolled: bool = False
    needs_code: bool = False


@frozen(kw_only=True)
class Inviting:
    """Makes invitations."""

    secrets: Secrets
    authenticators: Authenticators
    notices: Notices

    async def __call__(self, tx: Transaction, member: Member, *, at: datetime) -> Invited:
        """A fresh invitation in the place of the one before it, written with the transaction's commit."""
        token, secret = self.secrets.token(), self.authenticators.new_secret()
        digest = invitation_digest(token, self.secrets)
        last = await tx.credentials.invitation_of(member.id)
        expires_at = at + INVITATION_LIFE
        first = Invitation(member_id=member.id, token_hash=digest, totp_secret=secret, expires_at=expires_at)
        tx.credentials.put_invitation(last.followed_by(token_hash=digest, totp_secret=secret, at=at) if last else first)
        return Invited(member=member, token=token, expires_at=expires_at, needs_code=self.can_ask())

    def can_ask(self) -> bool:
        """Whether whoever follows the link can be asked to show that the mailbox is theirs."""
        return self.notices.reaches("email")


@frozen(kw_only=True)
class InviteOperator:
    """Give somebody a role at a campus, and a link by which they set password and second factor.

    The link leads into the account. Whoever follows it shows that the mailbox is theirs; where no mail is carried, a
    member who was here before as themselves gets the role and no link: `ResetOperator` gives one, on purpose.
    """

    begin: Begin
    clock: Clock
    ids: Ids
    inviting: Inviting

    @decided_anew_when_stale
    async def __call__(
        self, email: str, operator: Member | None, *, role: Role, campus_id: CampusId, reason: str = ""
    ) -> Invited:
        """The member, new where nobody signs in with that address; audited. `operator` is `None` for the machine.

        Raises `NotPermitted` where a link would also lead to roles at campuses that the operator does not manage.
        """
        now, way = self.clock.now(), Way("email", email)
        async with self.begin() as tx:
            check("manage_members", operator, campus_id=campus_id)
            campus = await tx.campuses.get(campus_id)
            known = await tx.members.of_way(way)
            if known is None:
                granted = Member(
                    id=MemberId(self.ids.new()), ways=(way,), grants=frozenset({Grant(role, campus.id)}), joined_at=now
                )
                tx.members.add(granted)
            else:
                known.check_here()
                granted = known.grant(Grant(role, campus.id))
                tx.members.save(granted)
            credential = await tx.credentials.of_member(granted.id)
            if credential is not None and credential.has_second_factor:
                invited = Invited(member=granted, token=None, expires_at=None, is_enrolled=True)
            elif granted.consents and not self.inviting.can_ask():
                invited = Invited(member=granted, token=None, expires_at=None)
            else:
                _check_manages_all(granted, operator)  # the link gives every power of theirs, not this one alone
                invited = await self.inviting(tx, granted, at=now)
            detail = f"{role}: {reason}" if reason else role
            record(tx, granted.id, operator, campus_id=campus_id, action="operator.invited", detail=detail, at=now)
            await tx.commit()
        return invited


@frozen(kw_only=True)
class ResetOperator:
    """Take password and second factor away, at once and everywhere, and give a fresh link."""

    begin: Begin
    clock: Clock
    inviting: Inviting

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, operator: Member | None, *, reason: str = "") -> Invited:
        """The operator, signed out everywhere; audited. Raises `InvalidField` for a member without a role."""
        now = self.clock.now()
        async with self.begin() as tx:
            member = await staff_in_reach(tx, member_id, operator)
            await lock_out(tx, member, at=now)
            invited = await self.inviting(tx, member, at=now)
            for campus_id in sorted({grant.campus_id for grant in member.grants}):
                record(tx, member_id, operator, campus_id=campus_id, action="operator.reset", detail=reason, at=now)
            await tx.commit()
        return invited


@frozen(kw_only=True)
class DisableOperator:
    """Take every role, password and second factor, at once and everywhere. The member stays a member.

    The machine may also do it to somebody whose roles are gone and whose second factor is left, which nobody else
    could take from them when it is lost.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, operator: Member | None, *, reason: str = "") -> Member:
        """The member without a role; audited at each campus. Raises `InvalidField` for a member without a role."""
        now = self.clock.now()
        async with self.begin() as tx:
            member = await staff_in_reach(tx, member_id, operator, or_formerly=operator is None)
            dismissed = member.dismiss()
            tx.members.save(dismissed)
            await lock_out(tx, member, at=now)
            invitation = await tx.credentials.invitation_of(member_id)
            if invitation is not None and not invitation.is_closed:
                tx.credentials.put_invitation(invitation.closed())
            for campus_id in sorted({grant.campus_id for grant in member.grants}) or (None,):
                record(tx, member_id, operator, campus_id=campus_id, action="operator.disabled", detail=reason, at=now)
            await tx.commit()
        return dismissed


def invitation_digest(token: str, secrets: Secrets) -> str:
    """What is kept of an invitation's token."""
    return secrets.digest(f"invitation:{token}")


def proven_digest(token: str, secrets: Secrets) -> str:
    """What is kept of the token that whoever has proven the mailbox goes on with: another than the link's, always."""
    return secrets.digest(f"invitation proven:{token}")


async def staff_in_reach(
    tx: Transaction, member_id: MemberId, operator: Member | None, *, or_formerly: bool = False
) -> Member:
    """Somebody with a role, all of whose campuses the operator manages; raises `InvalidField` or `NotPermitted`.

    With `or_formerly`, also somebody without a role who has the second factor of one.
    """
    if operator is not None:
        check_anywhere("manage_members", operator)
    member = await tx.members.get(member_id)
    _check_manages_all(member, operator)
    credential = await tx.credentials.of_member(member_id) if or_formerly else None
    if not member.grants and not (credential is not None and credential.has_second_factor):
        raise InvalidField("member", "has no role")
    return member


def _check_manages_all(member: Member, operator: Member | None) -> None:
    for grant in sorted(member.grants):
        check("manage_members", operator, campus_id=grant.campus_id)


async def lock_out(tx: Transaction, member: Member, *, at: datetime) -> None:
    """What the member knew and had lets nobody in any more, and every session ends."""
    credential = await tx.credentials.of_member(member.id)
    if credential is not None:
        tx.credentials.put(credential.emptied(at=at))
    tx.sessions.end_all(member.id)


def record(
    tx: Transaction,
    member_id: MemberId,
    operator: Member | None,
    *,
    campus_id: CampusId | None,
    action: str,
    detail: str,
    at: datetime,
) -> None:
    """Write it down."""
    tx.audit.record(
        AuditLine(
            at=at,
            actor_id=operator.id if operator else None,
            campus_id=campus_id,
            action=action,
            subject=f"member:{member_id}",
            detail=detail,
        )
    )
