"""Refunds."""

from abc import abstractmethod
from typing import Protocol

from errand_domain.ids import CampusId, MemberId, OrderId
from errand_domain.payment.refund import Refund


class Refunds(Protocol):
    """All refunds, by their number."""

    @abstractmethod
    async def get(self, number: str) -> Refund:
        """The refund as committed; raises `Missing`."""

    @abstractmethod
    async def of_order(self, order_id: OrderId) -> tuple[Refund, ...]:
        """Every refund of the order, oldest first."""

    @abstractmethod
    async def owed_to(self, requester_id: MemberId, *, limit: int) -> tuple[Refund, ...]:
        """Refunds of the member's orders that the payer has not got yet, stuck ones too, oldest first."""

    @abstractmethod
    async def abnormal(self, campus_id: CampusId, *, limit: int) -> tuple[Refund, ...]:
        """Refunds of the campus that wait for a person, oldest first."""

    @abstractmethod
    def add(self, refund: Refund) -> None:
        """A new refund; `commit()` raises `Stale` where the number is used already."""

    @abstractmethod
    def save(self, refund: Refund) -> None:
        """The refund, one version on; `commit()` raises `Stale` where somebody was first."""
