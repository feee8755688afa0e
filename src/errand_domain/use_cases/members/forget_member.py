"""What is left to do when somebody has left: one of their ended orders after the other forgets them."""

from collections.abc import Awaitable, Callable
from typing import Final

from attrs import frozen

from errand_domain.ids import MemberId, OrderId
from errand_domain.order.order import Order
from errand_domain.order.states import EVERY_PHASE
from errand_domain.ports.outbox import ForgetInOrder
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.orders.erase_order import traces_due

PAGE: Final = 100


@frozen(kw_only=True)
class ForgetInOrders:
    """Leaves a message for each order that the member who left placed or ran.

    It is due when the other side needs nothing of them any more. Doing it again leaves the same messages once more,
    which erase nothing twice.
    """

    begin: Begin
    clock: Clock

    async def __call__(self, member_id: MemberId) -> int:
        """How many orders are to forget the member."""
        placed = await self._each(
            member_id, lambda tx, last: tx.orders.placed_by(member_id, phases=EVERY_PHASE, before=last, limit=PAGE)
        )
        run = await self._each(
            member_id, lambda tx, last: tx.orders.run_by(member_id, phases=EVERY_PHASE, before=last, limit=PAGE)
        )
        return placed + run

    async def _each(
        self, member_id: MemberId, read: Callable[[Transaction, OrderId | None], Awaitable[tuple[Order, ...]]]
    ) -> int:
        now, count, last = self.clock.now(), 0, None
        while True:
            async with self.begin() as tx:
                page = await read(tx, last)
                if not page:
                    return count
                for order in page:
                    forget = ForgetInOrder(member_id=member_id, order_id=order.id)
                    tx.outbox.add(forget, at=traces_due(order, at=now))
                await tx.commit()
            count, last = count + len(page), page[-1].id
