"""The sandbox on a port of this machine, served from a thread: whoever asks it asks over real sockets."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from typing import Any

import uvicorn

from entrypoints.sandbox.app import Sandbox

STOP_SECONDS = 1
TLS = ssl.create_default_context()
"""Never used here; made for each client anew, it would take most of the time of these tests."""


class QuietServer(uvicorn.Server):
    """A server that leaves the signals of the process to the process."""

    def capture_signals(self) -> Any:
        return nullcontext()


@contextmanager
def served(make: Callable[[str], Sandbox]) -> Generator[str, None, None]:
    """The address at which the sandbox that `make` makes of it answers."""
    with socket.socket(
        proto=socket.IPPROTO_TCP
    ) as listener:  # asyncio sends at once only where it knows that it is TCP
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            make(address),
            lifespan="on",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        server = QuietServer(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the sandbox did not start"
            thread.join(0.01)
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join()
