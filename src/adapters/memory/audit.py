"""The audit record in memory."""

from adapters.memory.access import Access
from errand_domain.ports.audit import Audit, AuditLine


class MemoryAudit(Audit):
    """The audit record in memory, append-only."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def record(self, entry: AuditLine) -> None:
        """Write it down."""
        self._access.gather(lambda tables: tables.audit.put(len(tables.audit), entry))

    async def of_subject(self, subject: str, *, limit: int) -> tuple[AuditLine, ...]:
        """What was recorded about it, newest first."""
        tables = await self._access.look()
        lines = sorted((e for e in tables.audit if e.subject == subject), key=lambda entry: entry.at)
        return tuple(reversed(lines))[:limit]

    async def count(self, subject: str, action: str) -> int:
        """How often that was recorded about it."""
        tables = await self._access.look()
        return sum((entry.subject, entry.action) == (subject, action) for entry in tables.audit)
