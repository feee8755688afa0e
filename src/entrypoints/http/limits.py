"""How often somebody may ask: one table by class of route. Who asks is a member, or else a network address."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final, Literal, cast

from attrs import frozen
from litestar.handlers import HTTPRouteHandler
from litestar.types import HTTPScope

from entrypoints.container import Container
from errand_domain.ids import MemberId
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.limiting import hold_to, refused_for

RouteClass = Literal[
    "reading", "writing", "uploading", "sending", "hall", "public_reading", "signing_in", "tickets", "unlimited"
]
By = Literal["member", "address"]

MINUTE: Final = timedelta(minutes=1)
IPV6_BITS: Final = 64
"""Of an IPv6 address that are counted: whoever has one has all of its network."""
SESSIONS_KNOWN_MOST: Final = 20_000
ADDRESSES_SHUT_MOST: Final = 10_000


@frozen(kw_only=True)
class Limit:
    """So many in any minute, of one member or from one address."""

    most: int
    by: By
    what: str
    per: timedelta = MINUTE


LIMITS: Final[Mapping[RouteClass, Limit]] = {
    "reading": Limit(most=240, by="member", what="every GET that is not named below"),
    "writing": Limit(most=60, by="member", what="every POST, PUT and DELETE that is not named below"),
    "uploading": Limit(most=30, by="member", what="images"),
    "hall": Limit(most=60, by="member", what="the open errands around a place"),
    "sending": Limit(most=600, by="address", what="images that come with a ticket"),
    # A whole campus may stand behind one address.
    "public_reading": Limit(most=1_200, by="address", what="campuses, places, documents: what needs no session"),
    "signing_in": Limit(most=120, by="address", what="codes and sessions, before there is a member"),
    # Nobody guesses a ticket, and after a long break a campus comes back all at once.
    "tickets": Limit(most=1_200, by="address", what="sessions by WeChat's ticket"),
}
"""Literal, and told to people by docs/reference/limits.md."""

UNKNOWN_SESSIONS: Final = Limit(most=6_000, by="address", what="tokens of no session, or of one that has ended")
"""A guard of the database and not of the tokens, which nobody guesses: wide, for a campus behind one address whose
sessions have ended together. Tokens that prove good do not count here, however many are new to a server."""
UPLOADING: Final[dict[str, RouteClass]] = {"limit": "uploading"}
TICKETS: Final[dict[str, RouteClass]] = {"limit": "tickets"}
SENDING: Final[dict[str, RouteClass]] = {"limit": "sending"}
HALL: Final[dict[str, RouteClass]] = {"limit": "hall"}
UNLIMITED: Final[dict[str, RouteClass]] = {"limit": "unlimited"}


def route_class(handler: HTTPRouteHandler) -> RouteClass:
    """The class of a route: the one that it names, or what follows from its method and from who may come in."""
    is_reading = "GET" in handler.http_methods
    if handler.opt.get("access") == "public":
        usual: RouteClass = "public_reading" if is_reading else "signing_in"
    else:
        usual = "reading" if is_reading else "writing"
    return cast("RouteClass", handler.opt.get("limit", usual))


class Limits:
    """Holds requests to the table, before the database is asked for anything.

    Whose session a token is, is remembered from the last time that it was good: that chooses what to count by and lets
    nobody in. A token that is not remembered is looked up, and counts against its address only where it was none; from
    an address that has sent too many of those, unknown tokens are refused unread until there is room again. What is
    repeated with an idempotency key counts like any other request: to know that it is one would take a look into the
    database.
    """

    def __init__(self, container: Container) -> None:
        self._is_on = container.settings().rate_limits
        self._limits = container.rate_limits
        self._clock = container.clock
        self._members = OrderedDict[bytes, MemberId]()
        self._shut_until = OrderedDict[str, datetime]()

    async def hold_address(self, scope: HTTPScope) -> None:
        """For what needs no session: raises `TooManyRequests`."""
        kind = route_class(cast("HTTPRouteHandler", scope["route_handler"]))
        if kind != "unlimited":
            await self._take(f"{kind}:{counted_address(scope)}", LIMITS[kind])

    async def hold_session(self, scope: HTTPScope, token: str) -> bool:
        """Before the session is read: raises `TooManyRequests`; says whether the member has been counted."""
        member_id = self._members.get(_digest(token))
        if member_id is None:
            self._check_open(counted_address(scope))
            return False
        await self._hold_member(scope, member_id)
        return True

    async def meet(self, scope: HTTPScope, token: str, member_id: MemberId) -> None:
        """The session was good, and its member not counted yet: raises `TooManyRequests`."""
        self._members[_digest(token)] = member_id
        if len(self._members) > SESSIONS_KNOWN_MOST:
            self._members.popitem(last=False)
        await self._hold_member(scope, member_id)

    async def miss(self, scope: HTTPScope, token: str) -> None:
        """There was no such session, or no more: raises `TooManyRequests` where its address has sent many of those."""
        self._members.pop(_digest(token), None)
        address = counted_address(scope)
        try:
            await self._take(f"unknown_session:{address}", UNKNOWN_SESSIONS)
        except TooManyRequests as refusal:
            self._shut_until[address] = self._clock().now() + timedelta(seconds=refusal.seconds)
            if len(self._shut_until) > ADDRESSES_SHUT_MOST:
                self._shut_until.popitem(last=False)
            raise

    def _check_open(self, address: str) -> None:
        until = self._shut_until.get(address)
        if until is None:
            return
        wait = until - self._clock().now()
        if wait > timedelta():
            raise refused_for(wait)
        del self._shut_until[address]

    async def _hold_member(self, scope: HTTPScope, member_id: MemberId) -> None:
        kind = route_class(cast("HTTPRouteHandler", scope["route_handler"]))
        if kind != "unlimited":
            await self._take(f"{kind}:{member_id}", LIMITS[kind])

    async def _take(self, key: str, limit: Limit) -> None:
        if self._is_on:
            await hold_to(self._limits(), key, most=limit.most, per=limit.per, at=self._clock().now())


def counted_address(scope: HTTPScope) -> str:
    """The address to count by; nothing where the server was not told, so that all of those count together."""
    found = peer_of(scope)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_BITS), strict=False))
    return str(found or "")


def peer_of(scope: HTTPScope) -> IPv4Address | IPv6Address | None:
    """Who asks, as far as the server was told.

    What listens for both versions writes IPv4 addresses as `::ffff:192.0.2.1`. They are IPv4 all the same: else the
    whole of that internet would be one network.
    """
    client = cast("dict[str, Any]", scope).get("client")
    try:
        found = ip_address(client[0]) if client else None
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
