"""Payment attempts in SQL."""

from typing import Final

from attrs import frozen
from sqlalchemy import bindparam, select

from adapters.sql.drivers.driver import Driver
from adapters.sql.reading import every, only
from adapters.sql.rows.payments import (
    CHANGING_ATTEMPT,
    READ_ATTEMPT,
    attempt_from_row,
    changing_attempt_columns,
    new_attempt_row,
)
from adapters.sql.statements import Statement
from adapters.sql.tables.money import ATTEMPTS
from adapters.sql.writes import Add, Write, save, save_statement
from errand_domain.ids import AttemptId, OrderId
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.attempts import Attempts

WHAT: Final = "attempt"
_GET: Final = Statement(select(*READ_ATTEMPT).where(ATTEMPTS.c.id == bindparam("attempt")))
_OF_ORDER: Final = Statement(
    select(*READ_ATTEMPT)
    .where(ATTEMPTS.c.order_id == bindparam("order"))
    .order_by(ATTEMPTS.c.created_at, ATTEMPTS.c.id)
)
_SAVE: Final = save_statement(ATTEMPTS, ("id",), CHANGING_ATTEMPT)


@frozen
class SqlAttempts(Attempts):
    """Payment attempts in SQL."""

    driver: Driver
    writes: list[Write]

    async def get(self, attempt_id: AttemptId) -> Attempt:
        """The attempt as committed; raises `Missing`."""
        return only(await self.driver.fetch(_GET, {"attempt": attempt_id}), attempt_from_row, WHAT)

    async def of_order(self, order_id: OrderId) -> tuple[Attempt, ...]:
        """Every attempt for the order or its tips, oldest first."""
        return every(await self.driver.fetch(_OF_ORDER, {"order": order_id}), attempt_from_row)

    def add(self, attempt: Attempt) -> None:
        """A new attempt; `Stale` where one of the order for that purpose is open, or the id is used."""
        self.writes.append(Add(table=ATTEMPTS, row=new_attempt_row(attempt), key=attempt.id))

    def save(self, attempt: Attempt) -> None:
        """Compare-and-set on the version."""
        columns, was = changing_attempt_columns(attempt), attempt.version - 1
        self.writes.append(save(_SAVE, ATTEMPTS, identity={"id": attempt.id}, was=was, columns=columns, what=WHAT))
