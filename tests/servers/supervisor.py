"""The process that owns the servers of one test run.

It listens on a Unix socket for one line, `postgres`, `mariadb` or `redis gw0`, and answers with one line of
JSON: the address, or why there is none. It ends when its standard input closes, which happens however the
test run ends, a kill included: then it stops every server and removes the folder. One thread, one request at
a time: two workers that ask for the same server at once get the same one.
"""

import json
import selectors
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.servers.programs import SERVERS
from tests.servers.server import Missing, NotStarted, Server

SOCKET_NAME: Final = "servers.sock"
READY: Final = b"ready\n"


class Supervisor:
    """Starts what is asked for, once, and stops everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: dict[str, Server] = {}
        self._answers: dict[str, dict[str, str]] = {}

    def answer(self, request: str) -> dict[str, str]:
        """The server of that name, started now if this is the first to ask.

        A second word asks for one apart from the others: Redis is so light that every worker gets its own,
        and with it its own channels and the right to flush or stop it.
        """
        if request not in self._answers:
            self._answers[request] = self._start(request)
        return self._answers[request]

    def _start(self, request: str) -> dict[str, str]:
        kind = request.partition(" ")[0]
        if kind not in SERVERS:
            return {"failed": f"no such server: {request}"}
        server = SERVERS[kind](self._folder / request.replace(" ", "-"))
        self._servers[request] = server
        try:
            return {"url": server.start()}
        except Missing as missing:
            return {"missing": f"{server.name}: {missing}"}
        except NotStarted as failure:
            return {"failed": str(failure)}

    def close(self) -> None:
        """Stop every server and remove what they wrote."""
        for server in self._servers.values():
            server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def serve(folder: Path) -> None:
    """Answer until standard input closes."""
    supervisor = Supervisor(folder)
    # Ctrl-C reaches the whole terminal; the test run decides when its servers go.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
            listener.bind(str(folder / SOCKET_NAME))
            listener.listen()
            selector.register(listener, selectors.EVENT_READ)
            selector.register(sys.stdin, selectors.EVENT_READ)
            sys.stdout.buffer.write(READY)
            sys.stdout.buffer.flush()
            while all(key.fileobj is listener for key, _ in selector.select()):
                _answer_one(listener, supervisor)
    finally:
        supervisor.close()


def _answer_one(listener: socket.socket, supervisor: Supervisor) -> None:
    connection, _ = listener.accept()
    # A worker may be gone before its answer is ready; that is its own affair.
    with connection, suppress(OSError):
        connection.settimeout(5)
        request = connection.makefile("r").readline().strip()
        connection.sendall(json.dumps(supervisor.answer(request)).encode() + b"\n")


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
