"""A provider in memory that keeps money back until it hears of the delivery."""

from collections import deque

from attrs import frozen

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from errand_domain.ports.outside import Clock
from errand_domain.ports.payments import Declined, Lost
from errand_domain.ports.shipping import SettledAt, Shipment, Shipping, ShippingTaken, Unsettled


@frozen(kw_only=True)
class Refuse:
    """The provider does not take the word of a delivery, this once."""

    reason: str = "refused on request"


@frozen(kw_only=True)
class Silence:
    """The work is done there and the answer gets lost, or nothing is done at all."""

    done: bool


class MemoryShipping(Shipping):
    """Keeps what was uploaded; `settle` makes a payment's money available, as the payer's confirmation would."""

    def __init__(self, clock: Clock, *, provider: str = "memory", pause: Pause = give_way) -> None:
        self.provider = provider
        self.uploaded: dict[str, Shipment] = {}
        self._clock = clock
        self._pause = pause
        self._settled: dict[str, SettledAt] = {}
        self._faults: deque[Refuse | Silence] = deque()

    def fail_next(self, *faults: Refuse | Silence) -> None:
        """The next uploads meet these, one each."""
        self._faults.extend(faults)

    def settle(self, number: str) -> SettledAt:
        """The money of that payment becomes available; raises `ValueError` before its delivery was told."""
        if number not in self.uploaded:
            raise ValueError(f"{number} was not told to be delivered")
        return self._settled.setdefault(number, SettledAt(at=self._clock.now()))

    async def upload(self, shipment: Shipment) -> ShippingTaken | Declined | Lost:
        """Keep the first word of each payment; told again, it is the same."""
        await self._pause()
        fault = self._faults.popleft() if self._faults else None
        if isinstance(fault, Refuse):
            return Declined(reason=fault.reason)
        if fault is None or fault.done:
            self.uploaded.setdefault(shipment.number, shipment)
        return ShippingTaken() if fault is None else Lost(why="no answer")

    async def settlement(self, number: str, *, transaction_id: str) -> SettledAt | Unsettled | Lost:  # noqa: ARG002 - known by our number
        """Whether `settle` was called for it."""
        await self._pause()
        return self._settled.get(number, Unsettled())
