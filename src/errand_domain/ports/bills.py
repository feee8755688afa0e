"""A provider's own account of one day, to be compared with ours line by line."""

from abc import abstractmethod
from datetime import date
from typing import Protocol

from attrs import frozen

from errand_domain.ports.payments import Lost
from errand_domain.settlement.reconciliation import BillLine

__all__ = ["Bill", "BillLine", "BillNotReady", "Bills"]


@frozen(kw_only=True)
class Bill:
    """Everything that the provider booked for us on one day of its own calendar (UTC+8)."""

    provider: str
    day: date
    lines: tuple[BillLine, ...]


@frozen(kw_only=True)
class BillNotReady:
    """The provider has not closed that day yet, or is still writing its bill: ask later."""

    why: str


class Bills(Protocol):
    """The daily bills of one provider."""

    provider: str

    @abstractmethod
    async def of_day(self, day: date) -> Bill | BillNotReady | Lost:
        """The bill of that day, without lines where nothing moved; `Lost` where none came that can be trusted.

        Where the provider gives a digest, it was compared.
        """
