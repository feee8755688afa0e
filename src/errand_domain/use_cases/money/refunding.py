"""Carry a refund to its end at the provider."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from errand_domain.errors import Stale
from errand_domain.ids import compact
from errand_domain.member.member import Member
from errand_domain.payment.attempt import PaymentMismatch, next_query
from errand_domain.payment.refund import (
    Abnormal,
    Processing,
    Refund,
    RefundAccepted,
    RefundClosed,
    RefundEvent,
    RefundExceedsPayment,
    RefundGivenUp,
    RefundStuck,
    RefundSucceeded,
    Requested,
    allocate,
)
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outbox import AskRefund, Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import (
    Declined,
    Lost,
    RefundDone,
    RefundImpossible,
    RefundNeedsPerson,
    RefundReport,
    RefundUnderWay,
)
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement import recipes
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.alarming import TOLD_MOST, alarm_finance
from errand_domain.use_cases.money.providers import Providers

UNKNOWN_MOST: Final = timedelta(days=1)
"""How long the provider may leave us in the dark before finance is asked; asking again is the same refund."""
UNDER_WAY_MOST: Final = timedelta(days=7)
"""How long a provider may say that it is working on a refund: a bank takes days, and no more than these."""
REISSUES_MOST: Final = 3


@frozen(kw_only=True)
class AdvanceRefund:
    """Ask for a refund that was not accepted yet, query one that was; the same number is the same refund."""

    begin: Begin
    clock: Clock
    providers: Providers

    async def __call__(self, number: str, *, by_person: bool = False) -> Refund:
        """The refund as known afterwards. A person may have what was always given up asked for under a new number."""
        async with self.begin() as tx:
            refund = await tx.refunds.get(number)
            paid = (await tx.attempts.get(refund.attempt_id)).amount
        desk = self.providers.refunds[refund.provider]
        match refund.state:
            case Requested() | Abnormal():
                answer = await desk.refund(refund, paid=paid, payment_number=compact(refund.attempt_id))
            case Processing():
                answer = await desk.query_refund(number, payment_number=compact(refund.attempt_id))
            case _:
                return refund
        try:
            return await self.record(number, answer, by_person=by_person)
        except PaymentMismatch as mismatch:
            return await self._doubt(number, mismatch)

    async def _doubt(self, number: str, mismatch: PaymentMismatch) -> Refund:
        """Something else than what was asked for is no answer: it is asked for again, and put before people once."""
        async with self.begin() as tx:
            refund = await tx.refunds.get(number)
            entry = _entry(refund, None, "refund.mismatch", at=self.clock.now())
            await alarm_finance(tx, entry, order_id=refund.order_id)
            await tx.commit()
        return await self.record(number, Lost(why=str(mismatch)))

    @decided_anew_when_stale
    async def record(self, number: str, answer: RefundReport | Declined | Lost, *, by_person: bool = False) -> Refund:
        """Believe the provider's verified word; told twice, it happens once. Raises `PaymentMismatch`."""
        now = self.clock.now()
        async with self.begin() as tx:
            refund = await tx.refunds.get(number)
            _check_report(refund, answer)
            event = _event(refund, answer, at=now)
            if isinstance(event, RefundGivenUp) and not by_person and await _is_hopeless(tx, refund):
                stuck = isinstance(refund.state, Abnormal)
                event = None if stuck else RefundStuck(at=now, advice="支付平台每次都关闭这笔退款，请查明原因后重试")
            if event is None:
                if not refund.is_open:
                    await _watch_closed(tx, refund, answer, at=now)
                    return refund
                silent_since = None if isinstance(answer, RefundReport) else refund.silent_since or now
                if now - refund.requested_at >= UNDER_WAY_MOST:
                    await alarm_finance(tx, _entry(refund, None, "refund.slow", at=now), order_id=refund.order_id)
                again = next_query(refund.requested_at, at=now)
                refund = refund.asked_again(query_at=again, silent_since=silent_since)
            else:
                refund = refund.apply(event, query_at=next_query(refund.requested_at, at=now))
            tx.refunds.save(refund)
            await _follow(tx, refund, event, at=now)
            await tx.commit()
        return refund


def _check_report(refund: Refund, answer: RefundReport | Declined | Lost) -> None:
    if not isinstance(answer, RefundReport):
        return
    if answer.number != refund.number:
        raise PaymentMismatch("number")
    if answer.amount != refund.amount:
        raise PaymentMismatch("amount")


