"""A clock for telling the past: it starts some days ago, is moved on, and in the end let go to run with the present."""

from datetime import UTC, datetime, timedelta

from errand_domain.ports.outside import Clock


class MovableClock(Clock):
    """Stands still until it is moved, and only ever forwards; let go of, it is the machine's own."""

    def __init__(self, start: datetime | None = None) -> None:
        """Stand at that moment; without one, run with the machine."""
        self._stands_at = start

    def now(self) -> datetime:
        """The moment it was moved to."""
        return self._stands_at or datetime.now(UTC)

    def stand(self, moment: datetime) -> None:
        """Stand still at that moment."""
        self._stands_at = moment

    def let_go(self) -> None:
        """Run with the machine from now on."""
        self._stands_at = None

    def advance(self, **by: int) -> None:
        """Move it on: `hours=3`, `minutes=20`."""
        self.reach(self.now() + timedelta(**by))

    def reach(self, moment: datetime) -> None:
        """Move it to that moment, unless it is past it."""
        self._stands_at = max(self.now(), moment)
