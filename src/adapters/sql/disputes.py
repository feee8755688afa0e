"""Disputes in SQL."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, select

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import ByState, every, first, only
from adapters.sql.rows.words import (
    CHANGING_DISPUTE,
    READ_DISPUTE,
    changing_dispute_columns,
    dispute_from_row,
    new_dispute_row,
)
from adapters.sql.statements import Statement
from adapters.sql.tables.ordering import DISPUTES
from adapters.sql.writes import Add, Write, save, save_statement
from errand_domain.dispute.dispute import Dispute
from errand_domain.ids import CampusId, DisputeId, OrderId
from errand_domain.ports.disputes import Disputes

WHAT: Final = "dispute"
_GET: Final = Statement(select(*READ_DISPUTE).where(DISPUTES.c.id == bindparam("dispute")))
_OF_ORDER: Final = Statement(select(*READ_DISPUTE).where(DISPUTES.c.order_id == bindparam("order")))
_AT_CAMPUS: Final = ByState(
    select(*READ_DISPUTE).where(DISPUTES.c.campus_id == bindparam("campus")),
    DISPUTES.c.state,
    "opened_at",
    "id",
    newest_first=False,
)
_SAVE: Final = save_statement(DISPUTES, ("id",), CHANGING_DISPUTE)


@frozen
class SqlDisputes(Disputes):
    """Disputes in SQL."""

    driver: Driver
    writes: list[Write]

    async def get(self, dispute_id: DisputeId) -> Dispute:
        """The dispute as committed; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"dispute": dispute_id}), dispute_from_row, WHAT)

    async def of_order(self, order_id: OrderId) -> Dispute | None:
        """The order's dispute, if there is one."""
        return first(await self.driver.fetch(_OF_ORDER, {"order": order_id}), dispute_from_row)

    async def at_campus(self, campus_id: CampusId, *, states: Sequence[str], limit: int) -> tuple[Dispute, ...]:
        """The campus's disputes in the states of those names, oldest first."""
        named = sorted(set(states))
        if not named:
            return ()
        parameters = {"campus": campus_id, "limit": limit, **_AT_CAMPUS.parameters(named)}
        return every(await self.driver.fetch(_AT_CAMPUS.statement(len(named)), parameters), dispute_from_row)

    def add(self, dispute: Dispute) -> None:
        """A new dispute; a second one of the order is `Stale`."""
        self.writes.append(Add(table=DISPUTES, row=new_dispute_row(dispute), key=dispute.id))

    def save(self, dispute: Dispute) -> None:
        """Compare-and-set on the version."""
        columns, was = changing_dispute_columns(dispute), dispute.version - 1
        self.writes.append(save(_SAVE, DISPUTES, identity={"id": dispute.id}, was=was, columns=columns, what=WHAT))
