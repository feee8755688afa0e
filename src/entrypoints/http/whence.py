"""Where a request comes from, as far as it is used: whole to count by, in part to keep."""

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any, Final

from litestar import Request

from entrypoints.http.limits import counted_address, peer_of
from errand_domain.use_cases.signing_in.entering import Arrival

KEPT_BITS: Final = 48


def address_of(request: Request[Any, Any, Any]) -> str:
    """The network address to count by, as the limits count it; nothing where the server was not told."""
    return counted_address(request.scope)


def arrival_of(request: Request[Any, Any, Any], device: str, known_by: str) -> Arrival:
    """What the list of sessions shows: how the device is called, and the network without the host in it.

    `known_by` is what the device was given with its last session.
    """
    match peer_of(request.scope):
        case IPv4Address() as address:
            place = f"{str(address).rpartition('.')[0]}.*"
        case IPv6Address() as address:
            place = str(ip_network((address, KEPT_BITS), strict=False))
        case _:
            place = ""
    return Arrival(device=device, place=place, known_by=known_by)
