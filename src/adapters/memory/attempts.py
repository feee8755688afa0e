"""Payment attempts in memory."""

from adapters.memory.access import Access
from adapters.memory.tables import Tables, compare_and_set, found, insert
from errand_domain.errors import Stale
from errand_domain.ids import AttemptId, OrderId
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.attempts import Attempts


class MemoryAttempts(Attempts):
    """Payment attempts in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def get(self, attempt_id: AttemptId) -> Attempt:
        """The attempt as committed; raises `Missing`."""
        return found((await self._access.look()).attempts.get(attempt_id), "attempt")

    async def of_order(self, order_id: OrderId) -> tuple[Attempt, ...]:
        """Every attempt for the order or its tips, oldest first."""
        tables = await self._access.look()
        mine = [attempt for attempt in tables.attempts if attempt.order_id == order_id]
        return tuple(sorted(mine, key=lambda attempt: (attempt.created_at, attempt.id)))

    def add(self, attempt: Attempt) -> None:
        """A new attempt; `Stale` where one of the order for that purpose is open, or the id is used."""

        def write(tables: Tables) -> None:
            same = (a for a in tables.attempts if (a.order_id, a.purpose) == (attempt.order_id, attempt.purpose))
            if attempt.is_open and any(a.is_open for a in same):
                raise Stale("attempt")
            insert(tables.attempts, attempt.id, attempt, "attempt")

        self._access.gather(write)

    def save(self, attempt: Attempt) -> None:
        """Compare-and-set on the version."""
        self._access.gather(lambda tables: compare_and_set(tables.attempts, attempt.id, attempt, "attempt"))
