"""The chain of the audit record in SQL."""

from hmac import compare_digest
from typing import Final

from attrs import frozen
from sqlalchemy import BigInteger, bindparam, func, select

from adapters.crypto.audit_marks import BEGINNING, AuditMarks, Written
from adapters.crypto.vault import NotSealed, Vault
from adapters.sql.drivers.driver import Driver
from adapters.sql.faults import Violated
from adapters.sql.retries import patiently
from adapters.sql.rows.words import READ_AUDIT
from adapters.sql.sealing import open_sealed
from adapters.sql.statements import Row, Statement
from adapters.sql.tables.delivery import AUDIT, AUDIT_CHAIN
from adapters.sql.tables.personal import about
from adapters.sql.writes import Add, plan
from errand_domain.ports.audit import AuditChain, Broken, ChainHead, Sound

PAGE: Final = 500
LATE_MOST: Final = 10_000
"""How far behind the last linked line the linking looks again for lines that were committed late; verifying looks
everywhere."""

_HEAD: Final = Statement(
    select(AUDIT_CHAIN.c.position, AUDIT_CHAIN.c.mark, AUDIT_CHAIN.c.sequence)
    .order_by(AUDIT_CHAIN.c.position.desc())
    .limit(1)
)
_IS_FREE: Final = AUDIT_CHAIN.c.sequence.is_(None)
_WITH_LINK: Final = AUDIT.outerjoin(AUDIT_CHAIN, AUDIT_CHAIN.c.sequence == AUDIT.c.sequence)
_UNLINKED: Final = Statement(
    select(AUDIT.c.sequence, AUDIT.c.seal, *READ_AUDIT)
    .select_from(_WITH_LINK)
    .where(_IS_FREE, AUDIT.c.sequence > bindparam("beyond", type_=BigInteger()))
    .order_by(AUDIT.c.sequence)
    .limit(bindparam("limit"))
)
_COUNT_UNLINKED: Final = Statement(select(func.count()).select_from(_WITH_LINK).where(_IS_FREE))
_PAGE: Final = Statement(
    select(AUDIT_CHAIN.c.position, AUDIT_CHAIN.c.mark, AUDIT.c.sequence, AUDIT.c.seal, *READ_AUDIT)
    .select_from(AUDIT_CHAIN.outerjoin(AUDIT, AUDIT.c.sequence == AUDIT_CHAIN.c.sequence))
    .where(AUDIT_CHAIN.c.position > bindparam("after", type_=BigInteger()))
    .order_by(AUDIT_CHAIN.c.position)
    .limit(bindparam("limit"))
)
_COPIED: Final = Statement(
    select(func.max(AUDIT_CHAIN.c.position))
    .select_from(AUDIT.join(AUDIT_CHAIN, AUDIT_CHAIN.c.sequence == AUDIT.c.sequence))
    .where(AUDIT.c.seal.is_not(None))
    .group_by(AUDIT.c.seal)
    .having(func.count() > 1)
    .limit(1)
)


def _legible(vault: Vault, written: Written) -> Written:
    """The fields with their detail opened: marks are of what was written, whichever key of the ring it lies under.

    What does not open stays as it is: it is not what was written, and so the marks will say.
    """
    *public, detail = written
    _, _, _, action, subject = public
    try:
        opened = open_sealed(vault, detail, about("audit.detail", (subject, action))) if detail else detail
    except NotSealed:
        opened = detail
    return *public, opened


@frozen
class SqlAuditChain(AuditChain):
    """One row per link; the position's primary key decides between two who link at once."""

    driver: Driver
    vault: Vault

    @property
    def marks(self) -> AuditMarks:
        """Makes and checks the marks."""
        return AuditMarks(self.vault)

    async def link(self, *, limit: int) -> int:
        """Link lines that are not linked yet, near the end of the chain and beyond it."""
        return await self._link(limit=limit, late_most=LATE_MOST)

    async def verify(self, *, expected: ChainHead | None = None) -> Sound | Broken:
        """Link what is there, however late, then go through the whole chain."""
        while await self._link(limit=PAGE, late_most=None):
            pass
        walk = _Walk(vault=self.vault, expected=expected)
        while rows := await self.driver.fetch(_PAGE, {"after": walk.position, "limit": PAGE}):
            for row in rows:
                if (why := walk.step(row)) is not None:
                    return Broken(position=walk.position + 1, why=why)
        if expected is not None and expected.position > walk.position:
            return Broken(position=walk.position + 1, why="the chain ends before the expected head: its tail is gone")
        if copied := await self.driver.fetch(_COPIED, {}):
            return Broken(position=int(copied[0][0]), why="the line is a copy of another")
        unlinked = int((await self.driver.fetch(_COUNT_UNLINKED, {}))[0][0])
        return Sound(head=ChainHead(position=walk.position, mark=walk.mark), unlinked=unlinked)

    async def _link(self, *, limit: int, late_most: int | None) -> int:
        head = await self.driver.fetch(_HEAD, {})
        position, mark, last = head[0] if head else (0, BEGINNING, 0)
        beyond = -1 if late_most is None else last - late_most
        links = list[Add]()
        for sequence, seal, *written in await self.driver.fetch(_UNLINKED, {"beyond": beyond, "limit": limit}):
            position += 1
            mark = self.marks.link(mark, position, _legible(self.vault, written), seal)
            row = {"position": position, "sequence": sequence, "mark": mark}
            links.append(Add(table=AUDIT_CHAIN, row=row))
        if not links:
            return 0
        try:
            await patiently(lambda: self.driver.commit(plan(links)))
        except Violated:
            return 0  # another linked at the same time: what it left is linked the next time
        return len(links)


class _Walk:
    """Where a verification has come to."""

    def __init__(self, *, vault: Vault, expected: ChainHead | None) -> None:
        self.position, self.mark = 0, BEGINNING
        self._vault, self._marks, self._expected = vault, AuditMarks(vault), expected
        self._are_sealed = False

    def step(self, row: Row) -> str | None:
        """Go one link on, or say why it does not fit."""
        position, mark, sequence, seal, *sealed = row
        if position != self.position + 1:
            return "the link is gone"
        if sequence is None:
            return "the line is gone"
        written = _legible(self._vault, sealed)
        if not compare_digest(self._marks.link(self.mark, position, written, seal).encode(), str(mark).encode()):
            return "the line was changed or moved, or the link was"
        if self._are_sealed if seal is None else not self._marks.is_sealed(written, seal):
            return "the line was not written by this program"
        if self._expected is not None and self._expected.position == position and self._expected.mark != mark:
            return "the link is another than the expected head"
        self.position, self.mark, self._are_sealed = position, mark, seal is not None
        return None
