"""Every contract of what is outside, on every adapter that we have."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

from adapters.crypto.key_ring import GivenRing, new_ring
from adapters.crypto.link_seal import HmacLinkSeal
from adapters.crypto.quote_seal import HmacQuoteSeal
from adapters.crypto.secrets import SystemSecrets
from adapters.crypto.vault import Vault
from adapters.images.pillow import PillowImages
from adapters.memory.clock import MemoryClock
from adapters.memory.files import MemoryFileStore
from adapters.memory.ids import MemoryIds
from adapters.memory.outside import MemoryMaps, MemoryNotices
from adapters.memory.provider import MemoryProvider
from adapters.storage.folder import FolderFileStore
from adapters.storage.sealed import SealedFileStore
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from errand_domain.payment.attempt import Attempt
from errand_domain.ports.files import FileStore
from errand_domain.ports.images import Images
from errand_domain.ports.outside import Clock, Ids, Notice
from errand_domain.ports.payments import PayoutRequest
from errand_domain.testing import contracts, examples
from errand_domain.testing.contracts.images import MARKER
from tests import pictures

KEY = b"one key of thirty-two bytes or more"
OTHER_KEY = b"another key, just as long as that one"


class TestClock(contracts.ClockContract):
    @pytest.fixture(params=[SystemClock, MemoryClock])
    def adapter(self, request: pytest.FixtureRequest) -> Clock:
        return request.param()


class TestIds(contracts.IdsContract):
    @pytest.fixture(params=[SystemIds, MemoryIds])
    def adapter(self, request: pytest.FixtureRequest) -> Ids:
        return request.param()


class TestSecrets(contracts.SecretsContract):
    @pytest.fixture
    def adapter(self) -> SystemSecrets:
        return SystemSecrets(KEY)


class TestQuoteSeal(contracts.QuoteSealContract):
    @pytest.fixture
    def adapter(self) -> HmacQuoteSeal:
        return HmacQuoteSeal(KEY)

    @pytest.fixture
    def stranger(self) -> HmacQuoteSeal:
        return HmacQuoteSeal(OTHER_KEY)


class TestLinkSeal(contracts.LinkSealContract):
    @pytest.fixture
    def adapter(self) -> HmacLinkSeal:
        return HmacLinkSeal(KEY)

    @pytest.fixture
    def stranger(self) -> HmacLinkSeal:
        return HmacLinkSeal(OTHER_KEY)


class TestMaps(contracts.MapsContract):
    @pytest.fixture
    def adapter(self) -> MemoryMaps:
        return MemoryMaps()


class TestNotices(contracts.NoticesContract):
    @pytest.fixture
    def adapter(self) -> MemoryNotices:
        return MemoryNotices(is_read=True)

    @pytest.fixture
    def arrived(self, adapter: MemoryNotices) -> Callable[[], tuple[Notice, ...]]:
        return lambda: adapter.inbox


class TestFileStore(contracts.FileStoreContract):
    @pytest.fixture(params=["memory", "folder", "sealed folder"])
    def adapter(self, request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
        if request.param == "memory":
            return MemoryFileStore()
        folder = FolderFileStore(tmp_path / "files")
        return folder if request.param == "folder" else SealedFileStore(folder, Vault(GivenRing(new_ring())))


class TestImages(contracts.ImagesContract):
    @pytest.fixture
    def adapter(self) -> Images:
        return PillowImages()

    @pytest.fixture(params=pictures.WRITERS.values(), ids=pictures.WRITERS)
    def picture(self, request: pytest.FixtureRequest) -> bytes:
        return request.param(pictures.gradient(mode="RGBA"))

    @pytest.fixture(params=pictures.marked(MARKER).values(), ids=pictures.marked(MARKER))
    def marked(self, request: pytest.FixtureRequest) -> bytes:
        return request.param


@frozen
class OutsideOfMemory:
    provider: MemoryProvider

    async def open(self, attempt: Attempt) -> None:
        assert attempt.number in {number for number, _, _ in self.provider.open_payments()}

    async def pay(self, attempt: Attempt) -> None:
        self.provider.pay(attempt.number)

    async def confirm(self, request: PayoutRequest) -> None:
        self.provider.confirm_payout(request.number)


@pytest.fixture
def adapter() -> MemoryProvider:
    return MemoryProvider(MemoryClock(examples.NOW))


@pytest.fixture
def outside(adapter: MemoryProvider) -> OutsideOfMemory:
    return OutsideOfMemory(adapter)


class TestPayments(contracts.PaymentsContract):
    pass


class TestRefundDesk(contracts.RefundDeskContract):
    pass


class TestPayouts(contracts.PayoutsContract):
    pass
