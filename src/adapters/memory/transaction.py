"""A transaction in memory: what was gathered happens between two ticks of the loop, or not at all."""

from adapters.memory.access import Access
from adapters.memory.attempts import MemoryAttempts
from adapters.memory.audit import MemoryAudit
from adapters.memory.campuses import MemoryCampuses
from adapters.memory.content_cases import MemoryContentCases
from adapters.memory.credentials import MemoryCredentials
from adapters.memory.disputes import MemoryDisputes
from adapters.memory.earnings import MemoryEarnings
from adapters.memory.files import MemoryFiles
from adapters.memory.ids import MemoryIds
from adapters.memory.ledger import MemoryLedger
from adapters.memory.members import MemoryMembers
from adapters.memory.orders import MemoryOrders
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.refunds import MemoryRefunds
from adapters.memory.reports import MemoryReports
from adapters.memory.reviews import MemoryReviews
from adapters.memory.runners import MemoryRunners
from adapters.memory.sessions import MemorySessions
from adapters.memory.withdrawals import MemoryWithdrawals
from errand_domain.ports.transaction import Transaction


class MemoryTransaction(Transaction):
    """One decision's reads and writes."""

    def __init__(self, access: Access, message_ids: MemoryIds) -> None:
        self._access = access
        self._committed = False
        self.campuses = MemoryCampuses(access)
        self.members = MemoryMembers(access)
        self.sessions = MemorySessions(access)
        self.credentials = MemoryCredentials(access)
        self.runners = MemoryRunners(access)
        self.orders = MemoryOrders(access)
        self.attempts = MemoryAttempts(access)
        self.refunds = MemoryRefunds(access)
        self.ledger = MemoryLedger(access)
        self.earnings = MemoryEarnings(access)
        self.withdrawals = MemoryWithdrawals(access)
        self.disputes = MemoryDisputes(access)
        self.reviews = MemoryReviews(access)
        self.content_cases = MemoryContentCases(access)
        self.reports = MemoryReports(access)
        self.files = MemoryFiles(access)
        self.audit = MemoryAudit(access)
        self.outbox = MemoryOutbox(access, message_ids)

    async def commit(self) -> None:
        """Do all writes, or raise and do none; others may run before and after it, never within."""
        if self._committed:
            raise RuntimeError("a transaction commits once")
        self._committed = True
        await self._access.pause()
        self._access.tables.change((*self._access.writes, *self._access.checks))
        await self._access.pause()
