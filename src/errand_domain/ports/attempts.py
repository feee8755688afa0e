"""Payment attempts."""

from abc import abstractmethod
from typing import Protocol

from errand_domain.ids import AttemptId, OrderId
from errand_domain.payment.attempt import Attempt


class Attempts(Protocol):
    """All payment attempts. An order has at most one that is open for each purpose."""

    @abstractmethod
    async def get(self, attempt_id: AttemptId) -> Attempt:
        """The attempt as committed; raises `Missing`."""

    @abstractmethod
    async def of_order(self, order_id: OrderId) -> tuple[Attempt, ...]:
        """Every attempt for the order or its tips, oldest first."""

    @abstractmethod
    def add(self, attempt: Attempt) -> None:
        """A new attempt; `commit()` raises `Stale` where the order has an open one for that purpose."""

    @abstractmethod
    def save(self, attempt: Attempt) -> None:
        """The attempt, one version on; `commit()` raises `Stale` where somebody was first."""
