"""What is measured: a claim, a settlement, a hall query; each as a use case, beside the floor of its own statements."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from errand_domain.order.states import Accepted, Completed
from errand_domain.ports.hall import HallQuery
from tests.bench.crowd import CROWDED, Crowd
from tests.bench.figures import ROUNDS, Figure, side_by_side
from tests.bench.floors import CLAIM, SETTLEMENT, analyse, pgbench_floor, query_floor
from tests.databases import container_on
from tests.stage import Stage

CLAIMS: Final = 60_000
RUNNERS: Final = 5_000
SETTLEMENTS: Final = 24_000
OPEN_ORDERS: Final = 100_000
NEAREST: Final = 50
WITHIN_METRES: Final = 2_000
BARE_HALL: Final = """
SELECT id, hall_entry FROM orders
WHERE campus_id = $1 AND hall_x IS NOT NULL
ORDER BY point(hall_x, hall_y) <-> point($2, $3) LIMIT 50
"""


@asynccontextmanager
async def crowded(url: str, folder: Path) -> AsyncIterator[tuple[Stage, Crowd]]:
    """An empty campus on that database that allows crowds."""
    async with container_on(url, folder) as container:
        stage = await Stage.build(container, policy=CROWDED)
        yield stage, Crowd(stage)


async def claim(url: str, folder: Path, *, clients: int) -> Figure:
    """Accept open orders, each by another client's runner: decision, version check, event, message, commit."""
    async with crowded(url, folder) as (stage, crowd):
        orders = await crowd.open_orders(CLAIMS)
        runners = await crowd.runners(RUNNERS)
        await analyse(url)
        accept = stage.use.accept_errand()

        async def once(number: int) -> None:
            taken = await accept(orders[number].id, runners[number % len(runners)])
            assert isinstance(taken.state, Accepted)

        return await side_by_side(
            f"claim as a use case, PostgreSQL, {clients} clients",
            once,
            clients=clients,
            most=len(orders),
            floor="pgbench, the four statements of a claim",
            floor_rate=pgbench_floor(url, CLAIM, folder, clients=clients),
        )


async def settlement(url: str, folder: Path, *, clients: int) -> Figure:
    """Confirm delivered orders of one campus: order, event, transfers, balances, earning, message, commit."""
    async with crowded(url, folder) as (stage, crowd):
        runners = await crowd.runners(RUNNERS)
        orders = await crowd.delivered_orders(SETTLEMENTS, lambda number: runners[number % len(runners)])
        await analyse(url)
        confirm = stage.use.confirm_errand()

        async def once(number: int) -> None:
            order = orders[number]
            assert isinstance((await confirm(order.id, order.requester_id)).state, Completed)

        return await side_by_side(
            f"settlement as a use case, PostgreSQL, {clients} client{'s' if clients > 1 else ''}",
            once,
            clients=clients,
            most=len(orders),
            floor="pgbench, the seven statements of a settlement",
            floor_rate=pgbench_floor(url, SETTLEMENT, folder, clients=clients),
        )


async def hall(url: str, folder: Path, *, clients: int) -> Figure:
    """The nearest fifty of a hundred thousand open orders within two kilometres."""
    async with crowded(url, folder) as (stage, crowd):
        await crowd.open_orders(OPEN_ORDERS)
        viewer = await stage.runner()
        points = [crowd.point() for _ in range(1_000)]
        await analyse(url)
        nearby = stage.use.hall().nearby

        async def once(number: int) -> None:
            query = HallQuery(
                campus_id=stage.campus.id,
                viewer_id=viewer.id,
                gender=None,
                around=points[number % len(points)],
                within_metres=WITHIN_METRES,
                limit=NEAREST,
            )
            assert len(await nearby(query)) == NEAREST

        from adapters.sql.rows.orders import mercator

        return await side_by_side(
            f"hall, nearest 50 of 100,000, PostgreSQL, {clients} clients",
            once,
            clients=clients,
            most=10**9,
            floor="the bare query through asyncpg",
            floor_rate=query_floor(
                url,
                BARE_HALL,
                lambda number: (stage.campus.id, *mercator(points[number % len(points)])),
                clients=clients,
            ),
            rounds=ROUNDS,
        )
