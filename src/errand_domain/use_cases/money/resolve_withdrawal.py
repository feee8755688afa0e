"""What finance does with a withdrawal that is parked: try it again, or give it up."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from errand_domain.ids import WithdrawalId
from errand_domain.member.member import Member
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outbox import SendPayout
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Declined, Lost, PayoutUnderWay
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement.withdrawal import (
    AbsenceProvesNothing,
    IllegalWithdrawalTransition,
    Withdrawal,
    WithdrawalUnknown,
)
from errand_domain.settlement.withdrawal_states import Parked, PartFailed, PartSent
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal, follow_part
from errand_domain.use_cases.money.providers import Providers

ABSENCE_PROVES_FOR: Final = timedelta(days=28)
"""How long after it was parked a provider's "unheard of" still says that nothing was paid: WeChat Pay answers questions
about thirty days, and a part is parked a day after it was sent at the latest while a worker runs."""


@frozen(kw_only=True)
class RetryWithdrawal:
    """What was in the way is gone (the merchant account is filled up, say): the part is sent again under its number."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, withdrawal_id: WithdrawalId, operator: Member) -> Withdrawal:
        """The withdrawal, on its way again; audited."""
        now = self.clock.now()
        async with self.begin() as tx:
            withdrawal, parked = await _parked(tx, withdrawal_id, operator, "retry")
            withdrawal = withdrawal.apply(PartSent(at=now, part=parked.part), query_at=now)
            tx.withdrawals.save(withdrawal)
            tx.outbox.add(SendPayout(withdrawal_id=withdrawal.id), lane=f"withdrawal:{withdrawal.id}", at=now)
            tx.audit.record(_entry(withdrawal, operator, "withdrawal.retried", parked.reason, at=now))
            await tx.commit()
        return withdrawal


@frozen(kw_only=True)
class GiveUpWithdrawal:
    """It will not be paid: what was not paid out goes back to the runner, once the provider knows nothing of it."""

    begin: Begin
    clock: Clock
    providers: Providers
    advance: AdvanceWithdrawal

    async def __call__(self, withdrawal_id: WithdrawalId, operator: Member, *, reason: str) -> Withdrawal:
        """The withdrawal, failed; or as the provider says it is, where it knows of it after all.

        Audited. Raises `WithdrawalUnknown` where the provider does not tell, and `AbsenceProvesNothing` where it has
        been parked so long that the provider may have forgotten: tried again first, it is parked anew or paid.
        """
        async with self.begin() as tx:
            withdrawal, parked = await _parked(tx, withdrawal_id, operator, "give_up")
        desk = self.providers.payouts[withdrawal.provider]
        known = await desk.query_payout(withdrawal.part_number(parked.part))
        match known:
            case Declined():
                if self.clock.now() - parked.since > ABSENCE_PROVES_FOR:
                    raise AbsenceProvesNothing
                return await self._end(withdrawal_id, operator, part=parked.part, reason=reason)
            case Lost():
                raise WithdrawalUnknown
            case PayoutUnderWay():
                return await self._watch(withdrawal_id, operator)
            case _:
                return await self.advance.record(withdrawal_id, parked.part, known)

    @decided_anew_when_stale
    async def _end(self, withdrawal_id: WithdrawalId, operator: Member, *, part: int, reason: str) -> Withdrawal:
        now = self.clock.now()
        async with self.begin() as tx:
            was, parked = await _parked(tx, withdrawal_id, operator, "give_up")
            if parked.part != part:
                raise IllegalWithdrawalTransition(was.state_name, "give_up")
            event = PartFailed(at=now, part=part, reason=reason)
            withdrawal = was.apply(event)
            await follow_part(tx, was, withdrawal, event)
            tx.withdrawals.save(withdrawal)
            tx.audit.record(_entry(withdrawal, operator, "withdrawal.given_up", reason, at=now))
            await tx.commit()
        return withdrawal

    @decided_anew_when_stale
    async def _watch(self, withdrawal_id: WithdrawalId, operator: Member) -> Withdrawal:
        """It is on its way after all: ask about it as about any other."""
        now = self.clock.now()
        async with self.begin() as tx:
            withdrawal, parked = await _parked(tx, withdrawal_id, operator, "give_up")
            withdrawal = withdrawal.apply(PartSent(at=now, part=parked.part), query_at=now)
            tx.withdrawals.save(withdrawal)
            await tx.commit()
        return withdrawal


async def _parked(
    tx: Transaction, withdrawal_id: WithdrawalId, operator: Member, act: str
) -> tuple[Withdrawal, Parked]:
    """The withdrawal and its state, if finance may act on it; nobody decides on their own."""
    check_anywhere("approve_withdrawals", operator)
    withdrawal = await tx.withdrawals.get(withdrawal_id)
    owner, campus_id = withdrawal.runner_id, withdrawal.campus_id
    check("approve_withdrawals", operator, campus_id=campus_id, of="withdrawal", concerns=(owner,))
    if not isinstance(withdrawal.state, Parked):
        raise IllegalWithdrawalTransition(withdrawal.state_name, act)
    return withdrawal, withdrawal.state


def _entry(withdrawal: Withdrawal, operator: Member, action: str, detail: str, *, at: datetime) -> AuditLine:
    return AuditLine(
        at=at,
        actor_id=operator.id,
        campus_id=withdrawal.campus_id,
        action=action,
        subject=f"withdrawal:{withdrawal.id}",
        detail=detail,
    )
