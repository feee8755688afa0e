"""The schema goes up, down and up again on every database, and is then what the program expects."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from sqlalchemy import literal_column, make_url, null, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import migrations
from adapters.sql.database import SqlDatabase, open_driver
from adapters.sql.faults import SqlFault, Unavailable
from adapters.sql.statements import Statement
from adapters.sql.tables.people import RUNNERS
from errand_domain.content.case import Cleared, Removed
from errand_domain.ids import MemberId
from errand_domain.money import NOTHING
from errand_domain.order.states import Expired
from errand_domain.runner.verification import Applied, Lapsed, Rejected
from errand_domain.testing import examples
from tests.databases import emptied
from tests.stage import vault

pytestmark = pytest.mark.anyio


async def test_up_down_and_up_again_ends_where_the_tables_are(address):
    await emptied(address)
    newest = await migrations.current(address)
    await migrations.downgrade(address, migrations.NOTHING)
    assert await migrations.current(address) is None
    await migrations.upgrade(address)
    assert await migrations.current(address) == newest
    assert await migrations.differences(address) == []


async def test_looking_for_a_schema_makes_no_file(tmp_path):
    assert await migrations.current(f"sqlite:///{tmp_path}/shop/errand.db") is None
    assert list(tmp_path.iterdir()) == []


async def test_upgrading_what_is_up_to_date_changes_nothing(address):
    await migrations.upgrade(address)
    await migrations.upgrade(address)
    assert await migrations.differences(address) == []


async def test_a_missing_column_is_noticed(address):
    await emptied(address)
    await migrations.downgrade(address, migrations.NOTHING)
    try:
        assert len(await migrations.differences(address)) > 20
    finally:
        await migrations.upgrade(address)


async def test_what_ended_before_things_were_kept_for_a_time_is_looked_at_after_the_upgrade(address):
    await emptied(address)
    ended, going = examples.order(state=Expired(expired_at=examples.NOW, refund=NOTHING)), examples.order()
    waiting, decided = examples.runner(verification=Applied(since=examples.NOW)), examples.content_case()
    cleared = Cleared(cleared_by=waiting.member_id, cleared_at=examples.NOW)
    image = examples.content_case()
    removed = Removed(removed_by=waiting.member_id, removed_at=examples.NOW, reason="裸露")
    card = evolve(examples.stored_file(), order_id=None, purpose="student_card")
    database = await SqlDatabase.connect(address, vault())
    try:
        async with database.begin() as tx:
            tx.orders.add(ended)
            tx.orders.add(going)
            tx.runners.add(waiting)
            tx.content_cases.add(evolve(decided, state=cleared))
            # An image that was let stand has no words to erase: a timer would find it due for ever.
            tx.content_cases.add(evolve(examples.content_case(), kind="image", quote="", state=cleared))
            tx.content_cases.add(evolve(image, kind="image", quote="", state=removed))
            tx.files.add(card)
            await tx.commit()
    finally:
        await database.close()
    await migrations.downgrade(address, "0006")
    await migrations.upgrade(address)
    database = await SqlDatabase.connect(address, vault())
    try:
        later = datetime.now(UTC) + timedelta(days=200)
        due = {}
        for kind in ("order_details", "file", "content_case", "runner"):
            due[kind] = {*await database.timers.take(kind, now=later, leased_until=later, limit=10)}
        assert due == {
            "order_details": {str(ended.id)},
            "file": {str(card.id)},
            "content_case": {str(decided.id), str(image.id)},
            "runner": {str(waiting.member_id)},
        }
    finally:
        await database.close()
        await emptied(address)


async def test_who_was_refused_or_lapsed_before_is_looked_at_after_the_upgrade_and_a_refused_number_is_free(address):
    await emptied(address)
    reviewer = MemberId(examples.fresh())
    rejected = Rejected(rejected_at=examples.NOW, rejected_by=reviewer, reason="no")
    refused, lapsed, dropped, approved = (
        examples.runner(verification=verification)
        for verification in (rejected, Lapsed(lapsed_at=examples.NOW), Lapsed(lapsed_at=examples.NOW), None)
    )
    dropped = evolve(dropped, application=dropped.application.erased())
    database = await SqlDatabase.connect(address, vault())
    try:
        async with database.begin() as tx:
            for runner in (refused, lapsed, dropped, approved):
                tx.runners.add(runner)
            await tx.commit()
    finally:
        await database.close()
    await migrations.downgrade(address, "0011")
    driver = await open_driver(make_url(address))
    # As that version left them: whoever was refused had the number, and nobody was watched.
    numbered = update(RUNNERS).where(RUNNERS.c.state == literal_column("'rejected'"))
    await driver.change(Statement(numbered.values(student_number=literal_column("'taken'"))), {})
    await driver.change(Statement(update(RUNNERS).values(due_at=null())), {})
    await driver.close()
    await migrations.upgrade(address)
    database = await SqlDatabase.connect(address, vault())
    try:
        later = datetime.now(UTC) + timedelta(days=1)
        due = await database.timers.take("runner", now=later, leased_until=later, limit=10)
        assert {*due} == {str(refused.member_id), str(lapsed.member_id)}
        async with database.begin() as tx:
            for subject in (refused, lapsed):
                stored = await tx.runners.get(subject.member_id)
                assert stored == subject
                assert stored.due_at == examples.NOW, "what the timer finds is due for whoever acts on it"
    finally:
        await database.close()
    driver = await open_driver(make_url(address))
    numbers = await driver.fetch(Statement(select(RUNNERS.c.member_id, RUNNERS.c.student_number)), {})
    has_number = {member_id: number is not None for member_id, number in numbers}
    assert has_number == {
        refused.member_id: False,
        lapsed.member_id: True,
        dropped.member_id: False,
        approved.member_id: True,
    }
    await driver.close()
    await emptied(address)


async def test_an_unknown_revision_is_our_own_fault(address):
    await migrations.upgrade(address)
    with pytest.raises(SqlFault):
        await migrations.downgrade(address, "never")


async def test_words_are_compared_letter_by_letter_on_mariadb(mariadb_url):
    await migrations.upgrade(mariadb_url)
    engine = create_async_engine(mariadb_url)
    async with engine.connect() as connection:
        collations = await connection.execute(
            text(
                "SELECT DISTINCT collation_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND data_type = 'varchar' AND table_name <> 'alembic_version'"
            )
        )
        assert [row[0] for row in collations] == ["utf8mb4_nopad_bin"]
    await engine.dispose()


@pytest.mark.parametrize("scheme", ["postgresql+asyncpg", "mysql+asyncmy"])
async def test_a_database_that_is_not_there_is_unavailable(scheme):
    with pytest.raises(Unavailable):
        await asyncio.wait_for(SqlDatabase.connect(f"{scheme}://errand:errand@127.0.0.1:9/errand", vault()), 10)


async def test_a_file_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        await SqlDatabase.connect(f"sqlite:///{tmp_path / 'file' / 'errand.sqlite3'}", vault())


async def test_a_database_that_nobody_here_speaks_to_is_refused():
    with pytest.raises(ValueError, match="oracle"):
        await SqlDatabase.connect(str(make_url("oracle://somewhere/errand")), vault())
