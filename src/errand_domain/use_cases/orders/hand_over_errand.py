"""Pass an errand from one runner to another."""

from attrs import frozen

from errand_domain.errors import Missing
from errand_domain.ids import MemberId, OrderId
from errand_domain.member.member import Member
from errand_domain.order.actions import relation_of
from errand_domain.order.order import Order
from errand_domain.order.running import offer_to, reassign, take_over
from errand_domain.order.states import Accepted, AtPickup
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.candidates import candidate, load_candidate


@frozen(kw_only=True)
class OfferErrand:
    """The runner asks a colleague who could take the errand to take it over."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, runner_id: MemberId, *, to: MemberId) -> Order:
        """The order, offered; the first runner keeps it until the colleague consents.

        Raises `ColleagueUnavailable`, whatever it is that keeps the colleague from it. Offering again changes nothing.
        """
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("offer", runner_id, relation=relation_of(order, runner_id), of="order")
            if isinstance(order.state, Accepted | AtPickup) and order.state.offered_to == to:
                return order
            load = await tx.runners.load(to, requester_id=order.requester_id)
            colleague = candidate(load) if load else None
            policy = (await tx.campuses.get(order.campus_id)).policy
            order = await move(tx, order, offer_to(order, runner_id, colleague, policy, at=now), policy=policy)
            await tx.commit()
        return order


@frozen(kw_only=True)
class TakeOverErrand:
    """The colleague consents; the earnings follow who delivers."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, runner_id: MemberId) -> Order:
        """The order with its new runner; to anybody it was not offered to it is not there."""
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("take-over", runner_id, relation=relation_of(order, runner_id), of="order")
            load = await load_candidate(tx, order, runner_id)
            policy = (await tx.campuses.get(order.campus_id)).policy
            order = await move(tx, order, take_over(order, candidate(load), policy, at=now), policy=policy)
            tx.runners.save(load.runner.touched())
            await tx.commit()
        return order


@frozen(kw_only=True)
class ReassignErrand:
    """Operations give an errand to another runner, who must satisfy all that accepting asks."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, operator: Member, *, to: MemberId) -> Order:
        """The order with its new runner; audited."""
        now = self.clock.now()
        async with self.begin() as tx:
            check_anywhere("resolve_orders", operator)
            order = await tx.orders.get(order_id)
            parties = (order.requester_id, order.runner_id, to)
            check("resolve_orders", operator, campus_id=order.campus_id, of="order", concerns=parties)
            load = await tx.runners.load(to, requester_id=order.requester_id)
            if load is None:
                raise Missing("runner")
            policy = (await tx.campuses.get(order.campus_id)).policy
            order = await move(tx, order, reassign(order, candidate(load), policy, at=now), policy=policy)
            tx.runners.save(load.runner.touched())
            tx.audit.record(
                AuditLine(
                    at=now,
                    actor_id=operator.id,
                    campus_id=order.campus_id,
                    action="order.reassigned",
                    subject=f"order:{order_id}",
                    detail=f"to {to}",
                )
            )
            await tx.commit()
        return order
