"""Set up a campus and change its rules."""

from collections.abc import Callable

from attrs import evolve, frozen

from errand_domain.campus import Campus
from errand_domain.ids import CampusId
from errand_domain.member.member import Member
from errand_domain.permissions import check
from errand_domain.policy import Policy
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class AddCampus:
    """A new campus, from the command line of the machine itself."""

    begin: Begin

    async def __call__(self, campus: Campus) -> Campus:
        """The campus."""
        async with self.begin() as tx:
            tx.campuses.add(campus)
            await tx.commit()
        return campus


@frozen(kw_only=True)
class ChangePolicy:
    """Replace the rules of a campus as a whole; orders that are placed keep their price and shares."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self,
        campus_id: CampusId,
        operator: Member | None,
        *,
        change: Callable[[Policy], Policy],
        summary: str,
    ) -> Campus:
        """The campus under its new policy; audited. `operator` is `None` for the machine's command line."""
        async with self.begin() as tx:
            check("manage_campus", operator, campus_id=campus_id)
            campus = await tx.campuses.get(campus_id)
            campus = evolve(campus, policy=change(campus.policy), version=campus.version + 1)
            tx.campuses.save(campus)
            tx.audit.record(
                AuditLine(
                    at=self.clock.now(),
                    actor_id=operator.id if operator else None,
                    campus_id=campus_id,
                    action="campus.policy_changed",
                    subject=f"campus:{campus_id}",
                    detail=summary,
                )
            )
            await tx.commit()
        return campus


@frozen(kw_only=True)
class OpenCampus:
    """Take new orders, or stop taking them."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, campus_id: CampusId, operator: Member | None, *, is_open: bool) -> Campus:
        """The campus; audited. Orders under way go on."""
        async with self.begin() as tx:
            check("manage_campus", operator, campus_id=campus_id)
            campus = await tx.campuses.get(campus_id)
            campus = evolve(campus, open=is_open, version=campus.version + 1)
            tx.campuses.save(campus)
            tx.audit.record(
                AuditLine(
                    at=self.clock.now(),
                    actor_id=operator.id if operator else None,
                    campus_id=campus_id,
                    action="campus.opened" if is_open else "campus.closed",
                    subject=f"campus:{campus_id}",
                )
            )
            await tx.commit()
        return campus
