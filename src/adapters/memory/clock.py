"""A clock that is set by hand."""

from datetime import UTC, datetime, timedelta

from errand_domain.ports.outside import Clock

START = datetime(2026, 9, 1, 4, tzinfo=UTC)  # noon on the first day of term in Shanghai


class MemoryClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Put it to that moment."""
        self._now = moment.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Move it on, and say what it shows now."""
        self._now += by
        return self._now
