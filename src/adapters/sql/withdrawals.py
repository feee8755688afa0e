"""Withdrawals in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import frozen
from sqlalchemy import BigInteger, bindparam, cast, func, select

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import NEWEST, ByState, every, only
from adapters.sql.rows.earnings import (
    CHANGING_WITHDRAWAL,
    READ_WITHDRAWAL,
    changing_withdrawal_columns,
    new_withdrawal_row,
    withdrawal_from_row,
)
from adapters.sql.statements import Statement
from adapters.sql.tables.money import WITHDRAWALS
from adapters.sql.writes import Add, Write, save, save_statement
from errand_domain.ids import CampusId, MemberId, WithdrawalId
from errand_domain.money import Money
from errand_domain.ports.withdrawals import Withdrawals
from errand_domain.settlement.withdrawal import Withdrawal

WHAT: Final = "withdrawal"
_GET: Final = Statement(select(*READ_WITHDRAWAL).where(WITHDRAWALS.c.id == bindparam("withdrawal")))
_OF_RUNNER: Final = Statement(
    select(*READ_WITHDRAWAL)
    .where(WITHDRAWALS.c.runner_id == bindparam("runner"), WITHDRAWALS.c.id < bindparam("before"))
    .order_by(WITHDRAWALS.c.id.desc())
    .limit(bindparam("limit"))
)
_AT_CAMPUS: Final = ByState(
    select(*READ_WITHDRAWAL).where(WITHDRAWALS.c.campus_id == bindparam("campus")),
    WITHDRAWALS.c.state,
    "requested_at",
    "id",
    newest_first=False,
)
_WITHDRAWN: Final = Statement(
    select(cast(func.coalesce(func.sum(WITHDRAWALS.c.counted_fen), 0), BigInteger)).where(
        WITHDRAWALS.c.runner_id == bindparam("runner"),
        WITHDRAWALS.c.requested_at >= bindparam("since"),
    )
)
_SAVE: Final = save_statement(WITHDRAWALS, ("id",), CHANGING_WITHDRAWAL)


@frozen
class SqlWithdrawals(Withdrawals):
    """Withdrawals in SQL; a unique key lets a runner have one that is open."""

    driver: Driver
    writes: list[Write]

    async def get(self, withdrawal_id: WithdrawalId) -> Withdrawal:
        """The withdrawal as committed; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"withdrawal": withdrawal_id}), withdrawal_from_row, WHAT)

    async def of_runner(
        self, runner_id: MemberId, *, before: WithdrawalId | None, limit: int
    ) -> tuple[Withdrawal, ...]:
        """The runner's withdrawals, newest first."""
        parameters = {"runner": runner_id, "before": before or NEWEST, "limit": limit}
        return every(await self.driver.fetch(_OF_RUNNER, parameters), withdrawal_from_row)

    async def at_campus(self, campus_id: CampusId, *, states: Sequence[str], limit: int) -> tuple[Withdrawal, ...]:
        """The campus's withdrawals in the states of those names, oldest first."""
        named = sorted(set(states))
        if not named:
            return ()
        parameters = {"campus": campus_id, "limit": limit, **_AT_CAMPUS.parameters(named)}
        return every(await self.driver.fetch(_AT_CAMPUS.statement(len(named)), parameters), withdrawal_from_row)

    async def withdrawn_since(self, runner_id: MemberId, since: datetime) -> Money:
        """The sum of what counted of the runner's withdrawals requested since then."""
        rows = await self.driver.fetch(_WITHDRAWN, {"runner": runner_id, "since": since})
        return Money(int(rows[0][0]))

    def add(self, withdrawal: Withdrawal) -> None:
        """A new withdrawal; `WithdrawalOpen` where the runner has an open one."""
        self.writes.append(Add(table=WITHDRAWALS, row=new_withdrawal_row(withdrawal), key=withdrawal.id))

    def save(self, withdrawal: Withdrawal) -> None:
        """Compare-and-set on the version."""
        columns, was = changing_withdrawal_columns(withdrawal), withdrawal.version - 1
        self.writes.append(
            save(_SAVE, WITHDRAWALS, identity={"id": withdrawal.id}, was=was, columns=columns, what=WHAT)
        )
