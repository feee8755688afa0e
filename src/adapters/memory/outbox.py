"""The outbox and its other end, in memory."""

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve

from adapters.memory.access import Access, Pause
from adapters.memory.ids import MemoryIds
from adapters.memory.tables import Posted, Tables
from errand_domain.errors import Missing
from errand_domain.ids import MessageId
from errand_domain.ports.outbox import Envelope, Message, Outbox, Relay


class MemoryOutbox(Outbox):
    """Where a transaction leaves its messages, and says of parked ones that they go on."""

    def __init__(self, access: Access, ids: MemoryIds) -> None:
        self._access = access
        self._ids = ids

    def add(self, message: Message, *, at: datetime, lane: str | None = None) -> None:
        """Keep the message from the commit on."""

        def write(tables: Tables) -> None:
            message_id = MessageId(self._ids.new())
            envelope = Envelope(id=message_id, lane=lane or str(message_id), message=message, tries=0)
            tables.messages.put(envelope.id, Posted(envelope=envelope, due_at=at))

        self._access.gather(write)

    def retry(self, message_id: MessageId, *, at: datetime) -> None:
        """Try a parked message again, from then on; the commit raises `Missing` where no such message is parked."""

        def write(tables: Tables) -> None:
            posted = tables.messages.get(message_id)
            if posted is None or not posted.parked:
                raise Missing("message")
            tables.messages.put(message_id, evolve(posted, parked=False, due_at=at))

        self._access.gather(write)


class MemoryRelay(Relay):
    """The other end of the outbox."""

    def __init__(self, tables: Tables, pause: Pause) -> None:
        self._tables = tables
        self._pause = pause

    async def take(self, *, now: datetime, leased_until: datetime, limit: int) -> tuple[Envelope, ...]:
        """Due messages, the oldest of each lane only, leased to the caller."""
        await self._pause()
        heads: dict[str, Posted] = {}
        for posted in self._tables.messages:
            heads.setdefault(posted.envelope.lane, posted)
        ready = [head for head in heads.values() if _is_ready(head, now)][:limit]
        for posted in ready:
            self._put(evolve(posted, leased_until=leased_until))
        return tuple(posted.envelope for posted in ready)

    async def done(self, message_ids: Sequence[MessageId]) -> None:
        """They were delivered."""
        await self._pause()

        def write(tables: Tables) -> None:
            for message_id in message_ids:
                tables.messages.remove(message_id)

        self._tables.change([write])

    async def postpone(self, message_id: MessageId, *, until: datetime, fault: str) -> None:
        """Try again then."""
        await self._pause()
        posted = self._tables.messages.get(message_id)
        if posted is not None:
            self._put(evolve(_tried(posted, fault), due_at=until, leased_until=None))

    async def park(self, message_id: MessageId, *, fault: str) -> None:
        """Not to be tried until an operator says so."""
        await self._pause()
        posted = self._tables.messages.get(message_id)
        if posted is not None:
            self._put(evolve(_tried(posted, fault), parked=True, leased_until=None))

    async def parked(self, *, limit: int) -> tuple[Envelope, ...]:
        """What is parked, oldest first."""
        await self._pause()
        return tuple(posted.envelope for posted in self._tables.messages if posted.parked)[:limit]

    async def pending(self) -> int:
        """How many messages wait, parked ones not counted."""
        await self._pause()
        return sum(not posted.parked for posted in self._tables.messages)

    def _put(self, posted: Posted) -> None:
        self._tables.change([lambda tables: tables.messages.put(posted.envelope.id, posted)])


def _is_ready(posted: Posted, now: datetime) -> bool:
    is_leased = posted.leased_until is not None and now < posted.leased_until
    return posted.due_at <= now and not posted.parked and not is_leased


def _tried(posted: Posted, fault: str) -> Posted:
    tries = posted.envelope.tries + 1
    return evolve(posted, envelope=evolve(posted.envelope, tries=tries, last_fault=fault))
