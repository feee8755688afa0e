"""Redis comes and goes; whoever asks is answered in time either way, and somebody is told."""

import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from adapters.memory.rate_limits import MemoryRateLimits
from adapters.redis.line import AGAIN_SECONDS, DEGRADED, RedisGone, RedisLine
from adapters.redis.rate_limits import PREFIX, RedisRateLimits
from errand_domain.testing.examples import NOW
from tests.adapters.tls import listening, passing_on, serving
from tests.certificates import write_certificate
from tests.servers.programs import RedisServer
from tests.servers.server import Missing

if TYPE_CHECKING:
    from redis.asyncio import Redis

MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis of this test's own, which it may take away."""
    folder = Path(tempfile.mkdtemp(prefix="errand-redis-"))
    folder.chmod(0o755)
    made = RedisServer(folder / "redis")
    try:
        made.start()
    except Missing as missing:
        pytest.skip(str(missing))
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Seconds:
    """Time that passes when the test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
async def line(server: RedisServer, seconds: Seconds) -> AsyncIterator[RedisLine]:
    opened = RedisLine(server.url, patience_seconds=20, time=seconds)
    yield opened
    await opened.close()


async def test_without_redis_a_process_counts_for_itself_and_with_it_again_everybody_together(
    server: RedisServer, line: RedisLine, seconds: Seconds
):
    limits = RedisRateLimits(line, without=MemoryRateLimits())
    assert await limits.take("key", most=1, per=MINUTE, at=NOW) is None
    server.kill()
    with capture_logs() as logs:
        # What Redis had counted is forgotten: more is allowed, never less; and then this process counts.
        assert await limits.take("key", most=1, per=MINUTE, at=NOW) is None
        assert await limits.take("key", most=1, per=MINUTE, at=NOW) == MINUTE
        assert not await line.is_there()
        assert DEGRADED._value.get() == 1
        server.resume()
        assert server.came_up()
        assert await limits.take("key", most=1, per=MINUTE, at=NOW) == MINUTE, "Redis was asked before its time"
        seconds.now += AGAIN_SECONDS
        assert await limits.take("key", most=1, per=MINUTE, at=NOW) is None
        assert await limits.take("key", most=1, per=MINUTE, at=NOW) == MINUTE
    assert [entry["event"] for entry in logs] == ["redis_degraded", "redis_back"]
    assert DEGRADED._value.get() == 0
    assert await line.is_there()


async def test_a_redis_that_says_nothing_is_waited_for_shortly_and_then_not_asked():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen()
        seconds = Seconds()
        line = RedisLine(f"redis://:hunter2@127.0.0.1:{silent.getsockname()[1]}/0", patience_seconds=0.05, time=seconds)
        limits = RedisRateLimits(line, without=MemoryRateLimits())
        begun = monotonic()
        with capture_logs() as logs:
            assert await limits.take("key", most=1, per=MINUTE, at=NOW) is None
            assert await limits.take("key", most=1, per=MINUTE, at=NOW) == MINUTE
            seconds.now += AGAIN_SECONDS
            assert await limits.take("key", most=1, per=MINUTE, at=NOW) == MINUTE
        assert monotonic() - begun < 5
        assert [entry["event"] for entry in logs] == ["redis_degraded"]
        assert "hunter2" not in str(logs)
        await line.close()


async def test_a_redis_that_refuses_to_write_is_as_good_as_gone(line: RedisLine):
    async def write(redis: "Redis") -> Any:
        return await redis.execute_command("LPUSH", "is a string", "1")

    await line.redis.set("is a string", "yes")
    with pytest.raises(RedisGone):
        await line.ask(write)
    assert line.is_degraded


async def test_a_key_goes_by_itself(line: RedisLine):
    limits = RedisRateLimits(line, without=MemoryRateLimits())
    await limits.take("key", most=2, per=MINUTE, at=NOW)
    lasts = await line.redis.pttl(PREFIX + "key")
    assert timedelta(0) < timedelta(milliseconds=lasts) <= 2 * MINUTE


async def test_what_was_loaded_into_a_redis_that_has_lost_its_scripts_is_loaded_again(line: RedisLine):
    limits = RedisRateLimits(line, without=MemoryRateLimits())
    await limits.take("key", most=1, per=MINUTE, at=NOW)
    await line.redis.script_flush()
    assert await limits.take("key", most=1, per=MINUTE, at=NOW) == MINUTE
    assert not line.is_degraded


async def test_the_key_that_was_idle_for_the_longest_is_forgotten_first():
    limits = MemoryRateLimits(keys_most=2)
    for key in ("one", "two"):
        assert await limits.take(key, most=1, per=MINUTE, at=NOW) is None
    assert await limits.take("one", most=1, per=MINUTE, at=NOW) == MINUTE
    assert await limits.take("three", most=1, per=MINUTE, at=NOW) is None
    assert await limits.take("one", most=1, per=MINUTE, at=NOW) == MINUTE, "who keeps asking is not forgotten"
    assert await limits.take("two", most=1, per=MINUTE, at=NOW) is None


async def test_redis_is_reached_over_tls_as_far_as_its_certificate_is_right(redis_url: str, tmp_path: Path):
    certificate, key = write_certificate(tmp_path, "127.0.0.1")
    stranger, _ = write_certificate(tmp_path, "stranger.example.edu.cn")
    port = urlsplit(redis_url).port or 6379
    async with listening(passing_on(port), tls=serving(certificate, key)) as front:
        for address, is_reached in (
            (f"rediss://127.0.0.1:{front}/0?ssl_ca_certs={certificate}", True),
            (f"rediss://localhost:{front}/0?ssl_ca_certs={certificate}", False),
            (f"rediss://127.0.0.1:{front}/0?ssl_ca_certs={stranger}", False),
            (f"rediss://127.0.0.1:{front}/0", False),
        ):
            line = RedisLine(address, patience_seconds=20)
            assert await line.is_there() is is_reached, address
            await line.close()


async def test_a_redis_without_tls_is_not_used_where_tls_is_asked_for(redis_url: str):
    port = urlsplit(redis_url).port or 6379
    line = RedisLine(f"rediss://127.0.0.1:{port}/0", patience_seconds=0.1)  # it waits for more of what is no command
    assert not await line.is_there()
    await line.close()
