"""The access token: what WeChat gives for the secret, for two hours, and wants to see with every call."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol

import msgspec
from attrs import field, frozen

from adapters.wechat.answers import Answer, Ok, Refused, Unknown
from errand_domain.ports.outside import Clock

PATH: Final = "/cgi-bin/stable_token"
LEFT_LEAST: Final = timedelta(minutes=5)
"""With less left than this WeChat gives a new token, and lets the old one count beside it until it expires."""


class Granted(msgspec.Struct, frozen=True):
    """WeChat's answer to a request for the token."""

    access_token: Annotated[str, msgspec.Meta(min_length=1)]
    expires_in: Annotated[int, msgspec.Meta(ge=1, le=7_200)]


@frozen(kw_only=True)
class AccessToken:
    """A token, and until when it counts."""

    text: str = field(repr=False)
    expires_at: datetime


class TokenCache(Protocol):
    """Where the token of one app is kept, for this process or for several."""

    @abstractmethod
    async def read(self) -> AccessToken | None:
        """The token that was kept last, if there is one."""

    @abstractmethod
    async def keep(self, token: AccessToken) -> None:
        """Keep it in the place of any other."""

    @abstractmethod
    def turn(self) -> AbstractAsyncContextManager[object]:
        """One at a time, of all who keep the token here, fetches; the others wait, and then read what it kept."""


class ProcessTokenCache(TokenCache):
    """Keeps it in this process. WeChat gives the same token to all of them, so they do not disturb one another."""

    def __init__(self) -> None:
        self._token: AccessToken | None = None
        self._fetching = asyncio.Lock()

    async def read(self) -> AccessToken | None:
        """The token that was kept last, if there is one."""
        return self._token

    async def keep(self, token: AccessToken) -> None:
        """Keep it in the place of any other."""
        self._token = token

    def turn(self) -> AbstractAsyncContextManager[object]:
        """One task at a time."""
        return self._fetching


class AccessTokens:
    """One app's token, fetched by one task at a time, while the others wait for what it brings.

    A new token is never forced: that would take the old one away from every other process at once.
    """

    def __init__(self, fetch: Callable[[], Awaitable[Answer[Granted]]], *, clock: Clock, cache: TokenCache) -> None:
        self._fetch = fetch
        self._clock = clock
        self._cache = cache
        self._fetching = asyncio.Lock()

    async def current(self) -> AccessToken | Refused | Unknown:
        """A token with some time left, or WeChat's reason why there is none."""
        return await self._kept() or await self._renewed(unwanted="")

    async def another(self, refused: AccessToken) -> AccessToken | Refused | Unknown:
        """A token in the place of one that WeChat refused: fetched anew, unless somebody else has done so meanwhile."""
        return await self._renewed(unwanted=refused.text)

    async def _renewed(self, *, unwanted: str) -> AccessToken | Refused | Unknown:
        async with self._fetching, self._cache.turn():
            kept = await self._kept()
            if kept is not None and kept.text != unwanted:
                return kept
            answer = await self._fetch()
            if not isinstance(answer, Ok):
                return answer
            granted = answer.content
            lasts = timedelta(seconds=granted.expires_in)
            token = AccessToken(text=granted.access_token, expires_at=self._clock.now() + lasts)
            await self._cache.keep(token)
            return token

    async def _kept(self) -> AccessToken | None:
        kept = await self._cache.read()
        return kept if kept is not None and kept.expires_at - self._clock.now() >= LEFT_LEAST else None
