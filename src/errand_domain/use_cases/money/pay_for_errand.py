"""Start to pay for an order or a tip."""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from errand_domain.errors import Stale
from errand_domain.ids import AttemptId, MemberId, OrderId
from errand_domain.member.member import WayKind
from errand_domain.money import NOTHING, Money
from errand_domain.order.actions import relation_of
from errand_domain.order.order import Order
from errand_domain.order.publishing import check_tip
from errand_domain.order.refusals import IllegalTransition
from errand_domain.order.states import AwaitingPayment
from errand_domain.payment.attempt import (
    AnswerLost,
    Attempt,
    AttemptEvent,
    Closed,
    PayerMissing,
    PaymentRefused,
    PaymentUnknown,
    Pending,
    Prepared,
    Purpose,
    Refused,
    Succeeded,
    Unknown,
    next_query,
)
from errand_domain.permissions import check
from errand_domain.policy import Policy
from errand_domain.ports.outside import Clock, Ids
from errand_domain.ports.payments import Declined, Lost, Started
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.money.query_payment import QueryPayment


@frozen(kw_only=True)
class PaymentStarted:
    """What the payer's app needs to pay."""

    attempt: Attempt
    client_parameters: str


@frozen(kw_only=True)
class Collection:
    """An open attempt, and what it collects for."""

    attempt: Attempt
    order: Order
    policy: Policy


@frozen(kw_only=True)
class StartPayment:
    """Ask the provider to collect for an attempt.

    The question and its answer are two transactions, with no network in either.
    """

    begin: Begin
    clock: Clock
    providers: Providers

    async def __call__(self, collection: Collection) -> PaymentStarted:
        """Raises `PayerMissing`, `PaymentRefused`, or `PaymentUnknown` while the answer is being asked for.

        `Stale` is for the attempt that a query gave up meanwhile: the provider had not heard of it when it was asked.
        """
        now, attempt = self.clock.now(), collection.attempt
        if isinstance(attempt.state, Pending):
            return PaymentStarted(attempt=attempt, client_parameters=attempt.state.client_parameters)
        provider = self.providers.collecting(attempt.provider)
        answer = await provider.start(
            attempt,
            description=collection.order.terms.item,
            payer=await self._payer(attempt.payer_id, provider.payer_way),
            expires_at=attempt.created_at + collection.policy.pay_within,
        )
        event = _event(answer, at=now)
        attempt = await self._note(attempt.id, event, at=now)
        if isinstance(attempt.state, Pending):
            return PaymentStarted(attempt=attempt, client_parameters=attempt.state.client_parameters)
        if isinstance(attempt.state, Unknown | Succeeded):  # paid already: its order will say so
            raise PaymentUnknown
        if isinstance(attempt.state, Closed):
            raise Stale("payment attempt")
        raise PaymentRefused

    async def _payer(self, member_id: MemberId, way: WayKind | None) -> str:
        """How the provider knows the payer; raises `PayerMissing` where it needs to and cannot."""
        if way is None:
            return ""
        async with self.begin() as tx:
            payer = await tx.members.get(member_id)
        linked = next((linked.value for linked in payer.ways if linked.kind == way), None)
        if linked is None:
            raise PayerMissing(way)
        return linked

    @decided_anew_when_stale
    async def _note(self, attempt_id: AttemptId, event: AttemptEvent, *, at: datetime) -> Attempt:
        """Keep the answer, unless the payment has moved on meanwhile: a notification may be faster than the answer."""
        async with self.begin() as tx:
            attempt = await tx.attempts.get(attempt_id)
            if isinstance(attempt.state, Pending) or not attempt.is_open:
                return attempt
            attempt = attempt.apply(event, query_at=next_query(attempt.created_at, at=at))
            tx.attempts.save(attempt)
            await tx.commit()
        return attempt


def _event(answer: Started | Declined | Lost, *, at: datetime) -> AttemptEvent:
    match answer:
        case Started():
            return Prepared(at=at, client_parameters=answer.client_parameters)
        case Declined():
            return Refused(at=at, reason=answer.reason)
        case Lost():
            return AnswerLost(at=at)
    assert_never(answer)


@frozen(kw_only=True)
class OpenAttempt:
    """Find the open attempt of an order for a purpose, or make one. There is never more than one."""

    begin: Begin
    clock: Clock
    ids: Ids
    providers: Providers
    query: QueryPayment

    async def __call__(
        self, order_id: OrderId, member_id: MemberId, *, purpose: Purpose, tip: Money, provider: str
    ) -> Collection:
        """An attempt for that sum with that provider.

        Another one that is open gives way first: it is closed at its provider, or `PaymentUnknown` is raised while
        nobody knows what became of it. It may turn out to have been paid, so all is decided anew then.
        """
        self.providers.collecting(provider)
        while True:
            found = await self._find_or_make(order_id, member_id, purpose=purpose, tip=tip, provider=provider)
            wanted = tip if purpose == "tip" else found.order.price.payable
            if (found.attempt.provider, found.attempt.amount) == (provider, wanted):
                return found
            if (await self.query.close(found.attempt.id)).is_open:
                raise PaymentUnknown

    @decided_anew_when_stale
    async def _find_or_make(
        self, order_id: OrderId, member_id: MemberId, *, purpose: Purpose, tip: Money, provider: str
    ) -> Collection:
        now = self.clock.now()
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            check("tip" if purpose == "tip" else "pay", member_id, relation=relation_of(order, member_id), of="order")
            policy = (await tx.campuses.get(order.campus_id)).policy
            if purpose == "tip":
                check_tip(order, tip, policy)
            elif not isinstance(order.state, AwaitingPayment):
                raise IllegalTransition(order.state_name, "pay")
            for attempt in await tx.attempts.of_order(order_id):
                if attempt.purpose == purpose and attempt.is_open:
                    return Collection(attempt=attempt, order=order, policy=policy)
            attempt = Attempt(
                id=AttemptId(self.ids.new()),
                order_id=order.id,
                campus_id=order.campus_id,
                payer_id=order.requester_id,
                purpose=purpose,
                provider=provider,
                amount=tip if purpose == "tip" else order.price.payable,
                created_at=now,
                query_at=now + policy.pay_within,
            )
            tx.attempts.add(attempt)
            await tx.commit()
        return Collection(attempt=attempt, order=order, policy=policy)


@frozen(kw_only=True)
class PayForErrand:
    """The requester pays the order, through the provider of their choice."""

    open: OpenAttempt
    start: StartPayment

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, member_id: MemberId, *, provider: str) -> PaymentStarted:
        """What the payer's app needs; raises `IllegalTransition` where nothing is to be paid any more."""
        found = await self.open(order_id, member_id, purpose="order", tip=NOTHING, provider=provider)
        return await self.start(found)


@frozen(kw_only=True)
class RaiseTip:
    """The requester adds to the tip of an order that nobody has taken yet, by a payment of its own."""

    open: OpenAttempt
    start: StartPayment

    @decided_anew_when_stale
    async def __call__(self, order_id: OrderId, member_id: MemberId, *, amount: Money, provider: str) -> PaymentStarted:
        """What the payer's app needs; the tip counts once the provider says that it is paid."""
        found = await self.open(order_id, member_id, purpose="tip", tip=amount, provider=provider)
        return await self.start(found)
