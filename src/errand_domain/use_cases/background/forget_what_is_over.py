"""Forget what is past its time where nothing has to be decided, and count what is late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from errand_domain.ids import CampusId
from errand_domain.ports.outside import Clock
from errand_domain.ports.retained import (
    FORGOTTEN_KINDS,
    WATCHED_KINDS,
    ForgottenKind,
    Retained,
    RetainedKind,
)
from errand_domain.retention import FORGOTTEN_AFTER, LATE_AFTER

AT_ONCE: Final = timedelta(0)
_KEPT_AFTER: Final[Mapping[RetainedKind, timedelta]] = {kind: FORGOTTEN_AFTER[kind] for kind in FORGOTTEN_KINDS}


@frozen(kw_only=True)
class ForgetWhatIsOver:
    """A chore of every worker: sessions, codes, invitations, undeliverable notices and answers past their time go."""

    retained: Retained
    clock: Clock

    async def __call__(self) -> Mapping[ForgottenKind, int]:
        """How many of each were forgotten, those of which there were any."""
        now = self.clock.now()
        counts: dict[ForgottenKind, int] = {}
        for kind in FORGOTTEN_KINDS:
            if count := await self.retained.forget(kind, before=now - FORGOTTEN_AFTER[kind]):
                counts[kind] = count
        return counts


@frozen(kw_only=True)
class Due:
    """How many of a kind are past their time, and how many of them for longer than any worker needs."""

    due: int
    overdue: int


@frozen(kw_only=True)
class CountWhatIsDue:
    """How much is past its time, of everything or at one campus: the proof that erasing works is that it is little."""

    retained: Retained
    clock: Clock

    async def __call__(self, *, campus_id: CampusId | None = None) -> Mapping[RetainedKind, Due]:
        """Each kind with its counts. At a campus, only of what is of a campus can there be any."""
        now = self.clock.now()
        return {
            kind: Due(
                due=await self._count(kind, now, campus_id),
                overdue=await self._count(kind, now - LATE_AFTER, campus_id),
            )
            for kind in (*WATCHED_KINDS, *FORGOTTEN_KINDS)
        }

    async def _count(self, kind: RetainedKind, before: datetime, campus_id: CampusId | None) -> int:
        return await self.retained.count(kind, before=before - _KEPT_AFTER.get(kind, AT_ONCE), campus_id=campus_id)
