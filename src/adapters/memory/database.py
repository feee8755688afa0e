"""One database in memory: where transactions begin, and the ports that take effect at once."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from adapters.crypto.audit_marks import AuditMarks
from adapters.crypto.key_ring import GivenRing, new_ring
from adapters.crypto.vault import Vault
from adapters.memory.access import Access, Pause
from adapters.memory.answers import MemoryAnswers
from adapters.memory.audit_chain import MemoryAuditChain
from adapters.memory.hall import MemoryHall
from adapters.memory.ids import MemoryIds
from adapters.memory.outbox import MemoryRelay
from adapters.memory.pauses import give_way
from adapters.memory.retained import MemoryRetained
from adapters.memory.tables import Tables
from adapters.memory.timers import MemoryTimers
from adapters.memory.transaction import MemoryTransaction
from errand_domain.ports.transaction import Transaction


class MemoryDatabase:
    """A whole database in memory.

    `pause` is awaited wherever a real database would let others run: a simulation that replays one seed puts
    its own scheduler there.
    """

    def __init__(self, *, pause: Pause = give_way) -> None:
        self._tables = Tables()
        self._pause = pause
        self._message_ids = MemoryIds(stream=0xFFF)
        self.timers = MemoryTimers(self._tables, pause)
        self.relay = MemoryRelay(self._tables, pause)
        self.answers = MemoryAnswers(self._tables, pause)
        self.retained = MemoryRetained(self._tables, pause)
        self.hall = MemoryHall(self._tables, pause)
        # Keys of its own: neither they nor what they mark outlives the process.
        marks = AuditMarks(Vault(GivenRing(new_ring())))
        self.audit_chain = MemoryAuditChain(self._tables, pause, marks)

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: an `errand_domain.ports.transaction.Begin`."""
        return self._transaction()

    async def close(self) -> None:
        """Forget everything; there is nothing else to let go of."""
        self._tables = Tables()

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Transaction, None]:
        await self._pause()
        yield MemoryTransaction(Access(tables=self._tables, pause=self._pause), self._message_ids)
