"""A driver that seals what goes into personal columns, and opens what comes out of them.

It stands before the real one, so that sealing happens where the question is asked and not in a writer's thread. Which
columns are sealed says `tables.personal`; where they stand in a statement is found out once per statement, by the names
of its parameters (`private__0` beside `id__0` in an INSERT, `new_private` beside `old_id` in an UPDATE) and by the
columns that it selects.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from adapters.crypto.vault import Vault
from adapters.sql.drivers.driver import Driver, Lease
from adapters.sql.statements import Parameters, Row, Statement
from adapters.sql.tables.personal import BOUND_TO, SEALED, about
from adapters.sql.writes import Plan, Step

INDEX_DIGITS: Final = 40
"""A blind index of 160 bits: no two values meet by chance."""


class NotBound(Exception):
    """A statement touches a sealed column and not the columns that say whose it is: our own mistake."""


@frozen
class _Place:
    """A sealed value in a statement: where it stands, in which column, and where the row's identity stands."""

    at: Any
    column: str
    identity: tuple[Any, ...]


class SealedDriver(Driver):
    """Another driver behind a vault."""

    def __init__(self, driver: Driver, vault: Vault) -> None:
        self.dialect = driver.dialect
        self.on_statement = None
        self._driver = driver
        self._vault = vault
        self._read: dict[Statement, tuple[_Place, ...]] = {}
        self._written: dict[Statement, tuple[_Place, ...]] = {}

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Rows, opened."""
        return self._opened(statement, await self._driver.fetch(statement, parameters))

    async def change(self, statement: Statement, parameters: Parameters) -> int:
        """One statement, its personal parameters sealed."""
        return await self._driver.change(statement, self._sealed(statement, parameters))

    async def take(self, lease: Lease, parameters: Parameters) -> list[Row]:
        """What the lease picked, opened."""
        return self._opened(lease.look, await self._driver.take(lease, parameters))

    async def commit(self, plan: Plan) -> None:
        """All steps or none, personal parameters sealed."""
        await self._driver.commit(Plan(steps=tuple(map(self._step, plan.steps)), independent=plan.independent))

    async def close(self) -> None:
        """Close the driver."""
        await self._driver.close()

    def _step(self, step: Step) -> Step:
        if step.table_name not in SEALED:
            return step
        return Step(
            statement=step.statement,
            parameters=self._sealed(step.statement, step.parameters),
            table_name=step.table_name,
            key=step.key,
            refusal=step.refusal,
        )

    def _sealed(self, statement: Statement, parameters: Parameters) -> Parameters:
        places = self._written.get(statement)
        if places is None:
            text = statement.text(self.dialect)
            names = [name for name, _, _ in text.slots]
            places = self._written[statement] = _written_places(text.table_name, names)
        if not places:
            return parameters
        sealed = dict(parameters)
        for place in places:
            value = parameters.get(place.at)
            if value:
                subject = about(place.column, tuple(parameters[name] for name in place.identity))
                sealed[place.at] = seal(self._vault, value, subject)
        return sealed

    def _opened(self, statement: Statement, rows: list[Row]) -> list[Row]:
        if not rows:
            return rows
        places = self._read.get(statement)
        if places is None:
            places = self._read[statement] = _read_places(statement.text(self.dialect).sources)
        return [self._opened_row(places, row) for row in rows] if places else rows

    def _opened_row(self, places: Sequence[_Place], row: Row) -> Row:
        opened = list(row)
        for place in places:
            value = row[place.at]
            if value:
                subject = about(place.column, tuple(row[position] for position in place.identity))
                opened[place.at] = open_sealed(self._vault, value, subject)
        return opened


def seal(vault: Vault, value: str | bytes, subject: str) -> str | bytes:
    """Text or bytes, sealed. Nothing, and the empty text, say nothing and are never asked for here."""
    return vault.seal(value, about=subject) if isinstance(value, str) else vault.seal_bytes(value, about=subject)


def open_sealed(vault: Vault, value: str | bytes, subject: str) -> str | bytes:
    """What `seal` sealed; raises `NotSealed` or `KeyMissing`."""
    if isinstance(value, str):
        return vault.open(value, about=subject)
    return vault.open_bytes(bytes(value), about=subject)


def blind_indices(vault: Vault, kind: str, value: str) -> tuple[str, str]:
    """By what a personal value is found: under the key in force, and under the next where there is one.

    Both are written, each into a column of its own with a unique key of its own. Whoever has not heard of the next key
    yet and whoever writes with it thus collide in the first, and whoever has left the old one behind, in the second.
    """
    return vault.index(kind, value)[:INDEX_DIGITS], vault.index_next(kind, value)[:INDEX_DIGITS]


def _written_places(table: str, names: Sequence[str]) -> tuple[_Place, ...]:
    """Where sealed values stand among the parameters of an INSERT or UPDATE of that table."""
    places = list[_Place]()
    for name in names:
        column, _, row = name.rpartition("__")
        if column in SEALED.get(table, ()):
            identity = tuple(f"{part}__{row}" for part in BOUND_TO[table])
        elif name.removeprefix("new_") in SEALED.get(table, ()):
            column, identity = name.removeprefix("new_"), tuple(f"old_{part}" for part in BOUND_TO[table])
        else:
            continue
        if not set(identity) <= set(names):
            raise NotBound(f"{table}.{column} is written without {BOUND_TO[table]}")
        places.append(_Place(name, f"{table}.{column}", identity))
    return tuple(places)


def _read_places(sources: Sequence[str]) -> tuple[_Place, ...]:
    """Where sealed values stand among selected columns."""
    positions: Mapping[str, int] = {source: position for position, source in enumerate(sources)}
    places = list[_Place]()
    for position, source in enumerate(sources):
        table, _, column = source.partition(".")
        if column not in SEALED.get(table, ()):
            continue
        needed = [f"{table}.{part}" for part in BOUND_TO[table]]
        if not positions.keys() >= set(needed):
            raise NotBound(f"{source} is read without {BOUND_TO[table]}")
        places.append(_Place(position, source, tuple(positions[part] for part in needed)))
    return tuple(places)
