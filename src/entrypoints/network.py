"""Whether what travels to the database and to Redis could be read or changed on its way.

It cannot where they are on this machine, or are reached over TLS by a name that is verified. An address has to say
where they are: without a host, drivers would ask the environment.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs, urlsplit

VERIFIED: Final = "verify-full"
NEEDED_OF_REDIS: Final = {"ssl_cert_reqs": "required", "ssl_check_hostname": "true"}
"""What an address may say of these words, and still have the server's certificate and name looked at."""


def is_safe_database(url: str) -> bool:
    """For the address of a database; raises `ValueError` where it is none."""
    if url.startswith(("memory:", "sqlite")):
        return True
    from sqlalchemy import make_url  # noqa: PLC0415 - it takes long, and only a server that is elsewhere needs it
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - see above

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("is not the address of a database") from None
    if parsed.normalized_query.get("sslmode", ())[-1:] == (VERIFIED,):
        return True
    places = [*parsed.normalized_query.get("host", ()), *parsed.normalized_query.get("unix_socket", ())]
    return _are_here([*places, *([parsed.host] if parsed.host else [])])


def is_safe_redis(url: str) -> bool:
    """For the address of a Redis; raises `ValueError` where it is none."""
    parsed = urlsplit(url)
    _ = parsed.port  # raises where it is no number
    query = parse_qs(parsed.query, keep_blank_values=True)
    if parsed.scheme == "unix":
        return True
    if parsed.scheme == "rediss":
        return all(query.get(name, [right]) == [right] for name, right in NEEDED_OF_REDIS.items())
    return _are_here([*query.get("host", ()), *([parsed.hostname] if parsed.hostname else [])])


def _are_here(places: Iterable[str]) -> bool:
    """Whether all of them are sockets or loopback addresses of this machine, and there are some."""
    named = [place for written in places for place in written.split(",")]
    return bool(named) and all(map(_is_here, named))


def _is_here(place: str) -> bool:
    host = place.strip("[]")
    if place.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
