"""Timers: whatever is due is acted upon, each kind at its own pace."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog
from attrs import frozen

from entrypoints.worker.faults import named
from entrypoints.worker.metrics import FAULTS, TIMER_GAP_SECONDS, TIMERS
from entrypoints.worker.pace import LATEST_SECONDS, Pace, rest
from errand_domain.ports.outside import Clock
from errand_domain.ports.timers import TimerKind, Timers

AT_ONCE_MOST: Final = 32
LEASE: Final = timedelta(seconds=30)
TIMER_SECONDS_MOST: Final = 20.0  # within the lease

Fire = Callable[[TimerKind, str], Awaitable[None]]
log = structlog.get_logger("timers")


@frozen(kw_only=True)
class TimerWatch:
    """Watches one kind of timer. One that fails is tried again when its lease has run out."""

    kind: TimerKind
    timers: Timers
    fire: Fire
    clock: Clock
    at_once_most: int = AT_ONCE_MOST
    seconds_most: float = TIMER_SECONDS_MOST
    pause_most: float = LATEST_SECONDS

    async def run(self, stopping: asyncio.Event) -> None:
        """Fire what is due until told to stop; what was taken is finished first, in twenty seconds at most."""
        pace = Pace(latest=self.pause_most)
        loop = asyncio.get_running_loop()
        looked = loop.time()
        while not stopping.is_set():
            try:
                found = await self.step() > 0
            except Exception as fault:  # noqa: BLE001 - whatever it is, the next round may succeed
                FAULTS.labels(doing="timers").inc()
                log.warning("timers_unreachable", kind=self.kind, fault=named(fault))
                found = False
            before, looked = looked, loop.time()
            TIMER_GAP_SECONDS.labels(kind=self.kind).set(looked - before)
            await rest(pace.after(found=found), stopping)

    async def step(self) -> int:
        """One round: take and fire. How many were due."""
        now = self.clock.now()
        subjects = await self.timers.take(self.kind, now=now, leased_until=now + LEASE, limit=self.at_once_most)
        await asyncio.gather(*(self._fire(subject) for subject in subjects))
        return len(subjects)

    async def _fire(self, subject: str) -> None:
        """Fire one; never raises but to be cancelled."""
        try:
            await asyncio.wait_for(self.fire(self.kind, subject), self.seconds_most)
        except Exception as fault:  # noqa: BLE001 - one timer's fault is no other timer's
            TIMERS.labels(kind=self.kind, outcome="failed").inc()
            log.warning("timer_failed", kind=self.kind, subject=subject, fault=named(fault))
        else:
            TIMERS.labels(kind=self.kind, outcome="fired").inc()
