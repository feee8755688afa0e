"""The outbox in SQL, and its other end for workers."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from secrets import randbits
from typing import Any, Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import Integer, bindparam, delete, exists, false, func, select, true, update

from adapters.sql.column_types import EPOCH
from adapters.sql.documents import Document
from adapters.sql.drivers.driver import Driver
from adapters.sql.leases import lease
from adapters.sql.reading import LISTED_SIZES, in_list, listed, padded
from adapters.sql.retained import NOTICE_LANES
from adapters.sql.retries import patiently
from adapters.sql.statements import Row, Statement
from adapters.sql.tables.delivery import OUTBOX
from adapters.sql.writes import Add, Change, Write
from errand_domain.errors import Missing
from errand_domain.ids import MessageId
from errand_domain.ports.outbox import Envelope, Message, Outbox, Relay, Tell

FAULT_LETTERS_MOST: Final = 500
MESSAGE: Final = Document[Message](Message)
_MILLISECOND: Final = 1_000
_EARLIER: Final = OUTBOX.alias("earlier")
_READ: Final = ("lane", "message", "tries", "last_fault")
_HEADS: Final = lease(
    OUTBOX,
    identity=("id",),
    due="due_at",
    columns=(*_READ, "sequence"),
    order=("due_at", "sequence"),
    only=(
        OUTBOX.c.parked == false(),
        ~exists().where(_EARLIER.c.lane == OUTBOX.c.lane, _EARLIER.c.sequence < OUTBOX.c.sequence),
    ),
)
_MINE: Final = OUTBOX.c.id == bindparam("old_id")
_ONE_MORE: Final = OUTBOX.c.tries + bindparam("one", 1, type_=Integer())
_POSTPONE: Final = Statement(
    update(OUTBOX)
    .where(_MINE)
    .values(
        due_at=bindparam("until"),
        leased_until=None,
        tries=_ONE_MORE,
        last_fault=bindparam("new_last_fault"),
        parked=False,
    )
)
_PARK: Final = Statement(
    update(OUTBOX)
    .where(_MINE)
    .values(leased_until=None, tries=_ONE_MORE, last_fault=bindparam("new_last_fault"), parked=True)
)
_UNPARK: Final = Statement(
    update(OUTBOX)
    .where(_MINE, OUTBOX.c.parked == true())
    .values(due_at=bindparam("at"), leased_until=None, parked=False)
)
_PARKED: Final = Statement(
    select(*(OUTBOX.c[name] for name in ("id", *_READ)))
    .where(OUTBOX.c.parked == true())
    .order_by(OUTBOX.c.sequence)
    .limit(bindparam("limit"))
)
_PENDING: Final = Statement(select(func.count()).select_from(OUTBOX).where(OUTBOX.c.parked == false()))


@cache
def _done(count: int) -> Statement:
    return Statement(delete(OUTBOX).where(in_list(OUTBOX.c.id, count)))


def new_message_id(at: datetime) -> MessageId:
    """A UUIDv7 of that moment; no clock is needed, for the message says when it was written."""
    milliseconds = int((at - EPOCH).total_seconds() * _MILLISECOND) & (2**48 - 1)
    number = (milliseconds << 80) | (7 << 76) | (randbits(12) << 64) | (2 << 62) | randbits(62)
    return MessageId(UUID(int=number))


@frozen
class SqlOutbox(Outbox):
    """Where a transaction leaves its messages, and says of parked ones that they go on."""

    writes: list[Write]

    def add(self, message: Message, *, at: datetime, lane: str | None = None) -> None:
        """Keep the message from the commit on."""
        message_id = new_message_id(at)
        row: dict[str, Any] = {
            "id": message_id,
            "lane": lane or _own_lane(message, message_id),
            "message": MESSAGE.dump(message),
            "due_at": at,
            "tries": 0,
            "last_fault": "",
            "parked": False,
        }
        self.writes.append(Add(table=OUTBOX, row=row))

    def retry(self, message_id: MessageId, *, at: datetime) -> None:
        """Try a parked message again, from then on; the commit raises `Missing` where no such message is parked."""
        self.writes.append(
            Change(
                statement=_UNPARK,
                parameters={"old_id": message_id, "at": at},
                table_name=OUTBOX.name,
                key=message_id,
                refusal=lambda: Missing("message"),
            )
        )


def _own_lane(message: Message, message_id: MessageId) -> str:
    """A lane that nothing else is in. That it is a notice can be told from it: notices are not kept for ever."""
    return f"{NOTICE_LANES}{message_id}" if isinstance(message, Tell) else str(message_id)


@frozen
class SqlRelay(Relay):
    """The other end of the outbox. A message that was delivered is deleted."""

    driver: Driver

    async def take(self, *, now: datetime, leased_until: datetime, limit: int) -> tuple[Envelope, ...]:
        """Due messages, the oldest of each lane only, leased to the caller."""
        parameters = {"now": now, "until": leased_until, "limit": limit}
        rows = await patiently(lambda: self.driver.take(_HEADS, parameters))
        return tuple(_envelope(row[:-1]) for row in sorted(rows, key=lambda row: row[-1]))

    async def done(self, message_ids: Sequence[MessageId]) -> None:
        """They were delivered."""
        most = LISTED_SIZES[-1]
        for start in range(0, len(message_ids), most):
            values = padded(message_ids[start : start + most])
            await self._change(_done(len(values)), listed(values))

    async def postpone(self, message_id: MessageId, *, until: datetime, fault: str) -> None:
        """It could not be delivered; try again then."""
        await self._change(_POSTPONE, {"old_id": message_id, "until": until, "new_last_fault": legible(fault)})

    async def park(self, message_id: MessageId, *, fault: str) -> None:
        """It will not be tried again until an operator says so."""
        await self._change(_PARK, {"old_id": message_id, "new_last_fault": legible(fault)})

    async def parked(self, *, limit: int) -> tuple[Envelope, ...]:
        """What is parked, oldest first."""
        return tuple(_envelope(row) for row in await self.driver.fetch(_PARKED, {"limit": limit}))

    async def pending(self) -> int:
        """How many messages wait, parked ones not counted."""
        return int((await self.driver.fetch(_PENDING, {}))[0][0])

    async def _change(self, statement: Statement, parameters: dict[str, Any]) -> int:
        return await patiently(lambda: self.driver.change(statement, parameters))


def legible(fault: str) -> str:
    """The fault as text that every database takes: no NUL, no half characters, not endless."""
    return fault[:FAULT_LETTERS_MOST].replace("\0", "").encode("utf-8", "replace").decode()


def _envelope(row: Row) -> Envelope:
    message_id, lane, message, tries, last_fault = row
    return Envelope(id=message_id, lane=lane, message=MESSAGE.load(message), tries=tries, last_fault=last_fault)
