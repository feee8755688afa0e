"""SQLite's one writer: many commits share a flush, and none suffers from another."""

import asyncio
import math
import sqlite3
import subprocess
import sys
import textwrap

import pytest
from attrs import evolve

from adapters.sql import migrations
from adapters.sql.drivers.sqlite import TOGETHER_MOST
from adapters.sql.faults import Unavailable
from errand_domain.errors import Stale
from errand_domain.testing import examples
from tests.stage import vault

pytestmark = pytest.mark.anyio


async def commit(database, *writes):
    async with database.begin() as tx:
        for write in writes:
            write(tx)
        await tx.commit()


async def test_many_commits_at_once_are_all_done(sqlite):
    orders = [examples.order() for _ in range(300)]
    await asyncio.gather(*(commit(sqlite, lambda tx, order=order: tx.orders.add(order)) for order in orders))
    async with sqlite.begin() as tx:
        for order in orders:
            assert await tx.orders.get(order.id) == order


async def test_commits_that_wait_share_a_transaction(sqlite, sqlite_url):
    seen, waiting = [], sqlite._driver._waiting
    sqlite._driver._connection.set_trace_callback(seen.append)
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    first, *orders = (examples.order() for _ in range(201))
    async with asyncio.TaskGroup() as group:
        group.create_task(commit(sqlite, lambda tx: tx.orders.add(first)))
        while "BEGIN IMMEDIATE" not in seen:  # noqa: ASYNC110 - the writer is a thread, which tells nobody
            await asyncio.sleep(0)
        for order in orders:
            group.create_task(commit(sqlite, lambda tx, order=order: tx.orders.add(order)))
        while waiting.qsize() < len(orders):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0)
        holder.execute("COMMIT")
        holder.close()
    assert seen.count("COMMIT") == 1 + math.ceil(len(orders) / TOGETHER_MOST)
    assert seen.count("SAVEPOINT one") == len(orders) + 1


async def test_one_that_fails_harms_no_other_in_the_same_flush(sqlite):
    kept = examples.order()
    await commit(sqlite, lambda tx: tx.orders.add(kept))
    good = [examples.order() for _ in range(50)]
    stale = evolve(kept, version=kept.version + 7)

    def writes(number):
        if number % 2:
            return lambda tx: (tx.orders.add(examples.order()), tx.orders.save(stale))
        return lambda tx: tx.orders.add(good[number // 2])

    results = await asyncio.gather(*(commit(sqlite, writes(number)) for number in range(100)), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), Stale] * 50
    async with sqlite.begin() as tx:
        found = await tx.orders.at_campus(kept.campus_id, states=(), before=None, limit=10)
        assert found == (kept,)
        for order in good:
            assert await tx.orders.get(order.id) == order


async def test_a_caller_that_goes_away_leaves_the_writer_in_peace(sqlite):
    order, other = examples.order(), examples.order()
    task = asyncio.create_task(commit(sqlite, lambda tx: tx.orders.add(order)))
    await asyncio.sleep(0)
    task.cancel()
    await commit(sqlite, lambda tx: tx.orders.add(other))
    async with sqlite.begin() as tx:
        assert await tx.orders.get(other.id) == other


async def test_after_closing_nothing_is_written(sqlite):
    await sqlite.close()
    with pytest.raises(Unavailable):
        await commit(sqlite, lambda tx: tx.orders.add(examples.order()))


async def test_two_processes_may_write_the_same_file(sqlite, sqlite_url):
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    seen = []
    sqlite._driver._connection.set_trace_callback(seen.append)
    task = asyncio.create_task(commit(sqlite, lambda tx: tx.orders.add(examples.order())))
    while "BEGIN IMMEDIATE" not in seen:  # noqa: ASYNC110 - the writer is a thread, which tells nobody
        await asyncio.sleep(0)
    assert not task.done()
    holder.execute("COMMIT")
    holder.close()
    await task


KILLED = """
import asyncio, sys
from adapters.sql.database import SqlDatabase
from errand_domain.testing import examples
from tests.stage import vault

async def main():
    database = await SqlDatabase.connect(sys.argv[1], vault())
    async def one():
        while True:
            order = examples.order()
            async with database.begin() as tx:
                tx.orders.add(order)
                await tx.commit()
            print(order.id, flush=True)
    await asyncio.gather(*(one() for _ in range(16)))

asyncio.run(main())
"""


async def test_whatever_was_acknowledged_survives_a_kill(sqlite_url):
    from uuid import UUID

    from adapters.sql.database import SqlDatabase

    await migrations.upgrade(sqlite_url)
    child = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-c", textwrap.dedent(KILLED), sqlite_url],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    told = [UUID(child.stdout.readline().decode().strip()) for _ in range(200)]
    child.kill()
    told += [UUID(line.decode().strip()) for line in child.stdout.read().splitlines(keepends=True) if len(line) == 37]
    child.wait()
    child.stdout.close()
    database = await SqlDatabase.connect(sqlite_url, vault())
    async with database.begin() as tx:
        for order_id in told:
            assert (await tx.orders.get(order_id)).id == order_id
    await database.close()
