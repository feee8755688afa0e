"""One decision's reads and writes, together."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from errand_domain.ports.attempts import Attempts
from errand_domain.ports.audit import Audit
from errand_domain.ports.campuses import Campuses
from errand_domain.ports.content_cases import ContentCases
from errand_domain.ports.credentials import Credentials
from errand_domain.ports.disputes import Disputes
from errand_domain.ports.earnings import Earnings
from errand_domain.ports.files import Files
from errand_domain.ports.ledger import Ledger
from errand_domain.ports.members import Members
from errand_domain.ports.orders import Orders
from errand_domain.ports.outbox import Outbox
from errand_domain.ports.refunds import Refunds
from errand_domain.ports.reports import Reports
from errand_domain.ports.reviews import Reviews
from errand_domain.ports.runners import Runners
from errand_domain.ports.sessions import Sessions
from errand_domain.ports.withdrawals import Withdrawals


class Transaction(Protocol):
    """Reads see what others have committed. Writes are gathered, and happen together in `commit()`.

    Promises: `commit()` does all of the writes or none. It raises `Stale` where an aggregate was saved
    by somebody else since it was read, and the refusal named by a port where a uniqueness or a balance
    would be broken. Passing deadlocks and serialization failures are tried again inside, a bounded number
    of times. Leaving the block without `commit()` writes nothing. A transaction commits once.
    """

    campuses: Campuses
    members: Members
    sessions: Sessions
    credentials: Credentials
    runners: Runners
    orders: Orders
    attempts: Attempts
    refunds: Refunds
    ledger: Ledger
    earnings: Earnings
    withdrawals: Withdrawals
    disputes: Disputes
    reviews: Reviews
    content_cases: ContentCases
    reports: Reports
    files: Files
    audit: Audit
    outbox: Outbox

    @abstractmethod
    async def commit(self) -> None:
        """Do all writes, durably, or raise and do none."""


Begin = Callable[[], AbstractAsyncContextManager[Transaction]]
"""Opens a transaction: `async with begin() as tx: …; await tx.commit()`."""
