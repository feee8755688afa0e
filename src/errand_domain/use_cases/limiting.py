"""Hold to a limit, or say how long to wait."""

from datetime import datetime, timedelta
from typing import Final

from errand_domain.ports.rate_limits import RateLimits, TooManyRequests

ONE_SECOND: Final = timedelta(seconds=1)


async def hold_to(limits: RateLimits, key: str, *, most: int, per: timedelta, at: datetime) -> None:
    """Raise `TooManyRequests` where that was asked for `most` times within `per` before."""
    wait = await limits.take(key, most=most, per=per, at=at)
    if wait is not None:
        raise refused_for(wait)


def refused_for(wait: timedelta) -> TooManyRequests:
    """The refusal of whoever comes that much too early. It tells whole seconds, and never too few."""
    return TooManyRequests(-(-wait // ONE_SECOND))
