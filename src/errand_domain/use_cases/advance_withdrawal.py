"""Carry a withdrawal to its end at the provider, part by part."""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from errand_domain.ids import WithdrawalId
from errand_domain.payment.attempt import next_query
from errand_domain.ports.outbox import NoticeKind, Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import (
    Declined,
    Lost,
    PayoutAnswer,
    PayoutDone,
    PayoutExpired,
    PayoutFailed,
    PayoutRequest,
    Payouts,
    PayoutUnderWay,
    PayoutWaits,
)
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement import recipes
from errand_domain.settlement.withdrawal import (
    Approved,
    Expired,
    Failed,
    PartExpired,
    PartFailed,
    PartPaid,
    PartSent,
    PartWaits,
    Sending,
    Succeeded,
    WaitingForUser,
    Withdrawal,
    WithdrawalEvent,
)
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.providers import Providers

NOTICES: dict[type, NoticeKind] = {
    WaitingForUser: "withdrawal_waiting",
    Succeeded: "withdrawal_succeeded",
    Failed: "withdrawal_failed",
    Expired: "withdrawal_failed",
}


@frozen(kw_only=True)
class AdvanceWithdrawal:
    """Send what is approved, ask about what was sent, and book what the provider's verified word says.

    That a part is being sent is committed before the provider is asked, so that a crash between the two is asked about
    and never paid twice: a part keeps its number for ever.
    """

    begin: Begin
    clock: Clock
    providers: Providers

    async def __call__(self, withdrawal_id: WithdrawalId) -> Withdrawal:
        """The withdrawal as known afterwards, as many parts on as the provider answers at once."""
        withdrawal = await self._begin_sending(withdrawal_id)
        while (part := withdrawal.current_part) is not None:
            desk = self.providers.payouts[withdrawal.provider]
            answer = await self._ask(desk, withdrawal, part)
            withdrawal = await self.record(withdrawal_id, part, answer)
            if withdrawal.current_part == part:
                break
        return withdrawal

    async def _ask(self, desk: Payouts, withdrawal: Withdrawal, part: int) -> PayoutAnswer | Declined:
        """Query a part that the provider may know; send it where it has never heard of it."""
        number = withdrawal.part_number(part)
        known = await desk.query_payout(number)
        if not isinstance(known, Declined) or not isinstance(withdrawal.state, Sending):
            return known
        async with self.begin() as tx:
            payee = await tx.members.get(withdrawal.runner_id)
        openid = next((way.value for way in payee.ways if way.kind == "wechat"), "")
        request = PayoutRequest(
            number=number,
            runner_id=withdrawal.runner_id,
            payee=openid,
            amount=withdrawal.part_amount(part),
            remark="跑腿报酬",
        )
        return await desk.send(request)

    @decided_anew_when_stale
    async def _begin_sending(self, withdrawal_id: WithdrawalId) -> Withdrawal:
        now = self.clock.now()
        async with self.begin() as tx:
            withdrawal = await tx.withdrawals.get(withdrawal_id)
            if not isinstance(withdrawal.state, Approved):
                return withdrawal
            withdrawal = withdrawal.apply(PartSent(at=now, part=1), query_at=next_query(now, at=now))
            tx.withdrawals.save(withdrawal)
            await tx.commit()
        return withdrawal

    @decided_anew_when_stale
    async def record(self, withdrawal_id: WithdrawalId, part: int, answer: PayoutAnswer | Declined) -> Withdrawal:
        """Believe the provider's verified word about one part; told twice, or told late, it happens once."""
        now = self.clock.now()
        async with self.begin() as tx:
            withdrawal = await tx.withdrawals.get(withdrawal_id)
            if withdrawal.current_part != part:
                return withdrawal
            event = _event(withdrawal, part, answer, at=now)
            again = next_query(withdrawal.requested_at, at=now)
            if event is None:
                withdrawal = withdrawal.asked_again(query_at=again)
            else:
                was = withdrawal
                withdrawal = withdrawal.apply(event, query_at=again)
                _book(tx, was, withdrawal, event, at=now)
            tx.withdrawals.save(withdrawal)
            await tx.commit()
        return withdrawal


def _event(
    withdrawal: Withdrawal, part: int, answer: PayoutAnswer | Declined, *, at: datetime
) -> WithdrawalEvent | None:
    """What the answer means, or nothing new."""
    match answer:
        case Lost() | PayoutUnderWay() | Declined():
            return None
        case PayoutWaits():
            same = isinstance(withdrawal.state, WaitingForUser)
            waits = PartWaits(at=at, part=part, package=answer.package, expires_at=answer.expires_at)
            return None if same else waits
        case PayoutDone():
            return PartPaid(at=answer.at, part=part, last=part == len(withdrawal.parts))
        case PayoutFailed():
            return PartFailed(at=at, part=part, reason=answer.reason)
        case PayoutExpired():
            return PartExpired(at=at, part=part)
    assert_never(answer)


def _book(tx: Transaction, was: Withdrawal, after: Withdrawal, event: WithdrawalEvent, *, at: datetime) -> None:
    if isinstance(event, PartPaid):
        tx.ledger.post(
            *recipes.paid_out(
                was.id,
                was.runner_id,
                part=event.part,
                provider=was.provider,
                amount=was.part_amount(event.part),
                at=at,
            )
        )
    if isinstance(after.state, Failed | Expired):
        tx.ledger.post(*recipes.let_go(was.id, was.runner_id, amount=after.unpaid(), at=at))
    kind = NOTICES.get(type(after.state))
    if kind is not None:
        tx.outbox.add(Tell(member_id=was.runner_id, kind=kind), lane=f"notice:{was.runner_id}", at=at)
