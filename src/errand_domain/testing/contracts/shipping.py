"""The promises of `errand_domain.ports.shipping`.

Give a fixture `adapter`, and a fixture `outside`: what people and time do at the provider.
"""

from datetime import timedelta
from functools import partial
from typing import Protocol

import pytest
from attrs import evolve

from errand_domain.ports.payments import Lost
from errand_domain.ports.shipping import SettledAt, Shipment, Shipping, ShippingTaken, Unsettled
from errand_domain.testing import examples
from errand_domain.testing.contracts.racing import all_at_once


class Receiving(Protocol):
    """What happens at the provider without our doing."""

    async def paid(self) -> Shipment:
        """Somebody has paid, and the provider knows of it: what is then to be told of the delivery."""
        ...

    async def receive(self, shipment: Shipment) -> None:
        """The payer confirms that they have it, and the provider settles at once."""
        ...


class ShippingContract:
    """Give fixtures `adapter` (the port) and `outside` (see `Receiving`)."""

    pytestmark = pytest.mark.anyio

    async def test_a_delivery_is_taken_and_not_settled_by_that(self, adapter: Shipping, outside: Receiving) -> None:
        shipment = await outside.paid()
        assert await _settlement(adapter, shipment) == Unsettled()
        assert await adapter.upload(shipment) == ShippingTaken()
        assert await _settlement(adapter, shipment) == Unsettled()

    async def test_a_delivery_told_twice_is_the_same(self, adapter: Shipping, outside: Receiving) -> None:
        shipment = await outside.paid()
        for _ in range(4):
            assert await adapter.upload(shipment) == ShippingTaken()

    async def test_a_delivery_told_by_many_at_once_is_the_same(self, adapter: Shipping, outside: Receiving) -> None:
        shipment = await outside.paid()
        results = await all_at_once([partial(adapter.upload, shipment) for _ in range(5)])
        assert list(results) == [ShippingTaken()] * 5

    async def test_a_delivery_told_in_other_words_is_taken_all_the_same(
        self, adapter: Shipping, outside: Receiving
    ) -> None:
        """An answer that was lost is followed by another try, perhaps at another time: it must come to an end."""
        shipment = await outside.paid()
        for seconds in range(4):
            later = evolve(shipment, delivered_at=shipment.delivered_at + timedelta(seconds=seconds))
            assert await adapter.upload(later) == ShippingTaken()

    async def test_an_item_may_be_longer_than_the_provider_shows(self, adapter: Shipping, outside: Receiving) -> None:
        shipment = evolve(await outside.paid(), item="书" * 1_000)
        assert await adapter.upload(shipment) == ShippingTaken()

    async def test_what_the_payer_has_received_is_settled(self, adapter: Shipping, outside: Receiving) -> None:
        shipment, another = await outside.paid(), await outside.paid()
        for each in (shipment, another):
            await adapter.upload(each)
        await outside.receive(shipment)
        for _ in range(2):
            settled = await _settlement(adapter, shipment)
            assert isinstance(settled, SettledAt)
            assert settled.at.tzinfo is not None
        assert await _settlement(adapter, another) == Unsettled()

    async def test_a_payment_never_heard_of_is_never_settled(self, adapter: Shipping, outside: Receiving) -> None:
        known = await outside.paid()
        stranger = evolve(known, number=examples.attempt().number, transaction_id="")
        assert isinstance(await _settlement(adapter, stranger), Unsettled | Lost)

    async def test_a_delivery_is_still_taken_after_the_settlement(self, adapter: Shipping, outside: Receiving) -> None:
        shipment = await outside.paid()
        await adapter.upload(shipment)
        await outside.receive(shipment)
        assert await adapter.upload(shipment) == ShippingTaken()
        assert isinstance(await _settlement(adapter, shipment), SettledAt)


async def _settlement(adapter: Shipping, shipment: Shipment) -> SettledAt | Unsettled | Lost:
    return await adapter.settlement(shipment.number, transaction_id=shipment.transaction_id)
