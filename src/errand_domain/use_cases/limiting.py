"""Hold to a limit, or say how long to wait."""

from datetime import datetime, timedelta

from errand_domain.ports.rate_limits import RateLimits, TooManyRequests


async def hold_to(limits: RateLimits, key: str, *, most: int, per: timedelta, at: datetime) -> None:
    """Raise `TooManyRequests` where that was asked for `most` times within `per` before."""
    wait = await limits.take(key, most=most, per=per, at=at)
    if wait is not None:
        raise TooManyRequests(int(wait.total_seconds()) + 1)
