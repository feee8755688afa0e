"""The contract of the audit record's chain."""

from functools import partial

import pytest

from errand_domain.ids import MemberId
from errand_domain.ports.audit import AuditLine, Broken, ChainHead, Sound
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once
from errand_domain.testing.examples import NOW

PLENTY = 1_000


class AuditChainContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_an_empty_record_has_an_empty_chain(self, database: Database) -> None:
        assert await database.audit_chain.link(limit=PLENTY) == 0
        assert await database.audit_chain.verify() == Sound(head=ChainHead(position=0, mark=""), unlinked=0)

    async def test_lines_are_linked_once_and_no_more_at_a_time_than_asked(self, database: Database) -> None:
        await _write(database, 5)
        assert [await database.audit_chain.link(limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert (await _head(database)).position == 5

    async def test_verifying_links_what_is_left(self, database: Database) -> None:
        await _write(database, 3)
        assert (await _head(database)).position == 3
        assert await database.audit_chain.link(limit=PLENTY) == 0

    async def test_the_head_stays_while_nothing_is_written_and_changes_with_each_line(self, database: Database) -> None:
        heads = list[ChainHead]()
        for _ in range(3):
            await _write(database, 1)
            heads += [await _head(database), await _head(database)]
        assert heads[0::2] == heads[1::2]
        assert len({head.mark for head in heads}) == 3

    async def test_every_earlier_head_is_found_again_in_a_longer_chain(self, database: Database) -> None:
        await _write(database, 2)
        early = await _head(database)
        await _write(database, 2)
        found = await database.audit_chain.verify(expected=early)
        assert isinstance(found, Sound)
        assert found.head.position == 4

    async def test_a_head_that_the_chain_never_had_is_told(self, database: Database) -> None:
        await _write(database, 2)
        head = await _head(database)
        beyond = await database.audit_chain.verify(expected=ChainHead(position=3, mark=head.mark))
        other = await database.audit_chain.verify(expected=ChainHead(position=1, mark=head.mark))
        assert isinstance(beyond, Broken)
        assert isinstance(other, Broken)
        assert (beyond.position, other.position) == (3, 1)

    async def test_many_who_link_at_once_make_one_chain(self, database: Database) -> None:
        await _write(database, 40)
        chain = database.audit_chain
        await all_at_once([partial(chain.link, limit=7) for _ in range(8)])
        while await chain.link(limit=7):
            pass
        assert await chain.verify() == Sound(head=await _head(database), unlinked=0)
        assert (await _head(database)).position == 40

    async def test_a_chain_longer_than_a_page_is_verified_whole(self, database: Database) -> None:
        await _write(database, 1_100)
        assert (await _head(database)).position == 1_100


async def _head(database: Database) -> ChainHead:
    found = await database.audit_chain.verify()
    assert isinstance(found, Sound)
    return found.head


async def _write(database: Database, count: int) -> None:
    def record(tx: Transaction) -> None:
        for number in range(count):
            actor_id = MemberId(examples.fresh()) if number % 2 else None
            tx.audit.record(AuditLine(at=NOW, actor_id=actor_id, campus_id=None, action="see", subject="order:一"))

    await commit(database, record)
