"""Replacing the key of blind indices while everybody goes on finding and writing.

Three steps, each of which can be killed and begun again. First everybody writes two indices, one under the key in force
and one under the next (`sealing.blind_indices`); what was written before gets its second one here, from what is sealed
beside it. Then, once every process has the ring with both keys, the next key is the one in force. At last the first
index of each row is made equal to the second.

Uniqueness holds throughout: both columns are unique, and any two processes that are at most one step apart write the
same index of a value into one of them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import BindParameter, ColumnElement, Table, bindparam, delete, func, literal_column, or_, select, update

from adapters.crypto.vault import Vault
from adapters.sql.drivers.driver import Driver
from adapters.sql.members import way_indices
from adapters.sql.resealing import PAGE_ROWS, ROUNDS_MOST, NotFinished, Tell
from adapters.sql.retries import patiently
from adapters.sql.rows.people import READ_MEMBER, READ_RUNNER, member_from_row, number_indices, runner_from_row
from adapters.sql.sealing import SealedDriver
from adapters.sql.statements import Row, Statement
from adapters.sql.tables.people import MEMBER_WAYS, MEMBERS, RUNNERS, SIGN_IN_CODES

CODES_REMEMBER: Final = timedelta(days=1)
"""How long a code that was sent says anything: no limit looks back further."""

_FIRST: Final = UUID(int=0)
_FORGET_CODES: Final = Statement(delete(SIGN_IN_CODES).where(SIGN_IN_CODES.c.sent_at < bindparam("moment")))
Indexed = tuple[object, str, str]
"""What a row is known by beside its index, the index under the key in force, and the one under the next key."""


@frozen(kw_only=True, eq=False)
class Place:
    """A table with a blind index in two columns, and how to compute both from what is sealed."""

    table: Table
    column: str
    beside: str
    """The column that names a row together with the first index."""
    read: Statement
    of_row: Callable[[Row, Vault], Sequence[Indexed]]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name


def _ways(row: Row, vault: Vault) -> list[Indexed]:
    return [(way.kind, *way_indices(vault, way)) for way in member_from_row(row).ways]


def _numbers(row: Row, vault: Vault) -> list[Indexed]:
    runner = runner_from_row(row)
    now, after = number_indices(runner, vault)
    return [(runner.member_id, now, after)] if now and after else []


def _is_unfinished(table: Table, column: str) -> ColumnElement[bool]:
    now, after = table.c[column], table.c[f"{column}_next"]
    return now.is_not(None) & or_(after.is_(None), after == now)


_LIMIT: Final[ColumnElement[int]] = literal_column(str(PAGE_ROWS))
PLACES: Final = (
    Place(
        table=MEMBER_WAYS,
        column="value",
        beside="kind",
        read=Statement(
            select(*READ_MEMBER)
            .where(
                MEMBERS.c.id > bindparam("after"),
                MEMBERS.c.id.in_(select(MEMBER_WAYS.c.member_id).where(_is_unfinished(MEMBER_WAYS, "value"))),
            )
            .order_by(MEMBERS.c.id)
            .limit(_LIMIT)
        ),
        of_row=_ways,
    ),
    Place(
        table=RUNNERS,
        column="student_number",
        beside="member_id",
        read=Statement(
            select(*READ_RUNNER)
            .where(RUNNERS.c.member_id > bindparam("after"), _is_unfinished(RUNNERS, "student_number"))
            .order_by(RUNNERS.c.member_id)
            .limit(_LIMIT)
        ),
        of_row=_numbers,
    ),
)


@frozen
class Reindexing:
    """The blind indices of a database, under a ring that has, or had, a next key of them. The driver opens nothing."""

    driver: Driver
    vault: Vault
    rounds_most: int = ROUNDS_MOST

    async def unfinished(self) -> int:
        """How many indices are not written under the next key yet."""
        return sum([await self._count(_unfinished(place)) for place in PLACES])

    async def unsettled(self) -> int:
        """How many indices are held under two keys."""
        return sum([await self._count(_unsettled(place)) for place in PLACES])

    async def fits(self) -> bool:
        """Whether the newest members are found by the key in force: another ring's key would not find them."""
        for row in await SealedDriver(self.driver, self.vault).fetch(_NEWEST, {}):
            for kind, now, after in _ways(row, self.vault):
                mine = {"kind": kind, "now": now, "after": after}
                if not await self._count(_FOUND, mine) and await self._count(_HELD, {"member": row[0], "kind": kind}):
                    return False
        return True

    async def reindex(self, tell: Tell) -> int:
        """Write the second index wherever it is missing, until it is missing nowhere; how many that were."""
        done = 0
        for _ in range(self.rounds_most):
            for place in PLACES:
                done += await self._reindex(place, tell)
            if not await self.unfinished():
                return done
        raise NotFinished("something goes on writing without the next key; restart what does not see the new key ring")

    async def settle(self, tell: Tell, *, now: datetime) -> int:
        """Once the next key is in force: make it so in every row, and forget codes that say nothing any more."""
        done = 0
        for place in PLACES:
            while rows := await self.driver.fetch(_two_keyed(place), {}):
                done += sum([await self._set(_settling(place), beside, was, anew) for beside, was, anew in rows])
                tell(place.name, done)
        await self.driver.change(_FORGET_CODES, {"moment": now - CODES_REMEMBER})
        return done

    async def _reindex(self, place: Place, tell: Tell) -> int:
        done, after = 0, _FIRST
        opened = SealedDriver(self.driver, self.vault)
        while rows := await opened.fetch(place.read, {"after": after}):
            for row in rows:
                for beside, was, anew in place.of_row(row, self.vault):
                    done += await self._set(_adding(place), beside, was, anew)
            after = rows[-1][0]
            tell(place.name, done)
        return done

    async def _set(self, statement: Statement, beside: object, was: str, anew: str) -> int:
        parameters = {"beside": beside, "was": was, "anew": anew}
        return await patiently(lambda: self.driver.change(statement, parameters))

    async def _count(self, statement: Statement, parameters: dict[str, Any] | None = None) -> int:
        return int((await self.driver.fetch(statement, parameters or {}))[0][0])


