"""Leave: what is known of a member goes, once nothing is open between them and others."""

from typing import Final

from attrs import frozen

from errand_domain.ids import MemberId
from errand_domain.member.member import AccountBusy, Member
from errand_domain.order.states import Phase
from errand_domain.permissions import check
from errand_domain.ports.outbox import ForgetMember
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement.recipes import accounts_of_runner
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.members.avatars import erase_avatars
from errand_domain.use_cases.runners.erase_cards import erase_cards

UNFINISHED: Final[tuple[Phase, ...]] = ("awaiting_payment", "waiting", "in_progress")


@frozen(kw_only=True)
class CloseAccount:
    """A member leaves: refused while money or an order is open, then every personal field is erased.

    What stands in their ended orders goes after it, an order at a time, by a message of the same commit.

    Member and runner are read first and saved, so that publishing or accepting at the same time meets one of them.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId) -> Member:
        """The closed account, signed out everywhere; raises `AccountBusy`."""
        async with self.begin() as tx:
            now = self.clock.now()
            member = await tx.members.get(member_id)
            check("close_account", member, relation="self")
            runner = await tx.runners.find(member_id)
            await _check_idle(tx, member_id)
            await erase_avatars(tx, member, at=now)
            member = member.close(at=now)
            tx.members.save(member)
            if runner is not None:
                tx.runners.save(runner.leave(at=now))
            await erase_cards(tx, member_id, until=now, at=now)
            tx.credentials.forget(member_id)
            tx.reports.forget_reporter(member_id)
            tx.sessions.end_all(member_id)
            tx.outbox.add(ForgetMember(member_id=member_id), at=now)
            await tx.commit()
        return member


async def _check_idle(tx: Transaction, member_id: MemberId) -> None:
    if await tx.orders.placed_by(member_id, phases=UNFINISHED, before=None, limit=1):
        raise AccountBusy("order")
    if await tx.orders.run_by(member_id, phases=UNFINISHED, before=None, limit=1):
        raise AccountBusy("order")
    if await tx.refunds.owed_to(member_id, limit=1):
        raise AccountBusy("refund")
    if any((await tx.ledger.balances(accounts_of_runner(member_id))).values()):
        raise AccountBusy("balance")
