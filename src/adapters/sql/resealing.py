"""Sealing anew what older keys sealed, while everybody goes on reading and writing.

Whatever is not sealed with the current key is looked for, in pages by primary key, opened and sealed again; it is
replaced only where nobody has changed it meanwhile. Nothing is remembered: whoever is killed begins again and finds
less to do.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import ColumnElement, LargeBinary, Table, bindparam, func, literal_column, or_, select, tuple_, update

from adapters.crypto.vault import MAGIC, Vault
from adapters.sql.drivers.driver import Driver
from adapters.sql.files import EXPECT, SETTLE
from adapters.sql.retries import patiently
from adapters.sql.sealing import open_sealed, seal
from adapters.sql.statements import Row, Statement
from adapters.sql.tables import METADATA
from adapters.sql.tables.ordering import FILES
from adapters.sql.tables.personal import BOUND_TO, SEALED, about
from errand_domain.ids import FileId

PAGE_ROWS: Final = 200
TOGETHER_MOST: Final = 16
ROUNDS_MOST: Final = 20
NAME_LETTERS: Final = 9
"""A key's name and the point behind it; what is shorter is cut at the point."""

_THERE: Final = FILES.c.screening != literal_column("'taken_away'")
"""What was taken away has facts, and no bytes."""
_FILES: Final = Statement(
    select(FILES.c.id)
    .where(FILES.c.id > bindparam("after"), _THERE)
    .order_by(FILES.c.id)
    .limit(literal_column(str(PAGE_ROWS)))
)
_FILE: Final = Statement(select(FILES.c.id).where(FILES.c.id == bindparam("file"), _THERE))

Tell = Callable[[str, int], None]
"""Told a table, and how many values of it were sealed anew so far."""


class NotFinished(Exception):
    """Something goes on sealing with an older key: a process that does not see the new ring."""


@frozen
class Resealing:
    """Which keys seal what in a database, and sealing it with the current one. The driver is one that opens nothing."""

    driver: Driver
    vault: Vault
    rounds_most: int = ROUNDS_MOST

    async def used(self) -> Mapping[str, Mapping[str, int]]:
        """For each table, how many values each key seals, by the key's name."""
        return MappingProxyType({name: await self._used_in(name) for name in SEALED})

    @property
    def columns(self) -> Sequence[tuple[str, str]]:
        """Every sealed column, with its table."""
        return [(name, column) for name, columns in SEALED.items() for column in columns]

    async def sample(self, name: str, column: str) -> bool:
        """Open one value of that column, if there is one: whether there was; raises `KeyMissing` or `NotSealed`."""
        for row in await self.driver.fetch(_one_of(name, column), {}):
            open_sealed(self.vault, row[-1], about(f"{name}.{column}", tuple(row[:-1])))
            return True
        return False

    async def reseal(self, tell: Tell) -> int:
        """Seal anew until nothing is sealed with another key than the current one; how many values that were."""
        done = 0
        for _ in range(self.rounds_most):
            for name in SEALED:
                done += await self._reseal_table(name, tell)
            if not await self.older():
                return done
        raise NotFinished("something goes on sealing with an older key; restart what does not see the new key ring")

    async def older(self) -> int:
        """How many values are sealed with another key than the current one."""
        return sum(
            count for keys in (await self.used()).values() for name, count in keys.items() if name != self.vault.current
        )

    async def files(self, after: FileId | None) -> Sequence[FileId]:
        """The next files that have bytes, in the order of their ids."""
        rows = await self.driver.fetch(_FILES, {"after": after or FileId(UUID(int=0))})
        return [FileId(row[0]) for row in rows]

    async def expect(self, page: Sequence[FileId], *, until: datetime) -> None:
        """Before they are sealed anew: where that is stopped, somebody looks whether they were erased meanwhile."""
        for file_id in page:
            await self._change(EXPECT, {"new_id": file_id, "new_erase_at": until})

    async def settle(self, page: Sequence[FileId]) -> None:
        """They were looked at: nobody has to any more."""
        for file_id in page:
            await self._change(SETTLE, {"file": file_id})

    async def knows(self, file_id: FileId) -> bool:
        """Whether the file is known still, and has bytes."""
        return bool(await self.driver.fetch(_FILE, {"file": file_id}))

    async def _used_in(self, name: str) -> Mapping[str, int]:
        counts = Counter[str]()
        for column in SEALED[name]:
            for head, count in await self.driver.fetch(_heads(name, column), {}):
                counts[_key_name(head)] += count
        return counts

    async def _reseal_table(self, name: str, tell: Tell) -> int:
        done, after, current = 0, None, self.vault.current
        while rows := await self.driver.fetch(_page(name, after is not None), _from(name, current, after)):
            key_width = len(_key(name))
            changes = [change for row in rows for change in self._changes(name, current, row)]
            for start in range(0, len(changes), TOGETHER_MOST):
                replaced = await asyncio.gather(
                    *(self._replace(*one) for one in changes[start : start + TOGETHER_MOST])
                )
                done += sum(replaced)
            tell(name, done)
            after = rows[-1][:key_width]
        return done

    def _changes(self, name: str, current: str, row: Row) -> list[tuple[str, str, dict[str, Any]]]:
        """What has to be replaced in a row of `_page`."""
        key, bound = _key(name), BOUND_TO[name]
        identity = tuple(row[len(key) : len(key) + len(bound)])
        changes: list[tuple[str, str, dict[str, Any]]] = []
        for column, value in zip(SEALED[name], row[len(key) + len(bound) :], strict=True):
            if not value or _key_name(value) == current:
                continue
            subject = about(f"{name}.{column}", identity)
            anew = seal(self.vault, open_sealed(self.vault, value, subject), subject)
            mine = {f"key_{part}": row[position] for position, part in enumerate(key)}
            changes.append((name, column, {**mine, "was": value, "anew": anew}))
        return changes

    async def _replace(self, name: str, column: str, parameters: dict[str, Any]) -> int:
        return await self._change(_replacing(name, column), parameters)

    async def _change(self, statement: Statement, parameters: dict[str, Any]) -> int:
        return await patiently(lambda: self.driver.change(statement, parameters))


