"""The outbox's way out: messages are delivered at least once, in order within a lane, many lanes at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Final

import structlog
from attrs import Factory, field, frozen

from entrypoints.worker.backoff import TRIES_MOST, pause_after
from entrypoints.worker.faults import named
from entrypoints.worker.metrics import FAULTS, MESSAGE_SECONDS, MESSAGES
from entrypoints.worker.pace import Pace, rest
from errand_domain.ids import MessageId
from errand_domain.ports.outbox import NEVER_PARKED, Envelope, Message, Relay
from errand_domain.ports.outside import Clock

LANES_MOST: Final = 128
LEASE: Final = timedelta(seconds=30)
MESSAGE_SECONDS_MOST: Final = 20.0  # well within the lease, so that no second worker takes what the first still does
ROUND_SECONDS: Final = 0.05

Deliver = Callable[[Message], Awaitable[None]]
log = structlog.get_logger("outbox")


@frozen(kw_only=True)
class OutboxRelay:
    """Takes what is due, delivers it, and says so.

    The outbox hands out the oldest message of each lane only, so everything in hand may be delivered at once. A message
    that fails is postponed, ever longer, and parked after ten tries, unless bytes would stay with that; a slow one
    holds up its own lane alone.
    """

    relay: Relay
    deliver: Deliver
    clock: Clock
    lanes_most: int = LANES_MOST
    seconds_most: float = MESSAGE_SECONDS_MOST
    chance: Random = Factory(Random)
    in_hand: set[asyncio.Task[None]] = field(init=False, factory=set[asyncio.Task[None]])
    delivered: list[MessageId] = field(init=False, factory=list[MessageId])

    async def run(self, stopping: asyncio.Event, *, grace_seconds: float) -> None:
        """Deliver until told to stop; then finish what is in hand, as far as the grace allows."""
        pace = Pace()
        while not stopping.is_set():
            try:
                found = await self.step()
            except Exception as fault:  # noqa: BLE001 - whatever it is, the next round may succeed
                FAULTS.labels(doing="outbox").inc()
                log.warning("outbox_unreachable", fault=named(fault))
                found = False
            await rest(pace.after(found=found), stopping)
        await self._finish(grace_seconds)

    async def step(self) -> bool:
        """One round: take, deliver, report. Whether there was anything to do."""
        taken = await self._take()
        if self.in_hand:
            await asyncio.wait(self.in_hand, timeout=ROUND_SECONDS)
        await self._report()
        return taken > 0

    async def drain(self) -> int:
        """Deliver until nothing is due any more; how many were taken. For tests and for seeding."""
        count = 0
        while taken := await self._take():
            count += taken
            await asyncio.wait(self.in_hand)
            await self._report()
        return count

    async def _take(self) -> int:
        room = self.lanes_most - len(self.in_hand)
        if room <= 0:
            return 0
        now = self.clock.now()
        taken = await self.relay.take(now=now, leased_until=now + LEASE, limit=room)
        for envelope in taken:
            task = asyncio.create_task(self._try(envelope), name=f"message {envelope.id}")
            self.in_hand.add(task)
            task.add_done_callback(self.in_hand.discard)
        return len(taken)

    async def _try(self, envelope: Envelope) -> None:
        """One try; never raises but to be cancelled."""
        kind = type(envelope.message).__name__
        try:
            with MESSAGE_SECONDS.labels(kind=kind).time():
                await asyncio.wait_for(self.deliver(envelope.message), self.seconds_most)
        except Exception as fault:  # noqa: BLE001 - one message's fault is no other message's
            await self._put_off(envelope, kind, fault)
        else:
            self.delivered.append(envelope.id)
            MESSAGES.labels(kind=kind, outcome="delivered").inc()

    async def _put_off(self, envelope: Envelope, kind: str, fault: Exception) -> None:
        tries, written = envelope.tries + 1, named(fault)
        is_last = tries >= TRIES_MOST
        outcome = "parked" if is_last and not isinstance(envelope.message, NEVER_PARKED) else "postponed"
        facts = {"message_id": str(envelope.id), "lane": envelope.lane, "kind": kind, "tries": tries, "fault": written}
        try:
            if outcome == "parked":
                await self.relay.park(envelope.id, fault=written)
                log.error("message_parked", **facts)
            else:
                until = self.clock.now() + pause_after(envelope.tries, self.chance)
                await self.relay.postpone(envelope.id, until=until, fault=written)
                (log.error if is_last else log.warning)("message_postponed", **facts)
        except Exception as second:  # noqa: BLE001 - its lease runs out, and it is tried again then
            FAULTS.labels(doing="postpone").inc()
            log.warning("message_left_to_its_lease", **facts, second_fault=named(second))
        else:
            MESSAGES.labels(kind=kind, outcome=outcome).inc()

    async def _report(self) -> None:
        """Say what was delivered. What could not be said is kept for the next round, and at worst delivered again."""
        if not self.delivered:
            return
        ids = tuple(self.delivered)
        await self.relay.done(ids)
        del self.delivered[: len(ids)]

    async def _finish(self, grace_seconds: float) -> None:
        if self.in_hand:
            _, late = await asyncio.wait(self.in_hand, timeout=grace_seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("messages_left_to_their_lease", count=len(late))
                await asyncio.wait(late)
        with suppress(Exception):
            await self._report()
