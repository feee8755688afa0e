"""Keys are rotated while everybody goes on: nothing is lost, and no value keeps the old key."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import make_url

from adapters.crypto.key_ring import KeyRingFile, new_ring
from adapters.crypto.vault import Vault
from adapters.sql.database import SqlDatabase, open_driver
from adapters.sql.resealing import NotFinished, Resealing
from errand_domain.content.screening import TakenAway
from errand_domain.member.member import Member
from errand_domain.order.order import Order
from errand_domain.testing import examples
from tests.databases import emptied

pytestmark = pytest.mark.anyio


@pytest.fixture
def rings(tmp_path: Path) -> KeyRingFile:
    file = KeyRingFile(tmp_path / "ring.json")
    file.replace(new_ring())
    return file


async def _members(database: SqlDatabase, count: int) -> list[Member]:
    members = [examples.member() for _ in range(count)]
    async with database.begin() as tx:
        for member in members:
            tx.members.add(member)
        await tx.commit()
    return members


async def test_rotating_twice_while_rows_are_written_loses_nothing(address, rings):
    await emptied(address)
    database = await SqlDatabase.connect(address, Vault(rings))
    driver = await open_driver(make_url(address))
    resealing = Resealing(driver, Vault(rings))
    renamed, placed, stop = dict[object, Member](), list[Order](), asyncio.Event()
    members = await _members(database, 40)

    async def rename(member: Member) -> None:
        while not stop.is_set():
            member = evolve(member, nickname=f"{member.nickname[:10]}x", version=member.version + 1)
            async with database.begin() as tx:
                tx.members.save(member)
                await tx.commit()
            renamed[member.id] = member

    async def place() -> None:
        while not stop.is_set():
            order = examples.order()
            async with database.begin() as tx:
                tx.orders.add(order)
                await tx.commit()
            placed.append(order)

    traffic = [asyncio.create_task(rename(member)) for member in members[:4]]
    traffic += [asyncio.create_task(place()) for _ in range(2)]
    old = {rings.current().current}
    for _ in range(2):
        rings.replace(rings.current().with_new_key())
        await resealing.reseal(lambda _table, _done: None)
        old.add(rings.current().current)
    stop.set()
    await asyncio.gather(*traffic)
    old.remove(rings.current().current)
    used = {name for keys in (await resealing.used()).values() for name in keys}
    assert used == {rings.current().current}
    for name in old:
        rings.replace(rings.current().without(name))
    async with database.begin() as tx:
        assert placed
        for member in members:
            assert await tx.members.get(member.id) == renamed.get(member.id, member)
        for order in placed:
            assert await tx.orders.get(order.id) == order
    await driver.close()
    await database.close()


async def test_a_rotation_says_so_where_its_rounds_end_and_older_keys_still_seal(address, rings):
    await emptied(address)
    database = await SqlDatabase.connect(address, Vault(rings))
    await _members(database, 1)
    rings.replace(rings.current().with_new_key())
    driver = await open_driver(make_url(address))
    with pytest.raises(NotFinished):
        await _finished(Resealing(driver, Vault(rings), rounds_most=0))
    await driver.close()
    await database.close()


async def _finished(resealing: Resealing) -> int:
    return await resealing.reseal(lambda _table, _done: None)


KILLED = """
import asyncio, sys
from pathlib import Path
from sqlalchemy import make_url
from adapters.crypto.key_ring import KeyRingFile
from adapters.crypto.vault import Vault
from adapters.sql import resealing
from adapters.sql.database import open_driver

resealing.PAGE_ROWS, resealing.TOGETHER_MOST = 5, 1

async def main():
    driver = await open_driver(make_url(sys.argv[1]))
    vault = Vault(KeyRingFile(Path(sys.argv[2])))
    def tell(table, done):
        if done:
            print(done, flush=True)
            sys.stdin.read()
    await resealing.Resealing(driver, vault).reseal(tell)

asyncio.run(main())
"""


def _kill_once_begun(words: list[str]) -> None:
    """Start it, wait until it says that it has replaced something, and kill it."""
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)


async def test_a_rotation_that_was_killed_is_finished_by_the_next_one(sqlite_url, rings, tmp_path):
    await emptied(sqlite_url)
    database = await SqlDatabase.connect(sqlite_url, Vault(rings))
    members = await _members(database, 23)
    rings.replace(rings.current().with_new_key())
    words = [sys.executable, "-c", KILLED, sqlite_url, str(tmp_path / "ring.json")]
    await asyncio.to_thread(_kill_once_begun, words)
    driver = await open_driver(make_url(sqlite_url))
    resealing = Resealing(driver, Vault(rings))
    before = await resealing.older()
    assert 0 < before < len(members)
    assert await _finished(resealing) == before
    assert await resealing.older() == 0
    async with database.begin() as tx:
        for member in members:
            assert await tx.members.get(member.id) == member
    await driver.close()
    await database.close()


async def test_an_image_that_was_taken_away_is_not_looked_for_among_the_bytes(address, rings):
    await emptied(address)
    database = await SqlDatabase.connect(address, Vault(rings))
    there = examples.stored_file()
    gone = evolve(examples.stored_file(), screening=TakenAway())
    async with database.begin() as tx:
        tx.files.add(there)
        tx.files.add(gone)
        await tx.commit()
    driver = await open_driver(make_url(address))
    resealing = Resealing(driver, Vault(rings))
    assert list(await resealing.files(None)) == [there.id]
    assert (await resealing.knows(there.id), await resealing.knows(gone.id)) == (True, False)
    await driver.close()
    await database.close()
