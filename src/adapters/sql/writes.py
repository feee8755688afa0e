"""What a transaction gathers: small records that can be played any number of times.

A record is a compare-and-set on a version, or an insert guarded by a unique key, so that a commit that ran into a
deadlock is simply played again.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Table, bindparam, update

from adapters.sql.statements import Parameters, Statement, insert_rows, numbered
from errand_domain.errors import DomainError, Stale

RANKS: Final = {
    name: rank
    for rank, name in enumerate(
        (
            "orders",
            "runners",
            "members",
            "campuses",
            "attempts",
            "refunds",
            "earnings",
            "withdrawals",
            "disputes",
            "order_events",
            "member_ways",
            "member_grants",
            "blocks",
            "sessions",
            "sign_in_codes",
            "credentials",
            "operator_invitations",
            "credit_lines",
            "reviews",
            "content_cases",
            "reports",
            "files",
            "expected_files",
            "transfers",
            "balances",
            "outbox",
            "audit",
            "audit_chain",
        )
    )
}
"""The order in which one commit touches tables: aggregates before what refers to them, the same for everybody, so that
two commits meet at the first row they share and not crosswise."""
ROWS_MOST: Final = 64

Refusal = Callable[[], DomainError]


@frozen(kw_only=True)
class Add:
    """A new row."""

    table: Table
    row: Parameters
    key: Hashable = None

    @property
    def table_name(self) -> str:
        """Where it goes."""
        return self.table.name


@frozen(kw_only=True)
class Change:
    """A change of rows. With a refusal it must meet exactly one row.

    `ordered` says that it must be seen by the writes after it, as they by it, and so cannot share one statement.
    """

    statement: Statement
    parameters: Parameters
    table_name: str
    key: Hashable = None
    refusal: Refusal | None = None
    ordered: bool = False


Write = Add | Change


@frozen(kw_only=True)
class Step:
    """One statement of a commit."""

    statement: Statement
    parameters: Parameters
    table_name: str
    key: Hashable = None
    refusal: Refusal | None = None


@frozen(kw_only=True)
class Plan:
    """The statements of a commit in their order, and whether they may run as one."""

    steps: tuple[Step, ...]
    independent: bool


def plan(writes: Sequence[Write]) -> Plan:
    """Order the writes as every commit does, and join the new rows of a table into one INSERT."""
    ranked = sorted(writes, key=_place)
    steps, seen, independent = list[Step](), set[tuple[str, Hashable]](), True
    rows: list[Parameters] = []
    for position, write in enumerate(ranked):
        if write.key is not None:
            identity = (write.table_name, write.key)
            independent = independent and identity not in seen
            seen.add(identity)
        if isinstance(write, Change):
            independent = independent and not write.ordered
            steps.append(
                Step(
                    statement=write.statement,
                    parameters=write.parameters,
                    table_name=write.table_name,
                    key=write.key,
                    refusal=write.refusal,
                )
            )
            continue
        rows.append(write.row)
        following = ranked[position + 1] if position + 1 < len(ranked) else None
        if isinstance(following, Add) and following.table is write.table and len(rows) < ROWS_MOST:
            continue
        statement = insert_statement(write.table, tuple(write.row), len(rows))
        key = write.key if len(rows) == 1 else None
        steps.append(Step(statement=statement, parameters=numbered(rows), table_name=write.table_name, key=key))
        rows = []
    return Plan(steps=tuple(steps), independent=independent)


def _place(write: Write) -> tuple[int, str]:
    return RANKS[write.table_name], "" if write.key is None else str(write.key)


@lru_cache(maxsize=1024)
def insert_statement(table: Table, columns: tuple[str, ...], count: int) -> Statement:
    """The INSERT of that many rows, built once."""
    return Statement(insert_rows(table, columns, count))


def save_statement(table: Table, identity: Sequence[str], columns: Sequence[str]) -> Statement:
    """An UPDATE of those columns where identity and version are as they were read.

    Parameters are named `new_…` for what is set and `old_…` for what is compared. A lease on the row ends.
    """
    changed: dict[str, Any] = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    if "leased_until" in table.c:
        changed["leased_until"] = None
    compared = [table.c[name] == bindparam(f"old_{name}", type_=table.c[name].type) for name in (*identity, "version")]
    return Statement(update(table).where(*compared).values(changed))


def save(
    statement: Statement, table: Table, *, identity: Parameters, was: int, columns: Parameters, what: str
) -> Change:
    """The compare-and-set of one row: `columns` replace what version `was` had."""
    parameters: dict[str, Any] = {f"new_{name}": value for name, value in columns.items()}
    for name, value in identity.items():
        parameters[f"old_{name}"] = value
    parameters["old_version"] = was
    return Change(
        statement=statement,
        parameters=parameters,
        table_name=table.name,
        key=tuple(identity.values()),
        refusal=lambda: Stale(what),
    )
