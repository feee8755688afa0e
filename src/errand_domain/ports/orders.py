"""Orders, their history, and the lists that people see of them."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from errand_domain.ids import CampusId, MemberId, OrderId, QuoteId
from errand_domain.order.events import Event
from errand_domain.order.order import Order
from errand_domain.order.states import Phase


@frozen(kw_only=True)
class Recorded:
    """One line of an order's history: the event that made this version."""

    version: int
    event: Event


class Orders(Protocol):
    """All orders. One quote makes at most one order."""

    @abstractmethod
    async def get(self, order_id: OrderId) -> Order:
        """The order as committed; raises `Missing`."""

    @abstractmethod
    async def of_quote(self, quote_id: QuoteId) -> Order | None:
        """The order that this quote became, if it did."""

    @abstractmethod
    async def history(self, order_id: OrderId) -> tuple[Recorded, ...]:
        """Every event of the order, oldest first."""

    @abstractmethod
    async def placed_by(
        self, member_id: MemberId, *, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The member's own orders in those phases, newest first; `before` continues after that order."""

    @abstractmethod
    async def run_by(
        self, runner_id: MemberId, *, phases: Sequence[Phase], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The orders that the runner has or had to the end, newest first."""

    @abstractmethod
    async def at_campus(
        self, campus_id: CampusId, *, states: Sequence[str], before: OrderId | None, limit: int
    ) -> tuple[Order, ...]:
        """The campus's orders in the states of those names (none named: any), newest first."""

    @abstractmethod
    async def final_of(self, order_ids: Sequence[OrderId]) -> frozenset[OrderId]:
        """Which of those orders are final: their money has been divided."""

    @abstractmethod
    def add(self, order: Order) -> None:
        """A new order. `commit()` raises `Stale` where the quote or the id is used already."""

    @abstractmethod
    def save(self, order: Order, *events: Event) -> None:
        """The order after those events, and the events in its history.

        `commit()` raises `Stale` unless the stored version is `order.version - len(events)`.
        """

    @abstractmethod
    def erase(self, order: Order, *lines: Recorded) -> None:
        """The order one version on, with less in it, and those lines of its history without what was erased.

        No event makes that version. `commit()` raises `Stale` unless the stored version is the one before.
        """
