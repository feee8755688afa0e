"""Campuses in SQL, with a copy that is a few seconds old at most."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, select

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import every
from adapters.sql.rows.people import CHANGING_CAMPUS, READ_CAMPUS, campus_from_row, changing_campus_columns
from adapters.sql.statements import Statement
from adapters.sql.tables.people import CAMPUSES
from adapters.sql.writes import Add, Write, save, save_statement
from errand_domain.campus import Campus
from errand_domain.errors import Missing
from errand_domain.ids import CampusId
from errand_domain.ports.campuses import Campuses

WHAT: Final = "campus"
SECONDS_OLD_MOST: Final = 3.0
_GET: Final = Statement(select(*READ_CAMPUS).where(CAMPUSES.c.id == bindparam("campus")))
_EVERY: Final = Statement(select(*READ_CAMPUS).order_by(CAMPUSES.c.name, CAMPUSES.c.id))
_SAVE: Final = save_statement(CAMPUSES, ("id",), CHANGING_CAMPUS)


class CampusCopies:
    """Campuses read a moment ago, shared by the transactions of one process; a save here empties it."""

    def __init__(self, *, elapsed: Callable[[], float] = monotonic) -> None:
        self._elapsed = elapsed
        self._copies: dict[CampusId, tuple[float, Campus]] = {}

    def find(self, campus_id: CampusId) -> Campus | None:
        """The copy, unless it is too old."""
        read_at, campus = self._copies.get(campus_id, (0.0, None))
        return campus if campus is not None and self._elapsed() - read_at < SECONDS_OLD_MOST else None

    def keep(self, campus: Campus) -> None:
        """Remember what was just read."""
        self._copies[campus.id] = (self._elapsed(), campus)

    def clear(self) -> None:
        """Forget all: something was committed."""
        self._copies.clear()


@frozen
class SqlCampuses(Campuses):
    """Campuses in SQL."""

    driver: Driver
    writes: list[Write]
    copies: CampusCopies

    async def get(self, campus_id: CampusId) -> Campus:
        """The campus; raises `Missing`."""
        campus = self.copies.find(campus_id)
        if campus is None:
            rows = await self.driver.fetch(_GET, {"campus": campus_id})
            if not rows:
                raise Missing(WHAT)
            campus = campus_from_row(rows[0])
            self.copies.keep(campus)
        return campus

    async def every(self) -> tuple[Campus, ...]:
        """All campuses by name."""
        return every(await self.driver.fetch(_EVERY, {}), campus_from_row)

    def add(self, campus: Campus) -> None:
        """A new campus; a used id is `Stale`."""
        row = {"id": campus.id, **changing_campus_columns(campus)}
        self.writes.append(Add(table=CAMPUSES, row=row, key=campus.id))

    def save(self, campus: Campus) -> None:
        """Compare-and-set on the version."""
        columns, was = changing_campus_columns(campus), campus.version - 1
        self.writes.append(save(_SAVE, CAMPUSES, identity={"id": campus.id}, was=was, columns=columns, what=WHAT))
