"""What administrators do with members, and the machine itself with the first of them."""

from attrs import frozen

from errand_domain.ids import CampusId, MemberId
from errand_domain.member.member import Member
from errand_domain.member.roles import Grant, Role
from errand_domain.permissions import check
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.members.avatars import erase_avatars


@frozen(kw_only=True)
class GrantRole:
    """Give or take a role at a campus. `operator` is `None` for the command line of the machine itself."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self,
        member_id: MemberId,
        operator: Member | None,
        *,
        role: Role,
        campus_id: CampusId,
        granted: bool,
        reason: str = "",
    ) -> Member:
        """The member; audited, with the reason where there is one. A role that is taken ends the member's sessions."""
        async with self.begin() as tx:
            check("manage_members", operator, campus_id=campus_id)
            campus = await tx.campuses.get(campus_id)
            grant = Grant(role, campus.id)
            member = await tx.members.get(member_id)
            member = member.grant(grant) if granted else member.revoke(grant)
            tx.members.save(member)
            if not granted:
                tx.sessions.end_all(member_id)
            tx.audit.record(
                AuditLine(
                    at=self.clock.now(),
                    actor_id=operator.id if operator else None,
                    campus_id=campus_id,
                    action="role.granted" if granted else "role.revoked",
                    subject=f"member:{member_id}",
                    detail=f"{role}: {reason}" if reason else role,
                )
            )
            await tx.commit()
        return member


@frozen(kw_only=True)
class BarMember:
    """Shut a member out, at once and everywhere, or let them in again.

    That takes whoever manages the members of every campus where the member is at home, runs or works; where there is
    no such campus, or several under different hands, it takes the machine's own command line. Their picture goes, also
    where it was judged harmless: it is public, and they cannot come to remove it.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self, member_id: MemberId, operator: Member | None, *, campus_id: CampusId, barred: bool, reason: str
    ) -> Member:
        """The member; audited. `operator` is `None` for the command line of the machine itself."""
        async with self.begin() as tx:
            check("manage_members", operator, campus_id=campus_id)  # in whose record it is written
            member = await tx.members.get(member_id)
            await _check_manages(tx, operator, member)
            now = self.clock.now()
            if barred:
                await erase_avatars(tx, member, at=now)
                tx.sessions.end_all(member_id)
            member = member.bar(barred=barred)
            tx.members.save(member)
            tx.audit.record(
                AuditLine(
                    at=now,
                    actor_id=operator.id if operator else None,
                    campus_id=campus_id,
                    action="member.barred" if barred else "member.let_in",
                    subject=f"member:{member_id}",
                    detail=reason,
                )
            )
            await tx.commit()
        return member


async def _check_manages(tx: Transaction, operator: Member | None, member: Member) -> None:
    """Raise `NotPermitted` unless the operator manages the members of every campus that the member belongs to."""
    runner = await tx.runners.find(member.id)
    campuses = {grant.campus_id for grant in member.grants}
    campuses |= {campus for campus in (member.campus_id, runner.campus_id if runner else None) if campus is not None}
    for campus_id in campuses or (None,):
        check("manage_members", operator, campus_id=campus_id)
