"""`errand doctor` knows whether limits can count by the addresses of those who ask."""

from pathlib import Path

import pytest
from attrs import evolve

from entrypoints.cli.doctor import Wrong, check_proxies
from entrypoints.container import MEMORY
from entrypoints.settings import Settings
from tests.stage import settings


@pytest.fixture
def installed(tmp_path: Path) -> Settings:
    """In production, on loopback, behind a proxy there."""
    return evolve(settings(MEMORY, tmp_path), mode="production", trusted_proxies=("127.0.0.1/32",), host="127.0.0.1")


async def test_the_proxy_in_front_is_named(installed: Settings):
    assert await check_proxies(installed) == "127.0.0.1/32"


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0", "::ffff:0:0/96"])
async def test_to_believe_everybody_is_wrong(installed: Settings, everybody: str):
    with pytest.raises(Wrong, match="is everybody"):
        await check_proxies(evolve(installed, trusted_proxies=("10.0.0.0/8", everybody)))


async def test_to_believe_nobody_is_wrong_where_people_come_by_a_proxy(installed: Settings):
    alone = evolve(installed, trusted_proxies=())
    for host in ("127.0.0.1", "::1", "localhost"):
        with pytest.raises(Wrong, match="is empty"):
            await check_proxies(evolve(alone, host=host))
    for other in (evolve(alone, host="0.0.0.0"), evolve(alone, mode="development")):  # noqa: S104 - as somebody may
        assert await check_proxies(other) == "none: whoever connects is who asks"
