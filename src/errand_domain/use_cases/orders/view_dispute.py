"""Look at disputes."""

from collections.abc import Sequence

from attrs import frozen

from errand_domain.dispute.dispute import Dispute
from errand_domain.errors import Missing
from errand_domain.ids import CampusId, OrderId
from errand_domain.member.member import Member
from errand_domain.permissions import check
from errand_domain.ports.transaction import Begin


@frozen(kw_only=True)
class ViewDispute:
    """The two sides, and staff who may, read what was said."""

    begin: Begin

    async def __call__(self, order_id: OrderId, viewer: Member) -> Dispute:
        """The order's dispute; to anybody else it is not there."""
        async with self.begin() as tx:
            dispute = await tx.disputes.of_order(order_id)
        if dispute is None:
            raise Missing("dispute")
        check("see_dispute", viewer, relation=dispute.side_of(viewer.id), campus_id=dispute.campus_id, of="dispute")
        return dispute


@frozen(kw_only=True)
class ListDisputes:
    """What waits for a ruling at a campus."""

    begin: Begin

    async def __call__(
        self, campus_id: CampusId, operator: Member, *, states: Sequence[str], limit: int
    ) -> tuple[Dispute, ...]:
        """The disputes in those states, oldest first."""
        check("resolve_disputes", operator, campus_id=campus_id)
        async with self.begin() as tx:
            return await tx.disputes.at_campus(campus_id, states=states, limit=limit)
