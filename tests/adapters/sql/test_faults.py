"""What the adapters make of databases that fail, and of connections that die."""

import asyncio

import pytest

from adapters.sql.database import SqlDatabase
from adapters.sql.drivers.connections import Connections
from adapters.sql.faults import Passing, SqlFault, Unavailable, Violated
from adapters.sql.refusals import REFUSALS, name_of, refusal_of
from adapters.sql.retries import TRIES_MOST, patiently
from adapters.sql.tables import METADATA
from errand_domain.errors import Stale
from errand_domain.runner.verification import StudentNumberTaken
from errand_domain.testing import examples
from tests.databases import emptied
from tests.stage import vault

pytestmark = pytest.mark.anyio


class Connection:
    def __init__(self):
        self.closed = False

    def is_closed(self):
        return self.closed

    def terminate(self):
        self.closed = True

    async def close(self):
        self.closed = True


class Opened:
    def __init__(self):
        self.connections = []

    async def __call__(self):
        self.connections.append(Connection())
        await asyncio.sleep(0)
        return self.connections[-1]


async def test_what_passes_is_tried_again_and_given_up_in_the_end():
    tries = []

    async def attempt():
        tries.append(1)
        if len(tries) < 3:
            raise Passing
        return "done"

    assert await patiently(attempt) == "done"

    async def never():
        tries.append(1)
        raise Passing

    tries.clear()
    with pytest.raises(Unavailable):
        await patiently(never)
    assert len(tries) == TRIES_MOST


@pytest.mark.parametrize("told", ["orders_pkey", "orders.id", "pk_orders"])
def test_a_primary_key_is_known_by_whatever_name_a_database_gives_it(told):
    assert name_of(Violated(told)) == "pk_orders"
    refusal = refusal_of(Violated(told))
    assert isinstance(refusal, Stale)
    assert refusal.what == "order"


@pytest.mark.parametrize("told", ["uq_runners_campus_id_student_number", "runners.campus_id, runners.student_number"])
def test_a_unique_key_is_known_by_its_name_and_by_its_columns(told):
    assert isinstance(refusal_of(Violated(told)), StudentNumberTaken)


def test_what_guards_against_ourselves_is_a_fault():
    assert isinstance(refusal_of(Violated("ck_orders_state")), SqlFault)


def test_every_refusal_belongs_to_a_table_that_is_there():
    assert all(any(table in name for table in METADATA.tables) for name in REFUSALS)


def refused(error: Exception) -> bool:
    """Whether the server said no, as these connections do."""
    return isinstance(error, LookupError)


async def test_connections_are_opened_as_needed_and_used_again():
    opened = Opened()
    connections = Connections(opened, most=2)
    for _ in range(5):
        async with connections.lent(is_sound_after=refused):
            pass
    assert len(opened.connections) == 1

    async def use():
        async with connections.lent(is_sound_after=refused):
            await asyncio.sleep(0.01)

    await asyncio.gather(*(use() for _ in range(10)))
    assert len(opened.connections) == 2


async def test_a_connection_survives_what_the_server_refused_and_nothing_else():
    opened = Opened()
    connections = Connections(opened, most=1)
    with pytest.raises(LookupError):
        async with connections.lent(is_sound_after=refused):
            raise LookupError
    assert not opened.connections[0].closed
    with pytest.raises(OSError, match="gone"):
        async with connections.lent(is_sound_after=refused):
            raise OSError("gone")
    assert opened.connections[0].closed
    async with connections.lent(is_sound_after=refused) as connection:
        assert connection is opened.connections[1]


async def test_a_cancelled_use_drops_the_connection_and_lets_the_next_one_in():
    opened = Opened()
    connections = Connections(opened, most=1)

    async def hold():
        async with connections.lent(is_sound_after=refused):
            await asyncio.Event().wait()

    async def use():
        async with connections.lent(is_sound_after=refused):
            return "in"

    holder = asyncio.create_task(hold())
    await asyncio.sleep(0.01)
    waiting, gone = asyncio.create_task(use()), asyncio.create_task(use())
    await asyncio.sleep(0.01)
    gone.cancel()
    holder.cancel()
    assert await asyncio.wait_for(waiting, 10) == "in"
    assert opened.connections[0].closed


async def test_closing_closes_what_is_free_now_and_what_is_lent_later():
    opened = Opened()
    connections = Connections(opened, most=2)
    async with connections.lent(is_sound_after=refused) as lent:
        async with connections.lent(is_sound_after=refused):
            pass
        await connections.close()
        assert not lent.closed
    assert lent.closed
    with pytest.raises(Unavailable):
        async with connections.lent(is_sound_after=refused):
            pass


async def test_reads_go_on_after_the_server_has_dropped_every_connection(postgres_url):
    database = await SqlDatabase.connect(await emptied(postgres_url), vault())
    other = await SqlDatabase.connect(postgres_url, vault())
    order = examples.order()
    async with database.begin() as tx:
        tx.orders.add(order)
        await tx.commit()
    await other._driver.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        [],
    )
    async with database.begin() as tx:
        assert await tx.orders.get(order.id) == order
    await database.close()
    await other.close()


async def test_a_lock_that_somebody_holds_is_waited_for(postgres_url):
    database = await SqlDatabase.connect(await emptied(postgres_url), vault())
    order = examples.order()
    async with database.begin() as tx:
        tx.orders.add(order)
        await tx.commit()
    driver = database._driver
    async with driver._connection() as holder, holder.transaction():
        await holder.execute("SELECT 1 FROM orders FOR UPDATE")
        event = examples.tip()
        async with database.begin() as tx:
            tx.orders.save(order.apply(event), event)
            saving = asyncio.create_task(tx.commit())
            while not await holder.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not saving.done()
    await saving
    async with database.begin() as tx:
        assert (await tx.orders.get(order.id)).version == order.version + 1
    await database.close()
