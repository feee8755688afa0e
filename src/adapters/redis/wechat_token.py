"""WeChat's access token, one for all servers: sealed where it lies, and fetched by one of them at a time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec
from anyio import sleep
from redis.asyncio import Redis

from adapters.crypto.vault import KeyMissing, NotSealed, Vault
from adapters.redis.line import RedisGone, RedisLine
from adapters.wechat.token import AccessToken, ProcessTokenCache, TokenCache
from errand_domain.ports.outside import Clock

LEASE: Final = timedelta(seconds=10)
"""Longer than WeChat is waited for, shorter than a call as a whole: who takes over still has time to fetch."""
LOOK_SECONDS: Final = 0.05
MILLISECOND: Final = timedelta(milliseconds=1)
RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class _Kept(msgspec.Struct, frozen=True):
    text: str
    expires_at: datetime


class RedisTokenCache(TokenCache):
    """The token of one app. While Redis is gone, each process has its own, which WeChat makes the same."""

    def __init__(self, line: RedisLine, vault: Vault, *, app: str, clock: Clock, lease: timedelta = LEASE) -> None:
        self._line = line
        self._vault = vault
        self._clock = clock
        self._lease = lease
        self._token_key = f"errand:wechat-token:{app}"
        self._turn_key = f"errand:wechat-turn:{app}"
        self._without = ProcessTokenCache()
        self._release = line.redis.register_script(RELEASE)

    async def read(self) -> AccessToken | None:
        """The token that was kept last; none where this process cannot open it."""
        try:
            sealed = await self._line.ask(lambda redis: redis.get(self._token_key))
        except RedisGone:
            return await self._without.read()
        with suppress(NotSealed, KeyMissing, msgspec.DecodeError):
            if isinstance(sealed, str):
                kept = msgspec.json.decode(self._vault.open(sealed, about=self._token_key), type=_Kept)
                return AccessToken(text=kept.text, expires_at=kept.expires_at)
        return None

    async def keep(self, token: AccessToken) -> None:
        """Keep it for as long as it counts."""
        await self._without.keep(token)
        kept = msgspec.json.encode(_Kept(token.text, token.expires_at.astimezone(UTC))).decode()
        sealed = self._vault.seal(kept, about=self._token_key)
        lasts = max((token.expires_at - self._clock.now()) // MILLISECOND, 1)
        with suppress(RedisGone):
            await self._line.ask(lambda redis: redis.set(self._token_key, sealed, px=lasts))

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None, None]:
        """One at a time; a turn whose owner died ends with its lease, and only its owner ends it before."""
        owner = uuid4().hex
        await self._await_turn(owner)
        try:
            yield
        finally:
            with suppress(RedisGone):
                await self._line.ask(lambda redis: self._release(keys=[self._turn_key], args=[owner], client=redis))

    async def _await_turn(self, owner: str) -> None:
        lease = self._lease // MILLISECOND

        async def take(redis: Redis) -> object:
            return await redis.set(self._turn_key, owner, nx=True, px=lease)

        with suppress(RedisGone):
            while not await self._line.ask(take):  # noqa: ASYNC110 - its owner may be another process
                await sleep(LOOK_SECONDS)