_NEWEST: Final = Statement(select(*READ_MEMBER).order_by(MEMBERS.c.id.desc()).limit(literal_column("20")))
_FOUND: Final = Statement(
    select(func.count())
    .select_from(MEMBER_WAYS)
    .where(
        MEMBER_WAYS.c.kind == bindparam("kind"),
        or_(MEMBER_WAYS.c.value == bindparam("now"), MEMBER_WAYS.c.value_next == bindparam("after")),
    )
)
_HELD: Final = Statement(
    select(func.count())
    .select_from(MEMBER_WAYS)
    .where(MEMBER_WAYS.c.member_id == bindparam("member"), MEMBER_WAYS.c.kind == bindparam("kind"))
)


def _columns(place: Place) -> tuple[Any, Any, Any]:
    columns = place.table.c
    return columns[place.beside], columns[place.column], columns[f"{place.column}_next"]


@cache
def _unfinished(place: Place) -> Statement:
    return Statement(select(func.count()).select_from(place.table).where(_is_unfinished(place.table, place.column)))


@cache
def _unsettled(place: Place) -> Statement:
    _, now, after = _columns(place)
    return Statement(select(func.count()).select_from(place.table).where(now != after))


@cache
def _two_keyed(place: Place) -> Statement:
    beside, now, after = _columns(place)
    return Statement(select(beside, now, after).where(now != after).limit(_LIMIT))


@cache
def _adding(place: Place) -> Statement:
    """Write the second index, where the first is the one that was computed with it."""
    beside, now, _ = _columns(place)
    mine = beside == bindparam("beside", type_=beside.type)
    anew: dict[str, BindParameter[str]] = {f"{place.column}_next": bindparam("anew")}
    return Statement(update(place.table).where(mine, now == bindparam("was")).values(anew))


@cache
def _settling(place: Place) -> Statement:
    """Make the first index equal to the second, where both are the ones that were read."""
    beside, now, after = _columns(place)
    mine = beside == bindparam("beside", type_=beside.type)
    was = (now == bindparam("was"), after == bindparam("anew"))
    return Statement(update(place.table).where(mine, *was).values({place.column: after}))
