"""What all tables share: names of constraints, and the columns that timers and versions need."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, MetaData, Table, text

from adapters.sql.column_types import Instant, Word

METADATA: Final = MetaData(
    naming_convention={
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
STATE_LENGTH: Final = 20


def version_column() -> Column[int]:
    """Counts the changes of a row; every save compares it."""
    return Column("version", Integer, CheckConstraint("version >= 1", name="version"), nullable=False)


def state_column(names: Iterable[str]) -> Column[str]:
    """The name of the state, which must be one of those."""
    quoted = ", ".join(f"'{name}'" for name in names)
    return Column("state", Word(STATE_LENGTH), CheckConstraint(f"state IN ({quoted})", name="state"), nullable=False)


def leased_until() -> Column[Any]:
    """Until when a worker has the row; every save ends the lease."""
    return Column("leased_until", Instant)


def timer_index(table: Table, column: str, name: str = "due") -> Index:
    """The index that finds what is due: only rows that a timer watches, where the database can do that."""
    there = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table.name}_{name}", table.c[column], postgresql_where=there, sqlite_where=there)
