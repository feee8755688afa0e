"""The provider in memory that keeps money back: what it does on demand. Its promises are in tests/contracts."""

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.shipping import MemoryShipping, Refuse, Silence
from errand_domain.ports.payments import Declined, Lost
from errand_domain.ports.shipping import SettledAt, Shipment, ShippingTaken
from errand_domain.testing import examples


@pytest.fixture
def clock():
    return MemoryClock(examples.NOW)


@pytest.fixture
def shipping(clock):
    return MemoryShipping(clock)


def shipment(item="一箱书"):
    return Shipment(number="1", transaction_id="T1", payer="payer-1", item=item, delivered_at=examples.NOW)


async def test_what_was_told_is_kept_as_it_was_told_first(shipping):
    await shipping.upload(shipment())
    await shipping.upload(shipment("两箱书"))
    assert shipping.uploaded == {"1": shipment()}


async def test_faults_come_one_for_each_upload_in_their_order(shipping):
    shipping.fail_next(Silence(done=False), Refuse(reason="no"), Silence(done=True))
    assert isinstance(await shipping.upload(shipment()), Lost)
    assert await shipping.upload(shipment()) == Declined(reason="no")
    assert shipping.uploaded == {}
    assert isinstance(await shipping.upload(shipment()), Lost)
    assert shipping.uploaded == {"1": shipment()}
    assert await shipping.upload(shipment()) == ShippingTaken()


async def test_money_is_settled_once_at_the_moment_when_it_was(shipping, clock):
    await shipping.upload(shipment())
    settled = shipping.settle("1")
    clock.advance(examples.HOUR)
    assert shipping.settle("1") == settled == SettledAt(at=examples.NOW)
    assert await shipping.settlement("1", transaction_id="T1") == settled


async def test_money_is_not_settled_before_the_delivery_was_told(shipping):
    with pytest.raises(ValueError, match="was not told"):
        shipping.settle("1")
