"""What runners do with a withdrawal of theirs: open the confirmation again, or take the request back."""

from datetime import datetime

from attrs import frozen

from errand_domain.ids import MemberId, WithdrawalId
from errand_domain.permissions import check
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Declined, Lost
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement import recipes
from errand_domain.settlement.withdrawal import IllegalWithdrawalTransition, Withdrawal, WithdrawalUnknown
from errand_domain.settlement.withdrawal_states import Requested, WaitingForUser, WithdrawalRejected
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal, part_request
from errand_domain.use_cases.money.providers import Providers

TAKEN_BACK = "taken back by the runner"


@frozen(kw_only=True)
class ReopenConfirmation:
    """The runner closed the provider's page: the same request again brings a package that opens it."""

    begin: Begin
    providers: Providers
    advance: AdvanceWithdrawal

    async def __call__(self, withdrawal_id: WithdrawalId, runner_id: MemberId) -> Withdrawal:
        """The withdrawal with a package that opens, or as it is by now; raises `WithdrawalUnknown`."""
        async with self.begin() as tx:
            withdrawal = await _own(tx, withdrawal_id, runner_id)
        state = withdrawal.state
        if not isinstance(state, WaitingForUser):
            raise IllegalWithdrawalTransition(withdrawal.state_name, "reopen")
        answer = await self.providers.payouts[withdrawal.provider].send(part_request(withdrawal, state.part))
        if isinstance(answer, Lost | Declined):
            raise WithdrawalUnknown
        return await self.advance.record(withdrawal_id, state.part, answer)


@frozen(kw_only=True)
class CancelWithdrawal:
    """The runner takes the request back, as long as it waits for finance or for the runner's own confirmation."""

    begin: Begin
    clock: Clock
    providers: Providers
    advance: AdvanceWithdrawal

    async def __call__(self, withdrawal_id: WithdrawalId, runner_id: MemberId) -> Withdrawal:
        """The withdrawal as it is then: failed, or still being taken back, or paid, where it was too late.

        Raises `IllegalWithdrawalTransition`, or `WithdrawalUnknown` where the provider did not tell.
        """
        async with self.begin() as tx:
            withdrawal = await _own(tx, withdrawal_id, runner_id)
        match withdrawal.state:
            case Requested():
                return await self._withdraw_request(withdrawal_id, runner_id, at=self.clock.now())
            case WaitingForUser(part=part):
                answer = await self.providers.payouts[withdrawal.provider].cancel(withdrawal.part_number(part))
            case _:
                raise IllegalWithdrawalTransition(withdrawal.state_name, "cancel")
        if isinstance(answer, Lost | Declined):
            raise WithdrawalUnknown
        return await self.advance.record(withdrawal_id, part, answer)

    @decided_anew_when_stale
    async def _withdraw_request(self, withdrawal_id: WithdrawalId, runner_id: MemberId, *, at: datetime) -> Withdrawal:
        async with self.begin() as tx:
            withdrawal = await _own(tx, withdrawal_id, runner_id)
            withdrawal = withdrawal.apply(WithdrawalRejected(at=at, reason=TAKEN_BACK))
            tx.ledger.post(*recipes.let_go(withdrawal.id, runner_id, amount=withdrawal.unpaid(), at=at))
            tx.withdrawals.save(withdrawal)
            await tx.commit()
        return withdrawal


async def _own(tx: Transaction, withdrawal_id: WithdrawalId, runner_id: MemberId) -> Withdrawal:
    withdrawal = await tx.withdrawals.get(withdrawal_id)
    own = withdrawal.runner_id == runner_id
    check("withdraw", runner_id, relation="self" if own else None, of="withdrawal")
    return withdrawal
