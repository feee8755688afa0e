"""How often one may ask: the page made from the table that the gate holds everybody to."""

from entrypoints.http.limits import LIMITS, MINUTE, UNKNOWN_SESSIONS, Limit
from errand_domain.ports.rate_limits import TooManyRequests
from tests.docs.pages import header, table

ABOUT = f"""More than that is refused with status 429, `{TooManyRequests.code}` and `Retry-After`, the seconds until
there is room again. A refused request does not count, and asks the database nothing; only a token that is new to a
server is looked up first, and counts where it was none. In no window of the length given,
wherever it begins, are more requests let through. A request that is repeated with its `Idempotency-Key` counts like
any other.

`ERRAND_REDIS_URL` makes all servers count together; without it, and while Redis is gone, each process counts for
itself. `ERRAND_TRUSTED_PROXIES` names the networks whose `X-Forwarded-For` is believed; everybody else is counted by
the address that they connect from. An IPv4 address is the same one where it is written as IPv6 (`::ffff:10.0.0.1`). Of
an IPv6 address the first 64 bits count. `ERRAND_RATE_LIMITS=off` lets everything through, in development only.
"""
UNLIMITED = "Providers' notifications, health and figures are not limited: limit them where the server is reached.\n"


def limits_page() -> str:
    """Every limit, with what it covers."""
    rows = [(f"`{name}`", *row(limit)) for name, limit in LIMITS.items()]
    rows.append(("`unknown_session`", *row(UNKNOWN_SESSIONS)))
    return "\n".join(
        [
            header("Rate limits", "entrypoints/http/limits.py"),
            ABOUT,
            table(("class", "most", "of one", "what it covers"), rows),
            UNLIMITED,
        ]
    )


def row(limit: Limit) -> tuple[str, str, str]:
    """A limit as a person reads it."""
    assert limit.per == MINUTE
    return (f"{limit.most} a minute", limit.by, limit.what)
