"""The chain of the audit record in memory."""

from adapters.crypto.audit_marks import BEGINNING, AuditMarks, fields_of
from adapters.memory.access import Pause
from adapters.memory.tables import Tables
from errand_domain.ports.audit import AuditChain, Broken, ChainHead, Sound


class MemoryAuditChain(AuditChain):
    """The chain of the audit record in memory: lines lie in the order of their writing, none is ever late."""

    def __init__(self, tables: Tables, pause: Pause, marks: AuditMarks) -> None:
        self._tables = tables
        self._pause = pause
        self._marks = marks

    async def link(self, *, limit: int) -> int:
        """Link lines that are not linked yet."""
        await self._pause()
        links = self._tables.audit_links
        first, last = len(links), min(len(links) + limit, len(self._tables.audit))

        def write(tables: Tables) -> None:
            for position in range(first + 1, last + 1):
                tables.audit_links.put(position, self._mark(position))

        self._tables.change([write])
        return last - first

    async def verify(self, *, expected: ChainHead | None = None) -> Sound | Broken:
        """Link what is there, then go through the whole chain."""
        await self.link(limit=len(self._tables.audit))
        mark = BEGINNING
        for position, linked in self._tables.audit_links.items():
            mark = self._mark(position)
            if linked != mark:
                return Broken(position=position, why="the line was changed or moved, or the link was")
            if expected is not None and expected.position == position and expected.mark != mark:
                return Broken(position=position, why="the link is another than the expected head")
        last = len(self._tables.audit_links)
        if expected is not None and expected.position > last:
            return Broken(position=last + 1, why="the chain ends before the expected head: its tail is gone")
        return Sound(head=ChainHead(position=last, mark=mark), unlinked=len(self._tables.audit) - last)

    def _mark(self, position: int) -> str:
        before = self._tables.audit_links.get(position - 1) or BEGINNING
        line = self._tables.audit.get(position - 1)
        return "" if line is None else self._marks.link(before, position, fields_of(line), None)
