"""Take earnings out."""

from datetime import datetime

from attrs import frozen

from errand_domain.ids import MemberId, WithdrawalId
from errand_domain.member.member import Member, WayKind
from errand_domain.money import Money
from errand_domain.payment.attempt import next_query
from errand_domain.permissions import check, check_anywhere
from errand_domain.policy import Policy
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outbox import SendPayout, Tell
from errand_domain.ports.outside import Clock, Ids
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement import recipes
from errand_domain.settlement.withdrawal import PayeeMissing, Withdrawal, request_withdrawal
from errand_domain.settlement.withdrawal_states import WithdrawalApproved, WithdrawalRejected
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.providers import Providers


def _send(tx: Transaction, withdrawal: Withdrawal, *, at: datetime) -> None:
    message = SendPayout(withdrawal_id=withdrawal.id)
    tx.outbox.add(message, lane=f"withdrawal:{withdrawal.id}", at=at)


@frozen(kw_only=True)
class RequestWithdrawal:
    """A runner withdraws available earnings. The funds are set aside at once; small sums need nobody's approval."""

    begin: Begin
    clock: Clock
    ids: Ids
    providers: Providers

    @decided_anew_when_stale
    async def __call__(self, runner_id: MemberId, *, amount: Money, provider: str) -> Withdrawal:
        """The withdrawal; raises `InsufficientFunds`, `WithdrawalOpen`, `WithdrawalTooSmall` or `WithdrawalOverDay`."""
        check("withdraw", runner_id, relation="self")
        now = self.clock.now()
        desk = self.providers.paying_out(provider)
        async with self.begin() as tx:
            runner = await tx.runners.get(runner_id)
            payee = await _payee(tx, runner_id, desk.payee_way)
            payee_name = (runner.application.real_name or "") if desk.needs_payee_name else ""
            campus = await tx.campuses.get(runner.campus_id)
            today = await tx.withdrawals.withdrawn_since(runner_id, campus.day_start(now))
            withdrawal = request_withdrawal(
                WithdrawalId(self.ids.new()),
                runner_id,
                campus.id,
                amount=amount,
                provider=provider,
                payee=payee,
                payee_name=payee_name,
                withdrawn_today=today,
                limits=campus.policy.withdrawals,
                at=now,
            )
            withdrawal = self._approve_small(tx, withdrawal, campus.policy, at=now)
            tx.withdrawals.add(withdrawal)
            tx.ledger.post(*recipes.withdraw(withdrawal.id, runner_id, amount=amount, at=now), within_balance=True)
            await tx.commit()
        return withdrawal

    def _approve_small(self, tx: Transaction, withdrawal: Withdrawal, policy: Policy, *, at: datetime) -> Withdrawal:
        if withdrawal.amount > policy.withdrawals.approved_unseen_most:
            return withdrawal
        _send(tx, withdrawal, at=at)
        return withdrawal.apply(WithdrawalApproved(at=at, approved_by=None), query_at=next_query(at, at=at))


async def _payee(tx: Transaction, runner_id: MemberId, way: WayKind | None) -> str:
    """The account at the provider that is paid to, fixed for all parts; raises `PayeeMissing`."""
    if way is None:
        return ""
    runner = await tx.members.get(runner_id)
    linked = next((linked.value for linked in runner.ways if linked.kind == way), None)
    if linked is None:
        raise PayeeMissing(way)
    return linked


@frozen(kw_only=True)
class DecideWithdrawal:
    """Finance approves a larger withdrawal, or rejects it; rejected funds go back at once."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(
        self, withdrawal_id: WithdrawalId, operator: Member, *, approve: bool, reason: str
    ) -> Withdrawal:
        """The withdrawal, approved or failed; audited. Nobody decides on their own."""
        now = self.clock.now()
        async with self.begin() as tx:
            check_anywhere("approve_withdrawals", operator)
            withdrawal = await tx.withdrawals.get(withdrawal_id)
            owner, campus_id = withdrawal.runner_id, withdrawal.campus_id
            check("approve_withdrawals", operator, campus_id=campus_id, of="withdrawal", concerns=(owner,))
            if approve:
                event = WithdrawalApproved(at=now, approved_by=operator.id)
                withdrawal = withdrawal.apply(event, query_at=next_query(now, at=now))
                _send(tx, withdrawal, at=now)
            else:
                withdrawal = withdrawal.apply(WithdrawalRejected(at=now, reason=reason))
                tx.ledger.post(*recipes.let_go(withdrawal.id, withdrawal.runner_id, amount=withdrawal.unpaid(), at=now))
                tell = Tell(member_id=withdrawal.runner_id, kind="withdrawal_failed")
                tx.outbox.add(tell, at=now)
            tx.withdrawals.save(withdrawal)
            tx.audit.record(
                AuditLine(
                    at=now,
                    actor_id=operator.id,
                    campus_id=withdrawal.campus_id,
                    action="withdrawal.approved" if approve else "withdrawal.rejected",
                    subject=f"withdrawal:{withdrawal_id}",
                    detail=reason,
                )
            )
            await tx.commit()
        return withdrawal
