"""A crowded campus for benchmarks: many runners, many orders in one state, written in large commits."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Final, TypeVar

from attrs import evolve

from errand_domain.ids import AttemptId, MemberId, OrderId, QuoteId
from errand_domain.money import Money
from errand_domain.order.order import Order
from errand_domain.order.pricing import Price
from errand_domain.order.states import Carriage, Delivered, Open, Proof, State
from errand_domain.place import Distance, Point, Stop
from errand_domain.policy import Policy
from errand_domain.settlement import recipes
from tests.stage import Stage

T = TypeVar("T")

AT_ONCE: Final = 500
CROWDED: Final = Policy(open_orders_most=10**9, open_for=timedelta(days=1))


def _batches(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), AT_ONCE):
        yield things[start : start + AT_ONCE]


class Crowd:
    """Fills a stage; the same seed puts the same crowd there."""

    def __init__(self, stage: Stage, *, seed: int = 1) -> None:
        self._stage = stage
        self._random = Random(seed)  # noqa: S311 - a crowd, not a secret
        self._requester = MemberId(stage.new_id())

    def point(self) -> Point:
        """Somewhere on the campus."""
        return Point(latitude=self._random.uniform(30.300, 30.320), longitude=self._random.uniform(120.080, 120.100))

    async def runners(self, count: int) -> list[MemberId]:
        """That many approved runners on shift: enough that nobody carries a crowd of orders."""
        found = [MemberId(self._stage.new_id()) for _ in range(count)]
        for some in _batches(found):
            async with self._stage.begin() as tx:
                for member_id in some:
                    tx.runners.add(self._stage.approved(member_id))
                await tx.commit()
        return found

    def _order(self, state: State) -> Order:
        stage = self._stage
        terms = stage.terms(pickup=Stop(name="北门驿站", point=self.point()))
        return Order(
            id=OrderId(stage.new_id()),
            quote_id=QuoteId(stage.new_id()),
            campus_id=stage.campus.id,
            requester_id=self._requester,
            terms=terms,
            price=Price(base=Money(401)),
            distance=Distance(metres=600, estimated=True),
            delivery_code="482913",
            placed_at=stage.clock.now(),
            state=state,
        )

    async def open_orders(self, count: int) -> list[Order]:
        """That many orders in the hall."""
        now = self._stage.clock.now()
        return await self._put(count, lambda: self._order(Open(opened_at=now, expires_at=now + timedelta(days=1))))

    async def delivered_orders(self, count: int, runner_id: Callable[[int], MemberId]) -> list[Order]:
        """That many delivered orders, paid for, by runners given by number."""
        now, numbers = self._stage.clock.now(), iter(range(count))

        def delivered() -> Order:
            carriage = Carriage(runner_id=runner_id(next(numbers)), picked_up_at=now, proof=Proof())
            later = now + timedelta(days=1)
            return self._order(Delivered(carriage=carriage, delivered_at=now, completes_at=later, proof=Proof()))

        orders = await self._put(count, delivered)
        for some in _batches(orders):
            async with self._stage.begin() as tx:
                for order in some:
                    attempt_id = AttemptId(self._stage.new_id())
                    reward = order.price.reward
                    paid = recipes.fund(order.id, attempt_id, provider="memory", service=reward, goods=Money(0), at=now)
                    tx.ledger.post(*paid)
                await tx.commit()
        return orders

    async def _put(self, count: int, make: Callable[[], Order]) -> list[Order]:
        orders = [make() for _ in range(count)]
        for some in _batches(orders):
            async with self._stage.begin() as tx:
                for order in some:
                    tx.orders.add(evolve(order, version=1))
                await tx.commit()
        return orders
