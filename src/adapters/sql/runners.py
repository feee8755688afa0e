"""Runners in SQL, what they carry, and the lines of their credit."""

from datetime import datetime
from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.sql import ClauseElement

from adapters.crypto.vault import Vault
from adapters.sql.column_types import Identity, Word
from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import every, first, only
from adapters.sql.rows.people import CHANGING_RUNNER, READ_RUNNER, changing_runner_columns, runner_from_row
from adapters.sql.statements import Statement, dialect_insert
from adapters.sql.tables.ordering import ORDER_EVENTS, ORDERS
from adapters.sql.tables.people import BLOCKS, CREDIT_LINES, RUNNERS
from adapters.sql.writes import Add, Change, Write, save, save_statement
from errand_domain.ids import CampusId, MemberId
from errand_domain.ports.runners import Load, Runners
from errand_domain.runner.runner import Runner
from errand_domain.runner.standing import CreditLine

WHAT: Final = "runner"
_MEMBER: Final = bindparam("member", type_=Identity())
_REQUESTER: Final = bindparam("requester", type_=Identity())
_GET: Final = Statement(select(*READ_RUNNER).where(RUNNERS.c.member_id == _MEMBER), is_gathered=True)
_CARRIED: Final = (
    select(func.count())
    .select_from(ORDERS)
    .where(ORDERS.c.runner_id == _MEMBER, ORDERS.c.phase == bindparam("phase", "in_progress", type_=Word(20)))
    .scalar_subquery()
)
_AVOID: Final = or_(
    exists().where(BLOCKS.c.member_id == _MEMBER, BLOCKS.c.other_id == _REQUESTER),
    exists().where(BLOCKS.c.member_id == _REQUESTER, BLOCKS.c.other_id == _MEMBER),
)
_LOAD: Final = Statement(
    select(*READ_RUNNER, _CARRIED.label("carried"), _AVOID.label("avoid")).where(RUNNERS.c.member_id == _MEMBER),
    is_gathered=True,
)
_QUEUE: Final = Statement(
    select(*READ_RUNNER)
    .where(RUNNERS.c.campus_id == bindparam("campus"), RUNNERS.c.queued_since.is_not(None))
    .order_by(RUNNERS.c.queued_since, RUNNERS.c.member_id)
    .limit(bindparam("limit"))
)
_CREDIT_COLUMNS: Final = ("runner_id", "order_id", "order_version", "reason", "points", "at")
_CREDIT_LINES: Final = Statement(
    select(*(CREDIT_LINES.c[name] for name in _CREDIT_COLUMNS))
    .where(CREDIT_LINES.c.runner_id == _MEMBER)
    .order_by(CREDIT_LINES.c.at.desc())
    .limit(bindparam("limit"))
)
_GIVE_UPS: Final = Statement(
    select(func.count())
    .select_from(ORDER_EVENTS)
    .where(ORDER_EVENTS.c.given_up_by == _MEMBER, ORDER_EVENTS.c.at >= bindparam("since"))
)
_SAVE: Final = save_statement(RUNNERS, ("member_id",), CHANGING_RUNNER)


def _add_credit(dialect_name: str) -> ClauseElement:
    """Insert the line unless it is there."""
    columns = {name: bindparam(f"new_{name}", type_=CREDIT_LINES.c[name].type) for name in _CREDIT_COLUMNS}
    inserted = dialect_insert(dialect_name, CREDIT_LINES).values(columns)
    if dialect_name in ("mysql", "mariadb"):
        clause: ClauseElement = inserted.on_duplicate_key_update(points=CREDIT_LINES.c.points)
    else:
        clause = inserted.on_conflict_do_nothing()
    return clause


_ADD_CREDIT: Final = Statement(_add_credit)


@frozen
class SqlRunners(Runners):
    """Runners in SQL; a unique key gives a student number of a campus to one member."""

    driver: Driver
    writes: list[Write]
    vault: Vault

    async def get(self, member_id: MemberId) -> Runner:
        """The runner as committed; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"member": member_id}), runner_from_row, WHAT)

    async def find(self, member_id: MemberId) -> Runner | None:
        """The runner, if the member ever applied."""
        return first(await self.driver.fetch(_GET, {"member": member_id}), runner_from_row)

    async def load(self, member_id: MemberId, *, requester_id: MemberId) -> Load | None:
        """All that accepting an order of that requester asks about, in one read."""
        rows = await self.driver.fetch(_LOAD, {"member": member_id, "requester": requester_id})
        if not rows:
            return None
        *runner, carried, avoid = rows[0]
        return Load(runner=runner_from_row(runner), open_orders=int(carried), blocked=bool(avoid))

    async def queue(self, campus_id: CampusId, *, limit: int) -> tuple[Runner, ...]:
        """Applications that wait for a reviewer, oldest first."""
        rows = await self.driver.fetch(_QUEUE, {"campus": campus_id, "limit": limit})
        return every(rows, runner_from_row)

    async def credit_lines(self, member_id: MemberId, *, limit: int) -> tuple[CreditLine, ...]:
        """The movements of the runner's credit, newest first."""
        rows = await self.driver.fetch(_CREDIT_LINES, {"member": member_id, "limit": limit})
        return tuple(
            CreditLine(
                runner_id=runner_id, order_id=order_id, order_version=version, reason=reason, points=points, at=at
            )
            for runner_id, order_id, version, reason, points, at in rows
        )

    async def give_ups_since(self, member_id: MemberId, since: datetime) -> int:
        """How often the runner gave an order up since then."""
        return int((await self.driver.fetch(_GIVE_UPS, {"member": member_id, "since": since}))[0][0])

    def add(self, runner: Runner) -> None:
        """A new runner; `StudentNumberTaken`, or `Stale` for a second application."""
        row = {"member_id": runner.member_id, **changing_runner_columns(runner, self.vault)}
        self.writes.append(Add(table=RUNNERS, row=row, key=runner.member_id))

    def save(self, runner: Runner) -> None:
        """Compare-and-set on the version; `StudentNumberTaken` where another has the number."""
        identity, was = {"member_id": runner.member_id}, runner.version - 1
        columns = changing_runner_columns(runner, self.vault)
        self.writes.append(save(_SAVE, RUNNERS, identity=identity, was=was, columns=columns, what=WHAT))

    def add_credit(self, line: CreditLine) -> None:
        """A movement of credit; the second one for the same version of an order and reason books nothing."""
        parameters = {f"new_{name}": getattr(line, name) for name in _CREDIT_COLUMNS}
        key = (line.order_id, line.order_version, line.runner_id, line.reason)
        self.writes.append(Change(statement=_ADD_CREDIT, parameters=parameters, table_name=CREDIT_LINES.name, key=key))
