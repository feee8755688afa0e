"""What a database is to its contracts, and the few moves that every suite makes with one."""

from collections.abc import Callable
from typing import Final, Protocol

from hypothesis import HealthCheck, settings

from errand_domain.ports.answers import Answers
from errand_domain.ports.audit import AuditChain
from errand_domain.ports.hall import Hall
from errand_domain.ports.outbox import Relay
from errand_domain.ports.retained import Retained
from errand_domain.ports.timers import Timers
from errand_domain.ports.transaction import Begin, Transaction

SOME_EXAMPLES: Final = settings(
    max_examples=20,
    deadline=None,
    # The database is emptied before each test, not before each example: examples have identities of their own.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Database(Protocol):
    """One place where everything is stored: transactions begin here, and six ports take effect at once."""

    @property
    def begin(self) -> Begin:
        """Opens a transaction."""
        ...

    @property
    def timers(self) -> Timers:
        """What is due."""
        ...

    @property
    def relay(self) -> Relay:
        """The other end of the outbox."""
        ...

    @property
    def answers(self) -> Answers:
        """Stored answers."""
        ...

    @property
    def retained(self) -> Retained:
        """What is past its time."""
        ...

    @property
    def audit_chain(self) -> AuditChain:
        """The links of the audit record."""
        ...

    @property
    def hall(self) -> Hall:
        """Open orders."""
        ...


async def commit(database: Database, *writes: Callable[[Transaction], None]) -> None:
    """Do those writes in one transaction of their own."""
    async with database.begin() as tx:
        for write in writes:
            write(tx)
        await tx.commit()
