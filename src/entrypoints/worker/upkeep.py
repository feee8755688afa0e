"""Slow chores: how long the queue is, the chain of the audit record, and what is past its time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from attrs import frozen

from entrypoints.worker.faults import named
from entrypoints.worker.metrics import FAULTS, OVERDUE, PARKED, PENDING
from entrypoints.worker.pace import rest
from errand_domain.ports.outbox import Relay
from errand_domain.use_cases.background.forget_what_is_over import CountWhatIsDue, ForgetWhatIsOver

EVERY_SECONDS: Final = 5.0
FORGET_EVERY_ROUNDS: Final = 120
PARKED_COUNTED_MOST: Final = 100

log = structlog.get_logger("upkeep")


@frozen(kw_only=True)
class Upkeep:
    """Measures the outbox and links the audit record every few seconds; every ten minutes forgets what is over."""

    relay: Relay
    link: Callable[[], Awaitable[int]]
    forgetting: ForgetWhatIsOver
    counting: CountWhatIsDue

    async def run(self, stopping: asyncio.Event) -> None:
        """Go round until told to stop."""
        rounds = 0
        while not stopping.is_set():
            try:
                await self.measure()
                await self.link()
                if rounds % FORGET_EVERY_ROUNDS == 0:
                    await self.forget()
            except Exception as fault:  # noqa: BLE001 - a chore that fails is done in the next round
                FAULTS.labels(doing="upkeep").inc()
                log.warning("upkeep_failed", fault=named(fault))
            rounds += 1
            await rest(EVERY_SECONDS, stopping)

    async def measure(self) -> None:
        """Set the gauges."""
        PENDING.set(await self.relay.pending())
        PARKED.set(len(await self.relay.parked(limit=PARKED_COUNTED_MOST)))

    async def forget(self) -> None:
        """Drop what is past its time, and measure what should be gone by now."""
        counts = await self.forgetting()
        if counts:
            log.info("forgotten", counts=dict(counts))
        for kind, found in (await self.counting()).items():
            OVERDUE.labels(kind=kind).set(found.overdue)
