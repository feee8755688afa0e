"""How long to wait before looking again: not at all while there is work, ever longer while there is none."""

import asyncio
from typing import Final

from attrs import define

SOONEST_SECONDS: Final = 0.05
LATEST_SECONDS: Final = 1.0


@define
class Pace:
    """A pause that doubles while nothing is found, from `soonest` to `latest` seconds."""

    soonest: float = SOONEST_SECONDS
    latest: float = LATEST_SECONDS
    _pause: float = 0.0

    def after(self, *, found: bool) -> float:
        """The pause after a look that found something or nothing."""
        self._pause = 0.0 if found else min(max(self._pause * 2, self.soonest), self.latest)
        return self._pause


async def rest(seconds: float, stopping: asyncio.Event) -> None:
    """Wait that long, or until it is time to stop."""
    if not seconds:
        await asyncio.sleep(0)
        return
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
