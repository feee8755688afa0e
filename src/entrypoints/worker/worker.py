"""The worker: relay, timers and upkeep together, in one loop, until told to stop."""

import asyncio
import signal
from typing import TYPE_CHECKING, Final, cast

import structlog
from attrs import field, frozen

from entrypoints.container import Container
from entrypoints.worker.outbox import OutboxRelay
from entrypoints.worker.pace import LATEST_SECONDS
from entrypoints.worker.timers import TimerWatch
from entrypoints.worker.upkeep import Upkeep
from errand_domain.ports.timers import ERASING, TIMER_KINDS, TimerKind, Timers

if TYPE_CHECKING:
    from errand_domain.ports.outbox import Relay

GRACE_SECONDS: Final = 20.0
ERASING_LATEST_SECONDS: Final = 30.0

log = structlog.get_logger("worker")


@frozen(kw_only=True)
class Worker:
    """Any number of workers may run beside each other, and beside any number of servers."""

    relay: OutboxRelay
    watches: tuple[TimerWatch, ...]
    upkeep: Upkeep
    grace_seconds: float = GRACE_SECONDS
    stopping: asyncio.Event = field(init=False, factory=asyncio.Event)

    async def run(self) -> None:
        """Work until `stop`; then finish what is in hand, and no longer than the grace."""
        log.info("worker_started")
        async with asyncio.TaskGroup() as group:
            group.create_task(self.relay.run(self.stopping, grace_seconds=self.grace_seconds), name="outbox")
            group.create_task(self.upkeep.run(self.stopping), name="upkeep")
            for watch in self.watches:
                group.create_task(watch.run(self.stopping), name=f"timers {watch.kind}")
        log.info("worker_stopped")

    def stop(self) -> None:
        """Take nothing more."""
        self.stopping.set()

    async def drain(self) -> None:
        """Do everything that is due at this moment, and what follows from it. For tests and for seeding."""
        while await self.relay.drain() + sum([await watch.step() for watch in self.watches]):
            pass


def make_worker(container: Container) -> Worker:
    """The worker of that installation."""
    # The database is a dependency of the container, which therefore knows its ports by name only.
    relay = cast("Relay", container.relay())
    timers = cast("Timers", container.timers())
    clock, fire = container.clock(), container.fire_timer()
    return Worker(
        relay=OutboxRelay(relay=relay, deliver=container.deliver_message(), clock=clock),
        watches=tuple(
            TimerWatch(kind=kind, timers=timers, fire=fire, clock=clock, pause_most=_pause_of(kind))
            for kind in TIMER_KINDS
        ),
        upkeep=Upkeep(
            relay=relay,
            link=container.link_audit(),
            forgetting=container.forget_what_is_over(),
            counting=container.count_what_is_due(),
        ),
    )


def _pause_of(kind: TimerKind) -> float:
    """What is erased months after the fact need not be looked for every second."""
    return ERASING_LATEST_SECONDS if kind in ERASING else LATEST_SECONDS


async def run_until_told(worker: Worker) -> None:
    """Run until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, worker.stop)
    try:
        await worker.run()
    finally:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)
