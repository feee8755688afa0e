"""Both ways to listen: at a port of one's own, and with small packets sent at once.

asyncio does that only where it knows that the socket is TCP. Elsewhere the end of each answer waits for the client's
delayed acknowledgement, forty milliseconds.
"""

import socket
from collections.abc import Callable

import pytest

from entrypoints.cli.sandbox_serving import _listening
from entrypoints.demo.serving import listening


@pytest.mark.parametrize("listen", [listening, _listening], ids=["demo", "alone"])
def test_the_socket_says_that_it_is_tcp(listen: Callable[[int], socket.socket]):
    with listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_port_that_somebody_will_serve_at_soon_is_taken():
    """Two demonstrations that start together would else both bind it, and the later one end as soon as it listens."""
    with listening(0) as first:
        port = first.getsockname()[1]
        with listening(port) as second:
            assert second.getsockname()[1] != port
