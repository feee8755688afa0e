"""The optimistic unit of work.

Reads are single statements that see what others have committed; no lock and no snapshot outlives one. Writes are
gathered as records and played in `commit()`, in one short transaction or one statement. Each is a compare-and-set or is
guarded by a unique key, so playing them again after a deadlock does no harm, and nothing that was read can have changed
unnoticed where it matters.
"""

from adapters.crypto.audit_marks import AuditMarks
from adapters.crypto.vault import Vault
from adapters.sql.attempts import SqlAttempts
from adapters.sql.audit import SqlAudit
from adapters.sql.campuses import CampusCopies, SqlCampuses
from adapters.sql.content_cases import SqlContentCases
from adapters.sql.credentials import SqlCredentials
from adapters.sql.disputes import SqlDisputes
from adapters.sql.drivers.driver import Driver
from adapters.sql.earnings import SqlEarnings
from adapters.sql.faults import SqlFault, Violated
from adapters.sql.files import SqlFiles
from adapters.sql.ledger import SqlLedger
from adapters.sql.members import SqlMembers
from adapters.sql.orders import SqlOrders
from adapters.sql.outbox import SqlOutbox
from adapters.sql.posting import Posting
from adapters.sql.refunds import SqlRefunds
from adapters.sql.refusals import TRANSFER_BOOKED, name_of, refusal_of
from adapters.sql.reports import SqlReports
from adapters.sql.retries import patiently
from adapters.sql.reviews import SqlReviews
from adapters.sql.runners import SqlRunners
from adapters.sql.sessions import SqlSessions
from adapters.sql.tables.people import CAMPUSES
from adapters.sql.withdrawals import SqlWithdrawals
from adapters.sql.writes import Write, plan
from errand_domain.ports.transaction import Transaction


class SqlTransaction(Transaction):
    """One decision's reads and writes."""

    def __init__(self, driver: Driver, copies: CampusCopies, vault: Vault) -> None:
        self._driver = driver
        self._copies = copies
        self._writes = writes = list[Write]()
        self._posting = Posting()
        self._is_over = False
        self.campuses = SqlCampuses(driver, writes, copies)
        self.members = SqlMembers(driver, writes, vault)
        self.sessions = SqlSessions(driver, writes, vault)
        self.credentials = SqlCredentials(driver, writes)
        self.runners = SqlRunners(driver, writes, vault)
        self.orders = SqlOrders(driver, writes)
        self.attempts = SqlAttempts(driver, writes)
        self.refunds = SqlRefunds(driver, writes)
        self.ledger = SqlLedger(driver, self._posting)
        self.earnings = SqlEarnings(driver, writes)
        self.withdrawals = SqlWithdrawals(driver, writes)
        self.disputes = SqlDisputes(driver, writes)
        self.reviews = SqlReviews(driver, writes)
        self.content_cases = SqlContentCases(driver, writes)
        self.reports = SqlReports(driver, writes)
        self.files = SqlFiles(driver, writes)
        self.audit = SqlAudit(driver, writes, AuditMarks(vault))
        self.outbox = SqlOutbox(writes)

    async def commit(self) -> None:
        """Do all writes, durably, or raise and do none."""
        if self._is_over:
            raise RuntimeError("a transaction commits once")
        self._is_over = True
        booked = frozenset[str]()
        while not await self._commit_but(booked):
            found = await self._posting.already_booked(self._driver)
            if found <= booked:
                raise SqlFault("a transfer is booked and cannot be found")
            booked |= found
        if any(write.table_name == CAMPUSES.name for write in self._writes):
            self._copies.clear()

    async def _commit_but(self, booked: frozenset[str]) -> bool:
        """Do all writes but the transfers booked before; `False` where there are more of those."""
        writes = [*self._writes, *self._posting.writes(booked)]
        if not writes:
            return True
        steps = plan(writes)
        try:
            await patiently(lambda: self._driver.commit(steps))
        except Violated as violated:
            if name_of(violated) == TRANSFER_BOOKED:
                return False
            raise refusal_of(violated) from None
        return True