def _key(name: str) -> Sequence[str]:
    return [column.name for column in METADATA.tables[name].primary_key.columns]


def _from(name: str, current: str, after: Row | None) -> dict[str, Any]:
    parameters: dict[str, Any] = {"text_head": f"{current}.", "byte_head": MAGIC + f"{current}.".encode()}
    if after is not None:
        parameters |= {f"after_{part}": value for part, value in zip(_key(name), after, strict=True)}
    return parameters


def _key_name(value: str | bytes) -> str:
    """The name of the key at the head of a sealed value."""
    if not isinstance(value, str):
        value = bytes(value[: len(MAGIC) + NAME_LETTERS]).removeprefix(MAGIC).decode("ascii", "replace")
    return value[:NAME_LETTERS].partition(".")[0]


def _is_bytes(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, LargeBinary)


def _head(column: ColumnElement[Any], letters: str) -> ColumnElement[Any]:
    return func.substr(column, literal_column("1"), literal_column(letters), type_=column.type)


@cache
def _heads(name: str, column: str) -> Statement:
    """How many values begin with each key's name."""
    sealed = METADATA.tables[name].c[column]
    head = _head(sealed, str(NAME_LETTERS + (len(MAGIC) if _is_bytes(sealed) else 0)))
    return Statement(
        select(head, func.count()).where(func.length(sealed) > literal_column("0")).group_by(head),
    )


@cache
def _one_of(name: str, column: str) -> Statement:
    table = METADATA.tables[name]
    bound = [table.c[part] for part in BOUND_TO[name]]
    there = func.length(table.c[column]) > literal_column("0")
    return Statement(select(*bound, table.c[column]).where(there).limit(literal_column("1")))


@cache
def _page(name: str, is_next: bool) -> Statement:  # noqa: FBT001 - `cache` tells calls apart by position
    """The next rows in which a value is sealed with another key: primary key, identity, sealed columns."""
    table = METADATA.tables[name]
    key = [table.c[part] for part in _key(name)]
    page = select(*key, *(table.c[part] for part in BOUND_TO[name]), *(table.c[part] for part in SEALED[name]))
    page = page.where(or_(*(_is_older(table, column) for column in SEALED[name])))
    if is_next:
        page = page.where(tuple_(*key) > tuple_(*(bindparam(f"after_{part.name}", type_=part.type) for part in key)))
    return Statement(page.order_by(*key).limit(literal_column(str(PAGE_ROWS))))


def _is_older(table: Table, name: str) -> ColumnElement[bool]:
    column = table.c[name]
    mark = bindparam("byte_head" if _is_bytes(column) else "text_head", type_=column.type)
    return (func.length(column) > literal_column("0")) & (
        func.substr(column, literal_column("1"), func.length(mark), type_=column.type) != mark
    )


@cache
def _replacing(name: str, column: str) -> Statement:
    """Replace a sealed value by another, where it is still the one that was read."""
    table = METADATA.tables[name]
    sealed = table.c[column]
    mine = [table.c[part] == bindparam(f"key_{part}", type_=table.c[part].type) for part in _key(name)]
    return Statement(
        update(table)
        .where(*mine, sealed == bindparam("was", type_=sealed.type))
        .values({column: bindparam("anew", type_=sealed.type)})
    )
