"""Look at orders: each viewer gets what is theirs to see, and nothing of anybody else's."""

from collections.abc import Sequence

from attrs import evolve, field, frozen

from errand_domain.errors import Missing
from errand_domain.ids import CampusId, MemberId, OrderId
from errand_domain.member.member import Member
from errand_domain.order.actions import Action, Relation, actions_for, relation_of
from errand_domain.order.order import Order
from errand_domain.order.states import (
    Accepted,
    AtPickup,
    AwaitingPayment,
    Delivered,
    Disputed,
    Open,
    Phase,
    PickedUp,
    Returning,
)
from errand_domain.permissions import check
from errand_domain.place import Stop
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.orders import Recorded
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction

RUNNER_SEES_STOPS = (Accepted, AtPickup, PickedUp, Delivered, Returning, Disputed)
RUNNER_SEES_PICKUP_CODE = (Accepted, AtPickup)
CODE_IS_USEFUL = (AwaitingPayment, Open, Accepted, AtPickup, PickedUp, Delivered)


@frozen(kw_only=True)
class RunnerSeen:
    """The runner as the other party sees them; no avatar where they have none."""

    nickname: str = field(repr=False)
    avatar: str = field(repr=False)


@frozen(kw_only=True)
class OrderView:
    """An order with everything taken out that this viewer may not see, and what they may do now.

    In `order.terms` the pickup code is blank; room details and contacts are blank except for the requester, operations,
    and the runner while the errand lasts. `delivery_code` is the requester's, and `None` for everybody else.
    `runner` is told where one order is looked at, not in lists.
    """

    order: Order
    relation: Relation
    actions: tuple[Action, ...]
    delivery_code: str | None = field(repr=False)
    runner: RunnerSeen | None = None


def bare(stop: Stop) -> Stop:
    """The stop without what only the parties see."""
    return evolve(stop, detail="", contact=None)


def seen_by(order: Order, relation: Relation) -> Order:
    """The order as that viewer sees it; its own secrets are blank."""
    sees_stops = relation in ("requester", "operations") or (
        relation == "runner" and isinstance(order.state, RUNNER_SEES_STOPS)
    )
    terms = evolve(order.terms, pickup_code="")
    if not sees_stops:
        terms = evolve(terms, pickup=bare(terms.pickup), dropoff=bare(terms.dropoff))
    return evolve(order, terms=terms, delivery_code="")


@frozen(kw_only=True)
class ViewOrder:
    """A party of the order, a colleague it was offered to, or staff who may, look at it."""

    begin: Begin
    clock: Clock

    async def __call__(self, order_id: OrderId, viewer: Member) -> OrderView:
        """The order as the viewer may see it; to anybody else it is not there."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            policy = (await tx.campuses.get(order.campus_id)).policy
            party = relation_of(order, viewer.id)
            check("see_order", viewer, relation=party, campus_id=order.campus_id, of="order")
            relation: Relation = party or "operations"
            runner = await self._runner(tx, order, viewer)
        shows_code = relation == "requester" and isinstance(order.state, CODE_IS_USEFUL)
        return OrderView(
            order=seen_by(order, relation),
            relation=relation,
            actions=actions_for(order, relation, policy, at=now),
            delivery_code=order.delivery_code if shows_code else None,
            runner=RunnerSeen(nickname=runner.nickname, avatar=runner.avatar) if runner else None,
        )

    async def _runner(self, tx: Transaction, order: Order, viewer: Member) -> Member | None:
        if order.runner_id is None:
            return None
        return viewer if order.runner_id == viewer.id else await tx.members.get(order.runner_id)


@frozen(kw_only=True)
class ReadPickupCode:
    """The runner reads the secret pickup code, from acceptance to pickup only; every reading is recorded."""

    begin: Begin
    clock: Clock

    async def __call__(self, order_id: OrderId, member_id: MemberId) -> str:
        """The code; the requester reads their own. To anybody else, or at another time, it is not there."""
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            relation = relation_of(order, member_id)
            check("read_pickup_code", member_id, relation=relation, of="order")
            if relation == "requester":
                return order.terms.pickup_code
            if not isinstance(order.state, RUNNER_SEES_PICKUP_CODE):
                raise Missing("pickup code")
            tx.audit.record(
                AuditLine(
                    at=self.clock.now(),
                    actor_id=member_id,
                    campus_id=order.campus_id,
                    action="order.pickup_code_read",
                    subject=f"order:{order_id}",
                )
            )
            await tx.commit()
        return order.terms.pickup_code


@frozen(kw_only=True)
class OrderHistory:
    """The parties and staff read what has happened."""

    begin: Begin

    async def __call__(self, order_id: OrderId, viewer: Member) -> tuple[Recorded, ...]:
        """Every event, oldest first; to anybody else the order is not there."""
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            relation = relation_of(order, viewer.id)
            check("see_history", viewer, relation=relation, campus_id=order.campus_id, of="order")
            return await tx.orders.history(order_id)


@frozen(kw_only=True)
class ListOrders:
    """A member lists the orders they placed, or those they run."""

    begin: Begin
    clock: Clock

    async def placed(
        self, member_id: MemberId, *, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[OrderView, ...]:
        """The member's own orders, newest first."""
        check("see_order", member_id, relation="requester")
        async with self.begin() as tx:
            orders = await tx.orders.placed_by(member_id, phases=phases, before=before, limit=limit)
        return await self._views(orders, "requester")

    async def run(
        self, member_id: MemberId, *, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[OrderView, ...]:
        """The orders that the member runs or ran, newest first."""
        check("see_order", member_id, relation="runner")
        async with self.begin() as tx:
            orders = await tx.orders.run_by(member_id, phases=phases, before=before, limit=limit)
        return await self._views(orders, "runner")

    async def at_campus(
        self,
        campus_id: CampusId,
        operator: Member,
        *,
        states: Sequence[str],
        before: OrderId | None,
        limit: int,
    ) -> tuple[OrderView, ...]:
        """The campus's orders for staff who may see them, newest first."""
        check("see_orders", operator, campus_id=campus_id)
        async with self.begin() as tx:
            orders = await tx.orders.at_campus(campus_id, states=states, before=before, limit=limit)
        return await self._views(orders, "operations")

    async def _views(self, orders: Sequence[Order], relation: Relation) -> tuple[OrderView, ...]:
        now = self.clock.now()
        async with self.begin() as tx:
            policies = {c: (await tx.campuses.get(c)).policy for c in {order.campus_id for order in orders}}
        return tuple(
            OrderView(
                order=seen_by(order, relation),
                relation=relation,
                actions=actions_for(order, relation, policies[order.campus_id], at=now),
                delivery_code=None,
            )
            for order in orders
        )
