"""The record of who looked at or decided what."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from errand_domain.ids import CampusId, MemberId
from errand_domain.text import line


@frozen(kw_only=True)
class AuditLine:
    """One look or decision. `actor_id` is `None` for the command line of the machine itself."""

    at: datetime
    actor_id: MemberId | None
    campus_id: CampusId | None
    action: str = field(validator=line(most=60))
    subject: str = field(validator=line(most=120))
    detail: str = field(default="", validator=line(least=0, most=300))


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
