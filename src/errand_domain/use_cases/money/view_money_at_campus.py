"""What finance looks at: money that waits for a person."""

from collections.abc import Sequence

from attrs import frozen

from errand_domain.ids import CampusId
from errand_domain.member.member import Member
from errand_domain.payment.refund import Refund
from errand_domain.permissions import check
from errand_domain.ports.transaction import Begin
from errand_domain.settlement.withdrawal import Withdrawal


@frozen(kw_only=True)
class ListCampusWithdrawals:
    """The withdrawals of a campus's runners."""

    begin: Begin

    async def __call__(
        self, campus_id: CampusId, operator: Member, *, states: Sequence[str], limit: int
    ) -> tuple[Withdrawal, ...]:
        """The withdrawals in those states, oldest first."""
        check("see_money", operator, campus_id=campus_id)
        async with self.begin() as tx:
            return await tx.withdrawals.at_campus(campus_id, states=states, limit=limit)


@frozen(kw_only=True)
class ListAbnormalRefunds:
    """Refunds that the payer's account does not take."""

    begin: Begin

    async def __call__(self, campus_id: CampusId, operator: Member, *, limit: int) -> tuple[Refund, ...]:
        """The refunds, oldest first."""
        check("see_money", operator, campus_id=campus_id)
        async with self.begin() as tx:
            return await tx.refunds.abnormal(campus_id, limit=limit)
