"""The contract of the mini-program's platform, on every adapter; WeChat's talks to the sandbox over sockets."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from attrs import frozen

from adapters.memory.clock import MemoryClock
from adapters.memory.mini_program import MemoryMiniProgram
from adapters.wechat.api import WechatApi
from adapters.wechat.mini_program import WechatMiniProgram
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.wechat.keys import WechatKeys
from errand_domain.ports.mini_program import MiniProgram
from errand_domain.testing import contracts, examples
from tests.sandbox.serving import TLS, served
from tests.sandbox.wechat.playing import outside_of


@frozen
class UsersInMemory:
    platform: MemoryMiniProgram

    async def opens(self, identity: str) -> str:
        return self.platform.ticket_of(identity)

    async def shows(self, phone: str) -> str:
        return self.platform.phone_ticket_of(phone)


@frozen
class UsersInSandbox:
    address: str

    async def opens(self, identity: str) -> str:
        return await self._ticket("users", identity, "open")

    async def shows(self, phone: str) -> str:
        return await self._ticket("phones", phone, "show")

    async def _ticket(self, *words: str) -> str:
        async with httpx.AsyncClient(base_url=self.address, trust_env=False, verify=TLS) as http:
            return (await http.post("/".join(("/sandbox/wechat", *words)))).raise_for_status().json()["ticket"]


class TestMemory(contracts.MiniProgramContract):
    @pytest.fixture
    def adapter(self) -> MiniProgram:
        return MemoryMiniProgram()

    @pytest.fixture
    def users(self, adapter: MemoryMiniProgram) -> UsersInMemory:
        return UsersInMemory(adapter)


class TestMemoryCodes(contracts.MiniProgramCodesContract):
    @pytest.fixture
    def adapter(self) -> MemoryMiniProgram:
        return MemoryMiniProgram()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, MemoryClock]]:
    """WeChat as the sandbox plays it, its folder, and its clock."""
    folder, clock = tmp_path_factory.mktemp("wechat"), MemoryClock(examples.NOW)
    with served(lambda _: Sandbox(outside_of(folder, clock))) as address:
        yield address, folder, clock


@pytest.fixture
async def wechat(world: tuple[str, Path, MemoryClock]) -> AsyncIterator[WechatMiniProgram]:
    address, folder, clock = world
    keys = WechatKeys(Keys(folder / "keys"))
    api = WechatApi(keys.app, keys.secret, url=address, clock=clock, allow_plain_http=True)
    yield WechatMiniProgram(api)
    await api.close()


class TestWechat(contracts.MiniProgramContract):
    @pytest.fixture
    def adapter(self, wechat: WechatMiniProgram) -> MiniProgram:
        return wechat

    @pytest.fixture
    def users(self, world: tuple[str, Path, MemoryClock]) -> UsersInSandbox:
        return UsersInSandbox(world[0])


class TestWechatCodes(contracts.MiniProgramCodesContract):
    @pytest.fixture
    def adapter(self, wechat: WechatMiniProgram) -> WechatMiniProgram:
        return wechat
