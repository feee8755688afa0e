"""Disputes."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from errand_domain.dispute.dispute import Dispute
from errand_domain.ids import CampusId, DisputeId, OrderId


class Disputes(Protocol):
    """All disputes."""

    @abstractmethod
    async def get(self, dispute_id: DisputeId) -> Dispute:
        """The dispute as committed; raises `Missing`."""

    @abstractmethod
    async def of_order(self, order_id: OrderId) -> Dispute | None:
        """The order's dispute, if there is one: an order is disputed at most once."""

    @abstractmethod
    async def at_campus(self, campus_id: CampusId, *, states: Sequence[str], limit: int) -> tuple[Dispute, ...]:
        """The campus's disputes in the states of those names, oldest first."""

    @abstractmethod
    def add(self, dispute: Dispute) -> None:
        """A new dispute; `commit()` raises `Stale` where the order has one."""

    @abstractmethod
    def save(self, dispute: Dispute) -> None:
        """The dispute, one version on; `commit()` raises `Stale` where somebody was first."""
