"""What a runner has earned."""

from attrs import frozen

from errand_domain.ids import MemberId, OrderId, WithdrawalId
from errand_domain.permissions import check
from errand_domain.ports.transaction import Begin
from errand_domain.settlement.earning import Earning
from errand_domain.settlement.recipes import accounts_of_runner
from errand_domain.settlement.withdrawal import Withdrawal


@frozen(kw_only=True)
class Income:
    """Balances in fen (available may be negative after a claw-back) and the orders they came from."""

    held_fen: int
    available_fen: int
    withdrawing_fen: int
    earnings: tuple[Earning, ...]


@frozen(kw_only=True)
class ViewEarnings:
    """A runner sees balances and, order by order, where they came from."""

    begin: Begin

    async def __call__(self, runner_id: MemberId, *, before: OrderId | None, limit: int) -> Income:
        """The income, newest order first."""
        check("see_earnings", runner_id, relation="self")
        accounts = accounts_of_runner(runner_id)
        async with self.begin() as tx:
            found = await tx.ledger.balances(accounts)
            earnings = await tx.earnings.of_runner(runner_id, before=before, limit=limit)
        held, available, withdrawing = (found.get(account, 0) for account in accounts)
        return Income(held_fen=held, available_fen=available, withdrawing_fen=withdrawing, earnings=earnings)


@frozen(kw_only=True)
class ListWithdrawals:
    """A runner sees the withdrawals they made."""

    begin: Begin

    async def __call__(self, runner_id: MemberId, *, before: WithdrawalId | None, limit: int) -> tuple[Withdrawal, ...]:
        """The withdrawals, newest first."""
        check("see_earnings", runner_id, relation="self")
        async with self.begin() as tx:
            return await tx.withdrawals.of_runner(runner_id, before=before, limit=limit)
