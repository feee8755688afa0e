"""Taking what is due, on any of the three databases: statements for a table with a due time and a lease."""

from collections.abc import Sequence

from sqlalchemy import Table, bindparam, or_, select, tuple_, update
from sqlalchemy.sql import ClauseElement, ColumnElement

from adapters.sql.column_types import Instant
from adapters.sql.drivers.driver import Lease
from adapters.sql.statements import Statement


def lease(
    table: Table,
    *,
    identity: Sequence[str],
    due: str,
    columns: Sequence[str],
    order: Sequence[str],
    only: Sequence[ColumnElement[bool]] = (),
) -> Lease:
    """Picks rows that are due and free by `now`, earliest first, and gives them away until `until`.

    The picked columns are the identity and then `columns`. On PostgreSQL the pick is a CTE: as a plain subquery
    the planner may run it more than once and take more than the limit.
    """
    now = bindparam("now", type_=Instant())
    until = bindparam("until", type_=Instant())
    identities = [table.c[name] for name in identity]
    picked = (
        select(*identities)
        .where(
            table.c[due] <= now,
            or_(table.c.leased_until.is_(None), table.c.leased_until <= now),
            *only,
        )
        .order_by(*(table.c[name] for name in order))
        .limit(bindparam("limit"))
    )
    returned = [*identities, *(table.c[name] for name in columns)]

    def at_once(dialect_name: str) -> ClauseElement:
        if dialect_name == "postgresql":
            # A CTE that locks is never inlined, so it runs once.
            chosen = picked.with_for_update(skip_locked=True, of=table).cte("picked")
            matches = [table.c[name] == chosen.c[name] for name in identity]
            return update(table).where(*matches).values(leased_until=until).returning(*returned)
        inside = tuple_(*identities).in_(picked) if len(identities) > 1 else identities[0].in_(picked)
        return update(table).where(inside).values(leased_until=until).returning(*returned)

    mark = update(table).where(
        *(table.c[name] == bindparam(f"old_{name}", type_=table.c[name].type) for name in identity)
    )
    return Lease(
        at_once=Statement(at_once),
        look=Statement(picked.with_only_columns(*returned).with_for_update(skip_locked=True)),
        mark=Statement(mark.values(leased_until=until)),
        identity=tuple(identity),
    )
