"""Several servers share one of WeChat's tokens: one fetches it, whoever dies meanwhile. It lies in Redis sealed."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from time import monotonic

import pytest

from adapters.crypto.key_ring import GivenRing, ring_from
from adapters.crypto.vault import Vault
from adapters.memory.clock import MemoryClock
from adapters.redis.line import RedisLine
from adapters.redis.wechat_token import RedisTokenCache
from adapters.wechat.answers import Nothing, Ok
from adapters.wechat.api import WechatApi
from errand_domain.testing.contracts.racing import all_at_once
from tests.adapters.wechat.scripted import APP, SECRET, Pair, pair

VAULT = Vault(GivenRing(ring_from(b"a key for tests, and for nothing else")))
LEASE = timedelta(milliseconds=400)
Server = Callable[[str], WechatApi]


@pytest.fixture
async def servers(redis_url: str) -> AsyncIterator[tuple[Pair, RedisLine, Callable[..., WechatApi]]]:
    """One scripted WeChat, a line to a Redis that is empty, and what makes another server."""
    made = pair()
    own = RedisLine(redis_url, patience_seconds=20)
    await own.redis.flushdb()
    lines = [own]

    def server(url: str = redis_url) -> WechatApi:
        line = RedisLine(url, patience_seconds=20 if url == redis_url else 0.25)
        lines.append(line)
        cache = RedisTokenCache(line, VAULT, app=APP, clock=made.clock, lease=LEASE)
        return WechatApi(APP, SECRET, clock=made.clock, transport=made.wechat, cache=cache)

    yield made, own, server
    await own.redis.flushdb()
    for line in lines:
        await line.close()
    await made.api.close()


async def ask(api: WechatApi) -> object:
    return await api.post("/wxa/x", {"a": 1}, Nothing)


async def test_fifty_callers_on_five_servers_fetch_one_token(servers):
    made, _, server = servers
    apis = [server() for _ in range(5)]
    answers = await all_at_once([lambda api=api: ask(api) for api in apis for _ in range(10)])
    assert {type(answer) for answer in answers} == {Ok}
    assert len(made.wechat.token_calls) == 1
    assert {call.token for call in made.wechat.calls} == {"t1"}


async def test_a_token_that_is_refused_is_replaced_once_for_all(servers):
    made, _, server = servers
    apis = [server() for _ in range(4)]
    made.wechat.refused_tokens.add("t1")
    answers = await all_at_once([lambda api=api: ask(api) for api in apis for _ in range(3)])
    assert {type(answer) for answer in answers} == {Ok}
    assert len(made.wechat.token_calls) == 2


async def test_the_token_lies_sealed_in_redis_and_goes_when_it_no_longer_counts(servers):
    made, own, server = servers
    await ask(server())
    (key,) = await own.redis.keys("*")
    sealed = await own.redis.get(key)
    assert '"t1"' in VAULT.open(sealed, about=key)
    assert '"t1"' not in sealed
    assert 0 < await own.redis.pttl(key) <= 7_200_000
    assert len(made.wechat.token_calls) == 1


async def test_what_cannot_be_opened_is_fetched_anew(servers):
    made, own, server = servers
    await own.redis.set(f"errand:wechat-token:{APP}", "somebody else's")
    assert isinstance(await ask(server()), Ok)
    assert len(made.wechat.token_calls) == 1


async def test_when_the_holder_of_the_turn_dies_another_takes_over_after_its_lease(servers):
    made, own, server = servers
    await own.redis.set(f"errand:wechat-turn:{APP}", "died", px=LEASE // timedelta(milliseconds=1), nx=True)
    begun, apis = monotonic(), [server() for _ in range(3)]
    answers = await all_at_once([lambda api=api: ask(api) for api in apis])
    assert {type(answer) for answer in answers} == {Ok}
    assert monotonic() - begun >= 0.3
    assert len(made.wechat.token_calls) == 1


async def test_a_turn_is_ended_by_nobody_but_its_owner(servers):
    _, own, _ = servers
    cache, key = RedisTokenCache(own, VAULT, app=APP, clock=MemoryClock()), f"errand:wechat-turn:{APP}"
    async with cache.turn():
        await own.redis.set(key, "somebody whose turn began when ours was over")
    assert await own.redis.get(key) == "somebody whose turn began when ours was over"
    await own.redis.delete(key)
    async with cache.turn():
        assert await own.redis.get(key)
    assert await own.redis.get(key) is None


async def test_without_redis_each_server_has_a_token_of_its_own(servers):
    made, _, server = servers
    api = server("redis://127.0.0.1:9/0")
    answers = await all_at_once([lambda: ask(api) for _ in range(5)])
    assert {type(answer) for answer in answers} == {Ok}
    assert len(made.wechat.token_calls) == 1
