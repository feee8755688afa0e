"""What runners earned, order by order."""

from abc import abstractmethod
from typing import Protocol

from errand_domain.ids import MemberId, OrderId
from errand_domain.settlement.earning import Earning


class Earnings(Protocol):
    """All earnings. An order has one for each time its money was divided."""

    @abstractmethod
    async def get(self, order_id: OrderId, earning_round: int) -> Earning:
        """The earning as committed; raises `Missing`."""

    @abstractmethod
    async def latest(self, order_id: OrderId) -> Earning | None:
        """The order's last earning, if it has any."""

    @abstractmethod
    async def of_runner(self, runner_id: MemberId, *, before: OrderId | None, limit: int) -> tuple[Earning, ...]:
        """The runner's earnings by order, newest order first."""

    @abstractmethod
    def add(self, earning: Earning) -> None:
        """A new earning; `commit()` raises `Stale` where the order has one of that round."""

    @abstractmethod
    def save(self, earning: Earning) -> None:
        """The earning, one version on; `commit()` raises `Stale` where somebody was first."""
