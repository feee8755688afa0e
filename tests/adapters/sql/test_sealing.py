"""Personal columns are sealed and bound to their rows, and the migration that sealed them goes both ways."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import bindparam, make_url, select, update

from adapters.crypto.key_ring import GivenRing, new_ring
from adapters.crypto.vault import KeyMissing, NotSealed, Vault
from adapters.sql import migrations
from adapters.sql.database import SqlDatabase, open_driver
from adapters.sql.faults import SqlFault
from adapters.sql.sealing import NotBound
from adapters.sql.statements import Statement
from adapters.sql.tables import METADATA
from adapters.sql.tables.ordering import ORDERS
from adapters.sql.tables.people import MEMBER_WAYS, MEMBERS, RUNNERS
from adapters.sql.tables.personal import BOUND_TO, KEPT, PERSONAL, SEALED
from errand_domain.member.member import WayTaken
from errand_domain.member.session import Session
from errand_domain.ports.answers import Answer
from errand_domain.ports.audit import AuditLine
from errand_domain.testing import examples
from tests.databases import emptied
from tests.stage import vault

BEFORE = "0002"

pytestmark = pytest.mark.anyio


def test_every_column_of_every_table_is_classified_once():
    told = {name: sorted(" ".join(columns.values()).split()) for name, columns in PERSONAL.items()}
    assert told == {table.name: sorted(table.columns.keys()) for table in METADATA.sorted_tables}


def test_every_table_with_a_sealed_column_says_whose_it_is():
    assert BOUND_TO.keys() == SEALED.keys()
    for name, columns in BOUND_TO.items():
        assert set(columns) <= set(METADATA.tables[name].columns.keys()) - set(SEALED[name])


def test_every_sealed_column_says_how_long_it_is_kept():
    kept = sorted(column for columns in KEPT.values() for column in columns.split())
    assert kept == sorted(f"{table}.{column}" for table, columns in SEALED.items() for column in columns)


async def _stored(database: SqlDatabase) -> tuple[Any, Any]:
    order, member = examples.order(), examples.member()
    async with database.begin() as tx:
        tx.orders.add(order)
        tx.members.add(member)
        await tx.commit()
    return order, member


async def test_what_lies_in_a_sealed_column_is_not_what_was_written(database):
    order, _ = await _stored(database)
    rows = await database._driver.fetch(Statement(select(ORDERS.c.private, ORDERS.c.terms, ORDERS.c.document)), {})
    for value in rows[0]:
        assert value.startswith("derived.")
        assert order.terms.item not in value


async def test_a_value_moved_to_another_row_is_noticed(database):
    first, _ = await _stored(database)
    second, _ = await _stored(database)
    read = Statement(select(ORDERS.c.private).where(ORDERS.c.id == bindparam("order")))
    moved = (await database._driver.fetch(read, {"order": first.id}))[0][0]
    write = update(ORDERS).where(ORDERS.c.id == bindparam("order")).values(private=bindparam("moved"))
    await database._driver.change(Statement(write), {"order": second.id, "moved": moved})
    async with database.begin() as tx:
        assert await tx.orders.get(first.id) == first
        with pytest.raises(NotSealed):
            await tx.orders.get(second.id)


async def test_a_value_moved_to_another_column_of_its_row_is_noticed(database):
    order, _ = await _stored(database)
    await database._driver.change(Statement(update(ORDERS).values(private=ORDERS.c.document)), {})
    async with database.begin() as tx:
        with pytest.raises(NotSealed):
            await tx.orders.get(order.id)


async def test_a_stolen_backup_opens_with_no_other_ring(database, address):
    order, member = await _stored(database)
    thief = await SqlDatabase.connect(address, Vault(GivenRing(new_ring())))
    try:
        async with thief.begin() as tx:
            with pytest.raises(KeyMissing):
                await tx.orders.get(order.id)
            with pytest.raises(KeyMissing):
                await tx.members.get(member.id)
            assert await tx.members.of_way(member.ways[0]) is None
    finally:
        await thief.close()


async def test_a_way_is_one_members_though_nobody_can_read_it(database):
    _, member = await _stored(database)
    async with database.begin() as tx:
        tx.members.add(evolve(examples.member(), ways=member.ways))
        with pytest.raises(WayTaken):
            await tx.commit()


async def test_reading_a_sealed_column_without_its_row_is_our_own_mistake(database):
    await _stored(database)
    with pytest.raises(NotBound):
        await database._sealed.fetch(Statement(select(ORDERS.c.private)), {})


async def test_writing_a_sealed_column_without_its_row_is_our_own_mistake(database):
    await _stored(database)
    statement = update(MEMBERS).values(private=bindparam("new_private"))
    with pytest.raises(NotBound):
        await database._sealed.change(Statement(statement), {"new_private": "{}"})


class _Life:
    """One thing of each kind that has something personal, written and read by the ports."""

    def __init__(self) -> None:
        self.member, self.order = examples.member(), examples.order()
        self.runner, self.session = examples.runner(), evolve(examples.session(self.member.id), device="紫色手机")
        self.attempt, self.refund = examples.attempt(), examples.refund()
        self.withdrawal, self.dispute = examples.withdrawal(), examples.dispute()
        self.review = examples.review()
        self.line = AuditLine(
            at=self.order.placed_at,
            actor_id=self.member.id,
            campus_id=None,
            action="member.barred",
            subject="member",
            detail="打电话给 13800001234",
        )
        self.answer = Answer(status=201, media_type="application/json", body=b'{"phone":"13800001234"}')

    async def write(self, database: SqlDatabase) -> None:
        now = self.order.placed_at
        async with database.begin() as tx:
            tx.members.add(self.member)
            tx.orders.add(self.order)
            tx.runners.add(self.runner)
            tx.sessions.start(self.session)
            tx.attempts.add(self.attempt)
            tx.refunds.add(self.refund)
            tx.withdrawals.add(self.withdrawal)
            tx.disputes.add(self.dispute)
            tx.reviews.add(self.review)
            tx.audit.record(self.line)
            await tx.commit()
        until = now + timedelta(minutes=1)
        assert (
            await database.answers.reserve(self.member.id, "key", request_digest="a", now=now, leased_until=until)
            is None
        )
        await database.answers.keep(self.member.id, "key", self.answer)

    async def check(self, database: SqlDatabase, *, sessions: tuple[Session, ...]) -> None:
        async with database.begin() as tx:
            assert await tx.members.get(self.member.id) == self.member
            assert await tx.members.of_way(self.member.ways[0]) == self.member
            assert await tx.orders.get(self.order.id) == self.order
            assert await tx.runners.get(self.runner.member_id) == self.runner
            assert await tx.sessions.of_member(self.member.id, at=self.session.started_at) == sessions
            assert await tx.attempts.get(self.attempt.id) == self.attempt
            assert await tx.refunds.get(self.refund.number) == self.refund
            assert await tx.withdrawals.get(self.withdrawal.id) == self.withdrawal
            assert await tx.disputes.get(self.dispute.id) == self.dispute
            assert await tx.reviews.of_order(self.review.order_id) == (self.review,)
            assert await tx.audit.of_subject("member", limit=2) == (self.line,)


async def test_the_migration_unseals_and_seals_what_is_there(address):
    await emptied(address)
    life = _Life()
    database = await SqlDatabase.connect(address, vault())
    await life.write(database)
    await database.close()
    try:
        newest = await migrations.current(address)
        with pytest.raises(SqlFault, match="no key ring was given"):
            await migrations.downgrade(address, BEFORE)
        assert await migrations.current(address) == newest
        assert await migrations.differences(address) == []
        await migrations.downgrade(address, BEFORE, vault=vault())
        await _check_open(address, life)
        with pytest.raises(SqlFault, match="no key ring was given"):
            await migrations.upgrade(address)
    finally:
        await migrations.upgrade(address, vault=vault())
    assert await migrations.differences(address) == []
    database = await SqlDatabase.connect(address, vault())
    await life.check(database, sessions=())  # a later migration signs everybody out
    await database.close()


async def _check_open(address: str, life: _Life) -> None:
    """What that migration sealed stands as it stood before; tables and columns of later ones are not there yet."""
    driver = await open_driver(make_url(address))
    ways = await driver.fetch(Statement(select(MEMBER_WAYS.c.kind, MEMBER_WAYS.c.value)), {})
    assert ways == [(way.kind, way.value) for way in life.member.ways]
    numbers = await driver.fetch(Statement(select(RUNNERS.c.student_number)), {})
    assert numbers == [(life.runner.application.student_number,)]
    for name, _, columns in import_module("adapters.sql.migrations.versions.0003_sealed").SEALED:
        for column in columns:
            for (value,) in await driver.fetch(Statement(select(METADATA.tables[name].c[column])), {}):
                assert not str(value).startswith("derived."), (name, column)
    await driver.close()
