"""Earnings in SQL."""

from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, select

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import NEWEST, every, first, only
from adapters.sql.rows.earnings import (
    CHANGING_EARNING,
    READ_EARNING,
    changing_earning_columns,
    earning_from_row,
    new_earning_row,
)
from adapters.sql.statements import Statement
from adapters.sql.tables.money import EARNINGS
from adapters.sql.writes import Add, Write, save, save_statement
from errand_domain.ids import MemberId, OrderId
from errand_domain.ports.earnings import Earnings
from errand_domain.settlement.earning import Earning

WHAT: Final = "earning"
_MINE: Final = EARNINGS.c.order_id == bindparam("order")
_GET: Final = Statement(select(*READ_EARNING).where(_MINE, EARNINGS.c.round == bindparam("earning_round")))
_LATEST: Final = Statement(select(*READ_EARNING).where(_MINE).order_by(EARNINGS.c.round.desc()).limit(1))
_OF_RUNNER: Final = Statement(
    select(*READ_EARNING)
    .where(EARNINGS.c.runner_id == bindparam("runner"), EARNINGS.c.order_id < bindparam("before"))
    .order_by(EARNINGS.c.order_id.desc(), EARNINGS.c.round.desc())
    .limit(bindparam("limit"))
)
_SAVE: Final = save_statement(EARNINGS, ("order_id", "round"), CHANGING_EARNING)


@frozen
class SqlEarnings(Earnings):
    """Earnings in SQL."""

    driver: Driver
    writes: list[Write]

    async def get(self, order_id: OrderId, earning_round: int) -> Earning:
        """The earning as committed; raises `Missing`."""
        parameters = {"order": order_id, "earning_round": earning_round}
        return only(await self.driver.fetch(_GET, parameters), earning_from_row, WHAT)

    async def latest(self, order_id: OrderId) -> Earning | None:
        """The order's last earning, if it has any."""
        return first(await self.driver.fetch(_LATEST, {"order": order_id}), earning_from_row)

    async def of_runner(self, runner_id: MemberId, *, before: OrderId | None, limit: int) -> tuple[Earning, ...]:
        """The runner's earnings by order, newest order first."""
        parameters = {"runner": runner_id, "before": before or NEWEST, "limit": limit}
        return every(await self.driver.fetch(_OF_RUNNER, parameters), earning_from_row)

    def add(self, earning: Earning) -> None:
        """A new earning; a second one of that round is `Stale`."""
        key = (earning.order_id, earning.round)
        self.writes.append(Add(table=EARNINGS, row=new_earning_row(earning), key=key))

    def save(self, earning: Earning) -> None:
        """Compare-and-set on the version."""
        identity = {"order_id": earning.order_id, "round": earning.round}
        columns, was = changing_earning_columns(earning), earning.version - 1
        self.writes.append(save(_SAVE, EARNINGS, identity=identity, was=was, columns=columns, what=WHAT))
