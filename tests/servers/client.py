"""Asking for a server: by environment variable if one is given, else from the supervisor of this run."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.servers.server import Missing, NotStarted
from tests.servers.supervisor import READY, SOCKET_NAME

FOLDER_VARIABLE: Final = "ERRAND_TEST_SERVERS_FOLDER"
URL_VARIABLES: Final = {
    "postgres": "ERRAND_TEST_POSTGRES_URL",
    "mariadb": "ERRAND_TEST_MARIADB_URL",
    "redis": "ERRAND_TEST_REDIS_URL",
}
ANSWER_SECONDS_MAX: Final = 200
PROJECT: Final = Path(__file__).resolve().parents[2]


class Servers:
    """The supervisor, as the test run that started it holds it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="errand-servers-"))
        self.folder.chmod(0o755)  # the servers' own accounts must reach the folders in it
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.supervisor", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != READY:
            raise NotStarted("the supervisor of the test servers did not start")
        os.environ[FOLDER_VARIABLE] = str(self.folder)

    def close(self) -> None:
        """Stop all servers and wait until they are gone."""
        os.environ.pop(FOLDER_VARIABLE, None)
        self._process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


def server_url(kind: str, apart: str = "") -> str:
    """Where the server of this kind is; it is started now if nobody asked before.

    `apart` asks for one that nobody else gets. It has no say over a server given by environment variable.
    """
    if given := os.environ.get(URL_VARIABLES[kind]):
        return given
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_SECONDS_MAX)
        connection.connect(f"{os.environ[FOLDER_VARIABLE]}/{SOCKET_NAME}")
        connection.sendall(f"{kind} {apart}".strip().encode() + b"\n")
        answer: dict[str, str] = json.loads(connection.makefile("r").readline())
    match answer:
        case {"url": url}:
            return url
        case {"missing": why}:
            raise Missing(why)
        case _:
            raise NotStarted(answer.get("failed", "no reason given"))
