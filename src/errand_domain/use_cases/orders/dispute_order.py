"""Object to an order, speak, and rule."""

from attrs import frozen

from errand_domain.dispute.dispute import (
    Decided,
    Dispute,
    DisputeReason,
    Hearing,
    Proposed,
    Ruling,
    Statement,
    review_ruling,
    rule,
    state_case,
)
from errand_domain.errors import Missing
from errand_domain.ids import DisputeId, FileId, MemberId, OrderId
from errand_domain.member.member import Member
from errand_domain.order.actions import relation_of
from errand_domain.order.ending import open_dispute, resolve_dispute
from errand_domain.order.states import Outcome
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.content import ContentCheck
from errand_domain.ports.outside import Clock, Ids
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.content.judging import Published, author_of, doubt_about, open_case
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moving import move
from errand_domain.use_cases.orders.crediting import move_credit
from errand_domain.use_cases.orders.proofs import check_photos


@frozen(kw_only=True)
class OpenDispute:
    """One side objects: timers and held earnings stand still until operations have ruled."""

    begin: Begin
    clock: Clock
    ids: Ids
    content: ContentCheck

    @decided_anew_when_stale
    async def __call__(
        self,
        order_id: OrderId,
        member_id: MemberId,
        *,
        reason: DisputeReason,
        text: str,
        evidence: tuple[FileId, ...] = (),
    ) -> Dispute:
        """The dispute; raises `TooLate` after the window, `IllegalTransition` where nothing can be disputed."""
        now = self.clock.now()
        author = await author_of(self.begin, member_id)
        doubt = await doubt_about(text, "dispute", author, content=self.content)
        async with self.begin() as tx:
            order = await tx.orders.get(order_id)
            author = await tx.members.get(member_id)
            check("dispute", author, relation=relation_of(order, member_id), of="order")
            tx.members.save(author.touched())  # whoever leaves now meets this save: nobody leaves an open order
            event = open_dispute(order, member_id, DisputeId(self.ids.new()), at=now)
            await check_photos(tx, order, member_id, evidence)
            policy = (await tx.campuses.get(order.campus_id)).policy
            order = await move(tx, order, event, policy=policy)
            if order.runner_id is None:
                raise Missing("runner")
            dispute = Dispute(
                id=event.dispute_id,
                order_id=order.id,
                campus_id=order.campus_id,
                requester_id=order.requester_id,
                runner_id=order.runner_id,
                opened_by=member_id,
                reason=reason,
                statements=(Statement(author_id=member_id, text=text, evidence=evidence, at=now),),
                opened_at=now,
                state=Hearing(heard_until=now + policy.hearing_for),
            )
            tx.disputes.add(dispute)
            if doubt is not None:
                open_case(tx, self.ids, _spoken(dispute, member_id, text), doubt, at=now)
            await tx.commit()
        return dispute


@frozen(kw_only=True)
class StateCase:
    """A side of a dispute speaks."""

    begin: Begin
    clock: Clock
    ids: Ids
    content: ContentCheck

    @decided_anew_when_stale
    async def __call__(
        self, order_id: OrderId, member_id: MemberId, *, text: str, evidence: tuple[FileId, ...] = ()
    ) -> Dispute:
        """The dispute with the statement; to anybody but its two sides it is not there."""
        now = self.clock.now()
        author = await author_of(self.begin, member_id)
        doubt = await doubt_about(text, "dispute", author, content=self.content)
        async with self.begin() as tx:
            dispute = await tx.disputes.of_order(order_id)
            order = await tx.orders.get(order_id)
            author = await tx.members.get(member_id)
            check("speak_in_dispute", author, relation=relation_of(order, member_id), of="order")
            if dispute is None:
                raise Missing("dispute")
            await check_photos(tx, order, member_id, evidence)
            statement = Statement(author_id=member_id, text=text, evidence=evidence, at=now)
            dispute = dispute.apply(state_case(dispute, statement))
            tx.disputes.save(dispute)
            if doubt is not None:
                open_case(tx, self.ids, _spoken(dispute, member_id, text), doubt, at=now)
            await tx.commit()
        return dispute


