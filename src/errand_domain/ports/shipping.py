"""Telling a provider that what was paid for has been delivered, where it keeps the money back until then."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from errand_domain.ports.payments import Declined, Lost


@frozen(kw_only=True)
class Shipment:
    """One payment, and what was done for it."""

    number: str
    transaction_id: str
    payer: str = field(repr=False)
    item: str
    delivered_at: datetime


@frozen(kw_only=True)
class ShippingTaken:
    """The provider has it, now or since before."""


@frozen(kw_only=True)
class Unsettled:
    """The provider still keeps the money back."""


@frozen(kw_only=True)
class SettledAt:
    """The provider has made the money available to us."""

    at: datetime


class Shipping(Protocol):
    """One provider that keeps money back until it is told of the delivery."""

    provider: str

    @abstractmethod
    async def upload(self, shipment: Shipment) -> ShippingTaken | Declined | Lost:
        """Tell it; told twice, it is the same. `Declined` says why it was not taken, and it may be told again."""

    @abstractmethod
    async def settlement(self, number: str, *, transaction_id: str) -> SettledAt | Unsettled | Lost:
        """Whether the money of that payment is available to us by now."""
