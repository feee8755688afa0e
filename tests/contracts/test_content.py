"""The contracts of content checks, on every adapter: WeChat's as the sandbox plays it, over loopback."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from adapters.content.by_author import ContentCheckByAuthor
from adapters.content.by_hand import ImagesByHand
from adapters.content.words import WordsContentCheck
from adapters.memory.clock import MemoryClock
from adapters.memory.content import MemoryContentCheck
from adapters.memory.image_check import MemoryImageCheck
from adapters.wechat.api import WechatApi
from adapters.wechat.content import WechatContentCheck
from adapters.wechat.image_check import WechatImageCheck
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partners import make_partners
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wechat.keys import WechatKeys
from errand_domain.testing import contracts, examples
from errand_domain.testing.contracts.image_check import image
from tests.sandbox.serving import served


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Made once: that takes longer than all the rest."""
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def outside(keys: Keys, tmp_path: Path) -> Outside:
    return Outside(Store(tmp_path / "sandbox.sqlite3"), make_partners=make_partners(keys, MemoryClock(examples.NOW)))


@pytest.fixture
def address(outside: Outside) -> Iterator[str]:
    with served(lambda _: Sandbox(outside)) as found:
        yield found


@pytest.fixture
async def api(keys: Keys, address: str) -> AsyncIterator[WechatApi]:
    ours = WechatKeys(keys)
    clock = MemoryClock(examples.NOW)
    api = WechatApi(ours.app, ours.secret, url=address, clock=clock, allow_plain_http=True)
    yield api
    await api.close()


@pytest.fixture
def wechat(api: WechatApi) -> WechatContentCheck:
    return WechatContentCheck(api)


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


@pytest.fixture
def url() -> str:
    return "http://127.0.0.1:9/api/v1/file-links/of-an-image"


class TestMemoryImages(contracts.ImageCheckContract):
    @pytest.fixture
    def adapter(self) -> MemoryImageCheck:
        return MemoryImageCheck(usually=None)

    @pytest.fixture
    def silence(self, adapter: MemoryImageCheck) -> Callable[[], None]:
        return adapter.fail_next


class TestImagesByHand(contracts.ImageCheckContract):
    @pytest.fixture
    def adapter(self) -> ImagesByHand:
        return ImagesByHand()

    async def test_where_nobody_answers_the_connection_has_failed(self, adapter: ImagesByHand, url: str) -> None:  # type: ignore[override]
        """Nobody is asked, so nobody can be silent."""
        self.check(await adapter.submit(image(url)))


class TestWechatImages(contracts.ImageCheckContract):
    @pytest.fixture
    def adapter(self, api: WechatApi) -> WechatImageCheck:
        return WechatImageCheck(api)

    @pytest.fixture
    def silence(self, outside: Outside) -> Callable[[], None]:
        return lambda: outside.faults.ask("wechat.check_image", "drop_answer")
