"""The clock of the machine."""

from datetime import UTC, datetime

from errand_domain.ports.outside import Clock


class SystemClock(Clock):
    """The machine's time; whoever runs several machines keeps their clocks together."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC)
