"""What the repositories need of a database, whichever it is."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Protocol

from attrs import frozen
from sqlalchemy import Dialect

from adapters.sql.statements import Parameters, Row, Statement
from adapters.sql.writes import Plan

OnStatement = Callable[[str], None]


@frozen(kw_only=True)
class Lease:
    """Taking what is due: `at_once` picks and marks; where there is no RETURNING, `look` and `mark` do it.

    All of them return, or take as `old_…`, the columns of `at_once`.
    """

    at_once: Statement
    look: Statement
    mark: Statement
    identity: tuple[str, ...]


class Driver(Protocol):
    """A database. Its methods raise `Unavailable`, `Passing`, `Violated`, `SqlFault` or a step's refusal.

    `on_statement` is told the text of each statement sent, for tests that count them; a commit sent as one statement
    is one.
    """

    dialect: Dialect
    on_statement: OnStatement | None

    @abstractmethod
    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Rows, as committed by now."""

    @abstractmethod
    async def change(self, statement: Statement, parameters: Parameters) -> int:
        """One statement, committed at once: how many rows it met."""

    @abstractmethod
    async def take(self, lease: Lease, parameters: Parameters) -> list[Row]:
        """What the lease picked, marked and committed. Rows that another worker is taking are passed over."""

    @abstractmethod
    async def commit(self, plan: Plan) -> None:
        """All steps, durably, or none."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of every connection."""
