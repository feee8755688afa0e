"""What every test may ask for: addresses of real servers, one event loop, Hypothesis at the right speed.

The process that pytest was started as owns the servers; xdist's workers find them through the environment. A
server is started when the first test asks for it, so a run of `tests/domain` starts none.
"""

import ipaddress
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.client import FOLDER_VARIABLE, URL_VARIABLES, Servers, server_url
from tests.servers.databases import drop_database, fresh_database
from tests.servers.install import skip_lines
from tests.servers.server import Missing

IN_CI: Final = os.environ.get("CI") == "true"
SERVERS_KEY: Final = pytest.StashKey[Servers]()

settings.register_profile("dev", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if IN_CI else "dev")


def pytest_configure(config: pytest.Config) -> None:
    """Start the supervisor in the one process that outlives the workers."""
    sys.addaudithook(_stay_on_this_machine)
    if not hasattr(config, "workerinput") and FOLDER_VARIABLE not in os.environ:
        config.stash[SERVERS_KEY] = Servers()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, after Ctrl-C as well."""
    if SERVERS_KEY in config.stash:
        config.stash[SERVERS_KEY].close()
        del config.stash[SERVERS_KEY]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each server that was not here, once."""
    for line in skip_lines(os.environ):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio alone: the drivers know no other loop."""
    return "asyncio"


@pytest.fixture(scope="session")
def worker_name() -> str:
    """`gw0`, `gw1`, … under xdist, else `main`."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def postgres_url(worker_name: str) -> Iterator[str]:
    """An empty PostgreSQL database, this worker's own."""
    yield from _database("postgres", worker_name)


@pytest.fixture(scope="session")
def mariadb_url(worker_name: str) -> Iterator[str]:
    """An empty MariaDB database, this worker's own."""
    yield from _database("mariadb", worker_name)


@pytest.fixture(scope="session")
def redis_url(worker_name: str) -> str:
    """A Redis that no other worker uses; flush it at will. One given from outside is shared by number."""
    url = _or_skip(lambda: server_url("redis", apart=worker_name))
    if os.environ.get(URL_VARIABLES["redis"]):
        number = 0 if worker_name == "main" else int(worker_name.removeprefix("gw"))
        return urlsplit(url)._replace(path=f"/{number}").geturl()
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database file that does not exist yet, this test's own."""
    return f"sqlite:///{tmp_path / 'errand.sqlite3'}"


def _database(kind: str, worker_name: str) -> Iterator[str]:
    server = _or_skip(lambda: server_url(kind))
    name = f"errand_{worker_name}"
    yield fresh_database(server, name)
    drop_database(server, name)


def _or_skip(ask: Callable[[], str]) -> str:
    """A missing server skips the test on a person's machine and fails it where the suite must be whole."""
    try:
        return ask()
    except Missing as missing:
        if IN_CI:
            pytest.fail(f"the suite must ask every server: {missing}")
        pytest.skip(str(missing))


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """No test reaches beyond the loopback; one that tries hears it at once instead of timing out."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # Unix sockets have a path instead
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if not isinstance(host, str) or host in {"", "localhost"}:
        return
    try:
        address_named = ipaddress.ip_address(host.partition("%")[0])
        is_here = address_named.is_loopback or address_named.is_unspecified
    except ValueError:
        is_here = False
    if not is_here:
        raise PermissionError(f"a test tried to reach {host}; only this machine is allowed")
