"""How many statements a request sends: pinned, so that one more is a decision and not an accident.

On PostgreSQL a commit is one statement, whatever it writes; elsewhere each kind of write is one, and their BEGIN and
COMMIT are not counted. Every request begins with one read, of its session. Where no index finds the nearest by itself,
the hall widens its rings until it has enough: in a hall as empty as this one, four times.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from attrs import evolve

from adapters.memory.notifications import MemoryNotifications
from adapters.sql.database import SqlDatabase
from entrypoints.container import Container
from tests.databases import container_on
from tests.http.visitors import NORTH_GATE, Visitor, point_on_the_wire, terms_on_the_wire
from tests.stage import DORMITORY, Stage

PINNED = {
    "sqlite": {"quote": 1, "publish": 8, "pay": 5, "notified": 8, "hall": 6, "accept": 7, "confirm": 9},
    "postgres": {"quote": 1, "publish": 6, "pay": 5, "notified": 3, "hall": 3, "accept": 4, "confirm": 3},
    "mariadb": {"quote": 1, "publish": 8, "pay": 5, "notified": 8, "hall": 6, "accept": 7, "confirm": 9},
}


@pytest.fixture(params=PINNED)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{kind}_url"))


@pytest.fixture
async def container(database_url: str, tmp_path: Path) -> AsyncIterator[Container]:
    async with container_on(database_url, tmp_path) as container:
        yield container


class Counter:
    """Counts what the database is sent."""

    def __init__(self, database: SqlDatabase) -> None:
        self.sent: list[str] = []
        database.listen(self.sent.append)

    def take(self) -> list[str]:
        sent = list(self.sent)
        self.sent.clear()
        return sent


async def test_each_hot_request_sends_as_many_statements_as_are_pinned_here(
    kind: str, requester: Visitor, runner: Visitor, stage: Stage
):
    provider = MemoryNotifications("wechat-pay")
    providers = evolve(stage.use.payment_providers(), notifications={"wechat-pay": provider})
    stage.use.payment_providers.override(providers)
    database = stage.use.database()
    assert isinstance(database, SqlDatabase)
    order_id = await requester.opens()  # fills the copies of the campus, as on any server that runs for a while
    counter, counted = Counter(database), dict[str, list[str]]()
    terms = terms_on_the_wire(stage)
    wanted = {"campusId": str(stage.campus.id), "terms": terms, "tipFen": 100}
    quote = await requester.does("/quotes", wanted)
    counted["quote"] = counter.take()
    publication = {"sealedQuote": quote["sealedQuote"], "terms": terms, "provider": "memory"}
    published = await requester.does("/orders", publication)
    counted["publish"] = counter.take()
    payment = await requester.does(f"/orders/{published['id']}/pay", {"provider": "memory"})
    counted["pay"] = counter.take()
    told = provider.written(stage.provider.pay(payment["number"]))
    assert (await requester.http.post("/notifications/wechat-pay", content=told.body)).is_success
    counted["notified"] = counter.take()
    await runner.sees("/hall", params={"latitude": NORTH_GATE.latitude, "longitude": NORTH_GATE.longitude})
    counted["hall"] = counter.take()
    await runner.does(f"/orders/{order_id}/accept")
    counted["accept"] = counter.take()
    photo = await runner.uploads(f"/orders/{order_id}/proofs")
    await runner.does(f"/orders/{order_id}/pick-up", {"photos": [photo]})
    handed_over = {"photos": [photo], "position": point_on_the_wire(DORMITORY)}
    await runner.does(f"/orders/{order_id}/deliver", handed_over)
    counter.take()
    await requester.does(f"/orders/{order_id}/confirm")
    counted["confirm"] = counter.take()

    numbers = {name: len(sent) for name, sent in counted.items()}
    assert numbers == PINNED[kind], "\n".join(f"{name}:\n  " + "\n  ".join(sent) for name, sent in counted.items())
