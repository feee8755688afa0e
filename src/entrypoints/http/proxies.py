"""Whose word is taken for where a request comes from."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final, cast

from litestar.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

MAPPED: Final = IPv6Network("::ffff:0:0/96")
"""Where the addresses of IPv4 lie in IPv6: what listens for both versions writes `10.0.0.1` as `::ffff:10.0.0.1`."""


def with_peers_address(app: ASGIApp, trusted: Iterable[str]) -> ASGIApp:
    """The client is the peer, or whom the last of our own proxies saw; nobody else's word is taken for it."""
    spellings = [spelling for network in trusted for spelling in both_spellings(network)]
    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", app), spellings))


def both_spellings(network: str) -> tuple[str, ...]:
    """The network, and the same one as the other version of the protocol writes it, if that has it too."""
    match ip_network(network):
        case IPv4Network() as four:
            first = int(MAPPED.network_address) | int(four.network_address)
            return network, str(IPv6Network((first, MAPPED.prefixlen + four.prefixlen)))
        case IPv6Network() as six if six.subnet_of(MAPPED):
            first = int(six.network_address) & int(MAPPED.hostmask)
            return network, str(IPv4Network((first, six.prefixlen - MAPPED.prefixlen)))
        case _:
            return (network,)
