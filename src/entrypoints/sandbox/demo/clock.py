"""A clock for telling the past: it starts some days ago and is moved on to the present."""

from datetime import datetime, timedelta

from errand_domain.ports.outside import Clock


class MovableClock(Clock):
    """Stands still until it is moved, and only ever forwards."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment it was moved to."""
        return self._now

    def advance(self, **by: int) -> None:
        """Move it on: `hours=3`, `minutes=20`."""
        self.reach(self._now + timedelta(**by))

    def reach(self, moment: datetime) -> None:
        """Move it to that moment, unless it is past it."""
        self._now = max(self._now, moment)