@frozen(kw_only=True)
class RuleDispute:
    """An operator rules. Above the campus's sum the ruling waits for a second operator."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, dispute_id: DisputeId, operator: Member, *, ruling: Ruling) -> Dispute:
        """The dispute, decided or proposed; raises `SameEyes` for a side of it, `NotHeard` while one may speak."""
        now = self.clock.now()
        async with self.begin() as tx:
            check_anywhere("resolve_disputes", operator)
            dispute = await tx.disputes.get(dispute_id)
            sides = (dispute.requester_id, dispute.runner_id)
            check("resolve_disputes", operator, campus_id=dispute.campus_id, of="dispute", concerns=sides)
            policy = (await tx.campuses.get(dispute.campus_id)).policy
            order = await tx.orders.get(dispute.order_id)
            ruled = rule(dispute, operator.id, ruling, policy, disputed=order.disputed_sum, at=now)
            dispute = dispute.apply(ruled)
            resolve_dispute(order, outcome=Outcome(refund=ruling.refund, runner=ruling.runner), at=now)
            tx.disputes.save(dispute)
            await _follow(tx, dispute, operator, self.clock)
            await tx.commit()
        return dispute


@frozen(kw_only=True)
class ReviewRuling:
    """The second operator confirms a proposed ruling, or returns it."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, dispute_id: DisputeId, operator: Member, *, agree: bool) -> Dispute:
        """The dispute, decided or open again; raises `SameEyes` for a side of it and for who proposed it."""
        now = self.clock.now()
        async with self.begin() as tx:
            check_anywhere("resolve_disputes", operator)
            dispute = await tx.disputes.get(dispute_id)
            proposed_by = dispute.state.proposed_by if isinstance(dispute.state, Proposed) else None
            concerned = (dispute.requester_id, dispute.runner_id, proposed_by)
            check("resolve_disputes", operator, campus_id=dispute.campus_id, of="dispute", concerns=concerned)
            dispute = dispute.apply(review_ruling(dispute, operator.id, agree=agree, at=now))
            tx.disputes.save(dispute)
            await _follow(tx, dispute, operator, self.clock)
            await tx.commit()
        return dispute


def _spoken(dispute: Dispute, author_id: MemberId, text: str) -> Published:
    return Published(campus_id=dispute.campus_id, author_id=author_id, kind="statement", subject=dispute.id, quote=text)


async def _follow(tx: Transaction, dispute: Dispute, operator: Member, clock: Clock) -> None:
    """A decided dispute divides the order's money; every ruling is audited."""
    now, decided = clock.now(), dispute.state
    if isinstance(decided, Decided):
        order = await tx.orders.get(dispute.order_id)
        policy = (await tx.campuses.get(order.campus_id)).policy
        outcome = Outcome(refund=decided.ruling.refund, runner=decided.ruling.runner)
        await move(tx, order, resolve_dispute(order, outcome=outcome, at=now), policy=policy)
        if decided.ruling.runner_at_fault:
            await move_credit(tx, dispute.runner_id, order, "dispute_lost", policy, at=now)
    tx.audit.record(
        AuditLine(
            at=now,
            actor_id=operator.id,
            campus_id=dispute.campus_id,
            action=f"dispute.{dispute.state_name}",
            subject=f"order:{dispute.order_id}",
            detail=_ruled(dispute),
        )
    )


def _ruled(dispute: Dispute) -> str:
    if not isinstance(dispute.state, Proposed | Decided):
        return "returned to be heard again"
    ruling = dispute.state.ruling
    fault = ", runner at fault" if ruling.runner_at_fault else ""
    return f"{ruling.reason} (refund {ruling.refund}, runner {ruling.runner}{fault})"
