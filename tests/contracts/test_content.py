"""The contract of content checks, on every adapter: WeChat's as the sandbox plays it, over loopback."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.content.by_author import ContentCheckByAuthor
from adapters.content.words import WordsContentCheck
from adapters.memory.clock import MemoryClock
from adapters.memory.content import MemoryContentCheck
from adapters.wechat.api import WechatApi
from adapters.wechat.content import WechatContentCheck
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partners import make_partners
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wechat.keys import WechatKeys
from errand_domain.testing import contracts, examples
from tests.sandbox.serving import served


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Made once: that takes longer than all the rest."""
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def address(keys: Keys, tmp_path: Path) -> Iterator[str]:
    def make(_: str) -> Sandbox:
        partners = make_partners(keys, MemoryClock(examples.NOW))
        return Sandbox(Outside(Store(tmp_path / "sandbox.sqlite3"), make_partners=partners))

    with served(make) as found:
        yield found


@pytest.fixture
async def wechat(keys: Keys, address: str) -> AsyncIterator[WechatContentCheck]:
    ours = WechatKeys(keys)
    clock = MemoryClock(examples.NOW)
    api = WechatApi(ours.app, ours.secret, url=address, clock=clock, allow_plain_http=True)
    yield WechatContentCheck(api)
    await api.close()


class OfWords:
    """Words that every list here has."""

    @pytest.fixture(params=["代考", "代 考", "毒品"])
    def risky(self, request: pytest.FixtureRequest) -> str:
        return request.param

    @pytest.fixture(params=["兼职", "加微信"])
    def doubtful(self, request: pytest.FixtureRequest) -> str:
        return request.param


class TestMemory(OfWords, contracts.ContentCheckContract):
    @pytest.fixture
    def adapter(self) -> MemoryContentCheck:
        return MemoryContentCheck()


class TestWords(OfWords, contracts.ContentCheckContract):
    @pytest.fixture
    def adapter(self) -> WordsContentCheck:
        return WordsContentCheck()


class TestWechat(OfWords, contracts.ContentCheckContract):
    @pytest.fixture
    def adapter(self, wechat: WechatContentCheck) -> WechatContentCheck:
        return wechat


class TestByAuthor(OfWords, contracts.ContentCheckContract):
    @pytest.fixture
    def adapter(self, wechat: WechatContentCheck) -> ContentCheckByAuthor:
        return ContentCheckByAuthor(known=wechat, others=WordsContentCheck())
