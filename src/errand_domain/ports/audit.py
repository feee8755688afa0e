"""The record of who looked at or decided what, and the chain that shows that nobody has changed it."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from errand_domain.ids import CampusId, MemberId
from errand_domain.text import line


@frozen(kw_only=True)
class AuditLine:
    """One look or decision. `actor_id` is `None` for the command line of the machine itself.

    `detail` says what was decided and, of what somebody decided about somebody, why: in people's own words, so that it
    is kept sealed, and shown to those alone who may see the record of that campus.
    """

    at: datetime
    actor_id: MemberId | None
    campus_id: CampusId | None
    action: str = field(validator=line(most=60))
    subject: str = field(validator=line(most=120))
    detail: str = field(default="", repr=False, validator=line(least=0, most=400))


class Audit(Protocol):
    """Append-only."""

    @abstractmethod
    def record(self, entry: AuditLine) -> None:
        """Write it down, together with what it is about."""

    @abstractmethod
    async def of_subject(self, subject: str, *, limit: int) -> tuple[AuditLine, ...]:
        """What was recorded about it, newest first."""

    @abstractmethod
    async def count(self, subject: str, action: str) -> int:
        """How often that was recorded about it."""


@frozen(kw_only=True)
class ChainHead:
    """The last link: noted down elsewhere, it shows later that nothing before it was taken away.

    The empty chain has position 0 and no mark.
    """

    position: int
    mark: str


@frozen(kw_only=True)
class Sound:
    """Every link fits; that many lines were written so lately that they are not linked yet."""

    head: ChainHead
    unlinked: int


@frozen(kw_only=True)
class Broken:
    """The first link that does not fit, and why in a few words."""

    position: int
    why: str


class AuditChain(Protocol):
    """Links the lines of the record, each to the one before, by a mark that takes a key to make.

    Positions count up from 1 without gaps. Lines are linked in the order in which they were written, as far as they are
    there: one that is committed late is linked after those that were there before it. Any number may link at once: each
    position is given once, each line has one. What follows is linked after it, whatever others do meanwhile.
    """

    @abstractmethod
    async def link(self, *, limit: int) -> int:
        """Link lines that are not linked yet, so many at most: how many were linked, none where another was quicker."""

    @abstractmethod
    async def verify(self, *, expected: ChainHead | None = None) -> Sound | Broken:
        """Link what is there, then go through the whole chain, in pages.

        With `expected`, the chain must have had that head once: it is how a tail that was cut off is noticed.
        """
