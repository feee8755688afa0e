"""How the memory ports reach the tables: every look is a point where another task may come between."""

from collections.abc import Awaitable, Callable

from attrs import Factory, field, frozen

from adapters.memory.tables import Tables, Write

Pause = Callable[[], Awaitable[None]]


@frozen(kw_only=True)
class Access:
    """One transaction's view: reads are of what is committed, writes are gathered in order."""

    tables: Tables
    pause: Pause
    writes: list[Write] = field(default=Factory(list[Write]))
    checks: list[Write] = field(default=Factory(list[Write]))

    async def look(self) -> Tables:
        """The tables, after giving way to others."""
        await self.pause()
        return self.tables

    def gather(self, write: Write) -> None:
        """To be done at the commit."""
        self.writes.append(write)

    def check(self, check: Write) -> None:
        """To be asked at the commit, after every write was done."""
        self.checks.append(check)
