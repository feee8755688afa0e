"""The key of blind indices is replaced while everybody goes on: everybody is found, and nothing is anybody's twice."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve
from sqlalchemy import make_url

from adapters.crypto.key_ring import GivenRing, KeyRing, KeyRingFile, new_ring
from adapters.crypto.vault import Vault
from adapters.sql.database import SqlDatabase, open_driver
from adapters.sql.reindexing import Reindexing
from adapters.sql.resealing import NotFinished
from errand_domain.ids import CampusId
from errand_domain.member.member import Member, Way, WayTaken
from errand_domain.member.session import SignInCode
from errand_domain.ports.answers import Answer, KeyForOther
from errand_domain.ports.audit import AuditLine, Sound
from errand_domain.runner.verification import StudentNumberTaken
from errand_domain.testing import examples
from tests.databases import emptied

pytestmark = pytest.mark.anyio

PHONE: Final = Way("phone", "+8613912345678")
CAMPUS_ID: Final = CampusId(examples.fresh())
LATER: Final = examples.NOW + timedelta(days=2)
As = Callable[[KeyRing], AbstractAsyncContextManager[SqlDatabase]]


def nobody_told(_table: str, _done: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def rings(tmp_path: Path) -> KeyRingFile:
    file = KeyRingFile(tmp_path / "ring.json")
    file.replace(new_ring())
    return file


@pytest.fixture
async def process(address: str) -> As:
    """The database as a process sees it that has read that ring, and no other since."""
    await emptied(address)

    @asynccontextmanager
    async def opened(ring: KeyRing) -> AsyncIterator[SqlDatabase]:
        database = await SqlDatabase.connect(address, Vault(GivenRing(ring)))
        try:
            yield database
        finally:
            await database.close()

    return opened


@pytest.fixture
async def indices(address: str, rings: KeyRingFile) -> AsyncIterator[Reindexing]:
    driver = await open_driver(make_url(address))
    yield Reindexing(driver, Vault(rings))
    await driver.close()


async def add(database: SqlDatabase, *rows: Any) -> None:
    async with database.begin() as tx:
        for row in rows:
            (tx.members if isinstance(row, Member) else tx.runners).add(row)
        await tx.commit()


async def finds(database: SqlDatabase, *members: Member) -> bool:
    """Whether each is found by each of their ways."""
    async with database.begin() as tx:
        return all([await tx.members.of_way(way) == member for member in members for way in member.ways])


def somebody(way: Way | None = None) -> Member:
    member = examples.member()
    return evolve(member, ways=(way,)) if way else member


def studying(number: str) -> Any:
    runner = examples.runner(campus_id=CAMPUS_ID)
    return evolve(runner, application=evolve(runner.application, student_number=number))


async def test_everybody_is_found_at_every_step_and_by_whoever_is_a_step_behind(process, rings, indices):
    old = rings.current()
    rings.replace(old.with_next_index())
    both = rings.current()
    settled = both.with_index_settled()
    before, during = [somebody() for _ in range(5)], somebody()
    async with process(old) as behind, process(both) as ahead, process(settled) as done:
        await add(behind, *before)
        assert await finds(ahead, *before)
        await add(ahead, during)
        assert await finds(behind, during)
        assert await indices.unfinished() == sum(len(member.ways) for member in before)
        late = somebody()
        await add(behind, late)  # by a process that has not seen the new ring, in the middle of it all
        assert await indices.reindex(nobody_told) == sum(len(member.ways) for member in (*before, late))
        everybody = [*before, during, late]
        for database in (behind, ahead, done):
            assert await finds(database, *everybody)
        rings.replace(settled)
        newest = somebody()
        await add(done, newest)
        assert await finds(ahead, *everybody, newest)
        assert await indices.settle(nobody_told, now=LATER) > 0
        assert await indices.unsettled() == 0
        assert await finds(done, *everybody, newest)
        assert await finds(ahead, *everybody, newest)
        assert not await finds(behind, before[0]), "the old key finds nobody any more"


async def test_nothing_is_anybodys_twice_where_processes_are_a_step_apart(process, rings):
    both = rings.current().with_next_index()
    steps = (rings.current(), both, both.with_index_settled())
    for number, (first, second) in enumerate([(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)]):
        phone, studies = Way("phone", f"+861391234567{number}"), f"2026000{number}"
        async with process(steps[first]) as one, process(steps[second]) as other:
            await add(one, somebody(phone), studying(studies))
            with pytest.raises(WayTaken):
                await add(other, somebody(phone))
            with pytest.raises(StudentNumberTaken):
                await add(other, studying(studies))


async def test_a_code_an_answer_and_the_audit_chain_outlive_the_old_key(process, rings, indices):
    old = rings.current()
    rings.replace(old.with_next_index())
    both = rings.current()
    member, lease = somebody(), {"now": examples.NOW, "leased_until": examples.NOW + timedelta(minutes=1)}
    code = SignInCode(way=PHONE, code_hash="c" * 64, sent_at=examples.NOW)
    answer = Answer(status=201, media_type="application/json", body=b"{}")
    line = AuditLine(at=examples.NOW, actor_id=None, campus_id=None, action="a", subject="b", detail="c")
    async with process(old) as behind, process(both) as ahead, process(both.with_index_settled()) as done:
        await add(behind, member)
        async with behind.begin() as tx:
            tx.sessions.put_code(code)
            tx.audit.record(line)
            await tx.commit()
        assert isinstance(await behind.audit_chain.verify(), Sound)
        assert await behind.answers.reserve(member.id, "key", request_digest="d", **lease) is None
        await behind.answers.keep(member.id, "key", answer)
        async with ahead.begin() as tx:
            found = await tx.sessions.code_for(PHONE)
            assert found == code
            tried = found.tried()
            tx.sessions.put_code(tried)
            tx.audit.record(line)
            await tx.commit()
        assert await ahead.answers.reserve(member.id, "key", request_digest="d", **lease) == answer
        with pytest.raises(KeyForOther):
            await ahead.answers.reserve(member.id, "key", request_digest="e", **lease)
        assert await ahead.answers.reserve(member.id, "new", request_digest="d", **lease) is None
        await ahead.answers.keep(member.id, "new", answer)
        await indices.reindex(nobody_told)
        async with done.begin() as tx:
            assert await tx.sessions.code_for(PHONE) == tried
        assert await done.answers.reserve(member.id, "new", request_digest="d", **lease) == answer
        assert isinstance(await done.audit_chain.verify(), Sound)
        rings.replace(both.with_index_settled())
        await indices.settle(nobody_told, now=LATER)
        async with done.begin() as tx:
            assert await tx.sessions.code_for(PHONE) is None, "what is old enough is forgotten"


async def test_whoever_was_killed_begins_again_and_finds_less_to_do(process, rings, indices):
    async with process(rings.current()) as database:
        members = [somebody() for _ in range(3)]
        await add(database, *members, studying("20260001"))
    rings.replace(rings.current().with_next_index())
    before = await indices.unfinished()

    def killed(_table: str, done: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await indices.reindex(killed)
    left = await indices.unfinished()
    assert 0 < left < before
    assert await indices.reindex(nobody_told) == left
    rings.replace(rings.current().with_index_settled())
    with pytest.raises(KeyboardInterrupt):
        await indices.settle(killed, now=LATER)
    left = await indices.unsettled()
    assert 0 < left < before
    assert await indices.settle(nobody_told, now=LATER) == left
    async with process(rings.current()) as database:
        assert await finds(database, *members)


async def test_an_index_that_cannot_be_computed_again_is_not_passed_over(process, rings, indices):
    async with process(rings.current()) as ours:
        await add(ours, somebody())
        assert await indices.fits()
        stranger = evolve(new_ring(), keys=rings.current().keys, current=rings.current().current)
        async with process(stranger) as other:
            await add(other, somebody())
        assert not await indices.fits(), "another key of indices wrote this"
        rings.replace(rings.current().with_next_index())
        with pytest.raises(NotFinished):
            await evolve(indices, rounds_most=2).reindex(nobody_told)
