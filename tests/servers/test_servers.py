"""The servers that every other test leans on: real, private, and gone afterwards."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.servers import install
from tests.servers.browser import PATH_VARIABLE
from tests.servers.client import PROJECT, URL_VARIABLES
from tests.servers.databases import fresh_database
from tests.servers.programs import RedisServer
from tests.servers.server import Missing
from tests.servers.supervisor import READY, SOCKET_NAME

needs_redis = pytest.mark.skipif(
    "redis" in install.missing_servers({}) and os.environ.get("CI") != "true",
    reason="redis-server is not installed",
)


async def ask(url: str, question: str) -> str:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return str((await connection.execute(text(question))).scalar_one())
    finally:
        await engine.dispose()


async def test_postgres_writes_every_commit_through(postgres_url):
    assert await ask(postgres_url, "SHOW fsync") == "on"
    assert await ask(postgres_url, "SHOW synchronous_commit") == "on"


async def test_mariadb_writes_every_commit_through(mariadb_url):
    assert await ask(mariadb_url, "SELECT @@innodb_flush_log_at_trx_commit") == "1"


async def test_mariadb_holds_every_letter(mariadb_url):
    assert await ask(mariadb_url, "SELECT '跑腿🏃'") == "跑腿🏃"


async def test_each_worker_has_databases_of_its_own(postgres_url, mariadb_url, worker_name):
    assert await ask(postgres_url, "SELECT current_database()") == f"errand_{worker_name}"
    assert await ask(mariadb_url, "SELECT database()") == f"errand_{worker_name}"


def test_redis_answers(redis_url):
    with Redis.from_url(redis_url) as redis:
        assert redis.ping()


@pytest.fixture
def folder():
    """A folder that the servers' own accounts may enter; pytest's are for its user alone."""
    path = Path(tempfile.mkdtemp(prefix="errand-servers-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@needs_redis
def test_a_server_can_be_taken_away_and_brought_back(folder):
    server = RedisServer(folder / "redis")
    server.start()
    try:
        server.kill()
        assert not listens(server.port)
        server.resume()
        assert server.came_up()
    finally:
        server.stop()
    assert not listens(server.port)


def test_a_database_name_that_is_not_ours_is_refused():
    with pytest.raises(ValueError, match="not a database name"):
        fresh_database("postgresql+asyncpg://errand@127.0.0.1/postgres", "errand; drop database errand")


def test_no_test_leaves_this_machine():
    with pytest.raises(PermissionError, match="only this machine"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(PermissionError, match="only this machine"):
        socket.getaddrinfo("campus.example", 80)


@needs_redis
@pytest.mark.parametrize("how", ["the run is killed", "it is told to end", "it is killed itself"])
def test_servers_are_gone_when_the_run_is_gone(folder, how):
    with subprocess.Popen(
        [sys.executable, "-m", "tests.servers.supervisor", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
    ) as supervisor:
        assert supervisor.stdout.readline() == READY
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(folder / SOCKET_NAME))
            connection.sendall(b"redis\n")
            port = urlsplit(json.loads(connection.makefile("r").readline())["url"]).port
        assert listens(port)
        match how:
            case "the run is killed":
                supervisor.stdin.close()  # as the system does for a killed process
            case "it is told to end":
                supervisor.terminate()
            case _:
                supervisor.kill()
    assert gone_soon(port)
    assert not folder.exists() or how == "it is killed itself"


def gone_soon(port: int) -> bool:
    deadline = time.monotonic() + 10
    while listens(port) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not listens(port)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_missing_server_is_named_with_the_package_that_brings_it(monkeypatch):
    monkeypatch.setattr(RedisServer, "programs", classmethod(_nothing_here))
    given = dict.fromkeys((URL_VARIABLES["postgres"], URL_VARIABLES["mariadb"], PATH_VARIABLE), "elsewhere")
    assert install.skip_lines(given) == [
        "Redis is skipped: no program `redis-server` on this machine (Debian: apt-get install redis-server)",
    ]


@pytest.mark.parametrize(("ci", "exit_code"), [("true", 1), ("", 0)])
def test_a_missing_server_fails_the_suite_only_where_it_must_be_whole(monkeypatch, capsys, ci, exit_code):
    monkeypatch.setattr(RedisServer, "programs", classmethod(_nothing_here))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for variable in install.GIVEN.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("CI", ci)
    assert install.main() == exit_code
    assert "Redis is skipped" in capsys.readouterr().out


def _nothing_here(_: type[RedisServer]) -> None:
    raise Missing("no program `redis-server` on this machine")
