"""Both ways to listen: asyncio sends small packets at once only where it knows that the socket is TCP.

Elsewhere the end of each answer waits for the client's delayed acknowledgement, forty milliseconds.
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
