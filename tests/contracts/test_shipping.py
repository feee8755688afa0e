"""The contract of telling providers of deliveries, on every adapter that does."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from attrs import frozen

from adapters.memory.clock import MemoryClock
from adapters.memory.shipping import MemoryShipping
from adapters.wechat.api import WechatApi
from adapters.wechat.shipping import WechatShipping
from adapters.wechat_pay.credentials import WechatPayCredentials
from adapters.wechat_pay.gateway import WechatPayGateway
from adapters.wechat_pay.payments import WechatPayments
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partners import environment, make_partners
from entrypoints.sandbox.store import Store
from errand_domain.ports.payments import PaymentReport, Started
from errand_domain.ports.shipping import Shipment
from errand_domain.testing import contracts, examples
from tests.sandbox.serving import TLS, served

NOBODY_LISTENS: Final = "http://127.0.0.1:9/notifications/wechat-pay"
OPENID: Final = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


@frozen
class ReceivingFromMemory:
    shipping: MemoryShipping

    async def paid(self) -> Shipment:
        number = examples.attempt().number
        return Shipment(
            number=number,
            transaction_id=f"T{number}",
            payer="payer-1",
            item="一箱书",
            delivered_at=examples.NOW,
        )

    async def receive(self, shipment: Shipment) -> None:
        self.shipping.settle(shipment.number)


class TestMemory(contracts.ShippingContract):
    @pytest.fixture
    def adapter(self) -> MemoryShipping:
        return MemoryShipping(MemoryClock(examples.NOW))

    @pytest.fixture
    def outside(self, adapter: MemoryShipping) -> ReceivingFromMemory:
        return ReceivingFromMemory(adapter)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Made once: that takes longer than all the rest."""
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def given(keys: Keys) -> dict[str, str]:
    """What the sandbox hands out: values, and the contents of files."""
    named = environment(keys, "")
    return {name: Path(text).read_text() if name.endswith("_FILE") else text for name, text in named.items()}


@frozen
class ReceivingFromSandbox:
    """Payments are made through WeChat Pay, which the sandbox plays as well."""

    address: str
    payments: WechatPayments

    async def paid(self) -> Shipment:
        attempt = examples.attempt(provider="wechat_pay")
        expires_at = examples.NOW + examples.HOUR
        started = await self.payments.start(attempt, description="取快递", payer=OPENID, expires_at=expires_at)
        assert isinstance(started, Started)
        await self._act("wechat-pay", "payments", attempt.number, "pay")
        report = await self.payments.query(attempt.number)
        assert isinstance(report, PaymentReport)
        return Shipment(
            number=attempt.number,
            transaction_id=report.transaction_id,
            payer=report.payer,
            item="一箱书",
            delivered_at=examples.NOW,
        )

    async def receive(self, shipment: Shipment) -> None:
        await self._act("wechat", "orders", shipment.number, "confirm-receipt")

    async def _act(self, *words: str) -> None:
        async with httpx.AsyncClient(base_url=self.address, trust_env=False, verify=TLS) as http:
            (await http.post("/".join(("/sandbox", *words)))).raise_for_status()


class TestWechat(contracts.ShippingContract):
    @pytest.fixture
    def clock(self) -> MemoryClock:
        return MemoryClock(examples.NOW)

    @pytest.fixture
    def address(self, keys: Keys, clock: MemoryClock, tmp_path: Path) -> Iterator[str]:
        def make(_: str) -> Sandbox:
            return Sandbox(Outside(Store(tmp_path / "sandbox.sqlite3"), make_partners=make_partners(keys, clock)))

        with served(make) as found:
            yield found

    @pytest.fixture
    async def adapter(self, address: str, given: dict[str, str], clock: MemoryClock) -> AsyncIterator[WechatShipping]:
        api = WechatApi(
            given["ERRAND_WECHAT_APP"],
            given["ERRAND_WECHAT_SECRET_FILE"],
            url=address,
            clock=clock,
            allow_plain_http=True,
        )
        yield WechatShipping(api, merchant=given["ERRAND_WECHAT_PAY_MERCHANT"], clock=clock)
        await api.close()

    @pytest.fixture
    async def outside(
        self, address: str, given: dict[str, str], clock: MemoryClock
    ) -> AsyncIterator[ReceivingFromSandbox]:
        credentials = WechatPayCredentials(
            merchant=given["ERRAND_WECHAT_PAY_MERCHANT"],
            app=given["ERRAND_WECHAT_APP"],
            private_key=given["ERRAND_WECHAT_PAY_PRIVATE_KEY_FILE"],
            certificate_serial=given["ERRAND_WECHAT_PAY_CERTIFICATE_SERIAL"],
            api_v3_key=given["ERRAND_WECHAT_PAY_API_V3_KEY_FILE"],
            public_key=given["ERRAND_WECHAT_PAY_PUBLIC_KEY_FILE"],
            public_key_id=given["ERRAND_WECHAT_PAY_PUBLIC_KEY_ID"],
        )
        gateway = WechatPayGateway(
            credentials, url=address, notify_url=NOBODY_LISTENS, clock=clock, allow_plain_http=True
        )
        yield ReceivingFromSandbox(address, WechatPayments(gateway))
        await gateway.close()