def _event(refund: Refund, answer: RefundReport | Declined | Lost, *, at: datetime) -> RefundEvent | None:
    """What the answer means for the refund, or nothing new."""
    if not (refund.is_open or isinstance(refund.state, Abnormal)):
        return None
    if isinstance(answer, Lost | Declined):
        return _stuck(refund, answer, at=at)
    match answer.outcome:
        case RefundDone():
            return RefundSucceeded(at=answer.outcome.at, accepted_at=answer.accepted_at)
        case RefundImpossible():
            return RefundGivenUp(at=at)
        case RefundNeedsPerson():
            return None if isinstance(refund.state, Abnormal) else RefundStuck(at=at, advice=answer.outcome.advice)
        case RefundUnderWay():
            known = isinstance(refund.state, Processing)
            accepted = RefundAccepted(at=at, refund_id=answer.refund_id, accepted_at=answer.accepted_at)
            return None if known else accepted


def _stuck(refund: Refund, answer: Lost | Declined, *, at: datetime) -> RefundStuck | None:
    """A refund that is refused, or of which nobody could learn for too long, waits for a person.

    A provider that took it and has never heard of it now tells nothing either.
    """
    if isinstance(answer, Declined) and isinstance(refund.state, Requested):
        return RefundStuck(at=at, advice=answer.reason)
    if refund.silent_since is None or at - refund.silent_since < UNKNOWN_MOST:
        return None
    why = answer.reason if isinstance(answer, Declined) else answer.why
    return RefundStuck(at=at, advice=f"支付平台一天未答复，请核实后重试（{why}）")


async def _watch_closed(
    tx: Transaction, refund: Refund, answer: RefundReport | Declined | Lost, *, at: datetime
) -> None:
    """A closed refund was asked for again under another number: where it arrives after all, it was paid twice."""
    is_done = isinstance(answer, RefundReport) and isinstance(answer.outcome, RefundDone)
    if is_done and isinstance(refund.state, RefundClosed):
        await alarm_finance(tx, _entry(refund, None, "refund.paid_after_closing", at=at), order_id=refund.order_id)
        await tx.commit()


def _entry(refund: Refund, actor: Member | None, action: str, *, at: datetime) -> AuditLine:
    return AuditLine(
        at=at,
        actor_id=None if actor is None else actor.id,
        campus_id=refund.campus_id,
        action=action,
        subject=f"refund:{refund.number}",
    )


async def _follow(tx: Transaction, refund: Refund, event: RefundEvent | None, *, at: datetime) -> None:
    if isinstance(event, RefundSucceeded):
        tx.ledger.post(
            *recipes.refunded(
                refund.number, refund.order_id, provider=refund.provider, amount=refund.amount, at=event.at
            )
        )
    if isinstance(event, RefundStuck):
        for member_id in await tx.members.with_role("finance", refund.campus_id, limit=TOLD_MOST):
            tx.outbox.add(Tell(member_id=member_id, kind="refund_abnormal", order_id=refund.order_id), at=at)
    if isinstance(event, RefundGivenUp):
        for again in await _reissue(tx, refund, at=at):
            tx.refunds.add(again)
            when = next_query(refund.requested_at, at=at)
            tx.outbox.add(AskRefund(number=again.number), lane=f"refund:{again.number}", at=when)


async def _is_hopeless(tx: Transaction, refund: Refund) -> bool:
    """Whether the provider has given up so often that a new number will not help."""
    others = await tx.refunds.of_order(refund.order_id)
    given_up = sum(r.attempt_id == refund.attempt_id and isinstance(r.state, RefundClosed) for r in others)
    return given_up >= REISSUES_MOST


async def _reissue(tx: Transaction, given_up: Refund, *, at: datetime) -> tuple[Refund, ...]:
    """The same sum of the same payment under a new number: the old one will never happen."""
    attempt = await tx.attempts.get(given_up.attempt_id)
    others = tuple(r for r in await tx.refunds.of_order(given_up.order_id) if r.number != given_up.number)
    try:
        return allocate(given_up.amount, (attempt,), (*others, given_up), reason=given_up.reason, at=at)
    except RefundExceedsPayment as refusal:
        # The others are read after the refund: one of them may be its reissue, made by somebody who was in between.
        if (await tx.refunds.get(given_up.number)).version >= given_up.version:
            raise Stale("refund") from refusal
        raise


@frozen(kw_only=True)
class RetryRefund:
    """Finance asks again for a refund that waits for a person, under the same number.

    Where the provider has closed that for ever, it is asked for under a new one: finance has learnt why it was closed.
    """

    begin: Begin
    clock: Clock
    advance: AdvanceRefund

    async def __call__(self, number: str, operator: Member) -> Refund:
        """The refund as known afterwards; audited."""
        async with self.begin() as tx:
            check_anywhere("approve_withdrawals", operator)
            refund = await tx.refunds.get(number)
            order = await tx.orders.get(refund.order_id)
            concerns = (order.requester_id, order.runner_id)
            check("approve_withdrawals", operator, campus_id=refund.campus_id, of="refund", concerns=concerns)
            tx.audit.record(_entry(refund, operator, "refund.retried", at=self.clock.now()))
            await tx.commit()
        return await self.advance(number, by_person=True)
