"""Notices that older programs parked, in lanes that do not tell what is in them, are forgotten like others."""

from datetime import timedelta

import pytest

from adapters.sql.reading import LISTED_SIZES
from errand_domain.ids import FileId, MemberId, MessageId
from errand_domain.ports.outbox import AskRefund, EraseFile, Message, Tell
from errand_domain.testing import examples

pytestmark = pytest.mark.anyio

NOW = examples.NOW
SECOND = timedelta(seconds=1)


async def test_notices_that_were_parked_in_unnamed_lanes_are_forgotten_and_nothing_else_is(database):
    notices = [Tell(member_id=MemberId(examples.fresh()), kind="order_paid") for _ in range(3)]
    erase, refund = EraseFile(file_id=FileId(examples.fresh())), AskRefund(number="1")
    await _left(database, *notices, erase, refund)
    waiting, *parked = await _taken(database)
    assert waiting.message == notices[0]
    for envelope in parked:
        await database.relay.park(envelope.id, fault="nobody there")
    for moment, count in ((NOW, 0), (NOW + SECOND, 2), (NOW + SECOND, 0)):
        assert await database.retained.count("notice", before=moment) == count
        assert await database.retained.forget("notice", before=moment) == count
    assert [one.message for one in await database.relay.parked(limit=9)] == [erase, refund]
    assert await database.relay.pending() == 1, "what is not parked goes on"


async def test_however_many_they_are(database):
    count = LISTED_SIZES[-1] + 1
    await _left(database, *(Tell(member_id=MemberId(examples.fresh()), kind="order_paid") for _ in range(count)))
    for envelope in await _taken(database, limit=count):
        await database.relay.park(envelope.id, fault="nobody there")
    assert await database.retained.forget("notice", before=NOW + SECOND) == count


async def _left(database, *messages: Message) -> None:
    """Each in a lane by itself, as lanes were called before migration 0011."""
    async with database.begin() as tx:
        for message in messages:
            tx.outbox.add(message, at=NOW, lane=str(MessageId(examples.fresh())))
        await tx.commit()


async def _taken(database, limit: int = 9):
    return await database.relay.take(now=NOW, leased_until=NOW + SECOND, limit=limit)
