"""Read the record of who looked at or decided what."""

from attrs import frozen

from errand_domain.ids import CampusId
from errand_domain.member.member import Member
from errand_domain.permissions import check
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.transaction import Begin


@frozen(kw_only=True)
class ReadAudit:
    """Staff who may see the record of a campus read what it says of one subject, such as `order:…` or `member:…`."""

    begin: Begin

    async def __call__(
        self, campus_id: CampusId, operator: Member, *, subject: str, limit: int
    ) -> tuple[AuditLine, ...]:
        """The campus's lines about it, newest first; those of other campuses are for their own staff."""
        check("see_audit", operator, campus_id=campus_id)
        async with self.begin() as tx:
            lines = await tx.audit.of_subject(subject, limit=limit)
        return tuple(line for line in lines if line.campus_id == campus_id)
