"""Refunds in memory."""

from adapters.memory.access import Access
from adapters.memory.tables import compare_and_set, found, insert
from errand_domain.ids import CampusId, MemberId, OrderId
from errand_domain.payment.refund import Abnormal, Refund
from errand_domain.ports.refunds import Refunds


def _age(refund: Refund) -> tuple[object, str]:
    return refund.requested_at, refund.number


class MemoryRefunds(Refunds):
    """Refunds in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, number: str) -> Refund:
        """The refund as committed; raises `Missing`."""
        return found((await self._access.look()).refunds.get(number), "refund")

    async def of_order(self, order_id: OrderId) -> tuple[Refund, ...]:
        """Every refund of the order, oldest first."""
        tables = await self._access.look()
        return tuple(sorted((r for r in tables.refunds if r.order_id == order_id), key=_age))

    async def owed_to(self, requester_id: MemberId, *, limit: int) -> tuple[Refund, ...]:
        """Refunds of the member's orders that the payer has not got yet, stuck ones too, oldest first."""
        tables = await self._access.look()
        mine = {order.id for order in tables.orders if order.requester_id == requester_id}
        owed = (r for r in tables.refunds if r.order_id in mine and (r.is_open or isinstance(r.state, Abnormal)))
        return tuple(sorted(owed, key=_age)[:limit])

    async def abnormal(self, campus_id: CampusId, *, limit: int) -> tuple[Refund, ...]:
        """Refunds of the campus that wait for a person, oldest first."""
        tables = await self._access.look()
        stuck = (r for r in tables.refunds if r.campus_id == campus_id and isinstance(r.state, Abnormal))
        return tuple(sorted(stuck, key=_age)[:limit])

    def add(self, refund: Refund) -> None:
        """A new refund; a used number is `Stale`."""
        self._access.gather(lambda tables: insert(tables.refunds, refund.number, refund, "refund"))

    def save(self, refund: Refund) -> None:
        """Compare-and-set on the version."""
        self._access.gather(lambda tables: compare_and_set(tables.refunds, refund.number, refund, "refund"))
