"""Changes all or none, and a pause wherever a database would have one."""

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.memory.outside import MemoryNotices
from adapters.memory.tables import Tables
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice
from errand_domain.testing import examples


def _fail(_: Tables) -> None:
    raise LookupError


def test_a_failed_change_leaves_rows_and_their_order_as_they_were():
    tables, files = Tables(), [examples.stored_file() for _ in range(4)]
    tables.change([lambda t, f=f: t.files.put(f.id, f) for f in files[:3]])
    with pytest.raises(LookupError):
        tables.change(
            [
                lambda t: t.files.remove(files[0].id),
                lambda t: t.files.put(files[3].id, files[3]),
                lambda t: t.files.put(files[1].id, files[0]),
                _fail,
            ]
        )
    assert list(tables.files) == files[:3]


async def test_every_read_and_commit_passes_through_the_pause():
    pauses = 0

    async def pause() -> None:
        nonlocal pauses
        pauses += 1

    database = MemoryDatabase(pause=pause)
    counted = []
    async with database.begin() as tx:
        counted.append(pauses)
        await tx.campuses.every()
        counted.append(pauses)
        tx.files.add(examples.stored_file())
        counted.append(pauses)
        await tx.commit()
        counted.append(pauses)
    await database.relay.pending()
    counted.append(pauses)
    assert counted == [1, 2, 2, 4, 5]


async def test_the_inbox_keeps_the_last_notices_only():
    notices = MemoryNotices(most=2)
    sent = [Notice(to=Way("phone", "+8613800138000"), text=str(n)) for n in range(3)]
    for notice in sent:
        await notices.send(notice)
    assert notices.inbox == (sent[2], sent[1])


async def test_a_carrier_that_was_told_to_fail_takes_nothing():
    notices = MemoryNotices()
    notices.fail_next()
    notice = Notice(to=Way("phone", "+8613800138000"), text="hello")
    with pytest.raises(ConnectionError):
        await notices.send(notice)
    assert notices.inbox == ()
    await notices.send(notice)
    assert notices.inbox == (notice,)
