"""The contract of telling providers of deliveries, on every adapter that does."""

import pytest
from attrs import frozen

from adapters.memory.clock import MemoryClock
from adapters.memory.shipping import MemoryShipping
from errand_domain.ports.shipping import Shipment
from errand_domain.testing import contracts, examples


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
