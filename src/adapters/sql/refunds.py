"""Refunds in SQL."""

from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, select

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import every, in_list, listed, only
from adapters.sql.rows.payments import (
    CHANGING,
    READ_REFUND,
    changing_refund_columns,
    new_refund_row,
    refund_from_row,
)
from adapters.sql.statements import Statement
from adapters.sql.tables.money import REFUNDS
from adapters.sql.tables.ordering import ORDERS
from adapters.sql.writes import Add, Write, save, save_statement
from errand_domain.ids import CampusId, MemberId, OrderId
from errand_domain.payment.refund import REFUND_STATE_NAMES, Abnormal, Processing, Refund, Requested
from errand_domain.ports.refunds import Refunds

WHAT: Final = "refund"
_GET: Final = Statement(select(*READ_REFUND).where(REFUNDS.c.number == bindparam("refund")))
_OF_ORDER: Final = Statement(
    select(*READ_REFUND)
    .where(REFUNDS.c.order_id == bindparam("order"))
    .order_by(REFUNDS.c.requested_at, REFUNDS.c.number)
)
_OWED: Final = tuple(REFUND_STATE_NAMES[state] for state in (Requested, Processing, Abnormal))
_OWED_TO: Final = Statement(
    select(*READ_REFUND)
    .select_from(REFUNDS.join(ORDERS, ORDERS.c.id == REFUNDS.c.order_id))
    .where(ORDERS.c.requester_id == bindparam("requester"), in_list(REFUNDS.c.state, len(_OWED)))
    .order_by(REFUNDS.c.requested_at, REFUNDS.c.number)
    .limit(bindparam("limit"))
)
_ABNORMAL: Final = Statement(
    select(*READ_REFUND)
    .where(REFUNDS.c.campus_id == bindparam("campus"), REFUNDS.c.state == bindparam("abnormal"))
    .order_by(REFUNDS.c.requested_at, REFUNDS.c.number)
    .limit(bindparam("limit"))
)
_SAVE: Final = save_statement(REFUNDS, ("number",), CHANGING)


@frozen
class SqlRefunds(Refunds):
    """Refunds in SQL."""

    driver: Driver
    writes: list[Write]

    async def get(self, number: str) -> Refund:
        """The refund as committed; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"refund": number}), refund_from_row, WHAT)

    async def of_order(self, order_id: OrderId) -> tuple[Refund, ...]:
        """Every refund of the order, oldest first."""
        return every(await self.driver.fetch(_OF_ORDER, {"order": order_id}), refund_from_row)

    async def owed_to(self, requester_id: MemberId, *, limit: int) -> tuple[Refund, ...]:
        """Refunds of the member's orders that the payer has not got yet, stuck ones too, oldest first."""
        parameters = {"requester": requester_id, **listed(_OWED), "limit": limit}
        return every(await self.driver.fetch(_OWED_TO, parameters), refund_from_row)

    async def abnormal(self, campus_id: CampusId, *, limit: int) -> tuple[Refund, ...]:
        """Refunds of the campus that wait for a person, oldest first."""
        parameters = {"campus": campus_id, "abnormal": REFUND_STATE_NAMES[Abnormal], "limit": limit}
        return every(await self.driver.fetch(_ABNORMAL, parameters), refund_from_row)

    def add(self, refund: Refund) -> None:
        """A new refund; a used number is `Stale`."""
        self.writes.append(Add(table=REFUNDS, row=new_refund_row(refund), key=refund.number))

    def save(self, refund: Refund) -> None:
        """Compare-and-set on the version."""
        columns, was = changing_refund_columns(refund), refund.version - 1
        self.writes.append(
            save(_SAVE, REFUNDS, identity={"number": refund.number}, was=was, columns=columns, what=WHAT)
        )
